"""A file of cells comes in: what it says is laid over the cells that stand, community by community."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.grid.cells import store
from services.grid.cells.service import may_put, replace_cells
from services.grid.imports.fields import CELLS
from services.grid.imports.plan import PlannedCell, merged, plans, unknown_units
from shared.auth import Actor
from shared.db import Read, Transaction
from shared.imports.fields import CellFault, Table
from shared.imports.kinds import Act, ImportKind, Outcome
from shared.imports.values import codes_by_key


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that was read. What is wrong with it shows when it comes in: only then the communities' names are known."""

    table: Table
    faults: Sequence[CellFault] = ()
    chunks: Sequence[str] = ("all",)

    @property
    def rows(self) -> int:
        return self.table.frame.height


def prepare(table: Table, on: date) -> Prepared:
    return Prepared(table)


async def apply_file(tx: Transaction, act: Act, prepared: Prepared, n: int) -> Outcome:
    """Brings the whole file in, or says what would come of it."""
    communities = await communities_by_name(tx, act.actor)
    planned, faults = plans(prepared.table, communities, lambda code: may_put(act.actor, code))
    created = changed = 0
    for code, cells in sorted(planned.items()):
        outcome = await apply_plan(tx, act.actor, code, cells, act.dry_run)
        created, changed = created + outcome.created, changed + outcome.changed
        faults += outcome.faults
    return Outcome(prepared.rows, created, changed, tuple(faults))


CELLS_KIND = ImportKind("cells", "a list of grid cells (网格)", CELLS, prepare, apply_file)
"""The cells as a kind of import."""


async def communities_by_name(read: Read, actor: Actor) -> Mapping[str, Sequence[str]]:
    """Codes of the communities within the actor's place, by name (`shared.imports.values.codes_by_key`)."""
    return codes_by_key(await store.list_communities(read, actor.place.division))


async def apply_plan(
    tx: Transaction, actor: Actor, community: str, planned: Sequence[PlannedCell], dry: bool
) -> Outcome:
    """Cells of one community, laid over those that stand: as `put_cells` where anything differs, otherwise nothing happens. What was
    made and changed, and warnings. `dry`: only said. Raises CommunityNotFound outside the actor's place."""
    if not may_put(actor, community):
        raise store.CommunityNotFound
    await store.lock_community(tx, community)
    standing = await store.load_cells(tx, community)
    after = merged(standing, planned)
    if after != standing and not dry:
        await replace_cells(tx, actor, community, after)
    told = await store.find_units_told(tx, community)
    there, now = ({cell.code: cell for cell in cells} for cells in (standing, after))
    return Outcome(
        rows=sum(len(cell.rows) for cell in planned),
        created=len(now.keys() - there.keys()),
        changed=sum(cell != now.get(code) for code, cell in there.items()),
        faults=() if told is None else tuple(unknown_units(planned, told)),
    )
