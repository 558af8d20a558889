"""What can be done with a change of what is recorded of a person: asked for, approved and made, refused, withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic_core import from_json, to_json

from services.registry.changes import household, store
from services.registry.changes.domain import (
    BIRTH,
    MERGED,
    PHONE,
    ChangeAction,
    ChangeStatus,
    Owner,
    facts_of,
    faults_of_birth,
    faults_of_nothing,
    faults_of_own_birth,
    move_change,
    owner_of,
    takes_two,
)
from services.registry.changes.making import make, recorded
from services.registry.forms import store as forms
from services.registry.merging import service as merging
from services.registry.merging.service import Proposal
from services.registry.newborns.domain import faults_of_number
from services.registry.persons import store as persons
from services.registry.persons.domain import BIRTH_CERTIFICATE, ID_NUMBER, PersonAction, PersonStatus, move_person
from services.registry.persons.service import refuse_if_merged, refuse_work_of_jobs, with_parts_kept
from services.registry.service import refuse_future
from services.registry.sight import Sealed
from shared.auth import Actor, Scope
from shared.db import Row, Transaction
from shared.errors import Conflict, Fault, Forbidden, Invalid
from shared.identity import (
    BadBirthCertificate,
    BadIdNumber,
    BadPhone,
    check_id_number,
    normalise_birth_certificate,
    normalise_phone,
)
from shared.ids import new_id
from shared.privacy import KeyRing

_OWNERS: Mapping[Owner, frozenset[Scope]] = {
    Owner.REGISTER: frozenset({Scope.REGISTRY_WRITE}),
    Owner.INSURANCE: frozenset({Scope.BENEFITS_DECIDE, Scope.REGISTRY_WRITE}),
}


class CannotChange(Invalid):
    slug = "cannot-change"
    title_en, title_zh = "This cannot be recorded of the person", "无法按申请更正"


class AskedAlready(Conflict):
    slug = "change-asked-already"
    title_en, title_zh = "A change of this is asked for and not decided yet", "该项已有待审核的更正申请"


class ChangedSince(Conflict):
    slug = "changed-since-asked"
    title_en, title_zh = "What is recorded changed since this was asked", "申请提出后登记内容已变更"


class SecondPersonNeeded(Forbidden):
    slug = "second-person-needed"
    title_en, title_zh = "Another person must approve this", "须由另一人审核"


class NotTheOwner(Forbidden):
    slug = "not-the-owner"
    title_en, title_zh = "Somebody else answers for these fields", "该项由其他部门负责"


class AskedByAnother(Forbidden):
    slug = "asked-by-another"
    title_en, title_zh = "Only who asked may withdraw it", "只能由申请人撤回"


@dataclass(frozen=True, slots=True)
class Change:
    """What is asked: values by field (`name`, `id_number`, `birth_certificate`, `birth`, `phone`, or a fact group). `valid_from`: the day
    from which they hold; None: what is recorded was wrong from the start."""

    values: Mapping[str, object]
    valid_from: date | None
    source: str
    evidence: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The id of a request, and what to look at. `made`: at once, with the asking."""

    request_id: str
    warnings: Sequence[Fault] = ()
    made: bool = False


def owns(actor: Actor, fields: Sequence[str]) -> bool:
    """Does the actor answer for all of these fields?"""
    return all(not actor.scopes.isdisjoint(_OWNERS[owner_of(field)]) for field in fields)


async def ask(
    tx: Transaction,
    actor: Actor,
    keys: KeyRing,
    known_areas: frozenset[str],
    person_id: str,
    check: Callable[[int], None],
    change: Change,
) -> Asked:
    """Asks for a change. One for which the actor answers, and which does not take two people, is made at once.

    Raises PersonNotFound, what `check` raises, IsMerged, IllegalMove, DateInFuture, WorkIsJobs, CannotChange, AskedAlready.
    """
    row = await _load(tx, actor, person_id, change.values)
    check(row["version"])
    if change.valid_from:
        refuse_future(tx, change.valid_from, "/valid_from")
    values = await with_parts_kept(tx, row, change.values, change.valid_from)
    after, faults, warnings = _read(values, tx.today, known_areas)
    fields = sorted(after)
    sealed = Sealed(keys, row)
    before = recorded(sealed, row, fields)
    if not faults and owns(actor, fields):  # others would learn what they may not see
        faults = await _faults(tx, actor, keys, known_areas, row, before, after)
    if faults:
        raise CannotChange(faults=faults)
    if there := await store.find_open(tx, person_id, fields):
        raise AskedAlready(members={"request_id": there})
    request_id = new_id()
    home = row["household_id"] if household.are_asked(fields) else None
    told = {"before": before, "after": after, "household_id": home}
    asked = sealed.seal(to_json(told).decode(), _place_of(request_id))
    texts = (change.source, change.evidence, change.reason, actor.subject)
    await store.add_request(tx, request_id, person_id, fields, asked, change.valid_from, *texts)
    made = not takes_two(fields) and owns(actor, fields)
    if made:
        warnings += await _make(tx, actor, keys, sealed, row, after, change.valid_from, change.source, actor.subject)
        await store.decide(tx, request_id, ChangeStatus.APPROVED, actor.subject, None)
    return Asked(request_id, warnings, made)


async def approve(
    tx: Transaction, actor: Actor, keys: KeyRing, known_areas: frozenset[str], request_id: str, id_number: str | None
) -> Asked:
    """Approves a change, and makes it. `id_number`: the new one once more, as the approver reads it in the evidence.

    Raises ChangeNotFound, IsMerged, IllegalMove, NotTheOwner, SecondPersonNeeded, ChangedSince, CannotChange.
    """
    request, row = await _open(tx, actor, keys, request_id, ChangeAction.APPROVE)
    if takes_two(request["fields"]) and request["asked_by"] == actor.subject:
        raise SecondPersonNeeded
    sealed = Sealed(keys, row)
    asked = asked_of(sealed, request)
    before, after = asked["before"], asked["after"]
    by = request["asked_by"]
    moved = asked.get("household_id") not in (None, row["household_id"])
    if moved or recorded(sealed, row, request["fields"]) != before:
        raise ChangedSince("Refuse it, and let it be asked anew.", "请退回后重新申请。")
    if faults := _once_more(after, id_number) or await _faults(tx, actor, keys, known_areas, row, before, after):
        raise CannotChange(faults=faults)
    if MERGED in after:
        proposal = Proposal(**after[MERGED])
        warnings = await merging.merge(
            tx, actor, keys, row["person_id"], proposal, request["source"], request["evidence"], by
        )
    else:
        warnings = await _make(tx, actor, keys, sealed, row, after, request["valid_from"], request["source"], by)
        if actor.subject != by:
            await forms.confirm(tx, row["person_id"], facts_of(request["fields"]), actor.subject, str(actor.role))
    await store.decide(tx, request_id, ChangeStatus.APPROVED, actor.subject, None)
    return Asked(request_id, warnings)


async def refuse(tx: Transaction, actor: Actor, keys: KeyRing, request_id: str, because: str) -> None:
    """Raises ChangeNotFound, IllegalMove, NotTheOwner."""
    await _open(tx, actor, keys, request_id, ChangeAction.REFUSE)
    await store.decide(tx, request_id, ChangeStatus.REFUSED, actor.subject, because)


async def withdraw(tx: Transaction, actor: Actor, keys: KeyRing, request_id: str) -> None:
    """Raises ChangeNotFound, IllegalMove, AskedByAnother."""
    await _open(tx, actor, keys, request_id, ChangeAction.WITHDRAW)
    await store.decide(tx, request_id, ChangeStatus.WITHDRAWN, actor.subject, None)


def asked_of(sealed: Sealed, request: Row) -> dict[str, Any]:
    """Values `before` and `after` by field, and the household whose facts are among them; nothing where their time was over, and they were
    forgotten."""
    if not request["asked_sealed"]:
        return {"before": {}, "after": {}}
    asked: dict[str, Any] = from_json(sealed.unseal(request["asked_sealed"], _place_of(request["request_id"])))
    return asked


def _place_of(request_id: str) -> str:
    return f"change/{request_id}"


async def _open(tx: Transaction, actor: Actor, keys: KeyRing, request_id: str, action: ChangeAction) -> tuple[Row, Row]:
    """The request, to be decided by who may, and its person; both locked by the person's row."""
    seen = await store.get_request(tx, request_id, actor.place)
    if action is ChangeAction.APPROVE and MERGED in seen["fields"]:
        merged = asked_of(Sealed(keys, seen), seen)["after"][MERGED]
        await merging.lock_both(tx, [seen["person_id"], merged["into"]])
    row = await persons.load_person(tx, seen["person_id"], actor.place)
    request = await store.get_request(tx, request_id, actor.place)
    move_change(ChangeStatus(request["status"]), action)
    if action is ChangeAction.WITHDRAW and request["asked_by"] != actor.subject:
        raise AskedByAnother
    if action is not ChangeAction.WITHDRAW and not owns(actor, request["fields"]):
        raise NotTheOwner
    if action is ChangeAction.APPROVE:
        _refuse_acts(row, request["fields"])
    return request, await household.with_facts(tx, row, request["fields"])


async def _load(tx: Transaction, actor: Actor, person_id: str, fields: Mapping[str, object]) -> Row:
    row = await persons.load_person(tx, person_id, actor.place)
    _refuse_acts(row, list(fields))
    return await household.with_facts(tx, row, fields)


async def _make(
    tx: Transaction,
    actor: Actor,
    keys: KeyRing,
    sealed: Sealed,
    row: Row,
    after: Mapping[str, Any],
    valid_from: date | None,
    source: str,
    by: str,
) -> list[Fault]:
    own, home = household.parted(after)
    warnings = await make(tx, keys, sealed, row, own, valid_from, source, by) if own else []
    if home:
        warnings += await household.make(tx, actor, row["household_id"], home, valid_from, source, by)
    return warnings


def _refuse_acts(row: Row, fields: Sequence[str]) -> None:
    refuse_if_merged(row)
    action = PersonAction.MERGE if MERGED in fields else PersonAction.CHANGE_FACTS
    move_person(PersonStatus(row["status"]), action)
    refuse_work_of_jobs(row, fields)


def _read(
    values: Mapping[str, object], today: date, known_areas: frozenset[str]
) -> tuple[dict[str, Any], list[Fault], list[Fault]]:
    """Values in the form in which they are kept, what is wrong with them, and what to look at."""
    after, faults, warnings = dict(values), [], []
    try:
        if ID_NUMBER in values:
            found = check_id_number(str(values[ID_NUMBER]), today, known_areas)
            after[ID_NUMBER] = found.value
            warnings = [
                Fault(
                    "/id_number", code, "look at it again: the area code is in no table", "请核对：行政区划码不在码表中"
                )
                for code in found.warnings
            ]
    except BadIdNumber as error:
        faults.append(Fault("/id_number", error.code, error.en, error.zh))
    try:
        if values.get(PHONE) is not None:
            after[PHONE] = normalise_phone(str(values[PHONE]))
    except BadPhone as error:
        faults.append(Fault("/phone", error.code, error.en, error.zh))
    try:
        if BIRTH_CERTIFICATE in values:
            after[BIRTH_CERTIFICATE] = normalise_birth_certificate(str(values[BIRTH_CERTIFICATE]))
    except BadBirthCertificate as error:
        faults.append(Fault("/birth_certificate", error.code, error.en, error.zh))
    return after, faults, warnings


async def _faults(
    tx: Transaction,
    actor: Actor,
    keys: KeyRing,
    known_areas: frozenset[str],
    row: Row,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> list[Fault]:
    """Everything that stands against these values."""
    if MERGED in after:
        return await merging.look_at(tx, actor, keys, row, Proposal(**after[MERGED]))
    if faults := faults_of_nothing(before, after):
        return faults
    first_days = await store.find_first_days(tx, row["person_id"])
    sex, birth_on = row["sex"], row["birth_on"]
    if BIRTH in after:
        sex, birth_on = after[BIRTH]["sex"], date.fromisoformat(after[BIRTH]["birth_on"])
        faults += faults_of_own_birth("/birth", row["id_number_sealed"] is not None, birth_on, tx.today)
        faults += faults_of_birth("/birth", birth_on, *first_days)
    if ID_NUMBER in after:
        check = check_id_number(after[ID_NUMBER], tx.today, known_areas)
        faults += faults_of_birth("/id_number", check.birth_on, *first_days)
        if row["id_number_sealed"] is None:
            faults += faults_of_number(sex, birth_on, check.sex, check.birth_on)
    for kind in (ID_NUMBER, BIRTH_CERTIFICATE):
        if kind in after:
            faults += await _faults_of_taken(tx, actor, keys, row["person_id"], kind, after[kind])
    return faults


async def _faults_of_taken(
    tx: Transaction, actor: Actor, keys: KeyRing, person_id: str, kind: str, number: str
) -> list[Fault]:
    """Another person has the number."""
    there = await store.find_namesake(tx, person_id, kind, keys.lookup_hash(kind, number), actor.place)
    if there is None:
        return []
    if not there["covered"]:
        en, zh = "registered outside your place: ask the county", "已在您管辖范围以外登记，请联系县级部门"
        return [Fault(f"/{kind}", "registered-elsewhere", en, zh)]
    en = f"person {there['person_id']} has this number: if the two are one person, merge them"
    zh = f"人员 {there['person_id']} 已使用该号码，如为同一人请合并"
    return [Fault(f"/{kind}", f"{kind.replace('_', '-')}-taken", en, zh)]


def _once_more(after: Mapping[str, Any], id_number: str | None) -> list[Fault]:
    """An ID number is read in the evidence by two people, each for itself."""
    if ID_NUMBER not in after:
        return []
    if id_number is None:
        return [Fault("/id_number", "missing", "state the new ID number as you read it", "请再次填写新的身份证号")]
    if id_number.strip().upper() != after[ID_NUMBER]:
        return [Fault("/id_number", "differs-from-request", "is another than was asked for", "与申请中的号码不一致")]
    return []
