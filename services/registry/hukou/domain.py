"""What the hukou of people comes to when a hukou household moves or somebody is entered in one. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.registry.households.domain import HouseholdKind
from services.registry.life.domain import LifeEvent, LifeKind, Story

HUKOU, DOCUMENT = "hukou", "residence_document"
TOLD = (HUKOU, DOCUMENT)
"""Facts of a person that are told with an event of a hukou household."""

_ENTERING = frozenset({LifeKind.JOINED, LifeKind.MOVED, LifeKind.SPLIT, LifeKind.MERGED})
_STREET, _COUNTY = 9, 6


@dataclass(frozen=True, slots=True)
class Papers:
    """What is told beside an event. `moved`: was the hukou moved to the resettlement place; None: told by its division. `document`: with
    which residence document (居住证, 居住簿) they live here from then on."""

    moved: bool | None = None
    document: str | None = None


NO_PAPERS = Papers()


def is_moved(division: str, community: str) -> bool | None:
    """Is a hukou that stands in a division one of the place where its people live now (community)? Of a county named alone nobody knows
    where in it: most people moved within their county."""
    if community.startswith(division[:_COUNTY]) and len(division) < _STREET:
        return None
    return community.startswith(division[:_STREET])


def whom(event: LifeEvent, story: Story) -> list[str]:
    """Whose hukou the event is about: whom it names, or all who are entered in the household that day."""
    if event.people:
        return [part.person_id for part in event.people]
    return [
        stay.person_id
        for stay in story.stays
        if stay.kind is HouseholdKind.HUKOU
        and stay.household_id == event.household_id
        and stay.since <= event.on
        and (stay.until is None or event.on < stay.until)
    ]


def facts_told(
    event: LifeEvent, papers: Papers, story: Story, communities: Mapping[str, str]
) -> dict[str, dict[str, object]]:
    """Facts by person (`hukou`, `residence_document`) that hold from the day of an event of a hukou household. `communities`: where people
    live. A split within the register's own place tells nothing new of anybody's hukou, unless another division is named."""
    if not event.is_hukou:
        return {}
    division = _division_after(event, story)
    found: dict[str, dict[str, object]] = {}
    for person_id in whom(event, story):
        facts: dict[str, object] = {}
        if division:
            told, community = papers.moved, communities.get(person_id, "")
            moved = is_moved(division, community) if told is None else told
            facts[HUKOU] = {
                "division": division,
                "moved": moved,
                "moved_on": event.on.isoformat() if moved else None,
            }
        if papers.document:
            facts[DOCUMENT] = papers.document
        if facts:
            found[person_id] = facts
    return found


def _division_after(event: LifeEvent, story: Story) -> str | None:
    """Where their hukou stands from then on; None where the event does not move it."""
    if event.division or event.act not in _ENTERING:
        return event.division
    there = division_on(story, event.household_id, event.on)
    if event.act is LifeKind.JOINED:
        return there
    after = division_on(story, event.into_id or event.household_id, event.on)
    return after if after != there else None


def division_on(story: Story, household_id: str, on: date) -> str | None:
    """Where a hukou household stood on a day."""
    return next(
        (
            each.division
            for each in story.registers
            if each.household_id == household_id and each.since <= on and (each.until is None or on < each.until)
        ),
        None,
    )


def lead_of(members: Mapping[str, str], head: str | None) -> str | None:
    """By whom a hukou household is found in a place: its head; while it has none, who has been in it longest."""
    return head or next(iter(members), None)


def segments(
    since: date, until: date | None, displaced: Sequence[tuple[object, date, date | None]]
) -> list[tuple[object, date, date | None]]:
    """What held before a value that is taken back, over its days. `displaced`: values with the days from and up to which they were
    known."""
    last = until or date.max
    spans = sorted((max(start, since), min(end or date.max, last), n) for n, (_, start, end) in enumerate(displaced))
    values = [value for value, _, _ in displaced]
    ends = [*(start for start, _, _ in spans[1:]), last]
    clipped = [(values[n], start, min(end, following)) for (start, end, n), following in zip(spans, ends, strict=False)]
    return [(value, start, None if end == date.max else end) for value, start, end in clipped if start < end]
