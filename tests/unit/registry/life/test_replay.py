"""What may happen to whom, and what follows from it."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import pytest

from services.registry.households.domain import HouseholdKind
from services.registry.life.domain import (
    HUKOU_ACTS,
    LIFE_MOVES,
    OF_COUPLES,
    LifeEvent,
    LifeKind,
    Living,
    Part,
    Phase,
    Stay,
    Story,
)
from services.registry.life.replay import replay
from services.registry.life.spans import flat_stays, residences
from services.registry.persons.domain import PersonStatus

HEAD, WIFE, SON = "head", "wife", "son"
PEOPLE = {HEAD, WIFE, SON}
COLIVING = HouseholdKind.COLIVING


def day(n: int) -> date:
    return date(2026, 1, n)


def event(kind: LifeKind, on: int, *people: Part | str, home: str = "H", told: int = 0, **more: Any) -> LifeEvent:
    parts = tuple(each if isinstance(each, Part) else Part(each) for each in people)
    return LifeEvent(f"{kind}-{on}-{told}", kind, day(on), told, home, parts, **more)


SETTLED = event(
    LifeKind.SETTLED, 1, Part(HEAD, "02", True), Part(WIFE, "12", True), Part(SON, "20"), dwelling_id="D1", hukou_id="K"
)


def story(*events: LifeEvent) -> Story:
    return replay([SETTLED, *events], PEOPLE, {"H", "H2"})


def codes(*events: LifeEvent) -> list[str]:
    illegal = story(*events).illegal
    return [fault.code for fault in illegal.faults] if illegal else []


def test_the_table_leaves_nobody_alive_who_died_and_nobody_in_who_left() -> None:
    for status, kind in itertools.product([None, *PersonStatus], LifeKind):
        after = LIFE_MOVES.get((status, kind))
        if kind in (*HUKOU_ACTS, *OF_COUPLES):
            assert after in (None, status)
            continue
        if status in (PersonStatus.DECEASED, PersonStatus.WITHDRAWN):
            assert after is None
        if kind is LifeKind.DIED:
            assert after in (None, PersonStatus.DECEASED)
        if status is PersonStatus.MOVED_OUT and after:
            assert kind in (LifeKind.SETTLED, LifeKind.JOINED, LifeKind.DIED)


def test_a_settling() -> None:
    told = story()
    assert set(told.stays) == {
        Stay(COLIVING, "H", HEAD, "02", day(1), None),
        Stay(COLIVING, "H", WIFE, "12", day(1), None),
        Stay(COLIVING, "H", SON, "20", day(1), None),
        Stay(HouseholdKind.HUKOU, "K", HEAD, "02", day(1), None),
        Stay(HouseholdKind.HUKOU, "K", WIFE, "12", day(1), None),
    }
    assert told.livings == [Living("H", "D1", day(1), None)]


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([event(LifeKind.LEFT, 3, SON), event(LifeKind.LEFT, 5, SON)], ["moved-out"]),
        ([event(LifeKind.DIED, 3, SON), event(LifeKind.AWAY, 5, SON)], ["deceased"]),
        ([event(LifeKind.RETURNED, 3, SON)], ["lives-here"]),
        ([event(LifeKind.AWAY, 3, SON), event(LifeKind.AWAY, 4, SON)], ["away"]),
        ([event(LifeKind.JOINED, 3, Part(SON, "20"))], ["lives-here"]),
        ([event(LifeKind.LEFT, 3, SON, home="H2")], ["not-a-member", "household-empty"]),
        ([event(LifeKind.HEAD_CHANGED, 3, Part(HEAD, "99"), Part(WIFE, "10"))], ["head-missing"]),
        ([event(LifeKind.HEAD_CHANGED, 3, Part(WIFE, "02"))], ["second-head"]),
        ([event(LifeKind.MOVED, 3, dwelling_id="D1")], ["same-flat"]),
        ([event(LifeKind.SPLIT, 3, Part(SON, "20"), into_id="H2", dwelling_id="D2")], ["head-missing"]),
        (
            [event(LifeKind.SPLIT, 3, Part(HEAD, "02"), Part(WIFE, "12"), Part(SON, "20"), into_id="H2")],
            ["nobody-stays"],
        ),
        ([event(LifeKind.MERGED, 3, Part(SON, "20"), into_id="H2")], ["members-differ", "household-empty"]),
    ],
)
def test_what_cannot_have_happened(events: list[LifeEvent], found: list[str]) -> None:
    assert codes(*events) == found


def test_before_the_settling_nobody_is_there() -> None:
    early = replay([event(LifeKind.LEFT, 1, SON), event(LifeKind.SETTLED, 5, Part(SON, "02"))], {SON}, {"H"})
    assert early.illegal
    assert [fault.code for fault in early.illegal.faults] == ["not-there-yet", "household-empty"]


def test_events_of_one_day_happened_as_they_were_told() -> None:
    left, back = event(LifeKind.LEFT, 3, SON, told=1), event(LifeKind.JOINED, 3, Part(SON, "20"), told=2)
    assert story(left, back).illegal is None
    assert story(event(LifeKind.LEFT, 3, SON, told=2), event(LifeKind.JOINED, 3, Part(SON, "20"), told=1)).illegal


def test_the_last_to_leave_leave_the_flat() -> None:
    told = story(event(LifeKind.LEFT, 3, WIFE, SON), event(LifeKind.DIED, 5, HEAD))
    assert told.livings == [Living("H", "D1", day(1), day(5))]
    assert not told.members["H"]
    assert set(told.phases) == {
        Phase(WIFE, PersonStatus.MOVED_OUT, day(3), None),
        Phase(SON, PersonStatus.MOVED_OUT, day(3), None),
        Phase(HEAD, PersonStatus.DECEASED, day(5), None),
    }


def test_a_death_ends_the_hukou_membership_and_leaving_does_not() -> None:
    told = story(event(LifeKind.LEFT, 3, WIFE), event(LifeKind.DIED, 5, HEAD))
    hukou = {stay.person_id: stay.until for stay in told.stays if stay.kind is HouseholdKind.HUKOU}
    assert hukou == {HEAD: day(5), WIFE: None}


def test_a_split_told_after_a_death_in_the_new_household_ends_that_one() -> None:
    """The death was told of the household known then; it empties the one the person had gone to."""
    split = event(LifeKind.SPLIT, 3, Part(SON, "02"), into_id="H2", dwelling_id="D2", told=9)
    told = story(event(LifeKind.DIED, 5, SON), split)
    assert Living("H2", "D2", day(3), day(5)) in told.livings
    assert not told.members["H2"]


def test_who_is_away_goes_along_and_stays_away() -> None:
    merged = event(LifeKind.MERGED, 6, Part(SON, "20"), home="H2", into_id="H")
    split = event(LifeKind.SPLIT, 3, Part(SON, "02"), into_id="H2", dwelling_id="D2")
    told = story(split, event(LifeKind.AWAY, 4, SON, home="H2"), merged)
    assert told.illegal is None
    assert (told.persons[SON].status, told.persons[SON].household_id) == (PersonStatus.AWAY, "H")
    assert [s.household_id for s in told.stays if s.person_id == SON] == ["H", "H2", "H"]


def test_together_in_a_flat_is_where_both_were_at_a_time() -> None:
    told = story(event(LifeKind.LEFT, 3, SON), event(LifeKind.MOVED, 5, dwelling_id="D2"))
    found = flat_stays(told.stays, told.livings, {("H", "D1"): "F1", ("H", "D2"): "F2"})
    assert {(s.household_id, s.person_id, s.since, s.until) for s in found} == {
        ("F1", HEAD, day(1), day(5)),
        ("F1", WIFE, day(1), day(5)),
        ("F1", SON, day(1), day(3)),
        ("F2", HEAD, day(5), None),
        ("F2", WIFE, day(5), None),
    }


def test_residence_follows_the_flat_and_outlasts_moving_out() -> None:
    told = story(event(LifeKind.LEFT, 3, SON), event(LifeKind.MOVED, 5, dwelling_id="D2"))
    lived = residences(told.stays, told.livings, {"D1": "A", "D2": "B"})
    assert (SON, "A", day(1), None) in lived
    assert [row for row in lived if row[0] == HEAD] == [(HEAD, "A", day(1), day(5)), (HEAD, "B", day(5), None)]
    same = residences(told.stays, told.livings, {"D1": "A", "D2": "A"})
    assert [row for row in same if row[0] == HEAD] == [(HEAD, "A", day(1), None)]
