"""What two records of one person come to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from services.registry.life.domain import OF_COUPLES, OF_NOBODY, LifeEvent
from services.registry.persons.domain import BIRTH_CERTIFICATE
from shared.errors import Fault


class Merger(NamedTuple):
    """`gone_id` is `kept_id`. `both_lived`: what is told of either is true, one after the other; else what is told of `gone_id` is told of
    nobody (the same thing was told twice)."""

    gone_id: str
    kept_id: str
    both_lived: bool


def as_one(events: Iterable[LifeEvent], mergers: Iterable[Merger]) -> list[LifeEvent]:
    """The events as they are told of people who are one. An event that then happened to nobody did not happen. A marriage is told of two,
    and was not told twice because one of them was: it goes on as that of who stays."""
    by_gone = {merger.gone_id: merger for merger in mergers}
    found = []
    for event in events:
        there = {part.person_id for part in event.people}
        parts = []
        for part in event.people:
            merger = by_gone.get(part.person_id)
            if merger is None:
                parts.append(part)
            elif (merger.both_lived or event.kind in OF_COUPLES) and merger.kept_id not in there:
                parts.append(part._replace(person_id=merger.kept_id))
        if parts or event.kind in OF_NOBODY:
            found.append(replace(event, people=tuple(parts)))
    told = [event for event in found if event.kind not in OF_NOBODY]
    lived = {household for event in told for household in (*event.households, event.hukou_id)}
    return [event for event in found if event.kind not in OF_NOBODY or event.household_id in lived]


def what_differs(gone: Mapping[str, object], kept: Mapping[str, object]) -> list[Fault]:
    """What to look at of two who are said to be one: `sex`, `birth_on`."""
    texts = {"sex": ("sex differs", "性别不一致"), "birth_on": ("day of birth differs", "出生日期不一致")}
    return [
        Fault("/into", f"{field.replace('_', '-')}-differs", *texts[field])
        for field in texts
        if gone[field] != kept[field]
    ]


def faults_of_taking(take: Iterable[str], recorded: Mapping[str, object]) -> list[Fault]:
    """Only what is recorded of the one can be taken over to the other. A birth certificate cannot: by it, who goes is found."""
    return [
        Fault(
            f"/take/{n}", "stays-behind", "stays with the one who goes, and is found there", "保留在原记录中，无须转入"
        )
        if field == BIRTH_CERTIFICATE
        else Fault(f"/take/{n}", "not-recorded", "nothing of this is recorded of the person", "该人员无此项登记")
        for n, field in enumerate(take)
        if field == BIRTH_CERTIFICATE or recorded.get(field) is None
    ]


def parted(
    taken: Mapping[str, tuple[object, object]], recorded: Mapping[str, object]
) -> tuple[dict[str, object], list[str]]:
    """When two are taken apart: of fields that were taken over (before and after), those that go back to what was before; and those that
    were changed since, and stay."""
    back = {field: before for field, (before, after) in taken.items() if recorded.get(field) == after}
    return back, [field for field in taken if field not in back]
