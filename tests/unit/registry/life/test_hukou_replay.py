"""What follows from what happens to hukou households, apart from who lives with whom."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.registry.households.domain import HouseholdKind
from services.registry.life.domain import LifeEvent, LifeKind, Part, Register, Stay, Story
from services.registry.life.replay import replay
from services.registry.persons.domain import PersonStatus

HEAD, WIFE, SON = "head", "wife", "son"
HUKOU = HouseholdKind.HUKOU


def day(n: int) -> date:
    return date(2026, 1, n)


def event(kind: LifeKind, on: int, *people: Part | str, home: str = "K", told: int = 0, **more: Any) -> LifeEvent:
    parts = tuple(each if isinstance(each, Part) else Part(each) for each in people)
    return LifeEvent(f"{kind}-{on}-{told}", kind, day(on), told, home, parts, **more)


SETTLED = event(
    LifeKind.SETTLED,
    10,
    Part(HEAD, "02", True),
    Part(WIFE, "12", True),
    Part(SON, "20"),
    home="H",
    dwelling_id="D",
    hukou_id="K",
    division="522328",
)


def story(*events: LifeEvent) -> Story:
    return replay([SETTLED, *events], {HEAD, WIFE, SON}, {"H", "H2", "K", "K2"})


def entries(told: Story) -> set[tuple[Any, ...]]:
    return {(s.household_id, s.person_id, s.relation, s.since, s.until) for s in told.stays if s.kind is HUKOU}


def codes(*events: LifeEvent) -> list[str]:
    illegal = story(*events).illegal
    return [fault.code for fault in illegal.faults] if illegal else []


def test_a_split_of_the_register_leaves_who_lives_with_whom() -> None:
    told = story(event(LifeKind.HUKOU_SPLIT, 12, Part(WIFE, "02"), into_id="K2", division="522731"))
    assert told.illegal is None
    assert entries(told) == {
        ("K", HEAD, "02", day(10), None),
        ("K", WIFE, "12", day(10), day(12)),
        ("K2", WIFE, "02", day(12), None),
    }
    assert told.members["H"] == {HEAD: "02", WIFE: "12", SON: "20"}
    assert told.standing["K2"] == Register("K2", "522731", day(12), None)
    assert told.persons[WIFE].household_id == "H"


def test_who_leaves_the_flat_stays_in_the_register_and_who_is_struck_off_stays_in_the_flat() -> None:
    told = story(event(LifeKind.LEFT, 12, WIFE, home="H"), event(LifeKind.HUKOU_LEFT, 13, HEAD))
    assert entries(told) == {("K", HEAD, "02", day(10), day(13)), ("K", WIFE, "12", day(10), None)}
    assert told.persons[HEAD].status is PersonStatus.RESIDENT


def test_an_entry_known_of_before_the_settling_goes_on_through_it() -> None:
    told = story(event(LifeKind.HUKOU_JOINED, 2, Part(HEAD, "02"), division="522328"))
    assert ("K", HEAD, "02", day(2), None) in entries(told)
    assert told.registers == [Register("K", "522328", day(2), None)]


def test_two_entries_stand_beside_each_other_until_one_is_struck_off() -> None:
    twice = event(LifeKind.HUKOU_JOINED, 12, Part(SON, "02"), home="K2", division="522731")
    also = event(LifeKind.HUKOU_JOINED, 14, Part(SON, "20"))
    assert {k for k, p, *_ in entries(story(twice, also)) if p == SON} == {"K", "K2"}
    merged = event(LifeKind.HUKOU_MERGED, 16, Part(SON, "20"), home="K2", into_id="K")
    told = story(twice, also, merged)
    assert {(k, until) for k, p, _, _, until in entries(told) if p == SON} == {("K", None), ("K2", day(16))}


def test_a_death_strikes_off_everywhere() -> None:
    twice = event(LifeKind.HUKOU_JOINED, 12, Part(HEAD, "02"), home="K2", division="522731")
    told = story(twice, event(LifeKind.DIED, 15, HEAD, home="H"))
    assert {until for _, p, _, _, until in entries(told) if p == HEAD} == {day(15)}
    assert told.members["K"] == {WIFE: "12"}


def test_a_household_that_moves_keeps_where_it_stood() -> None:
    told = story(event(LifeKind.HUKOU_MOVED, 12, division="522731003012"))
    assert set(told.registers) == {
        Register("K", "522328", day(10), day(12)),
        Register("K", "522731003012", day(12), None),
    }


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([event(LifeKind.HUKOU_LEFT, 12, SON)], ["not-a-member"]),
        ([event(LifeKind.HUKOU_LEFT, 5, HEAD)], ["not-a-member", "household-empty"]),
        ([event(LifeKind.HUKOU_JOINED, 12, Part(WIFE, "12"))], ["member-already"]),
        ([event(LifeKind.HUKOU_JOINED, 12, Part(SON, "02"))], ["second-head"]),
        ([event(LifeKind.HUKOU_JOINED, 12, Part(SON, "20"), home="K2")], ["head-missing"]),
        ([event(LifeKind.HUKOU_JOINED, 2, Part(SON, "02"), division="522328")], ["second-head"]),
        ([event(LifeKind.HUKOU_HEAD_CHANGED, 12, Part(WIFE, "02"))], ["second-head"]),
        ([event(LifeKind.HUKOU_SPLIT, 12, Part(HEAD, "02"), Part(WIFE, "12"), into_id="K2")], ["nobody-stays"]),
        (
            [event(LifeKind.HUKOU_MERGED, 12, Part(HEAD, "97"), into_id="K2")],
            ["members-differ", "household-empty"],
        ),
        (
            [event(LifeKind.HUKOU_MERGED, 12, Part(HEAD, "02"), Part(WIFE, "12"), into_id="K")],
            ["same-household"],
        ),
        ([event(LifeKind.HUKOU_MOVED, 12, division="522328")], ["same-division"]),
        (
            [event(LifeKind.DIED, 12, HEAD, home="H"), event(LifeKind.HUKOU_JOINED, 13, Part(HEAD, "20"), home="K2")],
            ["deceased", "head-missing"],
        ),
    ],
)
def test_what_cannot_have_happened(events: list[LifeEvent], found: list[str]) -> None:
    assert codes(*events) == found


def test_who_never_lived_here_is_entered_nowhere() -> None:
    told = replay([event(LifeKind.HUKOU_JOINED, 5, Part(SON, "02"))], {SON}, {"K"})
    assert told.illegal
    assert [fault.code for fault in told.illegal.faults] == ["not-there-yet"]


def test_a_head_who_is_struck_off_leaves_none_until_another_is_told() -> None:
    left = event(LifeKind.HUKOU_LEFT, 12, HEAD)
    assert "02" not in story(left).members["K"].values()
    told = story(left, event(LifeKind.HUKOU_HEAD_CHANGED, 12, Part(WIFE, "02"), told=1))
    assert told.illegal is None
    assert Stay(HUKOU, "K", WIFE, "02", day(12), None) in told.stays
