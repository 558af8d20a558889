"""What an export is, what may be in it, and whether who asked may still have it. Pure."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.errors import Fault


class ListName(StrEnum):
    """Lists that can be exported."""

    PERSONS = "persons"
    HOUSEHOLDS = "households"
    VACANCIES = "vacancies"


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


MOST_SHEET_ROWS = 1_048_575
"""Rows of a sheet of a workbook, less its header."""


class ExportStatus(StrEnum):
    """`done`: the file is there for as long as it is kept. `failed`: `problem` says why. `deleted`: by who asked, file and all."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DELETED = "deleted"


class Part(StrEnum):
    """What is kept sealed of an export: what was asked, the ids that met it when it began, the rows chunk by chunk, who is in it (where
    that rests on consent), the file in pieces."""

    ASKED = "asked"
    IDS = "ids"
    CHUNK = "chunk"
    PEOPLE = "people"
    FILE = "file"


OPEN = (ExportStatus.QUEUED, ExportStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class HouseholdsAsked:
    """Which settled households; None: does not matter."""

    community: str | None = None
    block: str | None = None


@dataclass(frozen=True, slots=True)
class FlatsAsked:
    """Which vacant flats of a community; areas in m²."""

    community: str
    estate: str | None = None
    block: str | None = None
    area_from: Decimal | None = None
    area_to: Decimal | None = None
    people: int | None = None


class Kind(StrEnum):
    """What stands in a column. A code has its label beside it; codes are several, parted by blanks."""

    TEXT = "text"
    CODE = "code"
    CODES = "codes"
    NUMBER = "number"
    DECIMAL = "decimal"
    FLAG = "flag"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Asking:
    """What an account may see of a list. `groups`: of facts; `in_full`: it states a purpose."""

    groups: Container[str]
    in_full: bool
    sensitive: Container[str]
    """Groups that show only for a purpose that needs them, and not for the one that is stated."""


@dataclass(frozen=True, slots=True)
class Shows:
    """Who sees a column. `group`: of facts, that must be seen; `in_full`: only with a purpose; `personal`: with a purpose it is in full,
    and that is noted."""

    group: str | None = None
    in_full: bool = False
    personal: bool = False


def against_field(name: str, shows: Shows | None, asking: Asking) -> tuple[str, str, str] | None:
    """Code and texts of why there is no such column for the account; None where there is."""
    if shows is None:
        return "field-unknown", f"{name[:40]} is not a column of this list", f"该列表没有此列：{name[:40]}"
    if shows.group and shows.group not in asking.groups:
        return "field-not-shown", "is not shown to this account", "该账号无权查看此列"
    if (shows.in_full and not asking.in_full) or (shows.group and shows.group in asking.sensitive):
        return "field-needs-purpose", "is shown only for a purpose that needs it", "此列仅限相应用途使用，请填写用途"
    return None


def against_fields(names: Sequence[str], columns: Mapping[str, Shows], asking: Asking) -> list[Fault]:
    """All that stands against these columns, by their place among them."""
    found = [
        Fault(f"/fields/{n}", *against)
        for n, name in enumerate(names)
        if (against := against_field(name, columns.get(name), asking))
    ]
    twice = [n for n, name in enumerate(names) if name in names[:n]]
    return found + [Fault(f"/fields/{n}", "field-repeated", "is there already", "列重复") for n in twice]


def covers(mine: tuple[str, str | None, str | None], other: tuple[str, str | None, str | None]) -> bool:
    """Does the first place (division, estate, block) cover all of the other?"""
    if not other[0].startswith(mine[0]):
        return False
    return mine[2] is None or mine == other


def packed(ids: Sequence[str]) -> bytes:
    """Ids as 16 bytes each."""
    return b"".join(UUID(each).bytes for each in ids)


def unpacked(data: bytes, start: int = 0, most: int | None = None) -> list[str]:
    """Up to `most` ids from the `start`-th on."""
    end = len(data) if most is None else min(len(data), (start + most) * 16)
    return [str(UUID(bytes=data[at : at + 16])) for at in range(start * 16, end, 16)]


def decimal_or_none(value: Any) -> Decimal | None:
    """Of what JSON made of a decimal."""
    return None if value is None else Decimal(value)
