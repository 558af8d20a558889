"""What the topics hold, compared with the rows that said it and with those who heard it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from tests.chaos.checker.there import There
from tests.chaos.checker.topics import HEARS, Record
from tests.chaos.checker.violations import IN_ORDER, NO_MORE, ONCE, STILL, TAKES_EFFECT, Violation

Trail = Sequence[Record]
"""The records of one aggregate in order, each event once (the first time it stands there)."""
_EVERY_VERSION_IS_SAID = {
    "registry.community", "registry.household", "registry.person", "registry.consent", "grid.household", "grid.visit"
}  # fmt: skip
"""In the others versions rise also by what nobody need hear of: a person starts to seek work, a refusal is proposed."""


def trails(records: Iterable[Record]) -> dict[tuple[str, str], list[Record]]:
    """By topic and key."""
    seen: set[str] = set()
    found: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        if record.event_id not in seen:
            seen.add(record.event_id)
            found.setdefault((record.topic, record.key), []).append(record)
    return found


def faults_of_records(records: Sequence[Record]) -> list[Violation]:
    """A record that stands there twice is the same one, in the same partition."""
    first: dict[str, Record] = {}
    found = []
    for record in records:
        one = first.setdefault(record.event_id, record)
        if (one.digest, one.topic, one.key, one.partition) != (
            record.digest,
            record.topic,
            record.key,
            record.partition,
        ):
            said = f"{one.topic}/{one.partition} at {one.offset}"
            found.append(
                Violation(ONCE, f"event {record.event_id}", said, f"another at {record.partition}/{record.offset}")
            )
    return found


def faults_of_order(found: Mapping[tuple[str, str], Trail], there: There) -> list[Violation]:
    """Versions rise, by one where each is said, up to the one that the owner's row has."""
    versions = owners_versions(there)
    return [fault for place, trail in found.items() for fault in _of_trail(place, trail, versions.get(place))] + [
        Violation(TAKES_EFFECT, f"{topic} {key}", f"version {version}", "nothing in the topic")
        for (topic, key), version in versions.items()
        if topic in _EVERY_VERSION_IS_SAID and version and (topic, key) not in found
    ]


def _of_trail(place: tuple[str, str], trail: Trail, owned: int | None) -> Iterator[Violation]:
    topic, key = place
    said = [record.version for record in trail]
    about = f"{topic} {key}"
    if len({record.partition for record in trail}) > 1:
        yield Violation(IN_ORDER, about, "one partition", str(sorted({record.partition for record in trail})))
    if owned is None:
        yield Violation(NO_MORE, about, "nothing", f"events of versions {said} of something that is not there")
    elif topic in _EVERY_VERSION_IS_SAID:
        if said != list(range(1, owned + 1)):
            yield Violation(IN_ORDER, about, f"versions 1 to {owned}", str(said))
    elif any(a >= b for a, b in pairwise(said)) or said[-1] > owned:
        yield Violation(IN_ORDER, about, f"rising versions up to {owned}", str(said))


def owners_versions(there: There) -> dict[tuple[str, str], int]:
    """The version of each aggregate in its owner's row, by topic and key."""
    visits = [visit for rows in there.visits.values() for visit in rows]
    consents = [consent for rows in there.consents.values() for consent in rows]
    cases = [case for rows in there.cases.values() for case in rows]
    return {
        **{("registry.community", key): row["version"] for key, row in there.communities.items()},
        **{("registry.household", key): row["version"] for key, row in there.homes.items()},
        **{("registry.person", key): row["version"] for key, row in there.people.items()},
        **{("registry.consent", consent["consent_id"]): 1 for consent in consents},
        **{("grid.household", key): row["version"] for key, row in there.grid_homes.items()},
        **{("grid.visit", visit["visit_id"]): visit["version"] for visit in visits},
        **{("jobs.household", key): row["version"] for key, row in there.jobs_homes.items()},
        **{("jobs.person", key): row["version"] for key, row in there.jobs_people.items()},
        **{("benefits.case", case["case_id"]): case["version"] for case in cases},
    }


def faults_of_last_words(found: Mapping[tuple[str, str], Trail], there: There) -> list[Violation]:
    """The last that jobs said of people's work and of households is what its rows say."""
    faults = []
    for person_id, rows in there.employments.items():
        if trail := found.get(("jobs.person", person_id)):
            standing = {row["employment_id"] for row in rows if row["status"] == "standing"}
            said = {employment["employment_id"] for employment in trail[-1].data["employments"]}
            if said != standing:
                faults.append(Violation(TAKES_EFFECT, f"last word on work of {person_id}", str(standing), str(said)))
    for household_id, row in there.jobs_homes.items():
        trail = found.get(("jobs.household", household_id), [])
        without = row["standing"] == "without-work"
        if (bool(trail) and trail[-1].data["without_work"]) != without:
            faults.append(
                Violation(TAKES_EFFECT, f"last word on household {household_id}", f"without work: {without}", "another")
            )
    return faults


def faults_of_listeners(records: Sequence[Record], there: There) -> list[Violation]:
    """Every event was noted by everyone who listens to its topic, and nothing was noted that was not said."""
    found = []
    for listener, service in there.services.items():
        said = {r.event_id for r in records if listener not in HEARS or r.topic in HEARS[listener]}
        missing, strange = said - service.inbox, service.inbox - said
        if missing:
            found.append(
                Violation(TAKES_EFFECT, f"events to {listener}", f"{len(said):,}", f"{len(missing):,} not noted")
            )
        if strange:
            found.append(
                Violation(NO_MORE, f"events to {listener}", f"{len(said):,}", f"{len(strange):,} noted beside")
            )
        if service.outbox:
            found.append(Violation(STILL, f"outbox of {listener}", "nothing waits", f"{service.outbox:,} rows"))
        found += [
            Violation(STILL, f"dead letter of {listener}", "none", f"{row['type']} {row['event_id']}: {row['reason']}")
            for row in service.dead_letters
        ]
    return found


def faults_of_effects(records: Sequence[Record], there: There) -> list[Violation]:
    """The witness, who counts whatever is applied, counted every event once."""
    said: dict[tuple[str, str, str, int], set[str]] = {}
    for record in records:
        said.setdefault((record.topic, record.key, record.type, record.version), set()).add(record.event_id)
    return [
        Violation(
            ONCE, f"{topic} {key}, {kind} version {version}", f"said {times} time(s)", f"effect {counted} time(s)"
        )
        for (topic, key, kind, version) in said.keys() | there.effects.keys()
        for times in (len(said.get((topic, key, kind, version), ())),)
        for counted in (there.effects.get((topic, key, kind, version), 0),)
        if times != counted
    ]


def faults_of_imports(there: There) -> list[Violation]:
    """Every file that was taken is in, wholly."""
    return [
        Violation(
            TAKES_EFFECT,
            f"import {row['import_id']}",
            f"done, {row['rows']} rows",
            f"{row['status']}, {row['accepted']}",
        )
        for row in there.imports
        if row["status"] != "done" or row["accepted"] != row["rows"]
    ]
