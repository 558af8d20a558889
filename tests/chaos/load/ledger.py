"""The clients' ledger: a line before each request and a line after each answer, each on the disk before anything else happens."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class Outcome(StrEnum):
    """What a client knows of its act."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """It never had a definite answer."""


DONE, REFUSED, UNKNOWN = Outcome


@dataclass(frozen=True, slots=True)
class Act:
    """What a client asks for: the request, and in `about` the same in the checker's words. `file`: the content of an upload."""

    kind: str
    key: str
    method: str
    path: str
    about: Mapping[str, Any]
    body: Mapping[str, Any] | None = None
    file: str | None = None
    if_match: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A definite answer. `found`: the client asked again, was told that the version had passed, and read that its act had been done."""

    status: int
    text: str
    headers: Mapping[str, str]
    found: bool = False

    @property
    def done(self) -> bool:
        return self.found or 200 <= self.status < 300

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(slots=True)
class Told:
    """An act, when it was asked for (seconds since 1970), how often, and what its client was told: every definite answer in order."""

    client: str
    act: Act
    began: float
    tries: int = 1
    ended: float | None = None
    answers: list[Answer] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        if not self.answers:
            return UNKNOWN
        return DONE if self.answers[0].done else REFUSED

    @property
    def seconds(self) -> float | None:
        """From the first request to the first definite answer."""
        return None if self.ended is None else self.ended - self.began


class Ledger:
    """One client's ledger. Each line is on the disk when the call returns."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)

    def asks(self, act: Act, attempt: int) -> None:
        """Before a request is sent."""
        more: dict[str, Any] = {"attempt": attempt}
        if attempt == 1:
            more["act"] = {
                name: getattr(act, name) for name in ("kind", "method", "path", "about", "body", "file", "if_match")
            }
        self._write(act.key, more)

    def told(self, act: Act, answer: Answer) -> None:
        """After a definite answer."""
        told = {"status": answer.status, "text": answer.text, "headers": dict(answer.headers), "found": answer.found}
        self._write(act.key, {"answer": told})

    def unanswered(self, act: Act, why: str) -> None:
        """After an attempt of which nobody knows what came of it."""
        self._write(act.key, {"unanswered": why})

    def _write(self, key: str, what: Mapping[str, Any]) -> None:
        line = json.dumps({"at": time.time(), "key": key, **what}, ensure_ascii=False)
        os.write(self._file, line.encode() + b"\n")
        os.fsync(self._file)

    def close(self) -> None:
        os.close(self._file)


def read(folder: Path) -> list[Told]:
    """All acts of all clients; those of one client in the order in which it asked."""
    return [told for path in sorted(folder.glob("*.jsonl")) for told in _read_one(path)]


def _read_one(path: Path) -> Iterator[Told]:
    acts: dict[str, Told] = {}
    for line in path.read_text("utf-8").splitlines():
        entry = json.loads(line)
        key = entry["key"]
        if "act" in entry:
            acts[key] = Told(path.stem, Act(key=key, **entry["act"]), entry["at"])
        elif "attempt" in entry:
            acts[key].tries = entry["attempt"]
        elif "answer" in entry:
            told = acts[key]
            told.answers.append(Answer(**entry["answer"]))
            told.ended = told.ended or entry["at"]
    return iter(acts.values())
