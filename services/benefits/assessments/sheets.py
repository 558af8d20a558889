"""What the rules of the decision table ask of a person or a household; pure.

Each answer rests on the facts of one day; an unknown fact is asked for by its name, with the values that stand for all it may
be. No place of a person is ever taken for another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from functools import cached_property
from typing import Generic, TypeVar

from services.benefits.assessments import parameters as names
from services.benefits.assessments.facts import (
    NO_WORK,
    EmployerKind,
    Outcome,
    PersonFacts,
    Relation,
    RelationState,
    Work,
)
from services.benefits.assessments.parameters import InForce, MoveClass, Scheme, move_class, pool, pool_name
from services.benefits.assessments.unknowns import Sheet
from shared.divisions import county

S = TypeVar("S", bound=Sheet)

SUSPENDED = frozenset({RelationState.PAUSED, RelationState.ENDED})
MEDICAL = (Scheme.EMPLOYEE_MEDICAL, Scheme.RESIDENT_MEDICAL)
_KINDS = (EmployerKind.PUBLIC, EmployerKind.ENTERPRISE)
_CLASSES = list(MoveClass)


@dataclass(frozen=True, slots=True)
class Route:
    """From where to where a relation goes, and whether money moves with it; None is unknown or unstated."""

    from_division: str | None
    to_division: str | None
    fund_moves: bool | None = None


@dataclass(frozen=True, slots=True)
class Row(Generic[S]):
    """A row of the table; `route` of one that lets a case open."""

    slug: str
    outcome: Outcome
    holds: Callable[[S], bool]
    route: Callable[[S], Route] | None = None


class Reach(IntEnum):
    """Where a work place lies, seen from a relation."""

    COUNTY = 0
    POOL = 1
    BEYOND = 2


def years_after(day: date, years: int) -> date:
    """The same day so many years later; 28 February where 29 February is missing (民法典 art. 202)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def full_years(since: date, on: date) -> int:
    """Age in full years on a day."""
    years = on.year - since.year
    return years if years_after(since, years) <= on else years - 1


def representatives(known: Iterable[str]) -> tuple[str, ...]:
    """Places that stand for any place: each known county, another of its prefecture, of its province, another province."""
    taken = list(dict.fromkeys(county(division) for division in known))
    prefixes = dict.fromkeys([code[:4] for code in taken] + [code[:2] for code in taken] + [""])
    return (*taken, *(_another(prefix, taken) for prefix in prefixes))


def _another(prefix: str, taken: list[str]) -> str:
    heads = (f"{prefix}{number:02}" for number in range(99, 9, -1))
    head = next(head for head in heads if not any(code.startswith(head) for code in taken))
    return (head + "0101")[:6]


def stands(relation: Relation) -> bool:
    """Not ended (未终止)."""
    return relation.state is not RelationState.ENDED


def _ease(relation: Relation) -> tuple[bool, bool, bool]:
    """Of several relations the one that can move is looked at first: suspended, without arrears."""
    return relation.state in SUSPENDED, relation.arrears is False, relation.arrears is None


class PersonSheet(Sheet):
    """One person and one scheme on one day."""

    def __init__(self, facts: PersonFacts, scheme: Scheme, parameters: InForce, on: date) -> None:
        super().__init__()
        self.facts, self.scheme, self.parameters, self.on = facts, scheme, parameters, on
        self._insurance = f"insurance-{scheme}"
        self._pools: dict[str, str] = {}
        self._move: tuple[tuple[Relation, ...], str, tuple[Reach, Relation, str]] | None = None

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Values for a place that is not known."""
        facts, apart = self.facts, (pool_name(self.scheme), names.TEMPORARY_ACCOUNT_MAN, names.TEMPORARY_ACCOUNT_WOMAN)
        schemes = MEDICAL if self.scheme in MEDICAL else (self.scheme,)
        known = [facts.residence_division, facts.hukou_division, facts.work.division if facts.work else None]
        known += [relation.division for scheme in schemes for relation in facts.relations.get(scheme) or ()]
        known += [(prefix + "010101")[:6] for name in apart for prefix in self.parameters.prefixes(name)]
        return representatives(division for division in known if division)

    def relations(self) -> tuple[Relation, ...]:
        """The relations of the scheme that count: ended ones in medical insurance only."""
        known = self._known_relations
        return self.ask(self._insurance, None, self._possible_relations) if known is None else known

    @cached_property
    def _known_relations(self) -> tuple[Relation, ...] | None:
        known = self.facts.relations.get(self.scheme)
        return known if known is None or self.scheme in MEDICAL else tuple(filter(stands, known))

    def _possible_relations(self) -> Iterator[tuple[Relation, ...]]:
        scheme, places, state = self.scheme, self.places, RelationState
        yield ()
        yield (Relation(scheme, places[0], state.DRAWING, False),)
        for old in places:
            yield (Relation(scheme, old, state.PAYING, False),)
            yield (Relation(scheme, old, state.PAUSED, False),)
            if scheme is Scheme.EMPLOYEE_PENSION:
                yield (Relation(scheme, old, state.PAUSED, True),)
            if scheme in MEDICAL:
                yield (Relation(scheme, old, state.ENDED, False),)
            for new in self._places_insured_anew():
                for since in self._years_paid(new) if new != old else ():
                    left = Relation(scheme, old, state.PAUSED, False, since=since)
                    yield left, Relation(scheme, new, state.PAYING, False, since=since)

    def _years_paid(self, place: str) -> tuple[date | None, ...]:
        """First days that an insurance year may have: whoever tells of a relation tells its year."""
        if self.scheme is not Scheme.RESIDENT_MEDICAL:
            return (None,)
        return (self.on, self.on + timedelta(days=1)) if self._in_window(place) else (self.on,)

    def _places_insured_anew(self) -> tuple[str, ...]:
        """Where a second relation makes a difference: where "insured there" is asked."""
        if self.scheme not in (Scheme.EMPLOYEE_PENSION, *MEDICAL):
            return ()
        work = self.facts.work
        known = work and work.division if self.scheme is not Scheme.RESIDENT_MEDICAL else None
        return (county(known),) if known else self.places

    def pool(self, division: str) -> str:
        """The pool of the sheet's scheme that a place lies in."""
        found = self._pools.get(division)
        if found is None:
            found = self._pools[division] = pool(self.scheme, division, self.parameters)
        return found

    def work_place(self) -> str | None:
        """None: no work."""
        work = self.ask("work", self.facts.work, self._possible_work)
        return self.ask("work-division", work.division, lambda: self.places) if work.employed else None

    def _possible_work(self) -> Iterator[Work]:
        recorded = any(relation.employer_kind for relation in self.facts.relations.get(self.scheme) or ())
        kinds: tuple[EmployerKind | None, ...] = _KINDS if recorded else (None,)
        yield NO_WORK
        for place in self.places:
            yield from (Work(True, place, kind) for kind in kinds)

    def employer_kind(self) -> EmployerKind | None:
        """None: no work."""
        work = self.ask("work", self.facts.work, self._possible_work)
        return self.ask("employer-kind", work.employer_kind, lambda: _KINDS) if work.employed else None

    def work_move(self) -> tuple[Reach, Relation, str] | None:
        """The relation that lies farthest from the work place, and the work place; None: no relation or no work."""
        relations = self.relations()
        place = self.work_place() if relations else None
        if place is None:
            return None
        last = self._move  # several rules in a row ask the same
        if last is None or last[0] is not relations or last[1] != place:
            reach, relation = max(((self._reach(r, place), r) for r in relations), key=lambda x: (x[0], _ease(x[1])))
            last = self._move = relations, place, (reach, relation, place)
        return last[2]

    def _reach(self, relation: Relation, place: str) -> Reach:
        if move_class(relation.division, place) is MoveClass.INTRA_COUNTY:
            return Reach.COUNTY
        return Reach.POOL if self.pool(relation.division) == self.pool(place) else Reach.BEYOND

    def leaves_pool(self) -> tuple[Relation, str] | None:
        """The relation and the work place, where that is in another pool."""
        move = self.work_move()
        return (move[1], move[2]) if move and move[0] is Reach.BEYOND else None

    def insured_at(self, place: str) -> bool:
        """A relation of the scheme stands in the pool of the place."""
        return any(
            stands(relation) and self.pool(relation.division) == self.pool(place) for relation in self.relations()
        )

    def hukou_moved(self) -> bool:
        return self.ask("hukou-moved", self.facts.hukou_moved, lambda: (False, True))

    def hukou(self) -> str:
        return self.ask("hukou-division", self.facts.hukou_division, lambda: self.places)

    def birth_on(self, ages: Iterable[int], at: date) -> date:
        """Unknown: one of these ages in full years on that day."""
        return self.ask("birth-on", self.facts.birth_on, lambda: [years_after(at, -age) for age in ages])

    def hukou_moved_on(self, age: int) -> date:
        """Unknown: the day of reaching the age, or a later one."""

        def values() -> tuple[date, date]:
            if self.facts.birth_on is None:
                return years_after(self.on, -2), self.on
            of_age_on = years_after(self.facts.birth_on, age)
            return of_age_on, of_age_on + timedelta(days=1)

        return self.ask("hukou-moved-on", self.facts.hukou_moved_on, values)

    def hukou_move(self) -> tuple[MoveClass, Relation, str] | None:
        """How far the moved hukou lies from the relation farthest from it; None: no relation, or hukou not moved."""
        relations = self.relations()
        if not relations or not self.hukou_moved():
            return None
        hukou = self.hukou()
        far = max(relations, key=lambda r: (_CLASSES.index(move_class(r.division, hukou)), _ease(r)))
        return move_class(far.division, hukou), far, hukou

    def resident_relation(self) -> Relation | None:
        """The resident medical relation to look at: one outside the pool of the residence, if there is."""
        home = self.pool(self.facts.residence_division)
        return max(self.relations(), key=lambda r: (self.pool(r.division) != home, _ease(r)), default=None)

    def homes_beyond(self, relation: Relation) -> Iterator[str]:
        """Residence and moved hukou, as far as they lie in another pool than the relation."""
        own = self.pool(relation.division)
        if self.pool(self.facts.residence_division) != own:
            yield self.facts.residence_division
        if self.hukou_moved() and self.pool(self.hukou()) != own:
            yield self.hukou()

    def insurance_year_begun(self, home: str) -> bool:
        """The year of a resident medical insurance at the new place has begun.

        Enrolment for the next year is taken in the window only, so outside it a relation there whose year is not known is in it
        already.
        """
        there = self.pool(home)
        years = [r.since for r in self.relations() if stands(r) and self.pool(r.division) == there]
        if any(since is not None and since <= self.on for since in years):
            return True
        if years and None not in years:
            return False
        return not self._in_window(home) or self.ask("resident-medical-from", None, lambda: (False, True))

    def _in_window(self, home: str) -> bool:
        first = self.parameters.number(names.WINDOW_FIRST_MONTH, home)
        last = self.parameters.number(names.WINDOW_LAST_MONTH, home)
        month = self.on.month
        return first <= month <= last if first <= last else month >= first or month <= last

    def switch_to(self, other: Scheme) -> tuple[Relation, str | None] | None:
        """The suspended relation and the place, in another pool, where the person now pays in the other scheme."""
        relations = self.relations()
        if not relations or any(relation.state not in SUSPENDED for relation in relations):
            return None
        others = self.facts.relations.get(other)
        if others is None:
            insured = self.ask(f"insurance-{other}", None, lambda: (False, True))
            return (relations[0], None) if insured else None
        paid = [relation.division for relation in others if relation.state is RelationState.PAYING]
        pairs = ((old, new) for old in relations for new in paid)
        apart = (p for p in pairs if pool(other, p[0].division, self.parameters) != pool(other, p[1], self.parameters))
        return next(apart, None)
