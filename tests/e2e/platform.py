"""A running platform, spoken to as its users do: through the gateway, with what credentials.json holds."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx

from shared.ids import new_id

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

    def ask(self, method: str, path: str, body: Any = None, role: str = "operator", **headers: str) -> httpx.Response:
        """A request through the gateway. A POST gets a new Idempotency-Key unless one is given (`idempotency_key=`)."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if method == "POST":
            given.setdefault("idempotency-key", new_id())
        return self.http.request(
            method, path, json=body, headers={"authorization": f"Bearer {self.token(role)}"} | given
        )

    def overview(self, household_id: str, role: str = "operator") -> dict[str, Any]:
        answer = self.ask("GET", f"/v1/households/{household_id}/overview", role=role)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def processes(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads((self.data / "run.json").read_text())
        return found


def within(seconds: float, check: Callable[[], T]) -> T:
    """Waits until the check gives something true, and gives that. (Generous: a test shows that it comes, a bench how soon.)"""
    end = time.monotonic() + seconds
    while True:
        if found := check():
            return found
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.05)
