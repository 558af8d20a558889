"""What marriages, divorces and deaths make of the marital status, and which of them cannot have happened."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.life.couples import WED
from services.registry.life.domain import LifeEvent, LifeKind, Part, Story
from services.registry.life.replay import replay

MAN, WIFE, OTHER = "man", "wife", "other"
MARRIED, DIVORCED, WIDOWED, DIED = LifeKind.MARRIED, LifeKind.DIVORCED, LifeKind.WIDOWED, LifeKind.DIED


def day(n: int) -> date:
    return date(2026, 1, n)


def settled(person: str, home: str) -> LifeEvent:
    return LifeEvent(f"settled-{person}", LifeKind.SETTLED, day(1), 0, home, (Part(person, "02"),))


def event(kind: LifeKind, on: int, *people: Part | str, told: int = 0, **more: Any) -> LifeEvent:
    parts = tuple(each if isinstance(each, Part) else Part(each) for each in people)
    more = {"outside": len(parts) == 1 and kind in (MARRIED, DIVORCED)} | more
    return LifeEvent(f"{kind}-{on}-{told}", kind, day(on), told, "H", parts, **more)


SETTLED = [settled(MAN, "H"), settled(WIFE, "H2"), settled(OTHER, "H3")]


def story(*events: LifeEvent) -> Story:
    return replay([*SETTLED, *events], {MAN, WIFE, OTHER}, {"H", "H2", "H3"})


def statuses(told: Story, person: str) -> list[tuple[str, date, date | None]]:
    assert told.illegal is None, told.illegal
    return sorted((m.code, m.since, m.until) for m in told.maritals if m.person_id == person)


def now(told: Story, person: str) -> str | None:
    assert told.illegal is None, told.illegal
    return next((m.code for m in told.maritals if m.person_id == person and m.until is None), None)


def codes(*events: LifeEvent) -> list[str]:
    illegal = story(*events).illegal
    return [fault.code for fault in illegal.faults] if illegal else []


@pytest.mark.parametrize(
    ("before", "code"), [("10", "21"), ("40", "22"), ("30", "22"), (None, "20"), ("90", "20"), ("20", "20")]
)
def test_the_kind_of_marriage_follows_from_the_status_before(before: str | None, code: str) -> None:
    assert now(story(event(MARRIED, 3, Part(MAN, before), Part(WIFE, "10"))), MAN) == code


def test_who_marry_each_other_once_more_are_reunited_and_with_another_married_anew() -> None:
    first, divorce = event(MARRIED, 3, Part(MAN, "10"), Part(WIFE, "10")), event(DIVORCED, 4, MAN, WIFE)
    once_more = story(first, divorce, event(MARRIED, 5, MAN, WIFE))
    assert [code for code, *_ in statuses(once_more, MAN)] == ["21", "23", "40"]
    anew = story(first, divorce, event(MARRIED, 5, MAN, OTHER))
    assert (now(anew, MAN), now(anew, OTHER), now(anew, WIFE)) == ("22", "20", "40")
    back = story(
        first, divorce, event(MARRIED, 5, MAN, OTHER), event(DIVORCED, 6, MAN, OTHER), event(MARRIED, 7, MAN, WIFE)
    )
    assert (now(back, MAN), now(back, WIFE)) == ("23", "23")


def test_a_death_leaves_the_spouse_widowed_wherever_that_lives() -> None:
    told = story(event(MARRIED, 3, Part(MAN, "10"), WIFE), LifeEvent("d", DIED, day(5), 0, "H", (Part(MAN),)))
    assert statuses(told, WIFE) == [("20", day(3), day(5)), ("30", day(5), None)]
    assert now(told, MAN) == "21", "who has died stays what it was"


def test_a_divorce_before_the_death_leaves_nobody_widowed() -> None:
    told = story(
        event(MARRIED, 3, MAN, WIFE), event(DIVORCED, 4, MAN, WIFE), LifeEvent("d", DIED, day(5), 0, "H", (Part(MAN),))
    )
    assert now(told, WIFE) == "40"


def test_head_and_spouse_of_a_household_are_a_couple_where_nothing_else_is_told() -> None:
    home = LifeEvent("s", LifeKind.SETTLED, day(1), 0, "H", (Part(MAN, "02"), Part(WIFE, "12"), Part(OTHER, "30")))
    died = LifeEvent("d", DIED, day(5), 0, "H", (Part(MAN),))
    people, homes = {MAN, WIFE, OTHER}, {"H"}
    assert now(replay([home, died], people, homes), WIFE) == "30"
    divorced = replay([home, event(DIVORCED, 3, MAN, WIFE), died], people, homes)
    assert now(divorced, WIFE) == "40"
    assert now(replay([home, died], people, homes), OTHER) is None


def test_of_somebody_who_is_not_in_the_registry_too() -> None:
    told = story(event(MARRIED, 3, Part(MAN, "10")), event(WIDOWED, 5, MAN))
    assert statuses(told, MAN) == [("21", day(3), day(5)), ("30", day(5), None)]


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([event(MARRIED, 3, MAN, WIFE), event(MARRIED, 4, MAN, OTHER)], ["married-then"]),
        ([event(MARRIED, 3, MAN), event(MARRIED, 4, MAN)], ["married-then"]),
        ([event(DIVORCED, 3, MAN, WIFE), event(DIVORCED, 4, MAN)], ["not-married-then"]),
        ([event(MARRIED, 3, MAN, WIFE), event(DIVORCED, 4, MAN)], ["not-the-spouse"]),
        ([event(MARRIED, 3, MAN, WIFE), event(DIVORCED, 4, MAN, OTHER)], ["not-the-spouse"]),
        ([event(MARRIED, 3, MAN, WIFE), event(WIDOWED, 4, MAN)], ["not-the-spouse"]),
        ([event(MARRIED, 3, MAN, outside=False)], ["same-person"]),
        ([LifeEvent("d", DIED, day(5), 0, "H", (Part(MAN),)), event(MARRIED, 6, MAN, WIFE)], ["deceased"]),
    ],
)
def test_what_cannot_have_happened(events: list[LifeEvent], found: list[str]) -> None:
    assert codes(*events) == found


def test_of_whom_nothing_is_told_anything_may_be() -> None:
    assert codes(event(DIVORCED, 3, MAN, WIFE)) == []
    assert codes(event(WIDOWED, 3, MAN)) == []


_ACTS = st.tuples(st.sampled_from((MARRIED, DIVORCED)), st.permutations([MAN, WIFE, OTHER, None]), st.integers(2, 20))


@given(st.lists(_ACTS, max_size=12))
def test_whoever_is_married_is_so_to_one_and_that_one_to_it(acts: list[tuple[LifeKind, list[str | None], int]]) -> None:
    """Whatever is told, in whatever order; and the spans of a person never overlap."""
    taken: list[LifeEvent] = []
    for n, (kind, (one, other, *_), on) in enumerate(acts):
        people = [Part(person) for person in (one, other) if person]
        told = [*taken, event(kind, on, *people, told=n)]
        if story(*told).illegal is None:
            taken = told
    end = story(*taken)
    for person, spouse in end.married.items():
        assert spouse is None or end.married[spouse] == person
    for person in (MAN, WIFE, OTHER):
        spans = sorted((m.since, m.until or date.max, m.code) for m in end.maritals if m.person_id == person)
        assert all(until <= since for (_, until, _), (since, _, _) in pairwise(spans))
        assert (bool(spans) and spans[-1][2] in WED) == (person in end.married)
