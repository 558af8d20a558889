"""Routes of people: /v1/registry/persons."""

from __future__ import annotations

from fastapi import Request, Response

from services.registry.access import store as log
from services.registry.access.api import AuditingOrOwn, page_of
from services.registry.access.domain import PERSON_FIELDS
from services.registry.access.schemas import AccessView
from services.registry.access.service import note_access, note_log_read, note_own_read
from services.registry.api import Keys, Reading, ReadingOrOwn, Writing, require_group, require_unmask
from services.registry.households.api import CaseOf, PurposeOf
from services.registry.households.views import address_of
from services.registry.persons import service, store
from services.registry.persons.domain import Purpose
from services.registry.persons.labour import look_again, suggest_class
from services.registry.persons.schemas import DeathBody, FactsChange, LabourView, PersonView
from services.registry.sight import Sealed, birth_for, facts_for, is_sensitive, name_for, record_for, work_for
from shared.app import posts, router
from shared.auth import Actor
from shared.db import Reader, Row, Tx
from shared.http import IfMatch, check_none_match, tag, warnings_for
from shared.labour import DEFAULT_SCHEME, LabourScheme
from shared.paging import Cursor, Limit, Page, decode_cursor
from shared.privacy import KeyRing
from shared.shapes import Id

routes = router("/v1/registry/persons", "registry: persons")


@routes.get("/{person_id}", summary="A person")
async def get_person(
    actor: ReadingOrOwn,
    read: Reader,
    keys: Keys,
    request: Request,
    response: Response,
    person_id: Id,
    purpose: PurposeOf = None,
    case: CaseOf = None,
) -> PersonView:
    """Masked by default. With `purpose`, for accounts that may unmask: all in full, facts of health where the purpose needs them, and a
    note of the read in the same transaction. Residents see themselves and their minor children, all in full without a purpose; of that too
    a note is left."""
    if purpose is not None:
        require_unmask(actor)
    if purpose is None and not actor.is_resident:
        row = await store.get_person(read, person_id, actor.place)
        check_none_match(request, row["version"], _copies(row))
    else:
        async with read.writing() as tx:
            row = await store.get_person(tx, person_id, actor.place)
            certificate = ("birth_certificate",) if row["birth_certificate_sealed"] else ()
            sensitive = (group for group in facts_for(actor, row["facts"], purpose) if is_sensitive(group))
            fields = (*PERSON_FIELDS, *certificate, *sensitive)
            request_id = request.scope.get("anju.request_id")
            if purpose is None:
                await note_own_read(tx, actor, [person_id], request_id, fields)
            else:
                await note_access(tx, actor, [person_id], purpose, case, request_id, fields)
    tag(response, row["version"], _copies(row))
    return _view(actor, keys, row, purpose)


@routes.patch("/{person_id}/facts", summary="Bring facts that come later")
async def patch_facts(
    actor: Writing,
    tx: Tx,
    keys: Keys,
    match: IfMatch,
    request: Request,
    response: Response,
    person_id: Id,
    body: FactsChange,
) -> PersonView:
    """What is given replaces what was known of the same fact (of the profile, of the same code); what is absent stays; null says: not
    known. Benefits assesses again.
    Of a fact that is known to hold another value from a later day on, only the days up to then change."""
    later = await service.change_facts(tx, actor, person_id, match.check, body.groups(), body.valid_from, body.source)
    view = await _answer(tx, actor, keys, response, person_id)
    return view.model_copy(update={"warnings": warnings_for(request, later)})


@routes.post("/{person_id}/death", summary="Record a death", dependencies=posts)
async def record_death(
    actor: Writing, tx: Tx, keys: Keys, match: IfMatch, response: Response, person_id: Id, body: DeathBody
) -> PersonView:
    """Ends the person's memberships here, and in the other services what hangs on the person."""
    await service.record_death(tx, actor, person_id, match.check_if_given, body.died_on, body.source)
    return await _answer(tx, actor, keys, response, person_id)


@routes.get("/{person_id}/labour-class", summary="The class of labour, as stated and as the age suggests")
async def get_labour_class(
    actor: Reading, read: Reader, person_id: Id, scheme: LabourScheme = DEFAULT_SCHEME
) -> LabourView:
    """For those who may see the class; by the ages of the scheme, which are dated data. The class changes only by `PATCH …/facts`."""
    require_group(actor, "labour_class")
    row = await store.get_person(read, person_id, actor.place)
    stated = row["facts"].get("labour_class")
    found = suggest_class(row["sex"], row["birth_on"], read.today, scheme)
    return LabourView(
        scheme=scheme,
        stated=stated,
        suggested=found.labour_class,
        look_again=look_again(stated, found.labour_class),
        from_age=found.ages.lowest,
        to_age=found.ages.highest,
        source=found.ages.source,
    )


@routes.get("/{person_id}/accesses", summary="Who read this person's data unmasked")
async def list_accesses(
    actor: AuditingOrOwn, read: Reader, request: Request, person_id: Id, cursor: Cursor = None, limit: Limit = 50
) -> Page[AccessView]:
    """For auditors: what somebody's data was read for is itself welfare data. And for whom it is of (PIPL art. 44): a resident sees who
    read its own, by role and place; not its children's, whose log may tell of others who care for them. Reading it is recorded too."""
    if actor.place.person not in (None, person_id):
        raise store.PersonNotFound
    await store.get_person(read, person_id, actor.place)
    after = decode_cursor(cursor, (int,))
    async with read.writing() as tx:
        rows = await log.list_of_person(tx, person_id, after[0] if after else None, limit)
        await note_log_read(tx, actor, person_id, len(rows), request.scope.get("anju.request_id"))
    return page_of([record_for(actor, row) for row in rows], limit)


def _copies(row: Row) -> int:
    """Grows with what others change of what is shown: jobs the work, the household the address."""
    return int(row["work_copy_version"]) + int(row["household_version"])


async def _answer(tx: Tx, actor: Actor, keys: KeyRing, response: Response, person_id: str) -> PersonView:
    row = await store.get_person(tx, person_id, actor.place)
    tag(response, row["version"], _copies(row))
    return _view(actor, keys, row)


def _view(actor: Actor, keys: KeyRing, row: Row, purpose: Purpose | None = None) -> PersonView:
    sealed, unmasked = Sealed(keys, row), purpose is not None or actor.is_resident
    return PersonView(
        person_id=row["person_id"],
        version=row["version"],
        status=row["status"],
        name=name_for(actor, row["name"], unmasked),
        id_number=sealed.id_number(unmasked),
        birth_certificate=sealed.birth_certificate(unmasked),
        phone=sealed.phone(unmasked),
        sex=row["sex"],
        birth=birth_for(row["birth_on"], unmasked),
        died_on=row["died_on"],
        household_id=row["household_id"],
        merged_into=row["merged_into"],
        address=address_of(row),
        facts=facts_for(actor, row["facts"], purpose),
        work=work_for(actor, row["work_copy"]),
    )
