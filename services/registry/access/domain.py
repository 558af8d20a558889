"""How the records of the access log are chained, and what a look through the chain finds. Pure.

Each sealed record has a number, without gaps and in the sealer's own order (ids are given before a commit, and commits come in any order),
and a link: HMAC-SHA256 over the link before it and the record. The key is not in the database: who can write the table cannot chain anew.

What is found: a sealed record that was changed or renumbered; one that was removed, by the gap in the numbers; the newest ones cut off,
where a head (number and link) that was kept elsewhere says how far the log went. What is not: a record changed, added or removed before it
was sealed, which is within seconds (a removed one leaves a gap in the ids; a read that was rolled back leaves the same), and newest records
cut off where no head was kept. Heads are logged, printed, and remembered by the running sealer.

Records that were kept for as long as they must be are forgotten, the oldest first (`forgetting`). An anchor stays: number and link of the
last of them, from which the chain goes on, with a mark by the same key. Who can write the table cannot make one up, nor move one to where
records are that must still be there.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

AUDIT = "audit"
"""What the log itself is read for; records of that are records too."""
AUDIT_BASIS = ("legal-duty", "PIPL-54")
"""个人信息保护法 art. 54: handlers have their compliance audited."""
RIGHTS = "rights-request"
"""What somebody is given a copy for, at the desk."""
COPY_FIELDS = ("all",)
OWN_DATA = "own-data"
"""What residents read what is their own for; nobody else can state it."""
OWN_BASIS = ("legal-duty", "PIPL-45")
"""个人信息保护法 art. 45: people may look into what is held of them."""
LOG_FIELDS = ("access_log",)
PERSON_FIELDS = ("name", "id_number", "phone", "birth_on")
"""What an unmasked read of people shows (PIPL art. 28 holds for some of it)."""

_FORM = "anju-access-1"
_ANCHOR_FORM = "anju-access-anchor-1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_RECORDED = (
    *("id", "person_id", "reader", "kind", "role", "place", "purpose", "case_ref"),
    *("legal_basis", "law_ref", "consent_id", "fields", "request_id", "results"),
)


class Head(NamedTuple):
    """The newest sealed record: its number and its link."""

    seal_no: int
    link: bytes

    @classmethod
    def parse(cls, text: str) -> Head:
        """Of `number:hex`. ValueError for anything else."""
        number, _, link = text.strip().partition(":")
        if len(link) != 64 or not number.isdigit():
            raise ValueError("a head is number:link, the link in 64 hexadecimal digits")
        return cls(int(number), bytes.fromhex(link))

    def __str__(self) -> str:
        return f"{self.seal_no}:{self.link.hex()}"


START = Head(0, bytes(32))


class Anchor(NamedTuple):
    """Where the log begins: the last record that was forgotten (its number, link, and the newest instant of a forgotten one), when it was,
    and the mark of all that."""

    seal_no: int
    link: bytes
    read_until: datetime
    cut_at: datetime
    mark: bytes

    @property
    def head(self) -> Head:
        return Head(self.seal_no, self.link)


def anchor_of(key: bytes, head: Head, read_until: datetime, cut_at: datetime) -> Anchor:
    """The anchor with its mark."""
    return Anchor(*head, read_until, cut_at, _mark(key, head, read_until, cut_at))


def _mark(key: bytes, head: Head, read_until: datetime, cut_at: datetime) -> bytes:
    said = [
        _ANCHOR_FORM,
        head.seal_no,
        head.link.hex(),
        *((at - _EPOCH) // _MICROSECOND for at in (read_until, cut_at)),
    ]
    return hmac.digest(key, json.dumps(said, separators=(",", ":")).encode(), "sha256")


class Seal(NamedTuple):
    """What the sealer writes to a record."""

    id: int
    seal_no: int
    link: bytes


def canonical(seal_no: int, row: Mapping[str, Any]) -> bytes:
    """The record as it is chained: JSON of all it says, the instant in microseconds."""
    said = [_FORM, seal_no, *(row[name] for name in _RECORDED), (row["read_at"] - _EPOCH) // _MICROSECOND]
    return json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode()


def link_of(key: bytes, before: bytes, seal_no: int, row: Mapping[str, Any]) -> bytes:
    """The link of a record that follows the one with the link `before`."""
    return hmac.digest(key, before + canonical(seal_no, row), "sha256")


def chain(key: bytes, head: Head, rows: Iterable[Mapping[str, Any]]) -> list[Seal]:
    """Seals of these records, in order, after the head."""
    seals, before = [], head.link
    for seal_no, row in enumerate(rows, head.seal_no + 1):
        before = link_of(key, before, seal_no, row)
        seals.append(Seal(row["id"], seal_no, before))
    return seals


class Span(NamedTuple):
    """Numbers or ids from first to last."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


class Check:
    """A look through the chain, record by record in order of their numbers; goes on after a fault, so that all are found.

    `heads`: what was seen of the log before and kept elsewhere.
    """

    def __init__(self, key: bytes, heads: Iterable[Head] = ()) -> None:
        self._key = key
        self._kept: dict[int, set[bytes]] = {}
        for head in heads:
            self._kept.setdefault(head.seal_no, set()).add(head.link)
        self.head = START
        self.forgotten: Anchor | None = None
        """Records up to this one were kept as long as they had to be, and are no more."""
        self.forged: Anchor | None = None
        """An anchor that who holds the key did not make: what is missing before the first record is not known to have been forgotten."""
        self.records = 0
        self.changed: list[tuple[int, int]] = []
        """Number and id of records whose link is not theirs: changed, renumbered, or not of the sealer's making."""
        self.missing: list[Span] = []
        """Numbers whose records are gone. The record after such a gap cannot be proven by itself."""
        self.replaced: list[int] = []
        """Numbers at which a head was seen before that the log does not have now."""

    def begin(self, anchor: Anchor) -> None:
        """The log begins behind the anchor, before the first record is taken. Heads from before cannot be looked at any more."""
        if not hmac.compare_digest(anchor.mark, _mark(self._key, anchor.head, anchor.read_until, anchor.cut_at)):
            self.forged = anchor
            return
        self.forgotten, self.head = anchor, anchor.head
        if self._kept.pop(anchor.seal_no, {anchor.link}) != {anchor.link}:
            self.replaced.append(anchor.seal_no)

    def take(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """The next records, ascending."""
        for row in rows:
            self._take(row, row["seal_no"], row["link"] or b"")

    def _take(self, row: Mapping[str, Any], seal_no: int, link: bytes) -> None:
        self.records += 1
        expected_no = self.head.seal_no + 1
        if seal_no < expected_no:
            self.changed.append((seal_no, row["id"]))
            return
        if seal_no > expected_no:
            self.missing.append(Span(expected_no, seal_no - 1))
        elif not hmac.compare_digest(link, link_of(self._key, self.head.link, seal_no, row)):
            self.changed.append((seal_no, row["id"]))
        if self._kept.pop(seal_no, {link}) != {link}:
            self.replaced.append(seal_no)
        self.head = Head(seal_no, link)

    @property
    def cut(self) -> Span | None:
        """Numbers that the log does not reach any more, though a head says that it did."""
        furthest = max(self._kept, default=0)
        return Span(self.head.seal_no + 1, furthest) if furthest > self.head.seal_no else None

    @property
    def intact(self) -> bool:
        return not (self.forged or self.changed or self.missing or self.replaced or self.cut)
