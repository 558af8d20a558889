"""What can be done to a community: put in, or changed to another plan."""

from __future__ import annotations

from collections.abc import Callable

from services.registry.dwellings import store
from services.registry.dwellings.domain import Flat, Plan, faults_of_plan
from shared import outbox
from shared.auth import Actor
from shared.contracts.registry import CommunityChanged, UnitOfBlock
from shared.db import Row, Transaction
from shared.errors import Conflict, Invalid, PreconditionFailed
from shared.http import Match
from shared.ids import new_ids


class WrongPlan(Invalid):
    slug = "wrong-plan"
    title_en, title_zh = "The plan of the community is not in order", "社区房屋名册有误"


class FlatsInUse(Conflict):
    slug = "flats-in-use"
    title_en, title_zh = "Flats that households live or lived in cannot be left out", "有人居住或曾居住的房屋不能删除"


async def put_community(
    tx: Transaction, actor: Actor, code: str, plan: Plan, match: Match, create_only: bool
) -> tuple[bool, int]:
    """A community as it should stand: flats are added, changed, removed. Whether it is new, and its version.

    Raises CommunityNotFound outside the actor's place, WrongPlan, FlatsInUse, PreconditionRequired or PreconditionFailed.
    """
    if not actor.place.covers(code) or actor.place.block is not None:
        raise store.CommunityNotFound
    if faults := faults_of_plan(plan):
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
    if faults := faults_of_plan(after):
        raise WrongPlan(faults=faults)
    if not dry_run and after != before:
        await _save(tx, actor, code, after, there["version"] + 1 if there else 1)


async def _plan_of(tx: Transaction, actor: Actor, code: str, name: str) -> Plan:
    flats = await store.list_flats(tx, code, actor.place)
    estates = tuple((estate, name) for estate, name in {f["estate"]: f["estate_name"] for f in flats}.items())
    return Plan(name, estates, tuple(_flat(f) for f in flats))


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
