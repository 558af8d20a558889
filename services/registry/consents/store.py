"""Every SQL statement about consents. Rows are only ever added: what was given, and what ended it."""

from __future__ import annotations

from collections.abc import Sequence

from services.registry.consents.domain import ConsentStatus, Given, Giving
from services.registry.own import staff_sees
from services.registry.store import WITH_MERGED
from shared.auth import Actor, Place
from shared.db import Read, Row, Transaction
from shared.errors import NotFound
from shared.places import place_of


class ConsentNotFound(NotFound):
    slug = "consent-not-found"
    title_en, title_zh = "No such consent", "未找到该同意记录"


_CONSENT = """
select c.*, coalesce(e.status, 'standing') as status, e.ended_at, e.recorded_by as ended_by, e.because
  from consents c left join consent_endings e using (consent_id)
"""


async def add_consent(
    tx: Transaction, consent_id: str, person_id: str, giving: Giving, law_ref: str, replaces: str | None, actor: Actor
) -> None:
    guardian = giving.guardian
    await tx.execute(
        """insert into consents (consent_id, person_id, purpose, notice, law_ref, given_on, form, evidence, guardian_relation,
                  guardian_id, replaces, recorded_by, role, recorded_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)""",
        consent_id,
        person_id,
        giving.purpose,
        giving.notice,
        law_ref,
        giving.given_on,
        giving.form,
        giving.evidence,
        guardian.relation if guardian else None,
        guardian.person_id if guardian else None,
        replaces,
        actor.subject,
        str(actor.role),
        tx.now,
    )


async def add_ending(
    tx: Transaction, consent_id: str, status: ConsentStatus, because: str | None, actor: Actor
) -> None:
    await tx.execute(
        """insert into consent_endings (consent_id, status, because, recorded_by, role, ended_at)
           values ($1, $2, $3, $4, $5, $6)""",
        consent_id,
        status,
        because,
        actor.subject,
        str(actor.role),
        tx.now,
    )


async def newest(read: Read, person_ids: Sequence[str], purpose: str) -> dict[str, Given]:
    """The consent to a purpose of which the last word is, by person: of one who was entered twice, under whichever id it was said."""
    rows = await read.fetch(
        f"""with one as ({WITH_MERGED}),
            newest as (
               select distinct on (one.id) one.owner, c.* from one join consents c on c.person_id = one.id
                where c.purpose = $2 order by one.id, c.told desc)
           select distinct on (c.owner) c.owner, c.consent_id, c.notice, coalesce(e.status, 'standing') as status
             from newest c left join consent_endings e using (consent_id)
            order by c.owner, coalesce(e.ended_at, c.recorded_at) desc, c.told desc""",
        list(person_ids),
        purpose,
    )
    return {row["owner"]: Given(row["consent_id"], ConsentStatus(row["status"]), row["notice"]) for row in rows}


async def get_consent(read: Read, consent_id: str, place: Place) -> Row:
    """Raises ConsentNotFound, also where the place does not cover the person's household."""
    row = await read.fetchrow(
        f"""{_CONSENT} join persons p on p.person_id = c.person_id join households h on h.household_id = p.household_id
             where c.consent_id = $1 and {staff_sees(place, 2)}""",
        consent_id,
        *place_of(place),
    )
    if row is None:
        raise ConsentNotFound
    return row


async def list_of_person(read: Read, person_id: str) -> list[Row]:
    """All that a person ever consented to, also under an id that is merged into this one, the newest first."""
    return await read.fetch(
        f"{_CONSENT} where c.person_id in (select id from ({WITH_MERGED}) one) order by c.told desc", [person_id]
    )
