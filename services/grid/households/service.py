"""What can be done to households: placed in their cells when the registry, jobs or the cells change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.grid.cells.store import lock_communities
from services.grid.households import store
from services.grid.households.domain import HouseholdState as State
from services.grid.households.domain import rounds
from services.grid.visits.service import bring_visits, follow_households
from shared import outbox
from shared.contracts.grid import HouseholdAssigned
from shared.contracts.jobs import HouseholdWithoutWorkState
from shared.contracts.registry import HouseholdState
from shared.db import Row, Transaction


async def keep_households(tx: Transaction, news: Sequence[HouseholdState], days: Mapping[str, int]) -> None:
    """Keeps the registry's word on households; an older word changes nothing. Then they are put in the cells of their units, and their
    visits are asked for, moved or cancelled. `days`: working days until a visit is due, by reason."""
    await lock_communities(tx, [word.community_code for word in news])
    for words in rounds(news, lambda word: word.household_id):
        moved = await store.keep_households(tx, [_copy(word) for word in words])
        if not moved:
            continue
        if withdrawn := [row["household_id"] for row in moved if row["state"] == State.WITHDRAWN]:
            await store.retract_placements(tx, withdrawn)
        household_ids = [row["household_id"] for row in moved]
        await _follow(tx, await store.place_households(tx, household_ids))
        await bring_visits(tx, household_ids, days)


def _copy(word: HouseholdState) -> store.HouseholdCopy:
    return (
        word.household_id,
        word.version,
        word.state,
        word.community_code,
        word.estate,
        word.block,
        word.unit,
        word.flat,
        word.settled_on,
    )


async def keep_without_work(
    tx: Transaction, news: Sequence[HouseholdWithoutWorkState], days: Mapping[str, int]
) -> None:
    """Keeps jobs' word on which households with labour have no one in work; an older word changes nothing. Block heads are asked for
    visits, or no longer. Where the registry has not spoken of a household yet, the visit waits for it."""
    await lock_communities(tx, [word.community_code for word in news])
    for words in rounds(news, lambda word: word.household_id):
        copies = [(word.household_id, word.version, word.without_work, word.since) for word in words]
        await bring_visits(tx, await store.keep_without_work(tx, copies), days)


async def place_again(tx: Transaction, community_code: str) -> None:
    """Puts all households of a community in the cells that stand now. The community is locked by this transaction alone."""
    await _follow(tx, await store.place_community(tx, community_code))


async def _follow(tx: Transaction, changed: Sequence[Row]) -> None:
    """Says where households stand now, and takes their visits along."""
    _say_assigned(tx, changed)
    # A household that had no place before has no visits yet.
    if before := [row["household_id"] for row in changed if row["was_assigned"]]:
        await follow_households(tx, before)


def _say_assigned(tx: Transaction, rows: Sequence[Row]) -> None:
    for row in rows:
        assigned = HouseholdAssigned(
            version=row["version"],
            household_id=row["household_id"],
            community_code=row["community_code"],
            cell_code=row["cell_code"],
            head_staff_id=row["head_staff_id"],
        )
        outbox.emit(tx, assigned)
