"""A running platform, spoken to as its users do: through the gateway, with what credentials.json holds."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

from deploy.local.testing import forget
from shared.ids import new_id

ROOT = Path(__file__).parents[2]
T = TypeVar("T")


class Platform:
    """`url` of the gateway, `data` folder, what the runtime has `said`."""

    def __init__(self, url: str, data: Path, said: list[str]) -> None:
        self.url = url
        self.data = data
        self.said = said
        self.http = httpx.Client(base_url=url, timeout=30, trust_env=False)
        self._tokens: dict[str, str] = {}

    def credentials(self, role: str) -> dict[str, Any]:
        entries = json.loads((self.data / "credentials.json").read_text())
        found: dict[str, Any] = next(entry for entry in entries if entry["role"] == role)
        return found

    def token(self, role: str) -> str:
        if role not in self._tokens:
            who = self.credentials(role)
            if who["kind"] == "client":
                answer = self.http.post(
                    "/oauth2/token",
                    data={"grant_type": "client_credentials", "client_id": who["id"], "client_secret": who["secret"]},
                )
            else:
                answer = self.http.post("/v1/sessions", json={"id": who["id"], "secret": who["secret"]})
            answer.raise_for_status()
            self._tokens[role] = answer.json()["access_token"]
        return self._tokens[role]

    def ask(self, method: str, path: str, body: Any = None, role: str = "developer", **headers: str) -> httpx.Response:
        """A request through the gateway. A POST gets a new Idempotency-Key unless one is given (`idempotency_key=`)."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if method == "POST":
            given.setdefault("idempotency-key", new_id())
        return self.http.request(
            method, path, json=body, headers={"authorization": f"Bearer {self.token(role)}"} | given
        )

    def send(self, path: str, data: bytes, role: str = "developer", **fields: str) -> str:
        """Uploads a file; where to look how far it is."""
        headers = {"authorization": f"Bearer {self.token(role)}", "idempotency-key": new_id()}
        answer = self.http.post(path, files={"file": data}, data=fields, headers=headers)
        assert answer.status_code == 202, answer.text
        return str(answer.headers["location"])

    def imported(self, location: str, seconds: float = 300) -> dict[str, Any]:
        """Waits until an upload is in; what it came to."""

        def over() -> dict[str, Any] | None:
            answer = self.ask("GET", location)
            if answer.status_code >= 500:  # its service is being started again
                return None
            report: dict[str, Any] = answer.json()
            return report if report["status"] in ("done", "failed") else None

        return within(seconds, over, longest=1.0)

    def overview(self, household_id: str, role: str = "developer") -> dict[str, Any]:
        answer = self.ask("GET", f"/v1/households/{household_id}/overview", role=role)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def processes(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads((self.data / "run.json").read_text())
        return found


def within(seconds: float, check: Callable[[], T | None], longest: float = 0.05) -> T:
    """Waits until the check gives something true, and gives that. (Generous: a test shows that it comes, a bench how soon.) `longest`:
    seconds between two looks, up to which they grow."""
    end, pause = time.monotonic() + seconds, 0.05
    while True:
        if found := check():
            return found
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(pause)
        pause = min(2 * pause, longest)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def started(**env: str) -> Iterator[Platform]:
    """The runtime in a folder of its own until left; then everything must have stopped."""
    with tempfile.TemporaryDirectory(prefix="anju-e2e-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        port = _free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "run"],
            cwd=ROOT,
            env={**os.environ, "ANJU_DATA": str(data), "ANJU_PORT": str(port), **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said: list[str] = []
        drain = threading.Thread(target=lambda: said.extend(process.stdout or ()), daemon=True)
        try:
            for line in process.stdout or ():
                said.append(line.rstrip())
                if line.startswith("ready: "):
                    break
            else:
                raise RuntimeError("the runtime did not start:\n" + "\n".join(said[-30:]))
            drain.start()
            platform = Platform(said[-1].removeprefix("ready: "), data, said)
            yield platform
            platform.http.close()
        finally:
            left = _processes(data)
            process.send_signal(signal.SIGTERM)
            process.wait(60)
            if drain.ident:
                drain.join(10)
            if process.stdout:
                process.stdout.close()
        forget(data)
        assert [pid for pid in left if Path(f"/proc/{pid}").exists()] == [], "processes were left running"


def _processes(data: Path) -> list[int]:
    try:
        entries: list[dict[str, Any]] = json.loads((data / "run.json").read_text())
    except OSError:
        return []
    return [entry["pid"] for entry in entries]
