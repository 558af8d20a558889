"""The gateway as a client of it sees it, in the developer's name."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import httpx

_NAMESPACE = uuid.UUID("5227a000-0000-5000-8000-000000000000")
_SECONDS = 60
_MOST = 200
"""Rows that the API shows on a page."""


class Refused(Exception):
    """The gateway did not take something, or nothing came of it; the text says what and why."""


class Gateway:
    """The public API. Raises Refused where it does not answer 2xx, httpx.HTTPError where it does not answer."""

    def __init__(self, url: str, credentials: Sequence[dict[str, Any]]) -> None:
        self._http = httpx.Client(base_url=url, timeout=_SECONDS, trust_env=False)
        developer = next((entry for entry in credentials if entry["role"] == "developer"), None)
        if developer is None:
            raise Refused("the credentials name no developer")
        form = {"grant_type": "client_credentials", "client_id": developer["id"], "client_secret": developer["secret"]}
        token = self._taken(self._http.post("/oauth2/token", data=form), "a token").json()["access_token"]
        self._http.headers["authorization"] = f"Bearer {token}"

    def upload(self, path: str, data: bytes) -> tuple[str, bool]:
        """Uploads a file to be brought in: where its progress is told, and whether it had been uploaded before (the same file again is the
        same act)."""
        key = str(uuid.uuid5(_NAMESPACE, path + hashlib.sha256(data).hexdigest()))
        answer = self._http.post(path, files={"file": ("file", data)}, headers={"idempotency-key": key})
        headers = self._taken(answer, path).headers
        return str(headers["location"]), "idempotent-replayed" in headers

    def get(self, path: str, **query: str | int) -> Any:
        return self._taken(self._http.get(path, params=query), path).json()

    def items(self, path: str, **query: str | int) -> Iterator[dict[str, Any]]:
        """Everything in a list, page after page."""
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, limit=_MOST, **query, **cursor)
            yield from page["items"]
            if not page["next"]:
                return
            cursor = {"cursor": page["next"]}

    def bring(self, path: str, facts: dict[str, Any]) -> None:
        """Brings facts that hold whatever else was known."""
        self._taken(self._http.patch(path, json=facts, headers={"if-match": "*"}), path)

    def _taken(self, answer: httpx.Response, what: str) -> httpx.Response:
        if not answer.is_success:
            raise Refused(f"{what}: {answer.status_code} {answer.text[:500]}")
        return answer
