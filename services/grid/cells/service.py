"""What can be done to cells: put a community's cells as they should stand, keep what the registry says of its units."""

from __future__ import annotations

from collections.abc import Sequence

from services.grid.cells import store
from services.grid.cells.domain import Cell, faults_of_cells
from services.grid.households.service import place_again
from shared.auth import Actor
from shared.contracts.registry import CommunityChanged
from shared.db import Transaction
from shared.errors import Invalid, PreconditionFailed
from shared.http import Match


class CellsNotInOrder(Invalid):
    slug = "cells-not-in-order"
    title_en, title_zh = "The cells cannot stand as stated", "网格划分有误"


async def put_cells(
    tx: Transaction, actor: Actor, code: str, cells: Sequence[Cell], match: Match, create_only: bool
) -> tuple[bool, int]:
    """These cells and no others: households, and their visits that are still to be made, go to the new cells. Whether there were
    none before, and the version. The registry need not have told of the community yet.

    Raises CommunityNotFound outside the actor's place, CellsNotInOrder, PreconditionRequired or PreconditionFailed.
    """
    if not actor.place.covers(code) or actor.place.block is not None:
        raise store.CommunityNotFound
    if faults := faults_of_cells(code, cells):
        raise CellsNotInOrder(faults=faults[:100])
    await store.lock_community(tx, code, alone=True)
    there = await store.find_plan(tx, code)
    if there:
        if create_only:
            raise PreconditionFailed("It is there already.", "该社区已有网格划分。")
        match.check(there["version"])
    version = there["version"] + 1 if there else 1
    await store.save_cells(tx, code, cells, version, actor.subject)
    await place_again(tx, code)
    return there is None, version


async def keep_community(tx: Transaction, community: CommunityChanged) -> None:
    """Keeps the registry's word on a community's units; an older word changes nothing."""
    units = [(unit.estate, unit.block, unit.unit) for unit in community.units]
    await store.keep_community(tx, community.community_code, community.version, community.name, units)
