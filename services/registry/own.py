"""What is a resident's own: its record, those of its minor children, and the household it lives in.

PIPL art. 44 and 45: people may know and look into what is held of them. Civil Code art. 17, 27 and 34: who is under 18 is a minor, the
parents are the guardians, and act for the child. Who is whose child is taken from the co-living household in which both live now, by their
relations to its head (GB/T 4761): the head's children are those of the head and of the head's spouse (art. 1072: also a stepchild that
lives with them), and a head under age is the child of its father and mother. Grandchildren, whose parent the relations do not tell, are
nobody's here; nor is a child that lives elsewhere: such a parent asks at the window. Who has died, was taken back or merged into another
has nothing of its own.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from services.registry.households.domain import HEAD
from services.registry.persons.domain import Withheld
from shared.auth import Place
from shared.db import Read
from shared.places import place_of, seen

ADULT_YEARS = 18
_COUPLE = (HEAD, "10", "11", "12")
_PARENTS = ("51", "52")
_CHILDREN = tuple(f"{n}" for n in (*range(20, 28), 29, *range(30, 38), 39))
"""Sons and daughters, adopted and stepchildren among them; 28 and 38 are their spouses."""

Parameters = tuple[str, str | None, str | None] | tuple[str, date]


def parameters(read: Read, place: Place) -> Parameters:
    """Parameters of the filters below: of the place, or resident and day."""
    return place_of(place) if place.person is None else (place.person, read.today)


def staff_sees(place: Place, first: int, person: str = "p", home: str = "h") -> str:
    """SQL over a person and its household, with the parameters of `place_of` from `first` on: does the place cover the person? Whose record
    is restricted or erased (PIPL art. 47) is seen by nobody: every query of people that somebody is shown stands behind this filter."""
    return f"{person}.withheld is null and {seen(place, first, home)}"


def person_seen(place: Place, first: int) -> str:
    """SQL over `p` (persons) and `h` (their households), with `parameters` from `first` on: does the actor see the person?"""
    return staff_sees(place, first) if place.person is None else f"p.person_id in ({_own(first)})"


async def list_withheld(
    read: Read, person_ids: Collection[str], why: Collection[Withheld] = tuple(Withheld)
) -> frozenset[str]:
    """Of these people, those whose record is restricted or erased."""
    rows = await read.fetch(
        "select person_id from persons where person_id = any($1::uuid[]) and withheld = any($2::text[])",
        list(person_ids),
        list(why),
    )
    return frozenset(row["person_id"] for row in rows)


def household_seen(place: Place, first: int) -> str:
    """SQL over `h`: does the actor see the household? A resident sees the one it lives in now."""
    if place.person is None:
        return seen(place, first)
    return f"""exists (select from memberships m join persons r using (person_id)
                        where m.household_id = h.household_id and m.person_id = ${first} and {_now("m")}
                          and r.status in ('resident', 'away') and r.withheld is null and ${first + 1}::date is not null)"""


def register_seen(place: Place, first: int) -> str:
    """SQL over `h` (a hukou household): does the actor see it? Where its head lives, or one of its members; a resident, in which it is
    entered itself."""
    entered = "m.household_id = h.household_id and m.kind = 'hukou' and m.valid_to is null and m.retracted_at is null"
    if place.person is None:
        return f"""({seen(place, first)} or exists (
                      select from memberships m join persons r using (person_id) join households k on k.household_id = r.household_id
                       where {entered} and {seen(place, first, "k")}))"""
    return f"""exists (select from memberships m join persons r using (person_id)
                        where {entered} and m.person_id = ${first} and r.status in ('resident', 'away', 'moved-out') and r.withheld is null
                          and ${first + 1}::date is not null)"""


def event_seen(place: Place, first: int) -> str:
    """SQL over `e` (life events): does the actor see the event? By a household of its place that took part, or its own part."""
    if place.person is None:
        homes = f"select from households h where h.household_id in (e.household_id, e.into_id) and {seen(place, first)}"
        return f"exists ({homes}) and {_TOLD_OF_SOMEBODY}"
    return f"e.people && array({_own(first)})"


_TOLD_OF_SOMEBODY = """
(cardinality(e.people) = 0 or exists (select from persons s where s.person_id = any(e.people) and s.withheld is null))
"""
"""SQL over `e`: is the event told of somebody whose record is not withheld, or of a household alone?"""


async def own_people(read: Read, place: Place) -> frozenset[str] | None:
    """Whose data a resident sees in full; None for all others, who see by scope."""
    if place.person is None:
        return None
    rows = await read.fetch(_own(1), *parameters(read, place))
    return frozenset(row["person_id"] for row in rows)


def _own(first: int) -> str:
    """SQL: ids of resident `first` and of its children who are minors on day `first + 1`. Of age is who has had the 18th birthday (one of
    29 February is on the 28th where there is none)."""
    return f"""select r.person_id from persons r where r.person_id = ${first}::uuid and r.withheld is null
                  and r.status in ('resident', 'away', 'moved-out')
               union all
               select c.person_id from memberships mine join memberships theirs using (household_id) join persons c
                   on c.person_id = theirs.person_id
                where mine.person_id = ${first} and {_now("mine")} and {_now("theirs")}
                  and (mine.relation in ({_quoted(_COUPLE)}) and theirs.relation in ({_quoted(_CHILDREN)})
                       or mine.relation in ({_quoted(_PARENTS)}) and theirs.relation = '{HEAD}')
                  and c.status in ('resident', 'away') and c.withheld is null
                  and c.birth_on + interval '{ADULT_YEARS} years' > ${first + 1}::date"""


def _now(alias: str) -> str:
    return f"{alias}.kind = 'coliving' and {alias}.valid_to is null and {alias}.retracted_at is null"


def _quoted(codes: tuple[str, ...]) -> str:
    return ", ".join(f"'{code}'" for code in codes)
