"""What can be done to a community: put in, or changed to another plan; and whether one may live in a flat of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from services.registry.dwellings import store
from services.registry.dwellings.domain import Flat, Plan, faults_of_plan, faults_of_points
from services.registry.dwellings.parameters import EXTENTS, in_force
from services.registry.households.domain import Address
from shared import clock, outbox
from shared.auth import Actor
from shared.contracts.registry import CommunityChanged, UnitOfBlock
from shared.db import Row, Transaction
from shared.errors import Conflict, Fault, Invalid, PreconditionFailed
from shared.http import Match
from shared.ids import new_ids


class WrongPlan(Invalid):
    slug = "wrong-plan"
    title_en, title_zh = "The plan of the community is not in order", "社区房屋名册有误"


class FlatsInUse(Conflict):
    slug = "flats-in-use"
    title_en = "Flats that somebody lives or lived in, or that were reserved, cannot be left out"
    title_zh = "有人居住、曾居住或曾预留的房屋不能删除"


async def put_community(
    tx: Transaction, actor: Actor, code: str, plan: Plan, match: Match, create_only: bool
) -> tuple[bool, int]:
    """A community as it should stand: flats are added, changed, removed. Whether it is new, and its version.

    Raises CommunityNotFound outside the actor's place, WrongPlan, FlatsInUse, PreconditionRequired or PreconditionFailed.
    """
    if not actor.place.covers(code) or actor.place.block is not None:
        raise store.CommunityNotFound
    if faults := _faults(tx, code, plan):
        raise WrongPlan(faults=faults)
    await store.lock_code(tx, code)
    there = await store.find_community(tx, code, lock=True)
    if there is None and match.given:
        raise PreconditionFailed("It is not there.", "该社区不存在。")
    if there:
        if create_only:
            raise PreconditionFailed("It is there already.", "该社区已存在。")
        match.check(there["version"])
    return there is None, await _save(tx, actor, code, plan, there["version"] + 1 if there else 1)


async def add_to_plan(
    tx: Transaction, actor: Actor, code: str, change: Callable[[Plan | None], Plan], dry_run: bool
) -> None:
    """A community's plan as `change` makes it from the present one (None: there is no such community). Nothing happens where nothing
    differs. Raises CommunityNotFound outside the actor's place, WrongPlan."""
    if not actor.place.covers(code) or actor.place.block is not None:
        raise store.CommunityNotFound
    await store.lock_code(tx, code)
    there = await store.find_community(tx, code, lock=True)
    before = await _plan_of(tx, actor, code, there["name"]) if there else None
    after = change(before)
    if faults := _faults(tx, code, after):
        raise WrongPlan(faults=faults)
    if not dry_run and after != before:
        await _save(tx, actor, code, after, there["version"] + 1 if there else 1)


def _faults(tx: Transaction, code: str, plan: Plan) -> list[Fault]:
    return faults_of_plan(plan) + faults_of_points(plan, in_force(EXTENTS, code, tx.today))


async def _plan_of(tx: Transaction, actor: Actor, code: str, name: str) -> Plan:
    flats = await store.list_flats(tx, code, actor.place)
    estates = tuple((estate, name) for estate, name in {f["estate"]: f["estate_name"] for f in flats}.items())
    return Plan(name, estates, tuple(_flat(f) for f in flats), tuple(await store.list_points(tx, code)))


def _flat(row: Row) -> Flat:
    return Flat(row["estate"], row["block"], row["unit"], row["floor"], row["flat"], row["area_m2"])


async def _save(tx: Transaction, actor: Actor, code: str, plan: Plan, version: int) -> int:
    await store.save_community(tx, code, plan, version)
    await _bring_flats(tx, actor, code, plan)
    outbox.emit(
        tx,
        CommunityChanged(
            version=version,
            community_code=code,
            name=plan.name,
            units=tuple(UnitOfBlock(estate=estate, block=block, unit=unit) for estate, block, unit in plan.units),
        ),
    )
    return version


async def _bring_flats(tx: Transaction, actor: Actor, code: str, plan: Plan) -> None:
    there = {_flat(row): row["dwelling_id"] for row in await store.list_flats(tx, code, actor.place)}
    wanted = {flat.place for flat in plan.flats}
    leave = [dwelling_id for flat, dwelling_id in there.items() if flat.place not in wanted]
    removed = await store.remove_flats(tx, leave) if leave else []
    if len(removed) < len(leave):
        raise FlatsInUse(members={"flats": len(leave) - len(removed)})
    bring = [flat for flat in plan.flats if flat not in there]
    await store.add_flats(tx, code, new_ids(len(bring)), bring)
    await store.remove_empty_estates(tx, code, list(plan.estates))


class FlatTaken(Conflict):
    slug = "flat-taken"
    title_en, title_zh = "Another household lives in this flat", "该房屋已有住户"


class FlatReserved(Conflict):
    slug = "flat-reserved"
    title_en, title_zh = "The flat is reserved for another household", "该房屋已为其他住户预留"


class FlatUnknown(Invalid):
    slug = "flat-unknown"
    title_en, title_zh = "There is no such flat", "该房屋不存在"


async def look_at_flat(
    tx: Transaction,
    actor: Actor,
    address: Address,
    mine: str | None,
    on: date,
    pointer: str,
    reservation: str | None = None,
) -> tuple[Row | None, list[Fault]]:
    """The flat, locked (None where there is none that the actor sees), and what stands against living there from that day: no such
    flat, another household (unless it is `mine`), one that still lived there then, or one that it is kept for (unless by this
    `reservation`, or for `mine`)."""
    if not actor.place.covers(address.community_code, address.estate, address.block):
        return None, [Fault("/community", "community-unknown", "no such community or block", "没有此社区或楼栋")]
    flat = await store.load_flat(tx, address)
    if flat is None:
        part = await store.find_unknown_part(tx, address)
        return None, [Fault(f"/{part}", f"{part}-unknown", f"no such {part} in the plan", "社区房屋名册中没有此项")]
    if flat["occupant"] not in (None, mine):
        return flat, [Fault("/flat", "flat-taken", "another household lives there", "该房屋已有住户")]
    if flat["free_from"] and on < flat["free_from"] and flat["occupant"] is None:
        return flat, [Fault(pointer, "flat-taken-then", "another household lived there that day", "当日该房屋仍有住户")]
    return flat, _faults_of_reservation(flat, mine, reservation)


def _faults_of_reservation(flat: Row, mine: str | None, reservation: str | None) -> list[Fault]:
    if reservation and reservation != flat["reservation_id"]:
        return [
            Fault("/reservation", "reservation-not-open", "no open reservation of this flat", "不是该房屋的有效预留")
        ]
    if flat["reservation_id"] is None or reservation or (mine and flat["reserved_for"] == mine):
        return []
    until = clock.today(flat["expires_at"])
    return [Fault("/flat", "flat-reserved", f"kept for another household until {until}", f"已为其他住户预留至{until}")]


def refuse_flat(faults: list[Fault]) -> None:
    """Raises FlatUnknown, FlatReserved or FlatTaken where anything stands against a flat."""
    if any(fault.code.endswith("-unknown") for fault in faults):
        raise FlatUnknown(
            "Put the community with its blocks, units and flats in first, or correct the address.",
            "请先登记社区及其楼栋、单元、房屋，或更正地址。",
            faults=faults,
        )
    if any(fault.code in ("flat-reserved", "reservation-not-open") for fault in faults):
        raise FlatReserved(
            "Name the reservation by which it is yours, take another flat, or have the reservation cancelled.",
            "请注明所依据的预留编号、另选房屋，或先取消预留。",
            faults=faults,
        )
    if faults:
        raise FlatTaken(faults=faults)
