"""Households and their people: what the ledger makes us believe, compared with four services. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from tests.chaos.checker.believed import DECEASED, RESIDENT, SETTLED, WITHDRAWN, Home, Person, World
from tests.chaos.checker.there import Row, There
from tests.chaos.checker.violations import NO_MORE, TAKES_EFFECT, Violation

_SCHEMES = 7
"""In which every present person is assessed; beside them the household's dibao."""
_MARRIED = "20"
"""Of whom it is not known what was before (GB/T 2261.2)."""
_OPEN_VISITS = {"requested", "overdue"}


def faults_of_homes(done: World, refused: World, there: There) -> list[Violation]:
    """All that differs. `done`, `refused`: the world where acts that were never answered had been done, and where not: each household they
    concern stands, whole, as in one of the two."""
    found: list[Violation] = []
    in_doubt = {person.name for home in done.homes.values() if home.doubtful for person in home.people}
    for ref, home in done.homes.items():
        if home.doubtful:
            as_done, as_refused = (list(_whole(world, ref, home.people, there)) for world in (done, refused))
            found += as_done if len(as_done) < len(as_refused) else as_refused
        else:
            own = [
                person for person in home.people if done.people[person.name] is person and person.name not in in_doubt
            ]
            found += [*_of_home(home, there), *(f for person in own for f in _of_person(person, home, there))]
    return found


def _whole(world: World, ref: str, people: Iterable[Person], there: There) -> Iterator[Violation]:
    """A household with all the people that it may have, in one of the two worlds."""
    if home := world.homes.get(ref):
        yield from _of_home(home, there)
    for name in (person.name for person in people):
        person = world.people.get(name)
        if person is None:
            if ids := there.names.get(name):
                yield Violation(NO_MORE, f"person {name}", "nothing", f"{len(ids)} in the registry", (ref,))
        else:
            yield from _of_person(person, world.homes[person.home], there)


def _of_home(home: Home, there: There) -> Iterator[Violation]:
    household_id = id_of(home, there)
    keys = tuple(home.told_by)
    if household_id is None or household_id not in there.homes:
        yield Violation(TAKES_EFFECT, f"household at {'/'.join(home.at)}", home.state, "none in the registry", keys)
        return
    community, block, unit, flat = home.at
    place = {"community_code": community, "block": block, "unit": unit, "flat": flat}
    known = {"version": home.version} | place
    seen = (
        ("registry", there.homes.get(household_id), known | {"status": home.state}),
        ("grid", there.grid_homes.get(household_id), {"copy_version": home.version, "state": home.state} | place),
        ("jobs", there.jobs_homes.get(household_id), {"copy_version": home.version, "state": home.state} | place),
        ("benefits", there.benefits_homes.get(household_id), known | {"state": home.state}),
    )
    about = f"household {household_id}"
    for service, row, wanted in seen:
        yield from _differences(f"{about} in {service}", row, wanted, keys)
    for what, must, found in _consequences(home, household_id, there):
        if must != found:
            yield Violation(TAKES_EFFECT, f"{what} of {about}", repr(must), repr(found), keys)


def id_of(home: Home, there: There) -> str | None:
    """As told; where nobody was told (a roster, an act without an answer), that of its people's household."""
    if home.household_id:
        return home.household_id
    ids = {there.people[one]["household_id"] for person in home.people for one in there.names.get(person.name, ())}
    return ids.pop() if len(ids) == 1 else None


def _differences(about: str, row: Row | None, wanted: Row, keys: tuple[str, ...]) -> Iterator[Violation]:
    is_there = {name: row[name] for name in wanted} if row else None
    if is_there != wanted:
        differing = (
            {name: is_there[name] for name in wanted if is_there[name] != wanted[name]} if is_there else "nothing"
        )
        told = wanted if is_there is None else {name: wanted[name] for name in wanted if is_there[name] != wanted[name]}
        yield Violation(TAKES_EFFECT, about, str(dict(told)), str(differing), keys)


def _consequences(home: Home, household_id: str, there: There) -> Iterator[tuple[str, object, object]]:
    """What follows from a household's state: what it is, what must be, what is there."""
    lives = home.state == SETTLED
    present = {ids[0] for person in home.present if len(ids := there.names.get(person.name, [])) == 1}
    yield "members in the registry", present, set(there.members.get(household_id, ()))
    yield "its flat's household", household_id in there.occupants.get(home.at, ()), lives
    for service, row in (
        ("jobs", there.jobs_homes.get(household_id)),
        ("benefits", there.benefits_homes.get(household_id)),
    ):
        yield f"members in {service}", present, set(row["members"]) if row else None
    without = home.standing == "without-work"
    jobs, grid = there.jobs_homes.get(household_id), there.grid_homes.get(household_id)
    yield "standing to work in jobs", home.standing, jobs["standing"] if jobs else None
    yield "being without work in the registry", without, bool(there.homes[household_id]["without_work"])
    yield "being without work in the grid", without, bool(grid and grid["without_work"])
    yield "cell in the grid", lives, bool(grid and grid["cell_code"])
    visits = there.visits.get(household_id, [])
    first = [visit["status"] for visit in visits if visit["reason"] == "first-visit"]
    yield "first visits asked for", 1, len(first)
    yield "open first visits", int(lives), sum(status in _OPEN_VISITS for status in first)
    for_work = [visit["status"] for visit in visits if visit["reason"] == "without-work"]
    yield "open visits for want of work", int(without), sum(status in _OPEN_VISITS for status in for_work)
    yield "assessments of dibao", int(lives), there.assessed.get((household_id, None), 0)


def _of_person(person: Person, home: Home, there: There) -> Iterator[Violation]:
    ids = there.names.get(person.name, [])
    about, keys = f"person {person.name}", tuple(home.told_by)
    if len(ids) != 1 or person.person_id not in (None, ids[0]):
        yield Violation(TAKES_EFFECT, about, f"one, {person.person_id or 'of any id'}", str(ids or "nobody"), keys)
        return
    (person_id,) = ids
    household_id = id_of(home, there)
    known = {"version": person.version, "household_id": household_id}
    yield from _differences(
        f"{about} in registry", there.people[person_id], known | {"status": person.status, "sex": person.sex}, keys
    )
    copy = {"state": person.status, "household_id": household_id}
    jobs, benefits = there.jobs_people.get(person_id), there.benefits_people.get(person_id)
    yield from _differences(f"{about} in jobs", jobs, copy | {"copy_version": person.version}, keys)
    yield from _differences(f"{about} in benefits", benefits, copy | {"version": person.version}, keys)
    for what, wanted, is_there in _life(person, person_id, household_id, there):
        if wanted != is_there:
            yield Violation(TAKES_EFFECT, f"{what} of {about}", str(wanted), str(is_there), keys)


def _life(
    person: Person, person_id: str, household_id: str | None, there: There
) -> Iterator[tuple[str, object, object]]:
    """What follows from a person's state: what it is, what must be, what is there."""
    employments = there.employments.get(person_id, [])
    recorded = {e["employment_id"]: e["status"] for e in employments if e["source"] == "recorded"}
    yield "recorded work", *_matched({e.employment_id: e.status for e in person.employments}, recorded)
    stated = [e["status"] for e in employments if e["source"] == "stated" and e["status"] != WITHDRAWN]
    kept = person.work == "employed" and person.status in (RESIDENT, DECEASED)
    yield "stated work", ["ended" if person.stated_work_ended else "standing"] if kept else [], stated
    jobs, benefits = there.jobs_people.get(person_id), there.benefits_people.get(person_id)
    yield "spells of seeking work", int(person.seeks), jobs["seeking"] if jobs else None
    lives = person.status == RESIDENT
    yield "assessments", _SCHEMES * lives, there.assessed.get((household_id or "", person_id), 0)
    if lives and (person.work == "employed" or any(e.status != WITHDRAWN for e in person.employments)):
        work = "employed" if person.in_work else "none"
        yield "work in the registry", work, (there.people[person_id]["work_copy"] or {}).get("status")
        yield "work in benefits", work, ((benefits and benefits["work"]) or {}).get("work")
    if person.status in (RESIDENT, DECEASED):
        yield "marital status", _MARRIED if person.married else None, there.people[person_id]["marital"]
    earlier = ["replaced"] * (person.consents - 1)
    yield (
        "consents",
        [*earlier, "standing"] if person.consents else [],
        [row["status"] for row in there.consents.get(person_id, ())],
    )
    cases = there.cases.get(person_id, [])
    told = {case.case_id: case.ending for case in person.cases}
    ended = {case["case_id"]: case["ended_because"] for case in cases}
    yield "cases", *_matched(dict.fromkeys(told, True), dict.fromkeys(ended, True))
    wrong = {case_id: why for case_id, why in ended.items() if why != told.get(case_id, why)}
    yield "ends of cases that differ", {}, wrong
    elsewhere = {c["household_id"] for c in cases if c["ended_because"] is None and c["household_id"] != household_id}
    yield "other households that have its cases", set(), elsewhere


def _matched(told: dict[str | None, object], there: dict[str | None, object]) -> tuple[object, object]:
    """The two, ready to be compared: one of which nobody was told the id is any one that nobody was told of."""
    if None not in told:
        return told, there
    named = {key: value for key, value in there.items() if key in told}
    nameless = Counter(map(str, (value for key, value in there.items() if key not in told)))
    return {**told, None: Counter([str(told[None])])}, {**named, None: nameless}


def strangers(done: World, there: There) -> list[Violation]:
    """Households, people, cases and work in any service that no act explains."""
    homes = {id_of(home, there) for home in done.homes.values()}
    people = {one for name in done.people for one in there.names.get(name, ())}
    found = [
        Violation(NO_MORE, f"{what} {one} in {service}", "nothing", "it")
        for service, what, ids, known in (
            ("registry", "household", there.homes, homes),
            ("grid", "household", there.grid_homes, homes),
            ("jobs", "household", there.jobs_homes, homes),
            ("benefits", "household", there.benefits_homes, homes),
            ("registry", "person", there.people, people),
            ("jobs", "person", there.jobs_people, people),
            ("benefits", "person", there.benefits_people, people),
            ("jobs", "work of person", there.employments, people),
            ("benefits", "case of person", there.cases, people),
            ("registry", "community", there.communities, set(done.communities)),
            ("grid", "community", there.grid_communities, set(done.communities)),
        )
        for one in ids
        if one not in known
    ]
    found += [
        Violation(NO_MORE, f"flat {'/'.join(at)}", "at most one household", str(ids))
        for at, ids in there.occupants.items()
        if len(ids) > 1
    ]
    return found


def faults_of_communities(refused: World, there: There) -> list[Violation]:
    """Communities and cells that were put are there, in the registry and in the grid."""
    found: list[Violation] = []
    for code, units in refused.communities.items():
        for service, rows in (("registry", there.communities), ("grid", there.grid_communities)):
            if code not in rows or rows[code]["version"] != 1:
                found.append(
                    Violation(TAKES_EFFECT, f"community {code} in {service}", "version 1", str(rows.get(code)))
                )
        if code in refused.cells and there.grid_cells.get(code) != units:
            found.append(Violation(TAKES_EFFECT, f"cells of {code}", str(units), str(there.grid_cells.get(code))))
    return found
