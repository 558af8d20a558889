"""Every SQL statement about forms, their fillings, and who said that a fact is right."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from services.registry.changes.domain import HOUSEHOLD
from services.registry.own import staff_sees
from services.registry.store import told_of
from shared.auth import Place
from shared.db import Read, Row, Transaction, columns
from shared.errors import NotFound
from shared.places import place_of, seen


class FormNotFound(NotFound):
    slug = "form-not-found"
    title_en, title_zh = "No such form", "未找到该表单"


class FillingNotFound(NotFound):
    slug = "filling-not-found"
    title_en, title_zh = "No such filling", "未找到该填表记录"


# Forms


async def find_form(read: Read, code: str, version: int | None = None) -> Row | None:
    """A declared version; None asks for the one in force."""
    which = "status = 'in-force'" if version is None else "version = $2::int"
    given = [code] if version is None else [code, version]
    return await read.fetchrow(f"select * from forms where form_code = $1 and {which}", *given)


async def find_latest(read: Read, code: str) -> Row | None:
    """The latest version that ever was in force."""
    return await read.fetchrow(
        """select * from forms where form_code = $1 and status not in ('proposed', 'refused')
            order by version desc limit 1""",
        code,
    )


async def list_forms(read: Read, states: Collection[str]) -> list[Row]:
    """Versions in these states, by code."""
    return await read.fetch("select * from forms where status = any($1) order by form_code, version", list(states))


async def load_versions(tx: Transaction, code: str) -> list[Row]:
    """All versions of a code, the latest first; nobody declares or decides another meanwhile."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 18))", code)
    return await tx.fetch("select * from forms where form_code = $1 order by version desc", code)


async def add_form(
    tx: Transaction, code: str, version: int, agency: str, division: str, content: Mapping[str, Any], by: str
) -> None:
    await tx.execute(
        """insert into forms (form_code, version, status, agency, division, content, declared_by, declared_at)
           values ($1, $2, 'proposed', $3, $4, $5, $6, $7)""",
        code,
        version,
        agency,
        division,
        content,
        by,
        tx.now,
    )


async def decide(tx: Transaction, code: str, version: int, status: str, by: str, because: str | None) -> None:
    await tx.execute(
        """update forms set status = $3, decided_by = $4, decided_at = $5, decided_because = $6
            where form_code = $1 and version = $2""",
        code,
        version,
        status,
        by,
        tx.now,
        because,
    )


# What is filled in. Each row carries beside its values where they come from: [source, recorded_at, valid_from] by fact.

_NOW = "retracted_at is null and valid_from <= {today} and (valid_to is null or valid_to > {today})"


def _told(table: str, where: str, today: str, key: str = "fact") -> str:
    held = _NOW.format(today=today)
    return f"""(select jsonb_object_agg({key}, jsonb_build_array(source, recorded_at, valid_from))
                  from {table} where {where} and {held})"""


def _home(today: str) -> str:
    """Columns of a household `h` with its place, and of what is told of it."""
    lives = "m.household_id = h.household_id and m.valid_to is null and m.retracted_at is null"
    settled = "household_id = h.household_id and kind = 'settled' and retracted_at is null order by told limit 1"
    return f"""
       h.household_id, h.version as household_version, h.status as household_status, h.settled_on, h.head_person_id,
       h.without_work, h.facts as household_facts, h.community_code, c.name as community_name, h.estate, h.block, h.unit, h.flat,
       (select count(*) from memberships m where {lives}) as size,
       (select jsonb_object_agg(f.fact, jsonb_build_array(f.role, f.confirmed_at) order by f.confirmed_at)
          from memberships m join fact_confirmations f using (person_id)
         where {lives} and starts_with(f.fact, '{HOUSEHOLD}')) as household_confirmed,
       (select jsonb_object_agg(asked.field, r.request_id)
          from memberships m join change_requests r using (person_id) cross join unnest(r.fields) as asked(field)
         where {lives} and r.status = 'open' and starts_with(asked.field, '{HOUSEHOLD}')) as household_asked,
       coalesce({_told("household_facts", "household_id = h.household_id", today)}, '{{}}')
         || coalesce({_told("occupancies", "household_id = h.household_id", today, "'address'::text")}, '{{}}')
         || coalesce((select jsonb_build_object('settled_on', jsonb_build_array(source, recorded_at, happened_on))
                        from life_events where {settled}), '{{}}') as household_told"""


def _person(today: str) -> str:
    """Columns of a person `p` with its key and its membership `m`, and of what is told of it: by fact, and by the event by which it
    came (`first`); who confirmed what; which changes are asked for."""
    return f"""
       p.person_id, p.version, p.status, p.name, p.sex, p.birth_on, p.id_number_sealed, p.phone_sealed, p.facts, p.work_copy,
       p.merged_into, p.household_id as lives_in, k.key_id, k.wrapped, m.relation, m.household_id as member_of,
       coalesce({_told("person_facts", "person_id = p.person_id", today)}, '{{}}')
         || case when m.id is null then '{{}}' else
            jsonb_build_object('relation', jsonb_build_array(m.source, m.recorded_at, m.valid_from)) end as told,
       (select jsonb_build_array(e.source, e.recorded_at, e.happened_on) from life_events e
         where {told_of("p.person_id")} and e.retracted_at is null order by e.told limit 1) as first,
       (select jsonb_object_agg(fact, jsonb_build_array(role, confirmed_at))
          from fact_confirmations f where f.person_id = p.person_id) as confirmed,
       (select jsonb_object_agg(asked.field, r.request_id) from change_requests r, unnest(r.fields) as asked(field)
         where r.person_id = p.person_id and r.status = 'open') as asked"""


_MEMBERSHIP = """m.person_id = p.person_id and m.kind = 'coliving' and m.valid_to is null and m.retracted_at is null"""


async def list_people(read: Read, person_ids: Collection[str], place: Place) -> list[Row]:
    """People whom the place covers, with the household they live in, or lived in last."""
    return await read.fetch(
        f"""select {_person("$5")}, {_home("$5")}
              from persons p join person_keys k using (person_id)
              join households h on h.household_id = p.household_id join communities c using (community_code)
              left join memberships m on {_MEMBERSHIP}
             where p.person_id = any($1::uuid[]) and {staff_sees(place, 2)}""",
        list(person_ids),
        *place_of(place),
        read.today,
    )


async def list_homes(read: Read, household_ids: Collection[str], place: Place) -> list[Row]:
    """Co-living households that the place covers."""
    return await read.fetch(
        f"""select {_home("$5")} from households h join communities c using (community_code)
             where h.household_id = any($1::uuid[]) and h.kind = 'coliving' and {seen(place, 2)}""",
        list(household_ids),
        *place_of(place),
        read.today,
    )


async def list_members(read: Read, household_ids: Collection[str]) -> list[Row]:
    """Who lives in these households now, the head first. (Whoever sees a household sees who lives there.)"""
    return await read.fetch(
        f"""select {_person("$2")} from memberships m join persons p using (person_id) join person_keys k using (person_id)
             where m.household_id = any($1::uuid[]) and m.kind = 'coliving' and m.valid_to is null and m.retracted_at is null
               and p.withheld is null
             order by m.household_id, m.relation <> '02', m.id""",
        list(household_ids),
        read.today,
    )


async def list_parcels(read: Read, person_ids: Collection[str]) -> list[Row]:
    """Parcels that these people hold now, one row for each holder (`held_by`), also where they hold them under an id that was merged
    into theirs."""
    return await read.fetch(
        f"""select q.person_id as held_by, k.person_id as holder, p.parcel_id, p.version, p.certificate_no, p.facts,
                   {_told("parcel_facts", "parcel_id = p.parcel_id", "$2")} as told
              from unnest($1::uuid[]) as q(person_id)
              join lateral (select q.person_id union all
                            select gone_id from person_mergers where kept_id = q.person_id and unmerged_at is null) one on true
              join parcel_holders k on k.person_id = one.person_id
              join parcels p using (parcel_id)
             where p.status = 'held' order by p.parcel_id, q.person_id""",
        list(person_ids),
        read.today,
    )


# Fillings


class Provision(NamedTuple):
    """What a filling gave of one person, household, parcel, membership (by its person) or occupancy (by its household). `facts`: when
    each was recorded, as it was seen; None for what the registry has no history of."""

    filling_id: str
    owner: str
    owner_id: str
    version: int
    facts: Mapping[str, datetime | None]


async def add_fillings(
    tx: Transaction,
    form: tuple[str, int, str, str],
    for_agency: bool,
    case_ref: str | None,
    by: str,
    role: str,
    fillings: Sequence[tuple[str, str | None, str | None]],
    provisions: Sequence[Provision],
) -> None:
    """The record of what is given. `form`: code, version, agency, purpose; `fillings`: id, and the person or household it is about."""
    await tx.execute(
        f"""with made as (
               insert into form_fillings (filling_id, form_code, form_version, agency, purpose, for_agency, case_ref, made_by, role,
                      made_at, given_at, person_id, household_id)
               select id, $1, $2, $3, $4, $5, $6, $7, $8, $9, $9, person_id, household_id
                 from unnest($10::uuid[], $11::uuid[], $12::uuid[]) as t(id, person_id, household_id))
           {_PROVIDE.format(*range(13, 19))}""",
        *form,
        for_agency,
        case_ref,
        by,
        role,
        tx.now,
        *columns(fillings, 3),
        *_columns(provisions),
    )


_PROVIDE = """
insert into form_provisions (filling_id, owner, owner_id, version, facts, told)
select a, b, c, d, string_to_array(e, ' '), string_to_array(f, ' ', '-')::timestamptz[]
  from unnest(${0}::uuid[], ${1}::text[], ${2}::uuid[], ${3}::int[], ${4}::text[], ${5}::text[]) as t(a, b, c, d, e, f)
"""


def _columns(provisions: Sequence[Provision]) -> list[list[Any]]:
    return columns(
        [
            (*each[:4], " ".join(each.facts), " ".join(at.isoformat() if at else "-" for at in each.facts.values()))
            for each in provisions
        ],
        6,
    )


async def give_again(
    tx: Transaction, filling_id: str, version: int, for_agency: bool, provisions: Sequence[Provision]
) -> None:
    """The values were read once more, by this version of the form: what was given before counts no longer. (Who read what is in the access
    log.)"""
    await tx.execute(
        """update form_fillings set given_at = $2, form_version = $3, for_agency = for_agency or $4 where filling_id = $1""",
        filling_id,
        tx.now,
        version,
        for_agency,
    )
    await tx.execute("delete from form_provisions where filling_id = $1", filling_id)
    await tx.execute(_PROVIDE.format(*range(1, 7)), *_columns(provisions))


async def get_filling(
    read: Read, code: str, filling_id: str, place: Place, subject: str, agencies: Sequence[str]
) -> Row:
    """One that the account made, or that was made for one of these agencies, of a person or household that the place covers: what a form
    was filled for is itself welfare data. Raises FillingNotFound."""
    row = await read.fetchrow(
        f"""select f.* from form_fillings f left join persons p using (person_id)
              join households h on h.household_id = coalesce(f.household_id, p.household_id)
             where f.form_code = $1 and f.filling_id = $2 and {staff_sees(place, 3)} and (f.made_by = $6 or f.agency = any($7))""",
        code,
        filling_id,
        *place_of(place),
        subject,
        list(agencies),
    )
    if row is None:
        raise FillingNotFound
    return row


async def add_correction(tx: Transaction, request_id: str, filling_id: str, key: str) -> None:
    await tx.execute(
        "insert into form_corrections (request_id, filling_id, key) values ($1, $2, $3)", request_id, filling_id, key
    )


async def confirm(tx: Transaction, person_id: str, facts: Collection[str], by: str, role: str) -> None:
    """Somebody who answers for these facts says that they are right."""
    await tx.execute(
        """insert into fact_confirmations (person_id, fact, confirmed_by, role, confirmed_at)
           select $1, fact, $3, $4, $5 from unnest($2::text[]) as t(fact)
           on conflict (person_id, fact) do update
              set confirmed_by = excluded.confirmed_by, role = excluded.role, confirmed_at = excluded.confirmed_at""",
        person_id,
        sorted(facts),
        by,
        role,
        tx.now,
    )


# What was given and is not so any more. A row of history that was seen is known by when it was recorded.

_HISTORIES = (
    ("person", "person_facts", "person_id", "k.value", "k.fact = g.fact"),
    ("household", "household_facts", "household_id", "k.value", "k.fact = g.fact"),
    ("parcel", "parcel_facts", "parcel_id", "k.value", "k.fact = g.fact"),
    ("membership", "memberships", "person_id", "jsonb_build_array(k.household_id, k.relation)", "k.kind = 'coliving'"),
    ("occupancy", "occupancies", "household_id", "to_jsonb(k.dwelling_id)", "true"),
)
_KNOWN = " union all ".join(
    f"""
select g.*, k.recorded_at, k.retracted_at, k.valid_from, k.valid_to, {value} as value
  from given g join {table} k on k.{key} = g.owner_id and {same} where g.owner = '{owner}'"""
    for owner, table, key, value, same in _HISTORIES
)
_VERSION = """
case when v.owner in ('person', 'membership') then (select version from persons where person_id = v.owner_id)
     when v.owner in ('household', 'occupancy') then (select version from households where household_id = v.owner_id)
     else (select version from parcels where parcel_id = v.owner_id) end
"""
"""As it is now: whose version is the one that was given needs no second look."""
_STANDS = "k.retracted_at is null and k.valid_from <= {day} and (k.valid_to is null or k.valid_to > {day})"


class Told(NamedTuple):
    """By which what was corrected is put in order."""

    told_at: datetime
    filling_id: str
    owner_id: str
    fact: str


async def list_corrected(
    read: Read,
    code: str,
    agencies: Sequence[str],
    place: Place,
    since: datetime | None,
    after: Told | None,
    limit: int,
) -> list[Row]:
    """Facts that were given by fillings of this form for one of these agencies, and are other ones now: what held on the day of the
    filling is known to be another (`corrected`), or has changed since. In the order in which that was recorded; from an instant on."""
    return await read.fetch(
        f"""with given as (
               select f.filling_id, f.form_version, f.case_ref, f.person_id, f.household_id, f.given_at,
                      (f.given_at at time zone 'Asia/Shanghai')::date as given_on, v.owner, v.owner_id, v.version, t.fact, t.told
                 from form_fillings f join form_provisions v using (filling_id) cross join unnest(v.facts, v.told) as t(fact, told)
                 left join persons p using (person_id)
                 join households h on h.household_id = coalesce(f.household_id, p.household_id)
                where f.form_code = $1 and f.for_agency and f.agency = any($2) and {staff_sees(place, 3)} and t.told is not null
                  and v.version <> {_VERSION}),
            known as ({_KNOWN}),
            compared as (
               select filling_id, form_version, case_ref, person_id, household_id, given_at, owner, owner_id, fact,
                      max(greatest(recorded_at, retracted_at)) as told_at,
                      (array_agg(value) filter (where recorded_at = told and valid_from <= given_on
                          and (valid_to is null or valid_to > given_on)))[1] as seen,
                      (array_agg(value) filter (where {_STANDS.format(day="given_on")}))[1] as "then",
                      (array_agg(value) filter (where {_STANDS.format(day="$6::date")}))[1] as now
                 from known k group by filling_id, form_version, case_ref, person_id, household_id, given_at, owner, owner_id, fact)
            select filling_id, form_version, case_ref, person_id, household_id, given_at, owner, owner_id, fact, told_at,
                   seen is distinct from "then" as corrected
              from compared
             where (seen is distinct from "then" or "then" is distinct from now) and ($7::timestamptz is null or told_at >= $7)
               and ($8::timestamptz is null or (told_at, filling_id, owner_id, fact) > ($8, $9::uuid, $10::uuid, $11::text))
             order by told_at, filling_id, owner_id, fact limit $12""",
        code,
        list(agencies),
        *place_of(place),
        read.today,
        since,
        *(after or (None, None, None, None)),
        limit,
    )
