"""What goes into the access log: each unmasked read of people, and each read of the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.registry.access import store
from services.registry.access.domain import (
    AUDIT,
    AUDIT_BASIS,
    COPY_FIELDS,
    LOG_FIELDS,
    OWN_BASIS,
    OWN_DATA,
    PERSON_FIELDS,
    RIGHTS,
)
from services.registry.access.store import Record
from services.registry.consents.bases import Basis, basis_of
from services.registry.consents.service import grounds
from services.registry.persons.domain import Purpose
from shared.auth import Actor
from shared.db import Transaction
from shared.places import text_of


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


async def note_listed(
    tx: Transaction,
    actor: Actor,
    basis: Basis,
    people: Mapping[str, str | None],
    purpose: Purpose,
    case_ref: str | None,
    request_id: str | None,
    fields: Sequence[str],
    results: int | None = None,
) -> None:
    """Notes that these people's fields go into what the actor asked for: a list of `results` people (these, unless said), or a form, which
    is named first of the fields. `people`: ids with the consent that each read rests on (`grounds_of_some`)."""
    record = _record(actor, purpose, case_ref, (basis.basis, basis.law_ref), fields, request_id)
    await store.add_records(tx, record, list(people.items()), results)


async def note_fetch(
    tx: Transaction,
    actor: Actor,
    purpose: Purpose,
    case_ref: str | None,
    request_id: str | None,
    fields: Sequence[str],
    results: int,
) -> None:
    """Notes that the actor fetched a file with so many people's fields in full; whose they are was noted as it was made."""
    basis = basis_of(purpose, tx.today)
    record = _record(actor, purpose, case_ref, (basis.basis, basis.law_ref), fields, request_id)
    await store.add_records(tx, record, [(None, None)], results)


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


async def note_copy(tx: Transaction, actor: Actor, person_id: str, case_ref: str, request_id: str | None) -> None:
    """Notes that somebody was given the copy of all that is held of a person (PIPL art. 45). `case_ref`: the request for it."""
    purpose = OWN_DATA if actor.is_resident else RIGHTS
    record = _record(actor, purpose, case_ref, OWN_BASIS, COPY_FIELDS, request_id)
    await store.add_records(tx, record, [(person_id, None)])


async def note_log_read(
    tx: Transaction, actor: Actor, person_id: str | None, results: int, request_id: str | None
) -> None:
    """Notes that the actor read the log: of one person, or (None) of many."""
    purpose, basis = (OWN_DATA, OWN_BASIS) if actor.is_resident else (AUDIT, AUDIT_BASIS)
    record = _record(actor, purpose, None, basis, LOG_FIELDS, request_id)
    await store.add_log_read(tx, record, person_id, results)


async def note_figures(
    tx: Transaction,
    actor: Actor,
    purpose: Purpose,
    case_ref: str | None,
    results: int,
    request_id: str | None,
    fields: Sequence[str],
) -> None:
    """Notes that the actor read figures (`results` of them) of sensitive facts: of nobody by name, but few figures may tell of one."""
    basis, _ = await grounds(tx, [], purpose)
    record = _record(actor, purpose, case_ref, (basis.basis, basis.law_ref), fields, request_id)
    await store.add_log_read(tx, record, None, results)


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
        place=text_of(actor.place),
        purpose=str(purpose),
        case_ref=case_ref,
        legal_basis=str(basis[0]),
        law_ref=basis[1],
        fields=fields,
        request_id=request_id,
    )
