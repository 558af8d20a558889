"""What goes into the access log: each unmasked read of people, and each read of the log."""

from __future__ import annotations

from collections.abc import Sequence

from services.registry.access import store
from services.registry.access.domain import AUDIT, AUDIT_BASIS, LOG_FIELDS, OWN_BASIS, OWN_DATA, PERSON_FIELDS
from services.registry.access.store import Record
from services.registry.consents.service import Grounds, grounds
from services.registry.persons.domain import Purpose
from shared.auth import Actor, Place
from shared.db import Transaction


async def note_access(
    tx: Transaction,
    actor: Actor,
    person_ids: Sequence[str],
    purpose: Purpose,
    case_ref: str | None,
    request_id: str | None,
    fields: Sequence[str] = PERSON_FIELDS,
) -> None:
    """Notes that the actor reads these people's sensitive fields, for what and on which basis (PIPL art. 6, 13, 51), in the reading
    transaction: no note, no read. Raises ConsentNeeded where the purpose rests on consent and somebody's does not stand."""
    basis, consents = await grounds(tx, person_ids, purpose)
    record = _record(actor, purpose, case_ref, (basis.basis, basis.law_ref), fields, request_id)
    await store.add_records(tx, record, [(person_id, consents.get(person_id)) for person_id in person_ids])


async def note_filling(
    tx: Transaction,
    actor: Actor,
    person_ids: Sequence[str],
    purpose: Purpose,
    grounds: Grounds,
    case_ref: str | None,
    request_id: str | None,
    fields: Sequence[str],
) -> None:
    """The same for what a form gives of these people, of whom `grounds` says that it may be given. `fields`: the form first."""
    record = _record(actor, purpose, case_ref, (grounds.basis.basis, grounds.basis.law_ref), fields, request_id)
    await store.add_records(tx, record, [(person_id, grounds.consents.get(person_id)) for person_id in person_ids])


async def note_own_read(
    tx: Transaction,
    actor: Actor,
    person_ids: Sequence[str],
    request_id: str | None,
    fields: Sequence[str] = PERSON_FIELDS,
) -> None:
    """Notes that a resident reads its own data, or its children's: who misuses an app account leaves traces too."""
    record = _record(actor, OWN_DATA, None, OWN_BASIS, fields, request_id)
    await store.add_records(tx, record, [(person_id, None) for person_id in person_ids])


async def note_log_read(
    tx: Transaction, actor: Actor, person_id: str | None, results: int, request_id: str | None
) -> None:
    """Notes that the actor read the log: of one person, or (None) of many."""
    purpose, basis = (OWN_DATA, OWN_BASIS) if actor.is_resident else (AUDIT, AUDIT_BASIS)
    record = _record(actor, purpose, None, basis, LOG_FIELDS, request_id)
    await store.add_log_read(tx, record, person_id, results)


def _record(
    actor: Actor,
    purpose: str,
    case_ref: str | None,
    basis: tuple[str, str],
    fields: Sequence[str],
    request_id: str | None,
) -> Record:
    return Record(
        reader=actor.subject,
        kind=actor.kind,
        role=str(actor.role),
        place=_text(actor.place),
        purpose=str(purpose),
        case_ref=case_ref,
        legal_basis=str(basis[0]),
        law_ref=basis[1],
        fields=fields,
        request_id=request_id,
    )


def _text(place: Place) -> str:
    """As tokens have it; everywhere is empty."""
    return place.division if place.block is None else f"{place.division}/{place.estate}/{place.block}"
