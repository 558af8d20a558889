"""What can be done to a case: applied for, its refusal decided by a named clerk, withdrawn, ended with its subject.

An application is decided on the facts of its moment: household and person are locked, so that no word of others and no second
application comes between. The table opens a case or proposes a refusal; no refusal is final before a clerk confirms it (PIPL art. 24:
no adverse decision by a machine alone).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.benefits import store as subjects
from services.benefits.assessments.copies import Home, household_facts
from services.benefits.assessments.domain import Assessment, Parameters, Scheme, assess, assess_dibao
from services.benefits.assessments.reasons import REASONS
from services.benefits.assessments.service import assess_households, load_standing
from services.benefits.cases import store
from services.benefits.cases.domain import (
    Basis,
    CaseAction,
    CaseStatus,
    Channel,
    Decision,
    Held,
    move,
    rule_on,
    whose,
)
from shared import outbox
from shared.auth import Actor
from shared.contracts.benefits import CaseState, TransferOpened, TransferRefused, TransferWithdrawn
from shared.db import Row, Transaction
from shared.errors import Conflict, Fault, Forbidden, Invalid
from shared.merging import refuse_merged

BY_CLERK = "clerk-decision"
"""Reason slug of a case that opened on a clerk's own basis."""


class CaseOpen(Conflict):
    slug = "case-open"
    title_en, title_zh = "A case of this scheme is under way already", "该险种已有在办事项"


class NotPresent(Conflict):
    slug = "not-present"
    title_en, title_zh = "Not, or no longer, of a settled household", "不在（或已不在）已入住的住户中"


class HouseholdIncomplete(Conflict):
    slug = "household-incomplete"
    title_en, title_zh = "Not all members of the household are known yet", "住户成员信息尚不完整"


class CaseSetAside(Conflict):
    slug = "case-set-aside"
    title_en, title_zh = (
        "The person had been entered twice, and another case of this scheme is under way: act on that one",
        "该人员系重复登记，该险种另有在办事项，请办理该事项",
    )


class NamedClerkNeeded(Forbidden):
    slug = "named-clerk-needed"
    title_en, title_zh = "Only a named clerk decides on a refusal, not a program", "不予受理须由具名经办人员决定"


class OwnApplication(Forbidden):
    slug = "own-application"
    title_en, title_zh = "Who applied does not decide on the refusal", "申请录入人不得决定不予受理"


class BasisNeeded(Invalid):
    slug = "basis-needed"
    title_en, title_zh = (
        "The table does not allow this case: say on what basis it opens",
        "规则表不允许办理，请写明办理依据",
    )


@dataclass(frozen=True, slots=True)
class Application:
    """Of a person, or for dibao (低保) of a household."""

    scheme: Scheme
    person_id: str | None
    household_id: str | None
    channel: Channel


@dataclass(frozen=True, slots=True)
class _Told:
    """What the table says of a subject now, leaving cases under way aside, and on which versions of others' words."""

    assessment: Assessment
    based_on: Mapping[str, Any]


async def apply(tx: Transaction, actor: Actor, application: Application) -> str:
    """Opens a case where the table allows it, else proposes to refuse with all reasons; its id.

    Raises PersonNotFound, IsMerged, HouseholdNotFound, NotPresent, HouseholdIncomplete, CaseOpen.
    """
    household_id, person_id = await _lock_subject(tx, actor, application)
    scheme = application.scheme
    told = await _ask_table(tx, household_id, person_id, scheme)
    ruling = rule_on(told.assessment)
    status = move(None, ruling.action)
    by, channel = actor.subject, application.channel
    case = await store.add_case(
        tx, (household_id, person_id), status, channel, by, told.assessment, ruling, told.based_on
    )
    if case is None:
        raise await _case_open(tx, person_id or household_id, scheme)
    if status is CaseStatus.OPEN:
        _say(tx, TransferOpened, [case])
    await assess_households(tx, {household_id: None})
    return str(case["case_id"])


async def _lock_subject(tx: Transaction, actor: Actor, application: Application) -> tuple[str, str | None]:
    if application.person_id is None:
        household_id = application.household_id or ""
        await subjects.get_household(tx, household_id, actor.place)
        await subjects.lock(tx, household_id)
        return household_id, None
    person = await subjects.get_person(tx, application.person_id, actor.place)
    refuse_merged(application.person_id, person["person_id"])
    await subjects.lock(tx, person["household_id"], application.person_id)
    return person["household_id"], application.person_id


async def _case_open(tx: Transaction, subject_id: str, scheme: Scheme) -> CaseOpen:
    reason = subjects.reason_records([REASONS[scheme, "case-open"]])
    return CaseOpen(members={"case_id": await store.find_pending(tx, subject_id, scheme), "reasons": reason})


async def _ask_table(tx: Transaction, household_id: str, person_id: str | None, scheme: Scheme) -> _Told:
    standing = await load_standing(tx, household_id)
    if standing.home is None:
        raise NotPresent
    if person_id is None:
        return _told_household(tx, standing.home, standing.parameters)
    member = next((m for m in standing.home.members if m.person_id == person_id), None)
    if member is None:
        raise NotPresent
    facts = replace(member.facts, open_cases=frozenset())
    return _Told(assess(facts, standing.parameters, tx.today)[scheme], member.based_on)


def _told_household(tx: Transaction, home: Home, parameters: Parameters) -> _Told:
    if not home.complete:
        raise HouseholdIncomplete
    facts = household_facts(replace(home, open_case=False))
    return _Told(assess_dibao(facts, parameters, tx.today), home.based_on)


async def decide_refusal(
    tx: Transaction,
    actor: Actor,
    case_id: str,
    check: Callable[[int], None],
    decision: Decision,
    note: str,
    basis: Basis | None,
) -> None:
    """A named clerk, who is not the one that applied, confirms a proposed refusal or overturns it. Overturned, the case opens on what
    the table says by now, or, where that still does not allow it, on the basis that the clerk states.

    Raises CaseNotFound, Conflict, CaseSetAside, NamedClerkNeeded, OwnApplication, what `check` raises, IllegalMove, BasisNeeded.
    """
    row = await _load_case(tx, actor, case_id)
    if actor.kind != "staff":
        raise NamedClerkNeeded
    if actor.subject == row["applied_by"]:
        raise OwnApplication
    check(row["version"])
    if decision is Decision.CONFIRM:
        status = move(CaseStatus(row["status"]), CaseAction.CONFIRM_REFUSAL)
        case = await store.set_decision(tx, case_id, status, decision, note, actor.subject, None)
        _say(tx, TransferRefused, [case])
        await _count_next(tx, row)
    else:
        status = move(CaseStatus(row["status"]), CaseAction.OVERTURN_REFUSAL)
        reasons, found = await _basis_now(tx, row, basis)
        case = await store.set_decision(tx, case_id, status, decision, note, actor.subject, found)
        _say(tx, TransferOpened, [case], reasons)
    await assess_households(tx, {case["household_id"]: None})


async def _basis_now(tx: Transaction, row: Row, stated: Basis | None) -> tuple[tuple[str, ...], Basis]:
    told = await _ask_table(tx, row["household_id"], _person_of(row), Scheme(row["scheme"]))
    ruling = rule_on(told.assessment)
    if ruling.basis:
        return tuple(reason.slug for reason in ruling.reasons), ruling.basis
    if stated:
        return (BY_CLERK,), stated
    raise BasisNeeded(
        faults=[Fault("/basis", "missing", "law and article, from where to where", "请填写法律条款及转出地、转入地")],
        members={"reasons": subjects.reason_records(ruling.reasons)},
    )


async def withdraw(tx: Transaction, actor: Actor, case_id: str, check: Callable[[int], None], note: str | None) -> None:
    """The applicant takes the application back. Raises CaseNotFound, Conflict, CaseSetAside, what `check` raises, IllegalMove."""
    row = await _load_case(tx, actor, case_id)
    check(row["version"])
    status = move(CaseStatus(row["status"]), CaseAction.WITHDRAW)
    case = await store.end_case(tx, case_id, status, CaseAction.WITHDRAW, actor.subject, note)
    _say(tx, TransferWithdrawn, [case])
    await _count_next(tx, row)
    await assess_households(tx, {case["household_id"]: None})


async def end_cases(tx: Transaction, subject_id: str, action: CaseAction, by: str) -> None:
    """Ends what is under way of a person or household that is no more. The subject is locked, and assessed again by the caller."""
    _say(tx, TransferWithdrawn, await store.end_cases(tx, subject_id, move(CaseStatus.OPEN, action), action, by))


async def end_recorded(
    tx: Transaction, person_id: str, action: CaseAction, by: str, filed_before: datetime | None
) -> None:
    """Ends what was recorded under an id: all of it, or what was filed before an instant. Locked and assessed as in `end_cases`."""
    status = move(CaseStatus.OPEN, action)
    _say(tx, TransferWithdrawn, await store.end_recorded(tx, person_id, status, action, by, filed_before))


async def reopen_cases(tx: Transaction, household_id: str) -> None:
    """What ended with a household goes on: people live there again. Locked and assessed as in `end_cases`."""
    again = await store.reopen_cases(tx, household_id)
    _say(tx, TransferOpened, [case for case in again if case["status"] == CaseStatus.OPEN])


async def give_cases(tx: Transaction, person_ids: Iterable[str], by: str) -> list[tuple[str, str]]:
    """Gives the cases of people who are, were, or are no longer merged to whom they are now; homes and people whose cases changed.
    Locked and assessed as in `end_cases`."""
    recorded = await store.load_recorded(tx, person_ids)
    before = {case.case_id: case.held for case in recorded}
    changes = {case_id: held for case_id, held in whose(recorded).items() if held != before[case_id]}
    for row in await store.hold_cases(tx, changes, by):
        _say_held(tx, row, before[row["case_id"]], changes[row["case_id"]])
    concerned = [*changes.values(), *(before[case_id] for case_id in changes)]
    return sorted({(held.household_id, held.subject_id) for held in concerned})


def _say_held(tx: Transaction, row: Row, before: Held, after: Held) -> None:
    """A proposed refusal is nobody's news yet."""
    if row["kind"] is not None and after.is_under_way:
        _say(tx, TransferOpened, [row])
    elif row["kind"] is not None and before.is_under_way:
        _say(tx, TransferWithdrawn, [row])


async def _count_next(tx: Transaction, row: Row) -> None:
    """The case (as loaded) has come to an end: one that was set aside for it counts now."""
    if row["has_duplicates"]:
        await give_cases(tx, [row["subject_id"]], row["ended_by"] or "")


async def move_cases(tx: Transaction, person_id: str, household_id: str) -> None:
    """What is under way of a person is of this household from now on. Locked and assessed as in `end_cases`."""
    moved = await store.set_household(tx, person_id, household_id)
    _say(tx, TransferOpened, [case for case in moved if case["status"] == CaseStatus.OPEN])


async def _load_case(tx: Transaction, actor: Actor, case_id: str) -> Row:
    """The case; household and person are locked. Raises CaseNotFound, Conflict, CaseSetAside."""
    row = await store.get_case(tx, case_id, actor)
    await subjects.lock(tx, row["household_id"], *([row["subject_id"]] if row["person_id"] else []))
    case = await store.load_case(tx, case_id)
    if (case["household_id"], case["subject_id"]) != (row["household_id"], row["subject_id"]):
        raise Conflict("The person moved to another household just now; try again.", "该人员刚变更住户，请重试。")
    if case["duplicate_of"]:
        raise CaseSetAside(members={"duplicate_of": case["duplicate_of"]})
    return case


def _person_of(row: Row) -> str | None:
    """Whose a case is now; None: the household's."""
    return row["subject_id"] if row["person_id"] else None


def _say(tx: Transaction, kind: type[CaseState], rows: Iterable[Row], reasons: tuple[str, ...] | None = None) -> None:
    for row in rows:
        state = kind(
            version=row["version"],
            case_id=row["case_id"],
            scheme=row["scheme"],
            person_id=_person_of(row),
            household_id=row["household_id"],
            status=CaseStatus.WITHDRAWN if row["duplicate_of"] else row["status"],
            reasons=tuple(r["slug"] for r in row["reasons"]) if reasons is None else reasons,
            kind=row["kind"],
            ended_because=row["ended_because"],
            duplicate_of=row["duplicate_of"],
        )
        outbox.emit(tx, state)
