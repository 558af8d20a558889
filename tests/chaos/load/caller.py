"""Asks through the gateway as a client should: a key for each act, and the same key again until the answer is definite."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from random import Random
from threading import Event
from typing import Any

import httpx

from tests.chaos.load.ledger import Act, Answer, Ledger

_TIMEOUT = httpx.Timeout(6, connect=2)
_AGAIN = {401, 408, 425, 429}
_IN_FLIGHT = "urn:anju:problem:idempotency-key-in-flight"
_KEPT_HEADERS = ("etag", "location")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0

Confirm = Callable[[Any], bool]
"""Does what is read now show that the act was done?"""
_Response = httpx.Response


class Caller:
    """One client. `gives_up`: how likely it is that a client whose request was not answered never asks again."""

    def __init__(
        self, url: str, secret: dict[str, str], ledger: Ledger, drawn: Random, over: Event, gives_up: float = 0.02
    ) -> None:
        self._http = httpx.Client(base_url=url, timeout=_TIMEOUT, trust_env=False)
        self._secret = secret
        self._ledger = ledger
        self._drawn = drawn
        self._over = over
        self._gives_up = gives_up
        self._token = ""

    def do(self, act: Act, confirm: Confirm | None = None) -> Answer | None:
        """The definite answer; None where the client gave up, or the run ended before there was one. `confirm`: of an act without a key
        of its own (PUT), which is read after another request with the same If-Match was too late."""
        attempt, pause = 0, _FIRST_PAUSE
        while True:
            attempt += 1
            self._ledger.asks(act, attempt)
            answer = self._ask(act)
            if answer and confirm and attempt > 1 and answer.status in (412, 428):
                answer = self._found(act, answer, confirm)
            if answer:
                self._ledger.told(act, answer)
                return answer
            if self._over.is_set() or self._drawn.random() < self._gives_up:
                return None
            time.sleep(pause * (0.5 + self._drawn.random()))
            pause = min(2 * pause, _LONGEST_PAUSE)

    def repeat(self, act: Act) -> None:
        """Asks once more for what was answered: the ledger keeps what is told now."""
        if answer := self._ask(act):
            self._ledger.told(act, answer)

    def read(self, path: str) -> _Response | None:
        """The answer to a GET once there is one; None where the run ends first."""
        while not self._over.is_set():
            try:
                answer = self._http.get(path, headers=self._authorised())
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code < 500 and answer.status_code not in _AGAIN:
                return answer
            if answer is not None and answer.status_code == 401:
                self._token = ""
            time.sleep(_FIRST_PAUSE)
        return None

    def _ask(self, act: Act) -> Answer | None:
        try:
            response = self._send(act)
        except httpx.HTTPError as error:
            self._ledger.unanswered(act, type(error).__name__)
            return None
        if _definite(response):
            kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
            return Answer(response.status_code, response.text, kept)
        if response.status_code == 401:
            self._token = ""
        self._ledger.unanswered(act, str(response.status_code))
        return None

    def _send(self, act: Act) -> _Response:
        headers = self._authorised()
        if act.method == "POST":
            headers["idempotency-key"] = act.key
        if act.if_match:
            headers["if-match"] = act.if_match
        if act.file is not None:
            return self._http.request(act.method, act.path, files={"file": act.file.encode()}, headers=headers)
        return self._http.request(act.method, act.path, json=act.body, headers=headers)

    def _authorised(self) -> dict[str, str]:
        """Raises httpx.HTTPError where no token is to be had."""
        if not self._token:
            form = {"grant_type": "client_credentials", **self._secret}
            answer = self._http.post("/oauth2/token", data=form).raise_for_status()
            self._token = answer.json()["access_token"]
        return {"authorization": f"Bearer {self._token}"}

    def _found(self, act: Act, answer: Answer, confirm: Confirm) -> Answer | None:
        read = self.read(act.path.removesuffix("/flat"))
        if read is None:
            return None
        done = read.status_code == 200 and confirm(read.json())
        return Answer(answer.status, read.text, {}, found=True) if done else answer

    def close(self) -> None:
        self._http.close()
        self._ledger.close()


def _definite(response: _Response) -> bool:
    """Whether the client knows now what came of it."""
    if response.status_code >= 500 or response.status_code in _AGAIN:
        return False
    return response.status_code != 409 or _problem(response) != _IN_FLIGHT


def _problem(response: _Response) -> str | None:
    try:
        found: str | None = json.loads(response.text).get("type")
    except (ValueError, AttributeError):
        return None
    return found
