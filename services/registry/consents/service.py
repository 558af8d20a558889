"""What can be done about consents: given, withdrawn, asked for by a read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.registry.consents import store
from services.registry.consents.bases import Basis, LegalBasis, basis_of
from services.registry.consents.domain import (
    ConsentAction,
    ConsentStatus,
    Giving,
    Individual,
    against_giving,
    move_consent,
    reason_against,
    refusal,
)
from services.registry.persons import store as persons
from services.registry.persons.domain import PersonStatus, Purpose
from shared import outbox
from shared.auth import Actor
from shared.contracts.registry import ConsentGiven, ConsentWithdrawn
from shared.db import Row, Transaction
from shared.errors import Invalid
from shared.ids import new_id


class ConsentNotTaken(Invalid):
    slug = "consent-not-taken"
    title_en, title_zh = "The consent cannot be taken like this", "该同意无法受理"


async def give_consent(tx: Transaction, actor: Actor, person_id: str, giving: Giving) -> str:
    """Takes a consent, in place of an earlier one that stands; its id. Effective for the next read.

    Raises PersonNotFound, ConsentNotTaken with all reasons.
    """
    person = await persons.load_person(tx, person_id, actor.place)
    guardian = await _guardian(tx, actor, giving)
    if faults := against_giving(giving, _individual(person), guardian, tx.today):
        raise ConsentNotTaken(faults=faults)
    before = (await store.newest(tx, [person_id], giving.purpose)).get(person_id)
    replaces = before.consent_id if before and before.status is ConsentStatus.STANDING else None
    consent_id = new_id()
    law_ref = basis_of(giving.purpose, giving.given_on).law_ref
    await store.add_consent(tx, consent_id, person_id, giving, law_ref, replaces, actor)
    if before and replaces:
        after = move_consent(before.status, ConsentAction.REPLACE)
        await store.add_ending(tx, replaces, after, None, actor)
    outbox.emit(
        tx,
        ConsentGiven(
            version=1,
            consent_id=consent_id,
            person_id=person_id,
            purpose=giving.purpose,
            notice=giving.notice,
            state="standing",
            by_guardian=giving.guardian is not None,
            replaces_id=replaces,
        ),
    )
    return consent_id


async def withdraw_consent(tx: Transaction, actor: Actor, consent_id: str, because: str | None) -> None:
    """Ends a consent at once (PIPL art. 15): no reason is needed, and what was read before stays lawful. Raises ConsentNotFound,
    IllegalMove."""
    row = await store.get_consent(tx, consent_id, actor.place)
    await persons.load_person(tx, row["person_id"], actor.place)
    row = await store.get_consent(tx, consent_id, actor.place)
    after = move_consent(ConsentStatus(row["status"]), ConsentAction.WITHDRAW)
    await store.add_ending(tx, consent_id, after, because, actor)
    outbox.emit(
        tx,
        ConsentWithdrawn(
            version=2,
            consent_id=consent_id,
            person_id=row["person_id"],
            purpose=row["purpose"],
            notice=row["notice"],
            state="withdrawn",
            by_guardian=row["guardian_relation"] is not None,
            replaces_id=row["replaces"],
        ),
    )


class Grounds(NamedTuple):
    """On what a read for a purpose rests: the basis; where that is consent, by person the consent that stands, or why none does."""

    basis: Basis
    consents: Mapping[str, str] = {}
    against: Mapping[str, str] = {}


async def look_at_grounds(tx: Transaction, person_ids: Sequence[str], purpose: Purpose) -> Grounds:
    """On what a read for this purpose rests today. Asked of the database at each read, so that a withdrawal holds for the next one."""
    basis = basis_of(purpose, tx.today)
    if basis.basis is not LegalBasis.CONSENT:
        return Grounds(basis)
    given = await store.newest(tx, person_ids, purpose)
    reasons = {each: reason_against(given.get(each), purpose, tx.today) for each in person_ids}
    against = {person_id: code for person_id, code in reasons.items() if code}
    return Grounds(basis, {each: given[each].consent_id for each in person_ids if each not in against}, against)


async def grounds_of_some(
    tx: Transaction, person_ids: Sequence[str], purpose: Purpose
) -> tuple[Basis, Mapping[str, str | None]]:
    """The same, as basis and consents, of those of whom it may be read: who has not consented is missing (of a list, the others are
    read)."""
    found = await look_at_grounds(tx, person_ids, purpose)
    return found.basis, {each: found.consents.get(each) for each in person_ids if each not in found.against}


async def grounds(tx: Transaction, person_ids: Sequence[str], purpose: Purpose) -> tuple[Basis, Mapping[str, str]]:
    """The same, for all of these people: basis and consents. Raises ConsentNeeded with the reasons of everybody."""
    found = await look_at_grounds(tx, person_ids, purpose)
    if found.against:
        raise refusal(found.against.items())
    return found.basis, found.consents


async def _guardian(tx: Transaction, actor: Actor, giving: Giving) -> Individual | None:
    if giving.guardian is None or giving.guardian.person_id is None:
        return None
    try:
        return _individual(await persons.get_person(tx, giving.guardian.person_id, actor.place))
    except persons.PersonNotFound:
        return None


def _individual(row: Row) -> Individual:
    return Individual(row["person_id"], PersonStatus(row["status"]), row["birth_on"])
