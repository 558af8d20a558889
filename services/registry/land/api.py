"""Routes of land rights: /v1/registry/land/parcels."""

from __future__ import annotations

from collections.abc import Container
from datetime import timedelta
from fractions import Fraction
from typing import Annotated, Any

from fastapi import Query, Request, Response

from services.registry.api import Reading, Writing, require_group
from services.registry.codes.platform import LAND_KIND
from services.registry.codes.schemas import Of
from services.registry.history import store as history
from services.registry.history.api import AsOf, KnownAt, NotKnownThen
from services.registry.households import store as households
from services.registry.land import service, store
from services.registry.land.schemas import (
    ContractBody,
    ContractEndBody,
    ContractView,
    HolderView,
    ParcelBody,
    ParcelChange,
    ParcelEndBody,
    ParcelRow,
    ParcelThen,
    ParcelView,
)
from services.registry.own import list_withheld
from services.registry.persons import store as persons
from services.registry.sight import name_for
from shared.app import posts, router
from shared.auth import Actor
from shared.db import Read, Reader, Row, Tx
from shared.errors import Fault
from shared.http import IfMatch, check_none_match, tag, warnings_for
from shared.paging import Cursor, Limit, Page, encode_cursor, id_of
from shared.privacy import mask_account
from shared.shapes import Division, Id

routes = router("/v1/registry/land/parcels", "registry: land rights")

LAND = "land"
EndsWithin = Annotated[
    int | None, Query(ge=0, le=3650, description="Only with a contract that is over in so many days.")
]


@routes.post("", status_code=201, summary="Register a land right", dependencies=posts)
async def post_parcel(actor: Writing, tx: Tx, request: Request, response: Response, body: ParcelBody) -> ParcelView:
    """Farmland, forest or homestead (三地). Held by people of the registry: of co-holders outside it only what they hold together is
    known. A right does not end by moving (农村土地承包法 art. 27)."""
    taken = await service.register_parcel(tx, actor, body.facts(), body.since, body.source)
    response.headers["location"] = f"/v1/registry/land/parcels/{taken.id}"
    return await _answer(tx, actor, request, response, taken.id, taken.warnings)


@routes.get("", summary="Land rights of a place, person or household")
async def list_parcels(
    actor: Reading,
    read: Reader,
    person_id: Id | None = None,
    household_id: Id | None = None,
    village: Division | None = None,
    kind: Annotated[str, Of(LAND_KIND)] | None = None,
    contract_ends_within: EndsWithin = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ParcelRow]:
    """Those that the caller may see: of its villages, and of people who live where it acts. Certificate numbers masked."""
    require_group(actor, LAND)
    if person_id:
        await persons.get_person(read, person_id, actor.place)
    if household_id:
        await households.get_household(read, household_id, actor.place)
    over_by = None if contract_ends_within is None else read.today + timedelta(contract_ends_within)
    wanted = store.Wanted(person_id, household_id, village, kind, over_by)
    rows = await store.list_parcels(read, actor.place, wanted, id_of(cursor), limit)
    contracts = await store.list_contracts(read, [row["parcel_id"] for row in rows])
    hidden = await list_withheld(read, [h["person_id"] for row in rows for h in row["facts"]["holders"]])
    items = [_row(row, contracts[row["parcel_id"]], hidden) for row in rows]
    return Page(items=items, next=encode_cursor(items[-1].parcel_id) if len(items) == limit else None)


@routes.get("/{parcel_id}", summary="A land right with its contracts")
async def get_parcel(actor: Reading, read: Reader, request: Request, response: Response, parcel_id: Id) -> ParcelView:
    require_group(actor, LAND)
    row = await store.get_parcel(read, parcel_id, actor.place)
    check_none_match(request, row["version"])
    return await _answer(read, actor, request, response, parcel_id)


@routes.get("/{parcel_id}/state", summary="A land right on a day, by what was known at an instant")
async def get_parcel_then(
    actor: Reading, read: Reader, parcel_id: Id, as_of: AsOf = None, known_at: KnownAt = None
) -> ParcelThen:
    """A late report changes what held on a day, never what was known at an instant."""
    require_group(actor, LAND)
    await store.get_parcel(read, parcel_id, actor.place)
    day = as_of or read.today
    facts = await history.list_facts(read, "parcel", parcel_id, day, known_at)
    if not facts:
        raise NotKnownThen
    right, holders = facts["right"], facts["holders"] or []
    hidden = await list_withheld(read, [holder["person_id"] for holder in holders])
    return ParcelThen(
        parcel_id=parcel_id,
        as_of=day,
        known_at=known_at,
        ended=facts.get("ended"),
        right=right and right | {"certificate_no": _certificate(actor, right["certificate_no"])},
        holders=_holders(holders, hidden),
        homestead=facts["homestead"],
        contracts=[_contract(actor, row) for row in await history.list_contracts(read, parcel_id, day, known_at)],
    )


@routes.patch("/{parcel_id}", summary="Correct or change a land right")
async def patch_parcel(
    actor: Writing, tx: Tx, match: IfMatch, request: Request, response: Response, parcel_id: Id, body: ParcelChange
) -> ParcelView:
    """What is given holds from `since` on; what was known before stays known as what was thought."""
    warnings = await service.correct_parcel(tx, actor, parcel_id, match.check, body.facts(), body.since, body.source)
    return await _answer(tx, actor, request, response, parcel_id, warnings)


@routes.post("/{parcel_id}/end", summary="A land right ended", dependencies=posts)
async def end_parcel(
    actor: Writing, tx: Tx, match: IfMatch, request: Request, response: Response, parcel_id: Id, body: ParcelEndBody
) -> ParcelView:
    """For a reason of the list land-end; moving away or to town is none. Contracts that go on are ended first."""
    await service.end_parcel(tx, actor, parcel_id, match.check_if_given, body.on, body.because, body.source)
    return await _answer(tx, actor, request, response, parcel_id)


@routes.post("/{parcel_id}/resumption", summary="Take back an end told by mistake", dependencies=posts)
async def resume_parcel(
    actor: Writing, tx: Tx, match: IfMatch, request: Request, response: Response, parcel_id: Id
) -> ParcelView:
    await service.resume_parcel(tx, actor, parcel_id, match.check_if_given)
    return await _answer(tx, actor, request, response, parcel_id)


@routes.post("/{parcel_id}/withdrawal", summary="Take back a parcel entered by mistake", dependencies=posts)
async def withdraw_parcel(
    actor: Writing, tx: Tx, match: IfMatch, request: Request, response: Response, parcel_id: Id
) -> ParcelView:
    """Its certificate number is free again."""
    await service.withdraw_parcel(tx, actor, parcel_id, match.check_if_given)
    return await _answer(tx, actor, request, response, parcel_id)


@routes.post("/{parcel_id}/contracts", status_code=201, summary="Pass on the use of a parcel", dependencies=posts)
async def post_contract(
    actor: Writing, tx: Tx, match: IfMatch, request: Request, response: Response, parcel_id: Id, body: ContractBody
) -> ParcelView:
    """Within the rest of the contract term (农村土地承包法 art. 38), in writing unless lent for no more than a year (art. 40), registered
    only from five years on (art. 41), and no more of the parcel at a time than there is."""
    taken = await service.add_contract(tx, actor, parcel_id, match.check_if_given, body.contract(), body.source)
    response.headers["location"] = f"/v1/registry/land/parcels/{parcel_id}"
    return await _answer(tx, actor, request, response, parcel_id, taken.warnings)


@routes.post("/{parcel_id}/contracts/{contract_id}/end", summary="A contract ended early", dependencies=posts)
async def end_contract(
    actor: Writing,
    tx: Tx,
    match: IfMatch,
    request: Request,
    response: Response,
    parcel_id: Id,
    contract_id: Id,
    body: ContractEndBody,
) -> ParcelView:
    await service.end_contract(
        tx, actor, parcel_id, contract_id, match.check_if_given, body.on, body.because, body.source
    )
    return await _answer(tx, actor, request, response, parcel_id)


@routes.post(
    "/{parcel_id}/contracts/{contract_id}/withdrawal",
    summary="Take back a contract entered by mistake",
    dependencies=posts,
)
async def withdraw_contract(
    actor: Writing, tx: Tx, match: IfMatch, request: Request, response: Response, parcel_id: Id, contract_id: Id
) -> ParcelView:
    await service.withdraw_contract(tx, actor, parcel_id, contract_id, match.check_if_given)
    return await _answer(tx, actor, request, response, parcel_id)


async def _answer(
    read: Read,
    actor: Actor,
    request: Request,
    response: Response,
    parcel_id: str,
    warnings: tuple[Fault, ...] | list[Fault] = (),
) -> ParcelView:
    row = await store.get_parcel(read, parcel_id, actor.place)
    tag(response, row["version"])
    right, holders = row["facts"]["right"], row["facts"]["holders"]
    hidden = await list_withheld(read, [holder["person_id"] for holder in holders])
    contracts = (await store.list_contracts(read, [parcel_id]))[parcel_id]
    return ParcelView(
        **right | {"certificate_no": _certificate(actor, right["certificate_no"])},
        parcel_id=parcel_id,
        version=row["version"],
        status=row["status"],
        holders=_holders(holders, hidden),
        others_hold=_others([holder for holder in holders if holder["person_id"] not in hidden]),
        homestead=row["facts"]["homestead"],
        ended_on=row["ended_on"],
        contracts=[_contract(actor, contract) for contract in contracts],
        warnings=warnings_for(request, warnings),
    )


def _certificate(actor: Actor, number: str) -> str:
    """In full for staff on duty for the place, as a name is; the last four for programs (§8.2: as of a bank card)."""
    return number if actor.kind == "staff" else mask_account(number)


def _holders(holders: list[dict[str, Any]], hidden: Container[str]) -> list[HolderView]:
    """All but those whose records are withheld, who are as co-holders that the registry does not know."""
    return [HolderView(**holder) for holder in holders if holder["person_id"] not in hidden]


def _others(holders: list[dict[str, Any]]) -> str | None:
    shares = [Fraction(holder["share"]) for holder in holders if holder["share"]]
    rest = 1 - sum(shares) if shares else Fraction(0)
    return f"{rest.numerator}/{rest.denominator}" if rest else None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _contract(actor: Actor, row: Row) -> ContractView:
    return ContractView(
        contract_id=row["contract_id"],
        mode=row["mode"],
        party=name_for(actor, row["party"]),
        first_on=row["valid_from"],
        last_on=row["valid_to"] - timedelta(1),
        agreed_to=row["agreed_to"],
        price_per_mu=_text(row["price_per_mu"]),
        share_terms=row["share_terms"],
        area_mu=_text(row["area_mu"]),
        written=row["written"],
        registered=row["registered"],
        ended_because=row["ended_because"],
    )


def _row(row: Row, contracts: list[Row], hidden: Container[str]) -> ParcelRow:
    right = row["facts"]["right"]
    return ParcelRow(
        parcel_id=row["parcel_id"],
        status=row["status"],
        kind=row["kind"],
        certificate_no=mask_account(row["certificate_no"]),
        village=row["village"],
        area_mu=right["area_mu"],
        holders=[h["person_id"] for h in row["facts"]["holders"] if h["person_id"] not in hidden],
        contract_to=max((c["valid_to"] - timedelta(1) for c in contracts), default=None),
    )
