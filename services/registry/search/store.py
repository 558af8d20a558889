"""Every SQL statement that searches people.

Found people stand in the order of community, household and person: the order in which an index walks through a place. Where many have
the name, the walk soon has a page full; where few have it, the index of names brings them all. Which it is, the planner sees by the
values and its statistics (`planned_by_values`), never by a plan kept for others.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from services.registry.households.domain import HouseholdKind
from services.registry.search.domain import MOST_COUNTED, Wanted
from shared.auth import Place
from shared.db import Read, Row
from shared.places import place_of, seen

_PIECES = "string_to_array(split_part(p.name_keys, '|', 2), ' ')"
"""As the index has it."""

After = tuple[str, str, str]
"""Community, household and person of the last row of the page before."""


@asynccontextmanager
async def planned_by_values(read: Read) -> AsyncIterator[None]:
    """Statements inside are planned anew for their values: a plan for any name would walk past all people for a rare one, or fetch
    every 李 for a page."""
    async with read.connection.transaction(readonly=True):
        await read.execute("set local plan_cache_mode = force_custom_plan")
        yield


async def list_communities(read: Read, place: Place) -> list[Row]:
    """Names and codes of the communities that the place covers, or of which it covers a part."""
    return await read.fetch(
        "select community_code, name from communities c where starts_with(c.community_code, $1)", place.division
    )


@dataclass(slots=True)
class _Statement:
    """Conditions with their parameters."""

    conditions: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)

    def let(self, value: Any) -> str:
        """A parameter, as it stands in SQL."""
        self.parameters.append(value)
        return f"${len(self.parameters)}"

    @property
    def where(self) -> str:
        return " and ".join(self.conditions)


def _of_wanted(read: Read, place: Place, wanted: Wanted) -> _Statement:
    """Over persons `p` and households `h`."""
    found = _Statement()
    say, let = found.conditions.append, found.let
    say(f"h.kind = '{HouseholdKind.COLIVING}'")
    if place != Place():  # everywhere is no condition
        found.parameters += place_of(place)
        say(seen(place, 1))
    say(f"p.status = any({let(list(wanted.statuses))}::text[])")
    for term in wanted.terms:
        say(f"{_PIECES} @> {let(list(term.pieces))}::text[]")
        # Says nothing to the planner, which would take what the line above leaves for this one to be as rare again.
        say(f"case when p.name_keys like {let(term.pattern)} then true else false end")
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


_FROM = "households h join persons p using (household_id)"
_ORDER = "h.community_code, h.household_id, p.person_id"


async def list_found(read: Read, place: Place, wanted: Wanted, after: After | None, limit: int) -> list[Row]:
    """A page of the people who are wanted, with what is needed to show them."""
    found = _of_wanted(read, place, wanted)
    if after:
        community, household, person = (found.let(key) for key in after)
        # The first says to the index of households what the second says of both tables.
        found.conditions += [
            f"(h.community_code, h.household_id) >= ({community}, {household}::uuid)",
            f"({_ORDER}) > ({community}, {household}::uuid, {person}::uuid)",
        ]
    return await read.fetch(
        f"""select p.person_id, p.household_id, p.status, p.name, p.sex, p.birth_on, p.id_number_sealed, p.phone_sealed,
                   k.key_id, k.wrapped, h.community_code, h.estate, h.block, c.name as community_name
              from (select p.person_id, h.household_id from {_FROM} where {found.where} order by {_ORDER}
                     limit {found.let(limit)}) f
              join persons p using (person_id)
              join person_keys k using (person_id)
              join households h on h.household_id = f.household_id
              join communities c using (community_code)
             order by {_ORDER}""",
        *found.parameters,
    )


async def count_found(read: Read, place: Place, wanted: Wanted) -> int:
    """How many are wanted; one more than are counted (`MOST_COUNTED`) stands for all beyond."""
    found = _of_wanted(read, place, wanted)
    counted: int = await read.fetchval(
        f"select count(*) from (select from {_FROM} where {found.where} limit {MOST_COUNTED + 1}) f", *found.parameters
    )
    return counted


def ids_of(rows: Sequence[Row]) -> After:
    """Where the page after these rows begins."""
    last = rows[-1]
    return last["community_code"], last["household_id"], last["person_id"]
