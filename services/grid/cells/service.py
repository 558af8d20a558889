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
    if not may_put(actor, code):
        raise store.CommunityNotFound
    if faults := faults_of_cells(code, cells):
        raise CellsNotInOrder(faults=faults[:100])
    await store.lock_community(tx, code)
    there = await store.find_plan(tx, code)
    if there:
        if create_only:
            raise PreconditionFailed("It is there already.", "该社区已有网格划分。")
        match.check(there["version"])
    return there is None, await replace_cells(tx, actor, code, cells)


def may_put(actor: Actor, code: str) -> bool:
    """Does the actor's place cover the whole community?"""
    return actor.place.block is None and actor.place.covers(code)


async def replace_cells(tx: Transaction, actor: Actor, code: str, cells: Sequence[Cell]) -> int:
    """These cells and no others, which are in order; households and visits follow. The community is locked by this transaction alone.
    The version of the cells."""
    version = await store.save_cells(tx, code, cells, actor.subject)
    await place_again(tx, code)
    return version


async def keep_communities(tx: Transaction, news: Sequence[CommunityChanged]) -> None:
    """Keeps the registry's word on the units of communities; an older word changes nothing."""
    newest: dict[str, CommunityChanged] = {}
    for word in news:
        there = newest.get(word.community_code)
        if there is None or there.version < word.version:
            newest[word.community_code] = word
    await store.keep_communities(
        tx,
        [(word.community_code, word.version, word.name) for word in newest.values()],
        {code: [(unit.estate, unit.block, unit.unit) for unit in word.units] for code, word in newest.items()},
    )
