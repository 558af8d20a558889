"""What benefits does on hearing of others, and when time comes: it keeps their word, ends cases that lost their subject, and assesses
the household again.

It looks only at what is known now, so that news may come in any order and twice. Locks: household, then person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from services.benefits import store
from services.benefits.assessments.copies import PERSON_FACTS, person_facts
from services.benefits.assessments.dates import next_change_on
from services.benefits.assessments.domain import Parameters
from services.benefits.assessments.service import assess_household
from services.benefits.cases.domain import CaseAction
from services.benefits.cases.service import end_cases
from shared.clock import end_of_day
from shared.contracts.jobs import EmploymentEnded, WorkerState
from shared.contracts.registry import HouseholdState, PersonState
from shared.db import Transaction
from shared.timers import cancel_timer, set_timer

ASSESS_AGAIN = "assess-again"
"""Timer of a person (key: person_id): the day from which time alone may change what the person or the household is told."""
REGISTRY = "registry"
"""By whom a case was ended, where the registry's word ended it."""

_OF_PERSON = {"deceased": CaseAction.PERSON_DIED, "withdrawn": CaseAction.WITHDRAW_HOUSEHOLD}
_OF_HOUSEHOLD = {"ended": CaseAction.END_HOUSEHOLD, "withdrawn": CaseAction.WITHDRAW_HOUSEHOLD}


async def keep_person(tx: Transaction, event: PersonState) -> None:
    """Keeps the registry's word on a person. Of one who died or was entered by mistake, assessments go and cases end.

    Order 765 art. 25: the end of an entitlement is to be reported within 20 working days; here it takes effect at once.
    """
    await store.lock(tx, event.household_id, event.person_id)
    said = event.model_dump(mode="json", include=set(PERSON_FACTS))
    households = await store.save_person_copy(tx, event.person_id, event.version, event.state, event.household_id, said)
    if households is None:
        return
    if action := _OF_PERSON.get(event.state):
        await end_cases(tx, [event.person_id], action, REGISTRY)
    for former in households[:-1]:
        await store.lock(tx, former)
        await assess_household(tx, former)
    parameters = await assess_household(tx, event.household_id)
    await _watch(tx, event.person_id, event.state, said, parameters)


async def keep_household(tx: Transaction, event: HouseholdState) -> None:
    """Keeps the registry's word on a household. Where nobody lives any more, or the settling was a mistake, all assessments go, and
    cases end: the household's own, and after a mistake its members' too. (Where people died, their own news ends theirs.)"""
    await store.lock(tx, event.household_id)
    said = event.model_dump(mode="json")
    if not await store.save_household_copy(tx, event.household_id, event.version, said):
        return
    freed: list[str] = []
    if action := _OF_HOUSEHOLD.get(event.state):
        whole = action is CaseAction.WITHDRAW_HOUSEHOLD
        freed = await end_cases(tx, [event.household_id], action, REGISTRY, members_too=whole)
    await assess_household(tx, event.household_id)
    await _assess_elsewhere(tx, freed, event.household_id)


async def _assess_elsewhere(tx: Transaction, person_ids: Sequence[str], household_id: str) -> None:
    """People whose cases ended with a household may have been settled in another before this was heard."""
    for elsewhere in await store.list_households_of(tx, person_ids) if person_ids else ():
        if elsewhere != household_id:
            await store.lock(tx, elsewhere)
            await assess_household(tx, elsewhere)


async def keep_work(tx: Transaction, event: WorkerState) -> None:
    """Keeps jobs' word on a person's work, which from then on counts before what the person stated. An employment that never was
    (withdrawn) and leaves no other takes jobs' word back."""
    await store.lock(tx, event.household_id, event.person_id)
    never_was = isinstance(event, EmploymentEnded) and event.reason == "withdrawn" and not event.employments
    said = None if never_was else event.model_dump(mode="json", include={"work", "employments"})
    if not await store.save_work_copy(tx, event.person_id, event.version, said):
        return
    person = await store.find_person_copy(tx, event.person_id)
    if person is None:
        return
    if person["household_id"] != event.household_id:
        await store.lock(tx, person["household_id"])
    await assess_household(tx, person["household_id"])


async def assess_again(tx: Transaction, person_id: str) -> None:
    """A birthday, the start of an insurance year, the edge of a window, or a parameter that comes into force."""
    known = await store.find_person_copy(tx, person_id)
    if known is None:
        return
    await store.lock(tx, known["household_id"], person_id)
    person = await store.find_person_copy(tx, person_id) or known
    if person["household_id"] != known["household_id"]:
        await store.lock(tx, person["household_id"])
    parameters = await assess_household(tx, person["household_id"])
    await _watch(tx, person_id, person["state"], person["facts"], parameters)


async def _watch(tx: Transaction, person_id: str, state: str, said: Mapping[str, Any], parameters: Parameters) -> None:
    """Sets the timer to the next day on which time changes something; takes it away from who is not a resident."""
    day = next_change_on(person_facts(said, None), parameters, tx.today) if state == "resident" else None
    if day is None:
        await cancel_timer(tx, ASSESS_AGAIN, person_id)
    else:
        await set_timer(tx, ASSESS_AGAIN, person_id, end_of_day(day - timedelta(days=1)))
