"""The chain of the access log: what is changed or removed is found, whatever it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.access.domain import START, Anchor, Check, Head, Span, anchor_of, canonical, chain

KEY = bytes(range(32))
Row = dict[str, Any]
OTHER: Row = {
    "id": 10_001,
    "person_id": "00000000-0000-7000-8000-00000000ffff",
    "reader": "another",
    "kind": "client",
    "role": "auditor",
    "place": "52",
    "purpose": "insurance",
    "case_ref": "TR-2",
    "legal_basis": "consent",
    "law_ref": "PIPL-13-1-1",
    "consent_id": "00000000-0000-7000-8000-00000000eeee",
    "fields": ["name"],
    "request_id": "00000000-0000-7000-8000-00000000dddd",
    "results": 2,
    "read_at": datetime(2026, 11, 1, 0, 0, 0, 1, tzinfo=UTC),
}
"""Another value for each thing a record says."""


def record(n: int) -> Row:
    return {
        "id": n * 3,
        "person_id": f"00000000-0000-7000-8000-{n:012}",
        "reader": "clerk",
        "kind": "staff",
        "role": "street-welfare-clerk",
        "place": "522731003",
        "purpose": "transfer",
        "case_ref": None,
        "legal_basis": "legal-duty",
        "law_ref": "PIPL-13-1-3",
        "consent_id": None,
        "fields": ["name", "phone"],
        "request_id": None,
        "results": 1,
        "read_at": datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=n),
    }


def sealed(n: int) -> list[Row]:
    rows = [record(i) for i in range(1, n + 1)]
    return [row | {"seal_no": s.seal_no, "link": s.link} for row, s in zip(rows, chain(KEY, START, rows), strict=True)]


def looked_through(rows: Iterable[Row], *heads: Head) -> Check:
    check = Check(KEY, heads)
    for row in rows:
        check.take([row])
    return check


def test_an_untouched_log_is_intact_and_ends_at_its_head() -> None:
    rows = sealed(5)
    check = looked_through(rows, Head(3, rows[2]["link"]))
    assert (check.intact, check.records, check.head) == (True, 5, Head(5, rows[4]["link"]))


def test_sealing_in_several_batches_is_the_same_as_at_once() -> None:
    rows = [record(i) for i in range(1, 8)]
    first = chain(KEY, START, rows[:3])
    rest = chain(KEY, Head(3, first[-1].link), rows[3:])
    assert first + rest == chain(KEY, START, rows)


@pytest.mark.parametrize("name", sorted(OTHER))
def test_each_thing_a_record_says_is_chained(name: str) -> None:
    rows = sealed(4)
    assert OTHER[name] != rows[1][name]
    rows[1] = rows[1] | {name: OTHER[name]}
    check = looked_through(rows)
    assert check.changed == [(2, rows[1]["id"])]


def test_a_value_that_moves_from_one_field_to_the_next_is_a_change() -> None:
    row = record(1)
    assert canonical(1, row | {"law_ref": None, "case_ref": "X"}) != canonical(1, row | {"law_ref": "X"})


@given(st.integers(2, 30).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(1, n - 1), min_size=1))))
def test_whatever_is_removed_before_the_newest_is_named(drawn: tuple[int, set[int]]) -> None:
    n, gone = drawn
    check = looked_through(row for row in sealed(n) if row["seal_no"] not in gone)
    assert {i for span in check.missing for i in range(span.first, span.last + 1)} == gone
    assert check.changed == []


def test_who_removes_one_and_renumbers_the_rest_is_found_from_there_on() -> None:
    rows = [row for row in sealed(6) if row["seal_no"] != 3]
    renumbered = [row | {"seal_no": n} for n, row in enumerate(rows, 1)]
    assert [number for number, _ in looked_through(renumbered).changed] == [3, 4, 5]


def test_who_has_another_key_cannot_chain_anew() -> None:
    rows = [record(i) for i in (1, 2, 4)]
    forged = chain(bytes(32), START, rows)
    check = looked_through(row | {"seal_no": s.seal_no, "link": s.link} for row, s in zip(rows, forged, strict=True))
    assert [number for number, _ in check.changed] == [1, 2, 3]


def test_cutting_off_the_newest_is_seen_by_a_kept_head_only() -> None:
    rows = sealed(6)
    kept = Head(6, rows[5]["link"])
    assert looked_through(rows[:4]).intact
    check = looked_through(rows[:4], kept)
    assert (check.intact, check.cut) == (False, Span(5, 6))


def test_new_records_in_place_of_those_cut_off_are_seen_by_a_kept_head() -> None:
    rows = sealed(4)
    others = [record(i) for i in (8, 9)]
    again = [
        r | {"seal_no": s.seal_no, "link": s.link}
        for r, s in zip(others, chain(KEY, Head(2, rows[1]["link"]), others), strict=True)
    ]
    assert looked_through([*rows[:2], *again]).intact
    assert looked_through([*rows[:2], *again], Head(4, rows[3]["link"])).replaced == [4]


@pytest.mark.parametrize("odd", [{"link": None}, {"link": b""}, {"seal_no": 0}, {"seal_no": -1}, {"seal_no": 1}])
def test_numbers_and_links_that_nobody_gave_are_found(odd: Row) -> None:
    rows = sealed(3)
    rows[1] = rows[1] | odd
    assert not looked_through(rows).intact


def test_a_head_is_read_as_it_is_printed() -> None:
    head = Head(17, bytes(range(32)))
    assert Head.parse(f" {head}\n") == head


@pytest.mark.parametrize("text", ["", "17", "17:ab", "x:" + "0" * 64, "17:" + "g" * 64])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Head.parse(text)


# What was forgotten when its time was over


def cut(n: int, total: int = 6) -> tuple[Anchor, list[Row]]:
    """The anchor after the first n of so many records, and the rest."""
    rows = sealed(total)
    last = rows[n - 1]
    return anchor_of(KEY, Head(last["seal_no"], last["link"]), last["read_at"], NOW), rows[n:]


NOW = datetime(2029, 11, 2, tzinfo=UTC)


@pytest.mark.parametrize("n", [1, 3, 6])
def test_behind_an_anchor_the_rest_is_a_chain(n: int) -> None:
    anchor, rest = cut(n)
    check = Check(KEY)
    check.begin(anchor)
    check.take(rest)
    assert (check.intact, check.forgotten, check.head.seal_no) == (True, anchor, 6)


def test_without_its_anchor_the_beginning_is_missing() -> None:
    _, rest = cut(3)
    check = Check(KEY)
    check.take(rest)
    assert check.missing == [Span(1, 3)]


@pytest.mark.parametrize("field", ["seal_no", "link", "read_until", "cut_at", "mark"])
def test_an_anchor_that_nobody_with_the_key_made_is_found(field: str) -> None:
    """Who can write the table would hide what it removed behind one."""
    others: dict[str, Any] = {
        "seal_no": 4,
        "link": bytes(32),
        "read_until": NOW,
        "cut_at": datetime(2030, 1, 1, tzinfo=UTC),
        "mark": bytes(32),
    }
    anchor, rest = cut(3)
    check = Check(KEY)
    check.begin(anchor._replace(**{field: others[field]}))
    check.take(rest)
    assert not check.intact
    assert check.forged is not None


def test_heads_from_before_the_anchor_cannot_be_looked_at_and_are_no_fault() -> None:
    anchor, rest = cut(3)
    kept = [Head(row["seal_no"], row["link"]) for row in sealed(6)]
    check = Check(KEY, [kept[0], kept[2], kept[4]])
    check.begin(anchor)
    check.take(rest)
    assert check.intact
    other = Check(KEY, [Head(3, bytes(32))])
    other.begin(anchor)
    assert other.replaced == [3]
