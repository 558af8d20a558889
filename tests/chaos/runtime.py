"""The platform under chaos: `python -m deploy.local run` in a folder of its own, and the witness beside it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.local import postgres
from deploy.local.options import ROOT
from deploy.local.state import State
from deploy.local.testing import database_urls, forget
from tests.chaos import witness

_READY_SECONDS = 150
_STOP_SECONDS = 90
_SERVERS = ("supervisor", "kafka", "postgres")


@dataclass(frozen=True, slots=True)
class Process:
    """A process of the platform; `port` None: it listens nowhere that matters."""

    name: str
    pid: int
    port: int | None


class NotReady(RuntimeError):
    """The platform did not come up; the message holds the last lines that it said."""


class Runtime:
    """`folder/disk/data` is the platform's $ANJU_DATA, `folder/clocks` holds by how much clocks of processes are wrong."""

    def __init__(self, folder: Path, apart: bool) -> None:
        self.folder = folder
        self.data = folder / "disk" / "data"
        self.clocks = folder / "clocks"
        self._log = folder / "runtime.log"
        self._port = free_port()
        self._env = {
            "ANJU_DATA": str(self.data),
            "ANJU_PORT": str(self._port),
            "ANJU_DEMO": "0",
            "ANJU_APART": "1" if apart else "0",
            "ANJU_CLOCK_OFFSETS": str(self.clocks),
            "ANJU_RESTART_SECONDS": "2",
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._witness = _Witness(self, folder / "witness.log")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Starts all, and the witness. Raises NotReady."""
        self.clocks.mkdir(exist_ok=True)
        self.start_supervisor()
        asyncio.run(witness.make_database(self._admin_url()))
        self._witness.start()

    def start_supervisor(self) -> None:
        """Until the line `ready: …`. Raises NotReady."""
        begin = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "deploy.local", "run"],
                cwd=ROOT,
                env=os.environ | self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + _READY_SECONDS
        while not any(line.startswith("ready: ") for line in self._said(begin)):
            if self._process.poll() is not None or time.monotonic() > end:
                raise NotReady("\n".join(self._said(begin)[-15:]))
            time.sleep(0.1)

    def _said(self, begin: int) -> list[str]:
        return self._log.read_bytes()[begin:].decode(errors="replace").splitlines()

    def processes(self) -> dict[str, Process]:
        """What is there now, by name: the runtime's processes and the witness."""
        try:
            entries = json.loads((self.data / "run.json").read_text())
        except (OSError, ValueError):  # being started again
            entries = []
        found = {each["name"]: Process(each["name"], each["pid"], each["port"]) for each in entries}
        return found | ({witness.NAME: own} if (own := self._witness.process()) else {})

    def services(self) -> list[str]:
        """Names of the processes that are neither server nor supervisor."""
        return sorted(name for name in self.processes() if name not in _SERVERS)

    def kill_supervisor(self) -> None:
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def state(self) -> State:
        return State(**json.loads((self.data / "state.json").read_text()))

    def _admin_url(self) -> str:
        memory = self.state()
        return postgres.admin_url(memory, memory.ports["postgres"])

    def databases(self) -> dict[str, str]:
        """URLs of the databases of the five services and of the witness."""
        services = database_urls(self.data, json.loads((self.data / "state.json").read_text()))
        return {**services, witness.NAME: witness.url_of(self._admin_url())}

    def broker(self) -> str:
        return f"127.0.0.1:{self.state().ports['kafka']}"

    def credentials(self) -> dict[str, str]:
        """Of the developer, as a form for a token."""
        entries = json.loads((self.data / "credentials.json").read_text())
        developer = next(entry for entry in entries if entry["role"] == "developer")
        return {"client_id": developer["id"], "client_secret": developer["secret"]}

    def stop(self) -> None:
        """Stops all; the data stays."""
        self._witness.stop()
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill_supervisor()

    def forget(self) -> None:
        """Forgets the data of an earlier run."""
        if self.data.exists():
            forget(self.data)


class _Witness:
    """Keeps the witness running, as the supervisor does with the services."""

    def __init__(self, runtime: Runtime, log: Path) -> None:
        self._runtime = runtime
        self._log = log
        self._port = free_port()
        self._over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        self._launch()
        self._thread.start()

    def _launch(self) -> None:
        env = {
            "ANJU_DATABASE_URL": self._runtime.databases()[witness.NAME],
            "ANJU_KAFKA_BOOTSTRAP_SERVERS": self._runtime.broker(),
            "ANJU_PORT": str(self._port),
            "ANJU_CLOCK_OFFSETS": str(self._runtime.clocks),
        }
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.witness"],
                cwd=ROOT,
                env=os.environ | env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _keep(self) -> None:
        while not self._over.wait(0.5):
            if self._process and self._process.poll() is not None:
                with suppress(OSError, ValueError):
                    self._launch()

    def process(self) -> Process | None:
        running = self._process is not None and self._process.poll() is None
        return Process(witness.NAME, self._process.pid, self._port) if running and self._process else None

    def stop(self) -> None:
        self._over.set()
        if self._thread.ident:
            self._thread.join()
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def free_port() -> int:
    """Of the loopback address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
