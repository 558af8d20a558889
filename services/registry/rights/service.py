"""What can be done with a request by which somebody exercises a right: asked, answered, refused, withdrawn. Deletions: `deletion`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

from services.registry.changes import service as changes
from services.registry.changes.service import Change
from services.registry.erasure import store as erasure
from services.registry.persons import store as persons
from services.registry.persons.domain import PersonStatus
from services.registry.persons.service import refuse_if_merged
from services.registry.rights import store
from services.registry.rights.document import compose
from services.registry.rights.domain import (
    Asking,
    Capacity,
    Kind,
    RequestAction,
    RequestStatus,
    Subject,
    against_asking,
    due,
    move_request,
)
from services.registry.sight import Sealed
from shared.auth import Actor, Role
from shared.clock import load_calendar
from shared.db import Row, Transaction
from shared.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from shared.ids import new_id
from shared.privacy import KeyRing


class CannotAsk(Invalid):
    slug = "rights-request-not-taken"
    title_en, title_zh = "The request cannot be taken like this", "该请求无法受理"


class AskedAlready(Conflict):
    slug = "rights-request-open"
    title_en, title_zh = "The same was asked and is not answered yet", "已有相同的请求尚未答复"


class AskedByAnother(Forbidden):
    slug = "asked-by-another"
    title_en, title_zh = "Only who asked may withdraw it", "只能由申请人撤回"


class CopyNotThere(NotFound):
    slug = "copy-not-there"
    title_en, title_zh = "There is no copy to fetch", "没有可领取的副本"


@dataclass(frozen=True, slots=True)
class Asked:
    """The id of a request, and what to look at."""

    request_id: str
    warnings: Sequence[Fault] = ()


async def ask(
    tx: Transaction,
    actor: Actor,
    keys: KeyRing,
    known_areas: frozenset[str],
    person_id: str,
    asking: Asking,
    correction: Change | None,
) -> Asked:
    """Takes a request; its clock runs from the next day. A correction becomes a change request: made at once where that may be.

    Raises PersonNotFound, IsMerged, CannotAsk with all reasons, AskedAlready; for a correction also what `changes.service.ask` raises.
    """
    row = await persons.load_person(tx, person_id, actor.place)
    refuse_if_merged(row)
    known = await _known(tx, actor, asking.applicant_id)
    subject = Subject(person_id, PersonStatus(row["status"]), row["birth_on"])
    if faults := against_asking(asking, subject, not actor.is_resident, known, tx.today):
        raise CannotAsk(faults=faults)
    if asking.kind is not Kind.CORRECTION and (there := await store.find_open(tx, person_id, asking.kind)):
        raise AskedAlready(members={"request_id": there})
    request_id = new_id()
    sealed = Sealed(keys, row)
    change = None
    if correction:
        change = await changes.ask(tx, actor, keys, known_areas, person_id, lambda _: None, correction)
    days, last = due(tx.today, load_calendar())
    said = sealed.seal(asking.said, _place_of(request_id)) if asking.said else None
    await store.add_request(
        tx,
        request_id,
        person_id,
        asking,
        RequestStatus.GRANTED if change and change.made else RequestStatus.OPEN,
        said,
        change.request_id if change else None,
        actor,
        (days, last.on, last.provisional),
    )
    await store.add_step(tx, request_id, RequestAction.ASK, actor.subject, str(actor.role), None)
    return Asked(request_id, change.warnings if change else ())


async def _known(tx: Transaction, actor: Actor, person_id: str | None) -> list[str]:
    if person_id is None or actor.is_resident:
        return [] if person_id is None else [person_id]
    try:
        await persons.get_person(tx, person_id, actor.place)
    except persons.PersonNotFound:
        return []
    return [person_id]


async def grant(tx: Transaction, actor: Actor, keys: KeyRing, request_id: str, answer: str | None) -> None:
    """Answers: with the copy, made now and sealed, or the explanation (`answer`).

    Raises RequestNotFound, IllegalMove, PersonNotFound where the record is restricted meanwhile, CannotAsk where the explanation is
    missing.
    """
    row = await load(tx, actor, request_id)
    kind = Kind(row["kind"])
    after = move_request(kind, RequestStatus(row["status"]), RequestAction.GRANT)
    if row["withheld"]:
        raise persons.PersonNotFound
    if kind is Kind.EXPLANATION and not answer:
        raise CannotAsk(faults=[Fault("/answer", "missing", "write the explanation", "请填写解释说明")])
    sealed = Sealed(keys, row)
    if kind is Kind.COPY:
        one = sorted(await erasure.list_one(tx, [row["person_id"]]), key=lambda each: each != row["person_id"])
        document = await compose(tx, keys, one, with_log=row["capacity"] == Capacity.SELF)
        await store.add_copy(tx, request_id, sealed.seal(to_json(document).decode(), _copy_of(request_id)))
    await step(tx, actor, sealed, row, RequestAction.GRANT, answer)
    await store.set_status(tx, request_id, after, answered=True)


async def refuse(tx: Transaction, actor: Actor, keys: KeyRing, request_id: str, because: str) -> None:
    """With the reason in writing; the person may sue (PIPL art. 50). Raises RequestNotFound, IllegalMove."""
    row = await load(tx, actor, request_id)
    after = move_request(Kind(row["kind"]), RequestStatus(row["status"]), RequestAction.REFUSE)
    await step(tx, actor, sealed_of(keys, row), row, RequestAction.REFUSE, because)
    await store.set_status(tx, request_id, after, answered=True)


async def withdraw(tx: Transaction, actor: Actor, keys: KeyRing, request_id: str) -> None:
    """By who asked, or at the desk where it was taken. Raises RequestNotFound, IllegalMove, AskedByAnother."""
    row = await load(tx, actor, request_id)
    after = move_request(Kind(row["kind"]), RequestStatus(row["status"]), RequestAction.WITHDRAW)
    if row["asked_by"] != actor.subject:
        raise AskedByAnother
    await step(tx, actor, sealed_of(keys, row), row, RequestAction.WITHDRAW, None)
    await store.set_status(tx, request_id, after, answered=False)


async def open_copy(tx: Transaction, actor: Actor, keys: KeyRing, request_id: str) -> tuple[str, dict[str, Any]]:
    """Id of the person, and the document. Raises RequestNotFound, CopyNotThere: not made, forgotten, or the record is restricted."""
    row = await store.get_request(tx, request_id, actor.place)
    found = await store.find_copy(tx, request_id)
    if found is None or row["withheld"]:
        raise CopyNotThere
    if actor.is_resident:  # whose it was when it was asked may not be now: a child came of age
        await persons.get_person(tx, row["person_id"], actor.place)
    return row["person_id"], from_json(Sealed(keys, row).unseal(found, _copy_of(request_id)))


async def load(tx: Transaction, actor: Actor, request_id: str) -> Row:
    """The request, its person and household locked. Raises RequestNotFound."""
    seen = await store.get_request(tx, request_id, actor.place)
    await erasure.lock(tx, [seen["person_id"]])
    return await store.get_request(tx, request_id, actor.place)


async def step(
    tx: Transaction, actor: Actor, sealed: Sealed | None, row: Row, action: RequestAction, because: str | None
) -> None:
    text = sealed.seal(because, _place_of(row["request_id"])) if sealed and because else None
    await store.add_step(tx, row["request_id"], action, actor.subject, str(actor.role), text)


def sealed_of(keys: KeyRing, row: Row) -> Sealed | None:
    """None where the person was erased."""
    return Sealed(keys, row) if row["wrapped"] else None


def opened(sealed: Sealed | None, row: Row, text: bytes | None) -> str | None:
    """A text of a request; None where there is none, and of whom the record is withheld."""
    if sealed is None or text is None or row["withheld"]:
        return None
    return sealed.unseal(text, _place_of(row["request_id"]))


def _place_of(request_id: str) -> str:
    return f"rights/{request_id}"


def _copy_of(request_id: str) -> str:
    return f"copy/{request_id}"


WORKER = ("registry", str(Role.OPERATOR))
"""By whom what falls due is done."""
