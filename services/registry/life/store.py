"""Every SQL statement about life events, and the rows that follow from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from services.registry import own
from services.registry.life.domain import OF_COUPLES, LifeEvent, LifeKind, Living, Part
from services.registry.merging.domain import as_one
from services.registry.merging.store import list_mergers
from services.registry.store import told_of
from shared.auth import Place
from shared.db import Read, Row, Transaction, columns, json_text
from shared.errors import Conflict, NotFound
from shared.places import place_of, seen


class EventNotFound(NotFound):
    slug = "life-event-not-found"
    title_en, title_zh = "No such life event", "未找到该变动记录"


class ChangedMeanwhile(Conflict):
    title_en, title_zh = "Someone changed households just now: read and try again", "有人员刚刚变更住户，请重试"


class Told(NamedTuple):
    """Events, with those of whom every event is among them. `core`: of the people, those of whom all that follows is known too."""

    events: list[LifeEvent]
    people: frozenset[str]
    households: frozenset[str]
    core: frozenset[str]


class Said(NamedTuple):
    """By whom, and on what ground, something was told."""

    source: str
    by: str


async def lock_households(tx: Transaction, household_ids: Collection[str]) -> None:
    """In one order, before anything that hangs on them is read: those who live together before hukou households, which hang on them."""
    await tx.execute(
        "select from households where household_id = any($1::uuid[]) order by kind = 'hukou', household_id for update",
        list(household_ids),
    )


async def list_homes(read: Read, person_ids: Collection[str]) -> set[str]:
    """The households in which these people live, or lived last."""
    rows = await read.fetch(
        "select distinct household_id from persons where person_id = any($1::uuid[])", list(person_ids)
    )
    return {row["household_id"] for row in rows}


async def lock_persons(tx: Transaction, person_ids: Collection[str]) -> None:
    await tx.execute(
        "select from persons where person_id = any($1::uuid[]) order by person_id for update", list(person_ids)
    )


async def list_told(read: Read, household_ids: Collection[str], person_ids: Collection[str]) -> Told:
    """What was told of these households and people, of all who were ever in one (of either kind) with them (`core`), and of all who were
    ever in one with any of these: by the death of one of them somebody may be widowed. Of people who were entered twice, as of one."""
    named = await _with_merged(read, person_ids)
    households = await list_homes_ever(read, named) | set(household_ids)
    core = await _list_who_was_in(read, households) | named
    people = core | await _list_who_was_in(read, await list_homes_ever(read, core))
    mergers = await list_mergers(read, people)
    people |= {merger.kept_id for merger in mergers} | {merger.gone_id for merger in mergers}
    events = await _list_events(read, await list_homes_ever(read, people) | households)
    gone = {merger.gone_id for merger in mergers}
    known = households | await list_homes_ever(read, core, ("hukou",))
    return Told(as_one(events, mergers), frozenset(people - gone), frozenset(known), frozenset(core - gone))


async def _list_who_was_in(read: Read, household_ids: Collection[str]) -> set[str]:
    """All who are told to have had part in what happened to these households, or were ever in them."""
    events = await _list_events(read, household_ids)
    return {part.person_id for event in events for part in event.people} | await list_people_of(read, household_ids)


async def _with_merged(read: Read, person_ids: Collection[str]) -> set[str]:
    """These, and who is taken for one of them, or they for."""
    mergers = await list_mergers(read, person_ids)
    return {*person_ids, *(merger.kept_id for merger in mergers), *(merger.gone_id for merger in mergers)}


async def list_homes_ever(
    read: Read, person_ids: Collection[str], kinds: Sequence[str] = ("coliving", "hukou")
) -> set[str]:
    """Households in which these people are, or were ever known to be."""
    rows = await read.fetch(
        "select distinct household_id from memberships where person_id = any($1::uuid[]) and kind = any($2::text[])",
        list(person_ids),
        list(kinds),
    )
    return {row["household_id"] for row in rows}


async def _list_events(read: Read, household_ids: Collection[str]) -> list[LifeEvent]:
    ids = list(household_ids)
    rows = await read.fetch(
        """select * from life_events where household_id = any($1::uuid[]) and retracted_at is null
           union select * from life_events where into_id = any($1::uuid[]) and retracted_at is null""",
        ids,
    )
    return [event_of(row) for row in rows]


def event_of(row: Row) -> LifeEvent:
    """A row of `life_events`."""
    details = row["details"] or {}
    return LifeEvent(
        row["event_id"],
        LifeKind(row["kind"]),
        row["happened_on"],
        row["told"],
        row["household_id"],
        tuple(Part(*part) for part in zip(row["people"], row["relations"], row["in_hukou"], strict=True)),
        row["into_id"],
        row["dwelling_id"],
        row["hukou_id"],
        details.get("division"),
        details.get("outside", False),
        details.get("again", False),
    )


async def list_people_of(read: Read, household_ids: Collection[str]) -> set[str]:
    """All who were ever in these households."""
    rows = await read.fetch(
        "select distinct person_id from memberships where household_id = any($1::uuid[])", list(household_ids)
    )
    return {row["person_id"] for row in rows}


async def list_partners(read: Read, person_ids: Collection[str]) -> set[str]:
    """Whom these people were ever told to have married or divorced."""
    ids = {*person_ids, *(merger.gone_id for merger in await list_mergers(read, person_ids))}
    rows = await read.fetch(
        """select distinct unnest(e.people) as person_id from life_events e
            where e.kind = any($2::text[]) and e.people && $1::uuid[]
              and (e.household_id = any(array(select household_id from memberships where person_id = any($1)))
                   or e.into_id = any(array(select household_id from memberships where person_id = any($1))))""",
        list(ids),
        list(OF_COUPLES),
    )
    found = {row["person_id"] for row in rows} - ids
    return found | {merger.kept_id for merger in await list_mergers(read, found)}


async def list_relations(read: Read, one: str, other: str) -> list[tuple[str, str]]:
    """Relations to the head of both, in each household in which both ever were."""
    rows = await read.fetch(
        """select distinct a.relation, b.relation as its from memberships a join memberships b using (household_id)
            where a.person_id = $1 and b.person_id = $2 and a.retracted_at is null and b.retracted_at is null""",
        one,
        other,
    )
    return [(row["relation"], row["its"]) for row in rows]


async def has_other_spouse(read: Read, person_id: str, couple: Collection[str], spouses: Collection[str]) -> bool:
    """Does the person live with somebody else than whom it is of a couple with as head and spouse (relations `spouses`)?"""
    found: bool = await read.fetchval(
        """select exists (select from memberships a join memberships b using (household_id)
                           where a.person_id = $1 and a.kind = 'coliving' and b.person_id <> all($2::uuid[])
                             and a.valid_to is null and a.retracted_at is null and b.valid_to is null and b.retracted_at is null
                             and (a.relation = '02' and b.relation = any($3::text[]) or a.relation = any($3) and b.relation = '02'))""",
        person_id,
        list(couple),
        list(spouses),
    )
    return found


async def add_event(
    tx: Transaction,
    event: LifeEvent,
    source: str,
    by: str,
    evidence: str | None = None,
    said: Mapping[str, object] | None = None,
) -> None:
    """Told now (`told` is given by the database). `said`: what it says beside."""
    stated = {"division": event.division, "outside": event.outside, "again": event.again, **(said or {})}
    details = {name: value for name, value in stated.items() if value}
    await tx.execute(
        """insert into life_events (event_id, kind, happened_on, household_id, into_id, hukou_id, dwelling_id,
                  people, relations, in_hukou, recorded_at, source, recorded_by, evidence, details)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)""",
        event.event_id,
        event.kind,
        event.on,
        event.household_id,
        event.into_id,
        event.hukou_id,
        event.dwelling_id,
        [part.person_id for part in event.people],
        [part.relation for part in event.people],
        [part.in_hukou for part in event.people],
        tx.now,
        source,
        by,
        evidence,
        details or None,
    )


async def retract_events(tx: Transaction, event_ids: Collection[str], by: str, because: str) -> None:
    """They never happened; that they were told stays."""
    await tx.execute(
        """update life_events set retracted_at = $2, retracted_by = $3, retracted_because = $4
            where event_id = any($1::uuid[]) and retracted_at is null""",
        list(event_ids),
        tx.now,
        by,
        because,
    )


_EVENT = """
select e.*, array(select s.person_id from persons s where s.person_id = any(e.people) and s.withheld is not null) as withheld
  from life_events e
"""
"""`withheld`: of these people nothing is shown."""


async def get_event(read: Read, event_id: str, place: Place) -> Row:
    """An event of a household that the place covers, or that led into one; or of a resident's own people. Raises EventNotFound."""
    asked = f"{_EVENT} where e.event_id = $1 and {own.event_seen(place, 2)}"
    row = await read.fetchrow(asked, event_id, *own.parameters(read, place))
    if row is None:
        raise EventNotFound
    return row


async def get_told(read: Read, event_id: str) -> Row:
    """An event, for who has just told it or takes it back."""
    row = await read.fetchrow(f"{_EVENT} where e.event_id = $1", event_id)
    assert row is not None  # so it is there
    return row


async def begin(tx: Transaction, household_id: str, status: str) -> None:
    """A household that was added, but of which nothing was told yet: version 0."""
    await tx.execute("update households set version = 0, status = $2 where household_id = $1", household_id, status)


async def list_of_household(read: Read, household_id: str) -> list[Row]:
    """What was ever told of a household, as it happened; not what was told of people alone whose records are withheld."""
    rows = await read.fetch(
        f"""{_EVENT} where e.household_id = $1 union {_EVENT} where e.into_id = $1 order by happened_on, told""",
        household_id,
    )
    return [row for row in rows if not row["people"] or len(row["withheld"]) < len(set(row["people"]))]


async def list_of_person(read: Read, person_id: str, place: Place) -> list[Row]:
    """What was ever told of a person, as it happened; `covered`: in a household that the place covers (never to a resident)."""
    return await read.fetch(
        f"""select e.*, exists (select from households h
                                where h.household_id in (e.household_id, e.into_id) and {seen(place, 2)}) as covered
              from ({_EVENT}) e
             where {told_of("$1")} order by e.happened_on, e.told""",
        person_id,
        *place_of(place),
    )


# What follows from the events


async def list_taken(tx: Transaction, livings: Iterable[Living]) -> list[Row]:
    """Days (`day`) on which another household lived in the flat of one of these: the first of each."""
    rows = list(livings)
    return await tx.fetch(
        """select greatest(g.since, min(o.valid_from)) as day
             from unnest($1::uuid[], $2::uuid[], $3::date[], $4::date[]) as g(household_id, dwelling_id, since, until)
             join occupancies o on o.dwelling_id = g.dwelling_id and o.household_id <> g.household_id and o.retracted_at is null
                  and daterange(o.valid_from, o.valid_to) && daterange(g.since, g.until)
            group by g.dwelling_id, g.since order by 1""",
        *columns(rows, 4),
    )


async def flat_households(tx: Transaction, new_ids: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Ids of the flat households (同住户) by (co-living household, dwelling); those that are missing are made with the ids given."""
    pairs = sorted(new_ids)
    await tx.execute(
        """insert into households (household_id, kind, status, version, coliving_id, community_code, dwelling_id, estate,
                  block, unit, flat, settled_on, head_person_id, facts, changed_at)
           select g.flat_id, 'flat', 'ended', 1, h.household_id, d.community_code, d.dwelling_id, d.estate, d.block, d.unit, d.flat,
                  h.settled_on, h.head_person_id, '{}', $1
             from unnest($2::uuid[], $3::uuid[], $4::uuid[]) as g(coliving_id, dwelling_id, flat_id)
             join households h on h.household_id = g.coliving_id join dwellings d on d.dwelling_id = g.dwelling_id
            where not exists (select from households f
                               where f.coliving_id = g.coliving_id and f.kind = 'flat' and f.dwelling_id = g.dwelling_id)""",
        tx.now,
        *columns([(*pair, new_ids[pair]) for pair in pairs], 3),
    )
    rows = await tx.fetch(
        "select coliving_id, dwelling_id, household_id from households where coliving_id = any($1::uuid[]) and kind = 'flat'",
        list({coliving_id for coliving_id, _ in pairs}),
    )
    return {(row["coliving_id"], row["dwelling_id"]): row["household_id"] for row in rows}


async def set_households(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Households as they stand now (status, version, head, flat)."""
    names = (
        "household_id",
        "status",
        "version",
        "head_person_id",
        "dwelling_id",
        "community_code",
        "estate",
        "block",
        "unit",
        "flat",
    )
    await tx.execute(
        """update households h set status = g.status, version = g.version, head_person_id = g.head, dwelling_id = g.dwelling_id,
                  community_code = g.community, estate = g.estate, block = g.block, unit = g.unit, flat = g.flat, changed_at = $1
             from unnest($2::uuid[], $3::text[], $4::int[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[],
                  $11::text[]) as g(household_id, status, version, head, dwelling_id, community, estate, block, unit, flat)
            where h.household_id = g.household_id""",
        tx.now,
        *columns([tuple(row[name] for name in names) for row in rows], len(names)),
    )


async def set_flat_statuses(tx: Transaction, coliving_ids: Collection[str]) -> None:
    """A flat household stands as long as its co-living household lives in its flat."""
    await tx.execute(
        """update households f set status = now.status, version = f.version + 1, head_person_id = now.head, changed_at = $2
             from (select f.household_id, h.head_person_id as head,
                          case when h.status = 'settled' and h.dwelling_id = f.dwelling_id then 'settled' else 'ended' end as status
                     from households f join households h on h.household_id = f.coliving_id
                    where f.coliving_id = any($1::uuid[]) and f.kind = 'flat') now
            where f.household_id = now.household_id and (f.status, f.head_person_id) is distinct from (now.status, now.head)""",
        list(coliving_ids),
        tx.now,
    )


async def set_persons(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """People of whom something is told as they stand now (status, version, household, death, facts)."""
    await tx.execute(
        """update persons p set status = g.status, version = g.version, household_id = g.household_id, died_on = g.died_on,
                  facts = g.facts::jsonb, merged_into = null, changed_at = $1
             from unnest($2::uuid[], $3::text[], $4::int[], $5::uuid[], $6::date[], $7::text[])
                  as g(person_id, status, version, household_id, died_on, facts)
            where p.person_id = g.person_id""",
        tx.now,
        *columns(
            [
                (r["person_id"], r["status"], r["version"], r["household_id"], r["died_on"], json_text(r["facts"]))
                for r in rows
            ],
            6,
        ),
    )
