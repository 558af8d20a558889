"""What the hukou of people comes to, and what holds again when it is taken back."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.hukou.domain import NO_PAPERS, Papers, facts_told, is_moved, segments
from services.registry.life.domain import LifeEvent, LifeKind, Part
from services.registry.life.replay import replay

COMMUNITY = "522731003012"


def day(n: int) -> date:
    return date(2026, 1, n)


@pytest.mark.parametrize(
    ("division", "moved"),
    [
        ("522328", False),
        ("522731", None),
        ("522731003", True),
        ("522731003012", True),
        ("522731003099", True),
        ("522731004021", False),
        ("522328100200", False),
    ],
)
def test_moved_is_told_by_the_street_and_not_by_the_county_of_both(division: str, moved: bool | None) -> None:
    assert is_moved(division, COMMUNITY) is moved


def _told(event: LifeEvent, papers: Papers = NO_PAPERS) -> dict[str, dict[str, object]]:
    people = (Part("a", "02", True), Part("b", "12", True))
    settled = LifeEvent("s", LifeKind.SETTLED, day(1), 0, "H", people, hukou_id="K", division="522328")
    return facts_told(event, papers, replay([settled, event], {"a", "b"}, {"H", "K"}), dict.fromkeys("ab", COMMUNITY))


def test_a_household_that_moves_takes_all_who_are_entered_along() -> None:
    moved = LifeEvent("m", LifeKind.HUKOU_MOVED, day(5), 1, "K", division=COMMUNITY)
    hukou = {"division": COMMUNITY, "moved": True, "moved_on": "2026-01-05"}
    assert _told(moved, Papers(document="none")) == {
        person: {"hukou": hukou, "residence_document": "none"} for person in "ab"
    }


def test_who_is_struck_off_to_somewhere_else() -> None:
    left = LifeEvent("l", LifeKind.HUKOU_LEFT, day(5), 1, "K", (Part("b"),), division="520100")
    assert _told(left) == {"b": {"hukou": {"division": "520100", "moved": False, "moved_on": None}}}
    unsaid = LifeEvent("l", LifeKind.HUKOU_LEFT, day(5), 1, "K", (Part("b"),))
    assert _told(unsaid) == {}
    assert _told(unsaid, Papers(document="permit")) == {"b": {"residence_document": "permit"}}


def test_a_split_in_place_tells_nothing_of_the_hukou_and_what_is_said_counts() -> None:
    split = LifeEvent("s", LifeKind.HUKOU_SPLIT, day(5), 1, "K", (Part("b", "02"),), into_id="K2")
    assert _told(split) == {}
    there = LifeEvent("s", LifeKind.HUKOU_SPLIT, day(5), 1, "K", (Part("b", "02"),), into_id="K2", division="522731")
    assert _told(there, Papers(moved=True))["b"]["hukou"] == {
        "division": "522731",
        "moved": True,
        "moved_on": "2026-01-05",
    }


def test_what_was_displaced_holds_again_within_its_days() -> None:
    assert segments(day(5), None, [("old", day(1), None)]) == [("old", day(5), None)]
    assert segments(day(5), day(9), [("old", day(1), day(7))]) == [("old", day(5), day(7))]
    assert segments(day(5), None, [("old", day(1), day(8)), ("same", day(8), None)]) == [
        ("old", day(5), day(8)),
        ("same", day(8), None),
    ]
    assert segments(day(5), day(9), []) == []


_SPAN = st.tuples(st.integers(1, 30), st.one_of(st.none(), st.integers(1, 31)))


@given(st.lists(_SPAN, max_size=4), st.integers(1, 20), st.one_of(st.none(), st.integers(21, 31)))
def test_segments_lie_within_the_days_taken_back_and_never_overlap(
    spans: list[tuple[int, int | None]], since: int, until: int | None
) -> None:
    displaced = [(n, day(start), day(end) if end else None) for n, (start, end) in enumerate(spans)]
    found = segments(day(since), day(until) if until else None, displaced)
    last = day(until) if until else date.max
    for _, start, end in found:
        assert day(since) <= start < (end or date.max) <= last
    assert all((a[2] or date.max) <= b[1] for a, b in pairwise(found))
