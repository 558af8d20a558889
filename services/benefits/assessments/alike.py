"""Which facts of a person the rules of a scheme read, and no more: people who are alike in them are assessed once. Pure.

What is left out or put for another here must not change any assessment (a property test holds both against each other).
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from typing import Any, NamedTuple

from services.benefits.assessments import parameters as names
from services.benefits.assessments.facts import PersonFacts, Relation, RelationState, Sex, Work
from services.benefits.assessments.parameters import InForce, Scheme
from services.benefits.assessments.sheets import MEDICAL, full_years, stands, years_after

_READS: dict[Scheme, tuple[tuple[str, ...], tuple[Scheme, ...]]] = {
    Scheme.EMPLOYEE_PENSION: (
        ("sex", "birth_on", "hukou_division", "work", "organised_transfer"),
        (Scheme.EMPLOYEE_PENSION,),
    ),
    Scheme.RESIDENT_PENSION: (
        ("birth_on", "hukou_division", "hukou_moved", "hukou_moved_on"),
        (Scheme.RESIDENT_PENSION,),
    ),
    Scheme.UNEMPLOYMENT: (("work",), (Scheme.UNEMPLOYMENT,)),
    Scheme.EMPLOYEE_MEDICAL: (("work",), MEDICAL),
    Scheme.RESIDENT_MEDICAL: (("hukou_division", "hukou_moved"), MEDICAL),
    Scheme.INJURY: ((), (Scheme.INJURY,)),
    Scheme.MATERNITY: ((), (Scheme.MATERNITY,)),
}


class Alike(NamedTuple):
    """A person as a scheme's rules see them: who are the same are assessed alike. Fields as of `PersonFacts`."""

    residence_division: str
    relations: tuple[tuple[Scheme, tuple[Relation, ...] | None], ...]
    open_cases: frozenset[Scheme] = frozenset()
    sex: Sex | None = None
    birth_on: date | None = None
    hukou_division: str | None = None
    hukou_moved: bool | None = None
    hukou_moved_on: date | None = None
    work: Work | None = None
    organised_transfer: bool | None = False

    @property
    def facts(self) -> PersonFacts:
        return PersonFacts(**(self._asdict() | {"relations": dict(self.relations)}))


def about(scheme: Scheme, facts: PersonFacts, parameters: InForce, on: date) -> Alike:
    """The facts that the scheme's rules read, told as far as rules ask for them."""
    open_cases = facts.open_cases & {scheme} if facts.open_cases else facts.open_cases
    if not open_cases and _has_none(facts, scheme):
        return Alike(facts.residence_division, ((scheme, ()),))
    read, related = _READS[scheme]
    relations = tuple((other, _relations(facts.relations.get(other), other is scheme)) for other in related)
    known: dict[str, Any] = {name: getattr(facts, name) for name in read}
    if "work" in known:
        known["work"] = _work(facts, scheme)
    if scheme is Scheme.EMPLOYEE_PENSION:
        known |= _of_transfer_age(facts, parameters, on)
    elif scheme is Scheme.RESIDENT_PENSION:
        known |= _of_pension_age(facts, parameters, on)
    return Alike(facts.residence_division, relations, open_cases, **known)


def _has_none(facts: PersonFacts, scheme: Scheme) -> bool:
    """Known to have no relation that counts: nothing else is asked then."""
    known = facts.relations.get(scheme)
    return known is not None and not (known if scheme in MEDICAL else any(map(stands, known)))


def _relations(known: tuple[Relation, ...] | None, own: bool) -> tuple[Relation, ...] | None:
    """Of the other medical scheme only the places where it is paid are asked for. In the own scheme arrears tell several relations apart,
    and count in the employee pension, as the employer's kind does."""
    if not known:
        return known
    if not own:
        paid = dict.fromkeys(r.division for r in known if r.state is RelationState.PAYING)
        return tuple(Relation(known[0].scheme, division, RelationState.PAYING) for division in paid)
    first = known[0]
    if len(known) > 1 or first.scheme is Scheme.EMPLOYEE_PENSION:
        return known
    return (Relation(first.scheme, first.division, first.state, since=first.since),)


def _work(facts: PersonFacts, scheme: Scheme) -> Work | None:
    """The employer's kind is asked for where that of a paused employee pension is recorded."""
    work, relations = facts.work, facts.relations.get(scheme) or ()
    if work is None or work.employer_kind is None:
        return work
    asked = scheme is Scheme.EMPLOYEE_PENSION and any(r.employer_kind for r in relations)
    return work if asked else Work(work.employed, work.division)


def _of_transfer_age(facts: PersonFacts, parameters: InForce, on: date) -> dict[str, Any]:
    """Rules ask which of the ages of 国办发〔2009〕66号 art. 5 are reached, and below the lowest or from the highest on not for the sex."""
    if facts.birth_on is None:
        return {}
    ages = parameters.numbers(names.TEMPORARY_ACCOUNT_MAN, names.TEMPORARY_ACCOUNT_WOMAN)
    reached = bisect_right(ages, full_years(facts.birth_on, on))
    age = ages[reached - 1] if reached else ages[0] - 1
    return {"birth_on": years_after(on, -age), "sex": facts.sex if 0 < reached < len(ages) else None}


def _of_pension_age(facts: PersonFacts, parameters: InForce, on: date) -> dict[str, Any]:
    """Rules ask, of those whose hukou moved, whether the pension age was reached before that and before today."""
    if facts.hukou_moved is False:
        return {"birth_on": None, "hukou_moved_on": None}
    if facts.birth_on is None:
        return {}
    age = parameters.number(names.RESIDENT_PENSION_AGE, facts.residence_division)
    moved_on = facts.hukou_moved_on
    before = years_after(facts.birth_on, age) < min(on, moved_on or on)
    return {"birth_on": years_after(on, -age - 1 if before else 1 - age), "hukou_moved_on": moved_on and on}
