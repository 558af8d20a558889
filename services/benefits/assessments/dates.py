"""When time alone changes an assessment: birthdays, insurance years, enrolment windows, parameters that come into force. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from services.benefits.assessments import parameters as names
from services.benefits.assessments.domain import Parameters, PersonFacts, Scheme, Sex
from services.benefits.assessments.sheets import stands, years_after

_MONTHS = 12


def next_change_on(facts: PersonFacts, parameters: Parameters, on: date) -> date | None:
    """The first day after `on` from which the person's assessments, or the household's dibao, may differ with the same facts."""
    days = {row.valid_from for row in parameters}
    days.update(_birthdays(facts, parameters), _insurance_years(facts), _windows(facts, parameters, on))
    return min((day for day in days if day > on), default=None)


def _birthdays(facts: PersonFacts, parameters: Parameters) -> Iterator[date]:
    """The day of reaching an age, and the next: some rules ask for "reached", some for "reached before"."""
    ages = {names.RESIDENT_PENSION_AGE}
    if facts.sex is not Sex.FEMALE:
        ages.add(names.TEMPORARY_ACCOUNT_MAN)
    if facts.sex is not Sex.MALE:
        ages.add(names.TEMPORARY_ACCOUNT_WOMAN)
    if facts.birth_on:
        for age in _numbers(parameters, ages):
            birthday = years_after(facts.birth_on, age)
            yield from (birthday, birthday + timedelta(days=1))


def _insurance_years(facts: PersonFacts) -> Iterator[date]:
    for relation in facts.relations.get(Scheme.RESIDENT_MEDICAL) or ():
        if relation.since:
            yield relation.since


def _windows(facts: PersonFacts, parameters: Parameters, on: date) -> Iterator[date]:
    """Inside the window it is asked for which year a second relation is paid; outside it is not."""
    relations = facts.relations.get(Scheme.RESIDENT_MEDICAL)
    if relations is not None and (len(relations) < 2 or all(r.since for r in relations if stands(r))):
        return
    months = set(_numbers(parameters, {names.WINDOW_FIRST_MONTH}))
    months |= {last % _MONTHS + 1 for last in _numbers(parameters, {names.WINDOW_LAST_MONTH})}
    for month in months:
        yield from (date(year, month, 1) for year in (on.year, on.year + 1))


def _numbers(parameters: Parameters, wanted: set[str]) -> Iterator[int]:
    return (row.value for row in parameters if row.name in wanted and isinstance(row.value, int))
