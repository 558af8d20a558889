"""What can be done to a person in the registry: facts brought, death recorded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

from services.registry import store as history
from services.registry.history import store as then
from services.registry.life import store as life
from services.registry.life.domain import LifeEvent, LifeKind, Part
from services.registry.life.telling import Ground, tell
from services.registry.persons import store
from services.registry.persons.domain import (
    IllegalMove,
    PersonAction,
    PersonStatus,
    changed_groups,
    move_person,
    parts_kept,
    present_groups,
)
from services.registry.service import later_known, person_state, refuse_future
from services.registry.statistics.store import count_again
from shared import outbox
from shared.auth import Actor
from shared.contracts.registry import PersonFactsChanged
from shared.db import Read, Row, Transaction
from shared.errors import Conflict, Fault
from shared.ids import new_id
from shared.merging import refuse_merged


class WorkIsJobs(Conflict):
    slug = "work-belongs-to-jobs"
    title_en, title_zh = "Jobs keeps this person's employments", "该人员的就业记录由就业服务维护"


def refuse_if_merged(row: Mapping[str, Any]) -> None:
    """Of a person's row. Raises IsMerged."""
    refuse_merged(row["person_id"], row["merged_into"] or row["person_id"])


def refuse_work_of_jobs(row: Mapping[str, Any], groups: Collection[str]) -> None:
    """Once jobs has spoken of a person, work is its matter. Raises WorkIsJobs."""
    if "work" in groups and row["work_copy"] is not None:
        raise WorkIsJobs(
            "Start or end employments at /v1/jobs/employments.", "请通过 /v1/jobs/employments 登记就业的开始或结束。"
        )


async def change_facts(
    tx: Transaction,
    actor: Actor,
    person_id: str,
    check: Callable[[int], None],
    given: dict[str, object],
    valid_from: date | None,
    source: str,
) -> list[Fault]:
    """Brings facts that hold from a day on (today unless said). Nothing happens where nothing differs. What to look at: facts of which a
    later value is known, and goes on to hold.

    Raises PersonNotFound, what `check` raises for the present version, DateInFuture, IsMerged, IllegalMove, WorkIsJobs.
    """
    row = await store.load_person(tx, person_id, actor.place)
    check(row["version"])
    since = valid_from or tx.today
    refuse_future(tx, since, "/valid_from")
    refuse_if_merged(row)
    move_person(PersonStatus(row["status"]), PersonAction.CHANGE_FACTS)
    refuse_work_of_jobs(row, given)
    given = await with_parts_kept(tx, row, given, valid_from)
    held = await history.held_since(tx, "person", person_id) if valid_from else {}
    changes = changed_groups(row["facts"], given, held, since)
    if not changes:
        return _told_otherwise(row["facts"], given)
    present, later = present_groups(row["facts"], changes, held, since)
    facts = {**row["facts"], **present}
    await store.set_person(tx, person_id, row["version"] + 1, row["status"], row["died_on"], facts)
    rows = [(person_id, group, value) for group, value in changes.items()]
    await history.record_facts(tx, "person", rows, since, source, actor.subject)
    await count_again(tx, [], [person_id])
    outbox.emit(tx, person_state(PersonFactsChanged, {**row, "facts": facts, "version": row["version"] + 1}))
    return [*later_known(later, held), *_told_otherwise(row["facts"], given)]


async def with_parts_kept(read: Read, row: Row, given: Mapping[str, Any], valid_from: date | None) -> dict[str, Any]:
    """`parts_kept` of a person's row, as it was on the day from which the given groups are to hold."""
    if not given.get("profile") or valid_from is None:
        return parts_kept(row["facts"], given)
    return parts_kept(await then.list_facts(read, "person", row["person_id"], valid_from, None), given)


def _told_otherwise(facts: Mapping[str, Any], given: Mapping[str, Any]) -> list[Fault]:
    """A marital status is kept as stated, but what marriages, divorces and deaths come to counts before it."""
    told, stated = facts.get("marital"), (given.get("profile") or {}).get("marital")
    if told is None or stated in (None, told):
        return []
    en, zh = "events say otherwise, and count: tell the marriage or divorce", "与已登记的婚姻变动不符，请登记结婚或离婚"
    return [Fault("/profile/marital", "marital-by-events", en, zh)]


async def record_death(
    tx: Transaction, actor: Actor, person_id: str, check: Callable[[int], None], died_on: date, source: str
) -> None:
    """The person died: ends its memberships, and the household where nobody is left.

    Order 765 art. 25: the end of entitlements is to be reported within 20 working days; benefits hears of it at once.
    Raises PersonNotFound, DateInFuture, IsMerged, IllegalMove; CannotHaveHappened where the person did not live here yet, ContradictsLater.
    """
    row = await store.get_person(tx, person_id, actor.place)
    await life.lock_households(tx, [row["household_id"]])  # before the person: so everybody locks
    there = await store.get_person(tx, person_id, actor.place)
    check(there["version"])
    refuse_future(tx, died_on, "/died_on")
    if there["household_id"] != row["household_id"]:
        raise Conflict("The person changed households just now: read and try again.", "该人员刚刚变更住户，请重试。")
    refuse_if_merged(there)
    if there["status"] == PersonStatus.DECEASED:
        raise IllegalMove(members={"state": there["status"], "action": "die"})
    died = LifeEvent(new_id(), LifeKind.DIED, died_on, 0, row["household_id"], (Part(person_id),))
    await tell(tx, actor, died, Ground(source), {"/on": "/died_on", "/people/0": "/died_on"})


async def keep_work(tx: Transaction, said: Sequence[tuple[str, str, int, Mapping[str, Any] | None]]) -> None:
    """Keeps jobs' word on people's work (person_id, household_id, version, word; None: it took its word back); an older word changes
    nothing."""
    await store.set_work_copies(
        tx,
        [
            (person_id, household_id, version, word and {"status": word["work"], "employments": word["employments"]})
            for person_id, household_id, version, word in said
        ],
    )
