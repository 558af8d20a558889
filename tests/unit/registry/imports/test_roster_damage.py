"""Every kind of damage is found at its cell and nowhere else, and told without telling who it is about."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.imports.fields import FIELDS
from services.registry.imports.roster import check
from shared.imports.fields import Severity
from tests.support.roster_damage import DAMAGES, Damage, Told, expected, told_of
from tests.support.rosters import AREA, ON, Families, Family, Row, left_blank_below, table_of

KNOWN = frozenset({AREA})
LAYOUTS: dict[str, Callable[[Family], Family]] = {"repeated": list, "left-blank": left_blank_below}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name)
def test_damage_is_found_at_its_cell_and_nowhere_else(damage: Damage, layout: str) -> None:
    random = Random(zlib.crc32(damage.name.encode()))
    families = Families(random)
    for _ in range(4):
        before, hurt, after = (LAYOUTS[layout](families.family(2)) for _ in range(3))
        rows, told = expected([(before, []), damage.apply(random, hurt), (after, [])])

        checked = check(table_of(rows), ON, KNOWN)

        assert told_of(checked.faults) == told
        out = {row for row, _, code in told if damage.keeps_out}
        assert set(checked.rows.filter(~checked.rows["ok"])["row"]) == out
        for fault in checked.faults:
            _assert_tells_nobody(rows, fault.en, fault.zh)
            assert fault.severity is (damage.severity if fault.code != "head-held-back" else Severity.ERROR)
            assert len(fault.value or "") <= 40
            if FIELDS[fault.column].personal:
                _assert_tells_nobody(rows, fault.value or "")


def _assert_tells_nobody(rows: list[Row], *texts: str) -> None:
    personal = {row[column] for row in rows for column in ("姓名", "身份证号", "联系电话")}
    personal = {text for text in personal if len(text) >= 2}
    for text in texts:
        assert not any(one in text for one in personal)


def test_there_are_many_kinds_each_with_reasons_in_both_languages() -> None:
    assert len(DAMAGES) >= 60
    assert len({damage.name for damage in DAMAGES}) == len(DAMAGES)
    random = Random(5)
    for damage in DAMAGES:
        rows, _ = damage.apply(random, Families(random).family(2))
        for fault in check(table_of(rows), ON, KNOWN).faults:
            assert re.search("[a-z]{3}", fault.en)
            assert re.search("[\u4e00-\u9fff]{2}", fault.zh)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), blank=st.booleans())
def test_many_damages_at_once_are_each_found(seed: int, blank: bool) -> None:
    random = Random(seed)
    families: list[tuple[Family, Sequence[Told]]] = []
    source = Families(random)
    for _ in range(30):
        family = source.family(2)
        family = left_blank_below(family) if blank else family
        families.append(random.choice(DAMAGES).apply(random, family) if random.random() < 0.5 else (family, []))
    rows, told = expected(families)

    checked = check(table_of(rows), ON, KNOWN)

    assert told_of(checked.faults) == told


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), blank=st.booleans())
def test_a_valid_roster_has_no_fault_in_whatever_order(seed: int, blank: bool) -> None:
    random = Random(seed)
    families = [left_blank_below(f) if blank else f for f in Families(random).take(20)]
    first = check(table_of([row for family in families for row in family]), ON, KNOWN)
    assert list(first.faults) == []
    assert first.rows["ok"].all()

    random.shuffle(families)
    headers = list(families[0][0])
    random.shuffle(headers)
    shuffled = [{header: row[header] for header in headers} for family in families for row in family]
    second = check(table_of(shuffled), ON, KNOWN)

    assert list(second.faults) == []
    assert _by_number(first.rows) == _by_number(second.rows)


def _by_number(rows: pl.DataFrame) -> list[tuple[Any, ...]]:
    return rows.drop("row", "household").sort("id_number").rows()
