"""Brings the registry's tables to a size: synthetic people, whole communities at a time, rows such as the service writes itself."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import asyncpg
from stdnum.cn import ric

from services.registry.service import person_row
from shared.ids import new_ids
from shared.privacy import KeyRing
from tests.support.names import names

_PEOPLE, _HOUSEHOLDS = 5000, 1250
"""Of a community."""
_PER_FLOOR, _FLOORS, _UNITS = 4, 12, 4
_SETTLED_ON = date(2021, 6, 1)
_BIRTHS = (date(1979, 3, 1), date(1982, 8, 9), date(2006, 1, 20), date(2012, 5, 30))
_RELATIONS = ("02", "12", "20", "30")
_FACTS = '{"work": {"status": "none"}, "labour_class": "ORDINARY", "hukou": {"division": "522328", "moved": false}}'

_MEMBERSHIPS = """
insert into memberships (household_id, kind, person_id, relation, valid_from, recorded_at, source, recorded_by)
select h.household_id, h.kind, p.person_id, g.relation, h.settled_on, h.changed_at, 'bench', 'bench'
  from unnest($1::uuid[], $2::text[]) as g(person_id, relation)
  join persons p using (person_id) join households h on h.coliving_id = p.household_id
"""
_OCCUPANCIES = """
insert into occupancies (dwelling_id, household_id, valid_from, recorded_at, source, recorded_by)
select dwelling_id, household_id, settled_on, changed_at, 'bench', 'bench' from households
 where household_id = any($1::uuid[])
"""
_EVENTS = """
insert into life_events (event_id, kind, happened_on, household_id, dwelling_id, people, relations, in_hukou,
       recorded_at, source, recorded_by)
select gen_random_uuid(), 'settled', h.settled_on, h.household_id, h.dwelling_id, array_agg(m.person_id order by m.id),
       array_agg(m.relation order by m.id), array_agg(false), h.changed_at, 'bench', 'bench'
  from households h join memberships m using (household_id) where h.household_id = any($1::uuid[]) group by h.household_id
"""
_HISTORY = """
insert into person_facts (person_id, fact, value, valid_from, recorded_at, source, recorded_by)
select p.person_id, f.key, f.value, $2, p.registered_at, 'bench', 'bench'
  from persons p, jsonb_each(p.facts) f where p.person_id = any($1::uuid[])
"""
_FLAT = ("dwelling_id", "community_code", "estate", "block", "unit", "floor", "flat")
_PERSON = (
    "person_id", "name", "name_keys", "sex", "birth_on", "id_number_sealed", "id_number_lookup", "phone_sealed", "phone_lookup", "facts",
)  # fmt: skip
_HOUSEHOLD = (
    "household_id", "kind", "coliving_id", "community_code", "dwelling_id", "estate", "block", "unit", "flat", "head_person_id",
)  # fmt: skip


class _Ids(NamedTuple):
    """Of one community; the n-th household has the people 4 n to 4 n + 3."""

    dwellings: Sequence[str]
    colivings: Sequence[str]
    flats: Sequence[str]
    persons: Sequence[str]


async def fill(connection: asyncpg.Connection, keys: KeyRing, people: int) -> None:
    """Adds communities until there are so many people (5,000 at a time), then renews the planner's statistics."""
    there = int(await connection.fetchval("select count(*) from persons"))
    first = int(await connection.fetchval("select count(*) from communities"))
    for n in range(first, first + max(people - there, 0) // _PEOPLE):
        async with connection.transaction():
            await _add_community(connection, keys, n)
    await connection.execute("vacuum analyze")


async def _add_community(connection: asyncpg.Connection, keys: KeyRing, n: int) -> None:
    code, now = f"522732{n:06d}", datetime.now(UTC)
    ids = _Ids(*(new_ids(count) for count in (_HOUSEHOLDS, _HOUSEHOLDS, _HOUSEHOLDS, _PEOPLE)))
    await connection.execute("insert into communities values ($1, $2, 1, $3)", code, f"量度社区{n}", now)
    await connection.execute("insert into estates (community_code, estate) values ($1, '1')", code)
    places = list(itertools.islice(_places(), _HOUSEHOLDS))
    await _copy(connection, "dwellings", _FLAT, [(i, code, *p) for i, p in zip(ids.dwellings, places, strict=True)])
    await _copy(connection, "households", (*_HOUSEHOLD, *_SAME), _households(ids, code, places, now))
    called = names(n, _PEOPLE)
    people = [_person(keys, person_id, n * _PEOPLE + i, called[i]) for i, person_id in enumerate(ids.persons)]
    homes = [household for household in ids.colivings for _ in _RELATIONS]
    rows = [(*p[:10], home, 1, "resident", now, now) for p, home in zip(people, homes, strict=True)]
    more = ("household_id", "version", "status", "registered_at", "changed_at")
    await _copy(connection, "persons", (*_PERSON, *more), rows)
    await _copy(connection, "person_keys", ("person_id", "key_id", "wrapped"), [(p[0], *p[10:]) for p in people])
    await connection.execute(_MEMBERSHIPS, ids.persons, [*_RELATIONS] * _HOUSEHOLDS)
    await connection.execute(_OCCUPANCIES, ids.colivings)
    await connection.execute(_EVENTS, ids.colivings)
    await connection.execute(_HISTORY, ids.persons, _SETTLED_ON)


_SAME = ("status", "version", "settled_on", "facts", "changed_at")


def _households(ids: _Ids, code: str, places: Sequence[tuple[Any, ...]], now: datetime) -> list[tuple[Any, ...]]:
    """A co-living and a flat household in each flat."""
    rows = []
    for n, (estate, block, unit, _, flat) in enumerate(places):
        coliving, head = ids.colivings[n], ids.persons[n * len(_RELATIONS)]
        place = (code, ids.dwellings[n], estate, block, unit, flat, head)
        same = ("settled", 1, _SETTLED_ON, "{}", now)
        rows.append((coliving, "coliving", coliving, *place, *same))
        rows.append((ids.flats[n], "flat", coliving, *place, *same))
    return rows


def _places() -> Iterator[tuple[str, str, str, int, str]]:
    """Estate, block, unit, floor, flat."""
    for block in itertools.count(1):
        for unit, floor, flat in itertools.product(range(_UNITS), range(_FLOORS), range(_PER_FLOOR)):
            yield "1", str(block), str(unit + 1), floor + 1, f"{floor + 1}{flat + 1:02d}"


def id_number(n: int) -> str:
    """Of the n-th person (up to 20 million). Its date and sex are not the person's: nobody compares them again."""
    day, sequence = divmod(n, 999)
    body = f"522798{date(1950, 1, 1) + timedelta(days=day):%Y%m%d}{sequence + 1:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def _person(keys: KeyRing, person_id: str, n: int, name: str) -> tuple[Any, ...]:
    """As the service seals it."""
    number = id_number(n)
    who = n % len(_RELATIONS)
    lookup = keys.lookup_hash("id_number", number)
    named = {"name": name, "sex": "12"[who % 2], "birth_on": _BIRTHS[who], "id_number": number, "lookup": lookup}
    return person_row(keys, person_id, **named, phone=None, phone_lookup=None, facts=_FACTS)  # type: ignore[arg-type]


async def _copy(
    connection: asyncpg.Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    await connection.copy_records_to_table(table, records=rows, columns=list(columns))
