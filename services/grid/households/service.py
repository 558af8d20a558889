"""What can be done to a household: placed in its cell when the registry, jobs or the cells change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.grid.cells.store import lock_community
from services.grid.households import store
from services.grid.households.domain import HouseholdState as State
from services.grid.visits.service import bring_visits, follow_households
from shared import outbox
from shared.contracts.grid import HouseholdAssigned
from shared.contracts.registry import HouseholdState
from shared.db import Row, Transaction


async def keep_household(tx: Transaction, household: HouseholdState, days: Mapping[str, int]) -> None:
    """Keeps the registry's word on a household; an older word changes nothing. Then it is put in the cell of its unit, and its visits
    are asked for, moved or cancelled. `days`: working days until a visit is due, by reason."""
    h = household
    await lock_community(tx, h.community_code)
    copy = (h.state, h.community_code, h.estate, h.block, h.unit, h.flat, h.settled_on)
    if not await store.keep_household(tx, h.household_id, h.version, copy):
        return
    if State(h.state) is State.WITHDRAWN:
        await store.retract_placements(tx, h.household_id)
    changed = await store.place_household(tx, h.household_id)
    await _follow(tx, changed)
    row = changed[0] if changed else await store.find_household(tx, h.household_id)
    await bring_visits(tx, row, days)


async def keep_without_work(
    tx: Transaction,
    household_id: str,
    community_code: str,
    version: int,
    without_work: bool,
    since: datetime | None,
    days: Mapping[str, int],
) -> None:
    """Keeps jobs' word on whether a household with labour has no one in work; an older word changes nothing. Its block head is asked
    for a visit, or no longer. Where the registry has not spoken of the household yet, the visit waits for it."""
    await lock_community(tx, community_code)
    if await store.keep_without_work(tx, household_id, version, without_work, since):
        await bring_visits(tx, await store.find_household(tx, household_id), days)


async def place_again(tx: Transaction, community_code: str) -> None:
    """Puts all households of a community in the cells that stand now. The community is locked by this transaction alone."""
    await _follow(tx, await store.place_households(tx, community_code))


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
