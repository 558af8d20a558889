"""Every SQL statement that searches people.

Found people stand in the order of household and person, within communities where the place is a part of all: the order in which an
index walks through the place. Where many have the name, the walk soon has a page full; where few have it, the index of names brings
them all. Which it is, the planner sees by the values and its statistics (`planned_by_values`), never by a plan kept for others.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from services.registry.households.domain import HouseholdKind
from services.registry.search.domain import MOST_COUNTED, Term, Wanted
from shared.auth import Place
from shared.db import Read, Row
from shared.places import place_of, seen

_PIECES = "string_to_array(split_part(p.name_keys, '|', 2), ' ')"
"""As the index has it."""

_ASKED = "person_id, household_id, status, withheld, sex, birth_on, facts, id_number_lookup, phone_lookup"
"""Columns that conditions are about."""

After = tuple[str, str, str]
"""Community, household and person of the last row of the page before."""


@asynccontextmanager
async def planned_by_values(read: Read) -> AsyncIterator[None]:
    """Statements inside are planned anew for their values: a plan for any name would walk past all people for a rare one, or fetch
    every 李 for a page."""
    async with read.connection.transaction(readonly=True):
        # Not by several processes, which take as long to start as a search takes; and what is searched is in memory, where to fetch a
        # page costs little, of pages that lie apart three times as much as of pages in a row (measured).
        await read.execute(
            "set local plan_cache_mode = force_custom_plan; set local max_parallel_workers_per_gather = 0;"
            " set local seq_page_cost = 0.1; set local random_page_cost = 0.3"
        )
        yield


async def list_communities(read: Read, place: Place) -> list[Row]:
    """Names and codes of the communities that the place covers, or of which it covers a part."""
    return await read.fetch(
        "select community_code, name from communities where starts_with(community_code, $1)", place.division
    )


async def widened(read: Read, place: Place) -> Place:
    """Everywhere, where the place covers every community that there is: so it is for whoever works for the whole county."""
    if place == Place() or place.block or place.is_one_community:
        return place
    beyond = "select exists (select from communities where not starts_with(community_code, $1))"
    return place if await read.fetchval(beyond, place.division) else Place()


@dataclass(slots=True)
class Statement:
    """Conditions with their parameters."""

    conditions: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)
    named: str = ""
    """The people by name, where that comes first."""

    def let(self, value: Any) -> str:
        """A parameter, as it stands in SQL."""
        self.parameters.append(value)
        return f"${len(self.parameters)}"

    @property
    def where(self) -> str:
        return " and ".join(self.conditions)


def of_wanted(read: Read, place: Place, wanted: Wanted, by_id: Sequence[str] | None = None) -> Statement:
    """Who is wanted: over persons `p` and, unless the place is everywhere, their households `h`. `by_id`: only of these people."""
    found = Statement()
    say, let = found.conditions.append, found.let
    if place != Place():
        found.parameters += place_of(place)
        say(f"h.kind = '{HouseholdKind.COLIVING}' and {seen(place, 1)}")
    say(f"p.withheld is null and p.status = any({let(list(wanted.statuses))}::text[])")
    by_name = [condition for term in wanted.terms for condition in _of_term(found, place, term)]
    if by_id is not None:
        say(f"p.person_id = any({let(list(by_id))}::uuid[])")
        found.conditions += by_name
    elif _name_first(place, wanted):
        found.named = f"with p as materialized (select {_ASKED} from persons p where {' and '.join(by_name)})"
    else:
        found.conditions += by_name
    for column, value in (
        ("p.id_number_lookup", wanted.id_number_lookup),
        ("p.phone_lookup", wanted.phone_lookup),
        ("p.sex", wanted.sex),
        ("p.facts ->> 'labour_class'", wanted.labour_class),
        ("h.estate", wanted.door.estate),
        ("h.block", wanted.door.block),
        ("h.unit", wanted.door.unit),
        ("h.flat", wanted.door.flat),
    ):
        if value is not None:
            say(f"{column} = {let(value)}")
    if wanted.door.floor is not None:
        floor = f"d.dwelling_id = h.dwelling_id and d.floor = {let(wanted.door.floor)}"
        say(f"exists (select from dwellings d where {floor})")
    if wanted.tag is not None:
        say(f"p.facts -> 'tags' ? {let(wanted.tag)}")
    # An age is reached as a birthday of 29 February is: on the 28th where there is none (民法典 art. 202).
    if wanted.age_from is not None:
        say(f"p.birth_on + make_interval(years => {let(wanted.age_from)}) <= {let(read.today)}")
    if wanted.age_to is not None:
        say(f"p.birth_on + make_interval(years => {let(wanted.age_to + 1)}) > {let(read.today)}")
    return found


def _of_term(found: Statement, place: Place, term: Term) -> list[str]:
    has_text = f"strpos(p.name_keys, {found.let(term.text)}) <> 0"
    if place.is_one_community and term.may_be_common:
        return [has_text]  # sooner looked through than all who have it everywhere are brought
    # Not LIKE: the planner would take it to be as rare again among what the line above it leaves.
    return [
        f"{_PIECES} @> {found.let(list(term.pieces))}::text[]",
        has_text,
    ]


def _name_first(place: Place, wanted: Wanted) -> bool:
    """Of names that the index tells only nearly, it brings all: the planner, who knows how many have its pieces and not how many have
    the name, might look for a page of them among all people. In one community there are never too many to look at."""
    known = wanted.id_number_lookup or wanted.phone_lookup or place.is_one_community
    return not known and not all(term.is_told_by_pieces for term in wanted.terms)


def people(place: Place, found: Statement) -> str:
    """SQL of the tables that the conditions are over."""
    persons = "p" if found.named else "persons p"
    return persons if place == Place() else f"households h join {persons} using (household_id)"


def _order(place: Place) -> str:
    return "p.household_id, p.person_id" if place == Place() else "h.community_code, h.household_id, p.person_id"


async def list_found(
    read: Read, place: Place, wanted: Wanted, after: After | None, limit: int
) -> tuple[list[Row], int | None]:
    """A page of the people who are wanted, with what is needed to show them; and how many are wanted, where that was seen on the way: in
    one community, whose people are looked at once for both."""
    found = of_wanted(read, place, wanted)
    if place.is_one_community:
        everybody = f"select p.household_id, p.person_id from {people(place, found)} where {found.where}"
        behind = f"where (household_id, person_id) > ({_last(found, after)})" if after else ""
        named = f"with everybody as materialized ({everybody})"
        order, counted = "household_id, person_id", "(select count(*) from everybody)"
        page = f"select * from everybody {behind}"
    else:
        if after:
            _go_on(found, place, after)
        named, order, counted = found.named, _order(place), "null::bigint"
        page = f"select p.household_id, p.person_id from {people(place, found)} where {found.where}"
    rows = await read.fetch(
        f"""{named}
            select p.person_id, p.household_id, p.status, p.name, p.sex, p.birth_on, p.id_number_sealed, p.phone_sealed,
                   k.key_id, k.wrapped, h.community_code, h.estate, h.block, {counted} as counted,
                   (select c.name from communities c where c.community_code = h.community_code) as community_name
              from ({page} order by {order} limit {found.let(limit)}) f
              join persons p using (person_id)
              join person_keys k using (person_id)
              join households h on h.household_id = f.household_id
             order by {_order(place)}""",
        *found.parameters,
    )
    return rows, rows[0]["counted"] if rows else None


def _last(found: Statement, after: After) -> str:
    _, household, person = after
    return f"{found.let(household)}::uuid, {found.let(person)}::uuid"


def _go_on(found: Statement, place: Place, after: After) -> None:
    """Conditions of what comes behind a row. The first says to an index of one table what the second says of both its columns."""
    community, household, _ = after
    last = _last(found, after)
    if place == Place():
        found.conditions += [f"p.household_id >= {found.let(household)}", f"({_order(place)}) > ({last})"]
        return
    code = found.let(community)
    found.conditions += [
        f"(h.community_code, h.household_id) >= ({code}, {found.let(household)}::uuid)",
        f"({_order(place)}) > ({code}, {last})",
    ]


async def count_found(read: Read, place: Place, wanted: Wanted) -> int:
    """How many are wanted; one more than are counted (`MOST_COUNTED`) stands for all beyond."""
    found = of_wanted(read, place, wanted)
    counted: int = await read.fetchval(
        f"{found.named} select count(*) from (select from {people(place, found)} where {found.where} limit {MOST_COUNTED + 1}) f",
        *found.parameters,
    )
    return counted


def ids_of(rows: Sequence[Row]) -> After:
    """Where the page after these rows begins."""
    last = rows[-1]
    return last["community_code"], last["household_id"], last["person_id"]
