"""Every SQL statement by which people are withheld and erased."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from datetime import date

from services.registry.erasure.domain import Held
from services.registry.persons.domain import PersonStatus, Withheld
from services.registry.store import WITH_MERGED
from shared.clock import SHANGHAI
from shared.db import Read, Row, Transaction, columns


async def list_one(read: Read, person_ids: Collection[str]) -> dict[str, str]:
    """These people and whoever was merged into them: by id, whose it is."""
    rows = await read.fetch(WITH_MERGED, list(person_ids))
    return {row["id"]: row["owner"] for row in rows}


async def list_held(read: Read, person_ids: Collection[str], but_request: str | None) -> list[Held]:
    """What decides whether these people may be erased. `but_request`: a rights request that does not count."""
    rows = await read.fetch(
        f"""with one as ({WITH_MERGED})
            select p.person_id, p.status, p.died_on, p.withdrawn_at, p.withheld is not null as restricted,
                   (select max(f.valid_from) from person_facts f
                     where f.person_id = p.person_id and f.fact = 'status' and f.retracted_at is null) as status_since,
                   (select count(distinct k.parcel_id) from one join parcel_holders k on k.person_id = one.id
                      join parcels l using (parcel_id) where one.owner = p.person_id and l.status = 'held') as parcels,
                   (select count(*) from one join change_requests c on c.person_id = one.id
                     where one.owner = p.person_id and c.status = 'open') as changes,
                   (select count(*) from one join rights_requests r on r.person_id = one.id
                     where one.owner = p.person_id and r.status in ('open', 'proposed') and r.kind <> 'correction'
                       and r.request_id is distinct from $2) as requests
              from persons p where p.person_id = any($1::uuid[]) and p.withheld is distinct from '{Withheld.ERASED}'
             order by p.person_id""",
        list(person_ids),
        but_request,
    )
    return [
        Held(
            r["person_id"],
            PersonStatus(r["status"]),
            _ended_on(r),
            r["parcels"],
            r["changes"],
            r["requests"],
            r["restricted"],
        )
        for r in rows
    ]


def _ended_on(row: Row) -> date | None:
    """Since when nothing is handled any more of who does not live here."""
    on: date | None
    match row["status"]:
        case PersonStatus.DECEASED:
            on = row["died_on"]
        case PersonStatus.MOVED_OUT:
            on = row["status_since"]
        case PersonStatus.WITHDRAWN:
            on = row["withdrawn_at"] and row["withdrawn_at"].astimezone(SHANGHAI).date()
        case _:
            on = None
    return on


async def lock(tx: Transaction, person_ids: Collection[str]) -> None:
    """Their households, then they and whoever was merged into them, in the order of all acts."""
    ids = list(await list_one(tx, person_ids))
    await tx.execute(
        """select from households where household_id in (select household_id from persons where person_id = any($1::uuid[]))
            order by household_id for update""",
        ids,
    )
    await tx.execute("select from persons where person_id = any($1::uuid[]) order by person_id for update", ids)


async def set_withheld(tx: Transaction, person_ids: Collection[str], withheld: Withheld | None) -> None:
    """Restricts the records of these people, or shows them again; and of whoever was merged into them."""
    await tx.execute(
        f"""update persons set withheld = $2, version = version + 1, changed_at = $3
             where person_id in (select id from ({WITH_MERGED}) one) and withheld is distinct from '{Withheld.ERASED}'""",
        list(person_ids),
        withheld,
        tx.now,
    )


async def list_parted(read: Read, person_ids: Collection[str]) -> list[Row]:
    """Mergers that were taken back, in which one of these had gone on as somebody else who is not among them: what was taken over from the
    former, sealed under the key of the latter."""
    return await read.fetch(
        """select m.*, m.kept_id as person_id, k.key_id, k.wrapped, g.sex, g.birth_on
             from person_mergers m join person_keys k on k.person_id = m.kept_id join persons g on g.person_id = m.gone_id
            where m.unmerged_at is not null and m.gone_id = any($1::uuid[]) and m.kept_id <> all($1::uuid[])""",
        list(person_ids),
    )


async def list_past_facts(read: Read, person_id: str, facts: Collection[str]) -> list[Row]:
    """What was once held to be so of a person and is no more."""
    return await read.fetch(
        """select id, fact, value, recorded_at, retracted_at from person_facts
            where person_id = $1 and fact = any($2::text[]) and retracted_at is not null""",
        person_id,
        list(facts),
    )


async def delete_facts(tx: Transaction, ids: Collection[int]) -> None:
    await tx.execute("delete from person_facts where id = any($1::bigint[])", list(ids))


async def overwrite(tx: Transaction, person_ids: Sequence[str]) -> list[Row]:
    """Deletes the keys of these people, and overwrites all that was recorded of them but ids, sex, year of birth, and the spans of their
    households; ids and versions."""
    ids = list(person_ids)
    for statement in _OVERWRITING:
        await tx.execute(statement, ids)
    for person_id in ids:
        await tx.execute(_ANSWERS, f'"{person_id}"'.encode())
    return await tx.fetch(
        f"""update persons p set withheld = '{Withheld.ERASED}', version = version + 1, name = '', name_keys = '',
                   birth_on = make_date(extract(year from birth_on)::int, 1, 1), id_number_sealed = '',
                   id_number_lookup = g.lookup, phone_sealed = null, phone_lookup = null,
                   birth_certificate_sealed = null, birth_certificate_lookup = null, facts = '{{}}', work_copy = null,
                   changed_at = $3
              from unnest($1::uuid[], $2::bytea[]) as g(person_id, lookup)
             where p.person_id = g.person_id returning p.person_id, p.version""",
        *columns([(person_id, os.urandom(32)) for person_id in ids], 2),
        tx.now,
    )


_ANSWERS = "update idempotency_keys set body = '{}' where position($1 in body) > 0"
"""Answers that are kept for callers who ask again: such a caller is told no more than that it was done."""

_OWN_PARCELS = """
select k.parcel_id from parcel_holders k where k.person_id = any($1::uuid[])
   and not exists (select from parcel_holders o join persons p using (person_id)
                    where o.parcel_id = k.parcel_id and o.person_id <> all($1::uuid[]) and p.withheld is distinct from 'erased')
"""
"""Parcels that nobody else holds; `_OWN_HOMES`: households in which nobody else ever lived."""
_OWN_HOMES = """
select m.household_id from memberships m where m.person_id = any($1::uuid[])
   and not exists (select from memberships o join persons p using (person_id)
                    where o.household_id = m.household_id and o.person_id <> all($1::uuid[])
                      and p.withheld is distinct from 'erased')
"""
_OVERWRITING = (
    "delete from person_keys where person_id = any($1::uuid[])",
    "delete from person_facts where person_id = any($1::uuid[])",
    "delete from duplicate_pairs where person_id = any($1::uuid[]) or other_id = any($1::uuid[])",
    """update change_requests set asked_sealed = '', evidence = null, reason = '',
              decided_because = case when decided_because is not null then '' end
        where person_id = any($1::uuid[])""",
    """update person_mergers set taken_sealed = '', evidence = null, unmerged_because = null
        where gone_id = any($1::uuid[]) or kept_id = any($1::uuid[])""",
    "update consent_endings set because = null where consent_id in (select consent_id from consents where person_id = any($1::uuid[]))",
    """delete from rights_copies where request_id in (select request_id from rights_requests where person_id = any($1::uuid[]))""",
    """update rights_steps set because_sealed = null
        where request_id in (select request_id from rights_requests where person_id = any($1::uuid[]))""",
    "update rights_requests set said_sealed = null, evidence = null, applicant_id = null where person_id = any($1::uuid[])",
    "update rights_requests set applicant_id = null where applicant_id = any($1::uuid[])",
    # What was told of others too is theirs as well, with the file it rests on.
    """update life_events set evidence = null, retracted_because = case when retracted_because is not null then '' end
        where household_id in (select household_id from memberships where person_id = any($1::uuid[])) and people <@ $1::uuid[]
          and people <> '{}'""",
    f"""update land_contracts set party = '', share_terms = null where parcel_id in ({_OWN_PARCELS})""",
    f"delete from parcel_facts where parcel_id in ({_OWN_PARCELS})",
    f"""update parcels set certificate_no = parcel_id::text,
              facts = jsonb_build_object('right', (facts -> 'right') || jsonb_build_object('certificate_no', ''),
                                         'holders', '[]'::jsonb, 'homestead', null)
        where parcel_id in ({_OWN_PARCELS})""",
    f"delete from household_facts where household_id in ({_OWN_HOMES})",
    f"update households set facts = '{{}}' where household_id in ({_OWN_HOMES}) and status <> 'settled'",
)
