"""Routes of households: /v1/registry/households."""

from __future__ import annotations

from collections.abc import Container
from typing import Annotated, Literal

from fastapi import Query, Request, Response

from services.registry.access.service import note_access, note_own_read
from services.registry.api import Keys, Reading, ReadingOrOwn, Writing, require_group, require_unmask
from services.registry.households import service, store
from services.registry.households.domain import Address, HouseholdKind
from services.registry.households.schemas import (
    HouseholdFactsChange,
    HouseholdRow,
    HouseholdView,
    MoveBody,
    WithdrawalBody,
)
from services.registry.households.views import address_of, brief, other
from services.registry.hukou import store as hukou
from services.registry.hukou.views import may_see_hukou, register_view
from services.registry.own import own_people
from services.registry.persons.domain import Purpose
from services.registry.sight import facts_for, without_work_for
from shared.app import posts, router
from shared.auth import Actor
from shared.db import Read, Reader, Row, Tx
from shared.errors import Fault
from shared.http import IfMatch, WarningView, check_none_match, tag, warnings_for
from shared.paging import Cursor, Limit, Page, encode_cursor, id_of
from shared.privacy import KeyRing, mask_name
from shared.shapes import CommunityCode, Id, Part, Plain

routes = router("/v1/registry/households", "registry: households")

PurposeOf = Annotated[
    Purpose | None, Query(description="States a purpose: fields come unmasked, and the read is noted.")
]
CaseOf = Annotated[
    Annotated[str, Plain] | None,
    Query(max_length=60, pattern=r"^[A-Za-z0-9_-]+$", description="Case the read belongs to."),
]


@routes.get("/{household_id}", summary="A household with its members")
async def get_household(
    actor: ReadingOrOwn,
    read: Reader,
    keys: Keys,
    request: Request,
    response: Response,
    household_id: Id,
    purpose: PurposeOf = None,
    case: CaseOf = None,
) -> HouseholdView:
    """Masked by default. With `purpose`, for accounts that may unmask: full names and ID numbers, and a note of the read for each
    member in the same transaction. Residents see their own: themselves and their minor children in full, of the others a masked name.
    Also a hukou household, for who may see where somebody's hukou is: with those of its members who live in the caller's place."""
    if purpose is not None:
        require_unmask(actor)
    row = await get_of_any_kind(read, actor, household_id)
    if purpose is None and not actor.is_resident:
        if row["kind"] == HouseholdKind.COLIVING:  # of a hukou household, who is shown changes with where people live
            check_none_match(request, row["version"], row["without_work_version"])
        tag(response, row["version"], row["without_work_version"])
        return await _view(read, actor, keys, row)
    async with read.writing() as tx:
        own = await own_people(tx, actor.place)
        view = await _view(tx, actor, keys, row, unmasked=True, own=own)
        people = [member.person_id for member in view.members if own is None or member.person_id in own]
        request_id = request.scope.get("anju.request_id")
        if purpose is None:
            await note_own_read(tx, actor, people, request_id)
        else:
            await note_access(tx, actor, people, purpose, case, request_id, ("name", "id_number"))
    tag(response, row["version"], row["without_work_version"])
    return view


@routes.get("", summary="Households of a place")
async def list_households(
    actor: Reading,
    read: Reader,
    community: CommunityCode | None = None,
    block: Part | None = None,
    kind: Literal["coliving", "hukou"] = "coliving",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[HouseholdRow]:
    """Settled households that the caller may see; names masked. `kind=hukou`: hukou households that have members, where their heads
    live."""
    if is_hukou := kind == "hukou":
        require_group(actor, "hukou")
    list_of = hukou.list_households if is_hukou else store.list_households
    rows = await list_of(read, actor.place.within(community), block, id_of(cursor), limit)
    items = [_row(actor, row) for row in rows]
    return Page(items=items, next=encode_cursor(items[-1].household_id) if len(items) == limit else None)


@routes.put("/{household_id}/flat", summary="Move a household to another flat")
async def put_flat(
    actor: Writing,
    tx: Tx,
    keys: Keys,
    match: IfMatch,
    request: Request,
    response: Response,
    household_id: Id,
    body: MoveBody,
) -> HouseholdView:
    """Moves the household, its grid cell and its first visit. Without `community`, within its present one."""
    row = await store.get_household(tx, household_id, actor.place)
    address = Address(body.community or row["community_code"], body.estate, body.block, body.unit, body.flat)
    await service.move_to_flat(tx, actor, household_id, match.check, address, body.moved_on)
    return await answer(tx, actor, keys, request, response, household_id)


@routes.patch("/{household_id}/facts", summary="Bring facts of a household that come later")
async def patch_facts(
    actor: Writing,
    tx: Tx,
    keys: Keys,
    match: IfMatch,
    request: Request,
    response: Response,
    household_id: Id,
    body: HouseholdFactsChange,
) -> HouseholdView:
    """Dibao, registered-poor, where the household moved from. Benefits assesses again. Of a hukou household: dibao that is drawn for those
    who are entered in it, and the number of its book."""
    later = await service.change_facts(
        tx, actor, household_id, match.check, body.groups(), body.valid_from, body.source
    )
    return await answer(tx, actor, keys, request, response, household_id, tuple(later))


@routes.post("/{household_id}/withdrawal", summary="Take back a settling entered by mistake", dependencies=posts)
async def withdraw(
    actor: Writing,
    tx: Tx,
    keys: Keys,
    match: IfMatch,
    request: Request,
    response: Response,
    household_id: Id,
    body: WithdrawalBody,
) -> HouseholdView:
    """Frees the flat, and undoes in every service what the settling brought. Its people may be settled anew."""
    await service.withdraw_household(tx, actor, household_id, match.check_if_given, body.reason)
    return await answer(tx, actor, keys, request, response, household_id)


async def answer(
    tx: Read,
    actor: Actor,
    keys: KeyRing,
    request: Request,
    response: Response,
    household_id: str,
    warnings: tuple[Fault, ...] = (),
) -> HouseholdView:
    row = await get_of_any_kind(tx, actor, household_id)
    tag(response, row["version"], row["without_work_version"])
    return await _view(tx, actor, keys, row, warnings=warnings_for(request, warnings))


async def get_of_any_kind(read: Read, actor: Actor, household_id: str) -> Row:
    """A co-living household, or a hukou household for who may see it. Raises HouseholdNotFound."""
    try:
        return await store.get_household(read, household_id, actor.place)
    except store.HouseholdNotFound:
        row = await hukou.get_household(read, household_id, actor.place)
        if not may_see_hukou(actor):
            raise
        return row


async def _view(
    read: Read,
    actor: Actor,
    keys: KeyRing,
    row: Row,
    unmasked: bool = False,
    warnings: list[WarningView] | None = None,
    own: Container[str] | None = None,
) -> HouseholdView:
    """`own`: of whom alone a resident is shown numbers."""
    if row["kind"] == HouseholdKind.HUKOU:
        return await register_view(read, actor, keys, row, unmasked, warnings, own)
    members = await store.list_members(read, row["household_id"])
    return HouseholdView(
        household_id=row["household_id"],
        kind=row["kind"],
        version=row["version"],
        status=row["status"],
        address=address_of(row),
        settled_on=row["settled_on"],
        head_person_id=_head(row, members),
        members=[
            brief(actor, keys, member, unmasked) if own is None or member["person_id"] in own else other(member)
            for member in members
        ],
        without_work=without_work_for(actor, bool(row["without_work"])),
        without_work_since=without_work_for(actor, row["without_work_since"]),
        facts=facts_for(actor, row["facts"]),
        hukou_household_id=row["hukou_household_id"],
        flat_household_id=row["flat_household_id"],
        hukou=None,
        warnings=warnings or [],
    )


def _head(row: Row, members: list[Row]) -> str | None:
    """The head, unless its record is withheld."""
    head: str | None = row["head_person_id"]
    if row["head_withheld"] is None:  # somebody lives there: the head among them
        return head if any(member["person_id"] == head for member in members) else None
    return None if row["head_withheld"] else head


def _row(actor: Actor, row: Row) -> HouseholdRow:
    return HouseholdRow(
        household_id=row["household_id"],
        kind=row["kind"],
        hukou_division=row["hukou_division"] if row["kind"] == HouseholdKind.HUKOU else None,
        status=row["status"],
        estate=row["estate"],
        block=row["block"],
        unit=row["unit"],
        flat=row["flat"],
        head_name=mask_name(row["head_name"]) if row["head_name"] else None,
        members=row["members"],
        without_work=without_work_for(actor, bool(row["without_work"])),
    )
