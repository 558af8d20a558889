"""The rows of a chunk as the registry sees them: which flat each household is in, and what is wrong with its place. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

import polars as pl

from services.registry.households.domain import Address
from services.registry.imports.domain import Against, Group, Stated, held, joined
from services.registry.imports.reasons import HELD, TEXTS
from services.registry.imports.roster import FACTS
from shared.auth import Place
from shared.imports.fields import CellFault, Severity, row_named
from shared.imports.values import PARTS, community_key
from shared.privacy import KeyRing, mask_id_number, mask_name

Rows = Sequence[Mapping[str, Any]]
"""Rows of a checked roster that are one household, in order or not."""


def placed(
    frame: pl.DataFrame, communities: Mapping[str, Sequence[str]], place: Place
) -> tuple[list[tuple[Address, Rows]], list[CellFault]]:
    """The households whose community is known, and what is wrong with the others'. `communities`: codes within `place` by
    `codes_by_key`."""
    found: list[tuple[Address, Rows]] = []
    faults: list[CellFault] = []
    for _, part in groupby(frame.rows(named=True), itemgetter("household")):
        rows = list(part)
        own = next((row for row in rows if row["ok"]), rows[0])
        door = [own[part] for part in PARTS]
        codes = communities.get(community_key(own["community"] or ""), [])
        if None not in door:
            codes = [code for code in codes if place.covers(code, own["estate"], own["block"])]
        if own["community"] is not None and len(codes) != 1:
            faults += against_place(rows, "community", "ambiguous" if codes else "unknown")
        elif codes and None not in door:
            found.append((Address(codes[0], *door), rows))
    return found, faults


def against_place(rows: Rows, column: str, what: str = "unknown") -> list[CellFault]:
    """A fault of the place: said of the head's row, which holds back the others that are in order; of every row where the file has no
    head."""
    head = next((row for row in rows if row["head"]), None)
    told = [_cell(row, column, f"{column}-{what}", row[column]) for row in ([head] if head else rows)]
    if head is None:
        return told
    behind = [row for row in rows if row is not head and row["ok"]]
    return [*told, *(_cell(row, "name", HELD, mask_name(row["name"]), (head["sheet"], head["row"])) for row in behind)]


def groups_of(households: Sequence[tuple[Address, Rows]], keys: KeyRing) -> tuple[list[Group], list[Against]]:
    """The rows that are in order, by flat: one household each, by whatever names the file calls its community."""
    groups: dict[Address, Group] = {}
    against: list[Against] = []
    for address, rows in households:
        in_order = [row for row in rows if row["ok"]]
        if not in_order:
            continue
        first, stated = in_order[0], tuple(_stated(row, keys) for row in in_order)
        head_name = next((name for row in in_order if (name := row["head_name"])), None)
        group = Group(address, head_name, first["settled_on"], _household_facts(first), stated)
        there = groups.get(address)
        if there and there.head and group.head:
            against.append(Against(group.head, "flat", "flat-repeated", there.head))
            against += held([row for row in stated if row is not group.head], group.head)
        else:
            groups[address] = joined(there, group) if there else group
    return list(groups.values()), against


def fault_of(against: Against) -> CellFault:
    """What stands against a row, as the report has it: names and numbers masked."""
    row, because = against.stated, against.because
    value = _MASKS[against.column](row) if against.column in _MASKS else None
    where = {"sheet": row.sheet, "row": row.row}
    return _cell(where, against.column, against.code, value, (because.sheet, because.row) if because else None)


def maybe_twice(row: Stated) -> CellFault:
    """A person who came in may be in the registry already."""
    masked = _MASKS["id_number"](row)
    return _cell(
        {"sheet": row.sheet, "row": row.row}, "id_number", "possible-duplicate", masked, severity=Severity.WARNING
    )


_MASKS = {"id_number": lambda row: mask_id_number(row.id_number), "name": lambda row: mask_name(row.name)}


def _cell(
    row: Mapping[str, Any],
    column: str,
    code: str,
    value: str | None,
    because: tuple[int, int] | None = None,
    severity: Severity = Severity.ERROR,
) -> CellFault:
    en, zh = TEXTS[code]
    if because:
        there = row_named(*because, row["sheet"])
        en, zh = en.format(en=there[0]), zh.format(zh=there[1])
    return CellFault(row["sheet"], row["row"], column, code, severity, en, zh, value)


def _stated(row: Mapping[str, Any], keys: KeyRing) -> Stated:
    blank = frozenset(group for group in FACTS if row.get(f"{group}:blank"))
    texts = {group: text for group in FACTS if (text := row[group]) is not None and group not in blank}
    return Stated(
        sheet=row["sheet"],
        row=row["row"],
        name=row["name"],
        id_number=row["id_number"],
        lookup=keys.lookup_hash("id_number", row["id_number"]),
        sex=row["sex"],
        birth_on=row["birth_on"],
        phone=row["phone"],
        phone_lookup=keys.lookup_hash("phone", row["phone"]) if row["phone"] else None,
        relation=row["relation"],
        facts={group: _value(text) for group, text in texts.items()},
        texts=texts,
        blank=blank,
    )


@lru_cache(maxsize=8192)
def _value(text: str) -> Any:
    """What a group says; the same object for the same text, which nobody changes."""
    return json.loads(text)


def _household_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    stated = {
        "moved_from_division": row["moved_from_division"],
        "registered_poor": row["registered_poor"],
        "dibao": _value(row["dibao"]) if row["dibao"] else None,
    }
    return {fact: value for fact, value in stated.items() if value is not None}
