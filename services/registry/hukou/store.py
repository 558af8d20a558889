"""Every SQL statement about hukou households, and about facts of people that are told with what happens to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.registry import own
from services.registry.households.store import HOUSEHOLD, HouseholdNotFound
from services.registry.hukou.domain import TOLD, segments
from shared.auth import Place
from shared.db import Read, Row, Transaction, columns, json_text
from shared.paging import beyond
from shared.places import place_of, seen


async def get_household(read: Read, household_id: str, place: Place) -> Row:
    """A hukou household. It is found where its head lives (`community_code` …), and by who of its members lives in the place; by a resident
    who is entered in it. Raises HouseholdNotFound."""
    row = await read.fetchrow(
        f"{HOUSEHOLD} where h.household_id = $1 and h.kind = 'hukou' and {own.register_seen(place, 2)}",
        household_id,
        *own.parameters(read, place),
    )
    if row is None:
        raise HouseholdNotFound
    return row


async def list_households(read: Read, place: Place, block: str | None, after: str | None, limit: int) -> list[Row]:
    """Hukou households that have members and whose head lives in the place, by id."""
    return await read.fetch(
        f"""select h.household_id, h.kind, h.status, h.estate, h.block, h.unit, h.flat, h.without_work, h.hukou_division,
                   p.name as head_name,
                   (select count(*) from memberships m join persons q using (person_id)
                     where m.household_id = h.household_id and m.valid_to is null and m.retracted_at is null
                       and q.withheld is null) as members
              from (select * from households h
                     where h.kind = 'hukou' and h.status = 'settled' and {seen(place, 1)}
                       and ($4::text is null or h.block = $4) and {beyond("h.household_id", 5)}
                     order by h.household_id limit $6) h
              left join persons p on p.person_id = h.head_person_id and p.withheld is null
             order by h.household_id""",
        *place_of(place),
        block,
        after,
        limit,
    )


async def list_members(read: Read, household_id: str, place: Place) -> list[Row]:
    """Who is entered in it now, head first, with what is needed to show them; `covered`: lives where the place is."""
    return await read.fetch(
        f"""select p.person_id, p.name, p.status, p.id_number_sealed, k.key_id, k.wrapped, m.relation,
                   {"true" if place.person else seen(place, 2)} as covered
              from memberships m join persons p using (person_id) join person_keys k using (person_id)
              join households h on h.household_id = p.household_id
             where m.household_id = $1 and m.valid_to is null and m.retracted_at is null and p.withheld is null
             order by (m.relation <> '02'), m.id""",
        household_id,
        *(() if place.person else place_of(place)),
    )


async def list_covered(read: Read, person_ids: Collection[str], place: Place) -> set[str]:
    """Of these people, who lives in the place."""
    rows = await read.fetch(
        f"""select p.person_id from persons p join households h using (household_id)
             where p.person_id = any($4::uuid[]) and {own.staff_sees(place, 1)}""",
        *place_of(place),
        list(person_ids),
    )
    return {row["person_id"] for row in rows}


async def list_now(read: Read, person_ids: Collection[str]) -> set[str]:
    """Hukou households in which these people are entered now."""
    rows = await read.fetch(
        """select distinct household_id from memberships
            where person_id = any($1::uuid[]) and kind = 'hukou' and valid_to is null and retracted_at is null""",
        list(person_ids),
    )
    return {row["household_id"] for row in rows}


async def set_households(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Hukou households as they stand now: status, version, head, division, and the household and flat where the head lives."""
    names = (
        *("household_id", "status", "version", "head_person_id", "hukou_division", "coliving_id", "community_code"),
        *("dwelling_id", "estate", "block", "unit", "flat"),
    )
    await tx.execute(
        """update households h set status = g.status, version = g.version, head_person_id = g.head, hukou_division = g.division,
                  coliving_id = g.coliving_id, community_code = g.community, dwelling_id = g.dwelling_id, estate = g.estate,
                  block = g.block, unit = g.unit, flat = g.flat, changed_at = $1
             from unnest($2::uuid[], $3::text[], $4::int[], $5::uuid[], $6::text[], $7::uuid[], $8::text[], $9::uuid[], $10::text[],
                  $11::text[], $12::text[], $13::text[])
                  as g(household_id, status, version, head, division, coliving_id, community, dwelling_id, estate, block, unit, flat)
            where h.household_id = g.household_id""",
        tx.now,
        *columns([tuple(row[name] for name in names) for row in rows], len(names)),
    )


async def held_since(read: Read, person_ids: Collection[str]) -> dict[tuple[str, str], date]:
    """Since which day facts that are told with such events hold now, by person and fact."""
    rows = await read.fetch(
        """select person_id, fact, valid_from from person_facts
            where person_id = any($1::uuid[]) and fact = any($2::text[]) and valid_to is null and retracted_at is null""",
        list(person_ids),
        list(TOLD),
    )
    return {(row["person_id"], row["fact"]): row["valid_from"] for row in rows}


async def take_back_facts(
    tx: Transaction, told: Mapping[str, Mapping[str, object]], on: date, told_at: datetime
) -> dict[str, dict[str, object]]:
    """Facts (`told`: by person and name) that held from a day on by the word of an event told at an instant are true no more: what they had
    displaced holds again, for as long as they held. What was said otherwise since stays. What holds now, by person and name; None: it is
    not known."""
    found: dict[str, dict[str, object]] = {}
    for person_id, facts in told.items():
        for fact, value in facts.items():
            row = await tx.fetchrow(
                """update person_facts set retracted_at = $5
                    where person_id = $1 and fact = $2 and valid_from = $4 and retracted_at is null
                      and (value = $3::text::jsonb or value ->> 'division' = $3::text::jsonb ->> 'division')
                    returning valid_to""",
                person_id,
                fact,
                json_text(value),
                on,
                tx.now,
            )
            if row is None:
                continue
            displaced = await tx.fetch(
                """select * from person_facts where person_id = $1 and fact = $2 and retracted_at = $3
                      and (valid_to is null or valid_to > $4) order by valid_from""",
                person_id,
                fact,
                told_at,
                on,
            )
            spans = segments(on, row["valid_to"], [(each, each["valid_from"], each["valid_to"]) for each in displaced])
            await _add(tx, [(person_id, fact, each, since, until) for each, since, until in spans])
            if row["valid_to"] is None:
                last: Any = next((each for each, _, until in reversed(spans) if until is None), None)
                found.setdefault(person_id, {})[fact] = last["value"] if last else None
    return found


async def _add(tx: Transaction, rows: Sequence[tuple[str, str, Any, date, date | None]]) -> None:
    """Facts that hold again, said by whom they were said before; what had been kept of them up to that day goes on."""
    await tx.execute(
        """with given as (
               select * from unnest($2::uuid[], $3::text[], $4::text[], $5::date[], $6::date[], $7::text[], $8::text[])
                   as t(person_id, fact, value, since, until, source, recorded_by)),
            kept as (
               update person_facts f set retracted_at = $1 from given g
                where f.person_id = g.person_id and f.fact = g.fact and f.value = g.value::jsonb and f.valid_to = g.since
                  and f.retracted_at is null
               returning f.person_id, f.fact, f.valid_from, f.valid_to)
            insert into person_facts (person_id, fact, value, valid_from, valid_to, recorded_at, source, recorded_by)
            select g.person_id, g.fact, g.value::jsonb, coalesce(k.valid_from, g.since), g.until, $1, g.source, g.recorded_by
              from given g left join kept k on k.person_id = g.person_id and k.fact = g.fact and k.valid_to = g.since""",
        tx.now,
        *columns(
            [
                (person_id, fact, json_text(each["value"]), since, until, each["source"], each["recorded_by"])
                for person_id, fact, each, since, until in rows
            ],
            7,
        ),
    )
