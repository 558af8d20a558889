"""A plan of dwellings comes in: community by community."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.registry.dwellings import service as dwellings
from services.registry.dwellings import store as communities
from services.registry.dwellings.domain import Plan
from services.registry.plans.fields import DWELLINGS
from services.registry.plans.plan import Part, Plans, all_against, read_plans, with_part
from shared.db import Transaction
from shared.imports.fields import CellFault, Table
from shared.imports.kinds import Act, ImportKind, Outcome
from shared.imports.values import community_key


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan that was read."""

    plans: Plans
    faults: Sequence[CellFault]

    @property
    def rows(self) -> int:
        return self.plans.rows

    @property
    def chunks(self) -> Sequence[str]:
        return [f"{part.name} {part.code}" for part in self.plans.parts]


def prepare(table: Table, on: date) -> Prepared:
    """Reads the file; the day does not matter."""
    unread = {(fault.sheet, fault.row, fault.column) for fault in table.faults}
    plans = read_plans(table.frame.rows(named=True), unread)
    return Prepared(plans, [*table.faults, *plans.against])


async def apply_chunk(tx: Transaction, act: Act, prepared: Prepared, n: int) -> Outcome:
    """Brings community n in, or says what would come of it."""
    part = prepared.plans.parts[n]
    code, against = await _code_of(tx, act, part)
    if code is None:
        return Outcome(len(part.lines), faults=tuple(against))
    created = changed = 0

    def change(there: Plan | None) -> Plan:
        nonlocal created, changed
        after, created, changed = with_part(there, part)
        return after

    try:
        await dwellings.add_to_plan(tx, act.actor, code, change, act.dry_run)
    except communities.CommunityNotFound:
        return Outcome(len(part.lines), faults=tuple(all_against(part, "code", "community-outside")))
    except dwellings.WrongPlan as wrong:
        outside = any(fault.code == "point-outside" for fault in wrong.faults)
        column, told = ("lon", "point-outside") if outside else ("unit", "too-many-units")
        return Outcome(len(part.lines), faults=tuple(all_against(part, column, told)))
    return Outcome(len(part.lines), created, changed)


async def _code_of(tx: Transaction, act: Act, part: Part) -> tuple[str | None, list[CellFault]]:
    """The code as stated, where the registry has neither another name for it nor another code for the name; or that of the only
    community of this name."""
    there = await communities.list_names(tx, act.actor.place)
    key = community_key(part.name)
    if part.code:
        name = next((name for name, code in there if code == part.code), None)
        if name is not None and community_key(name) != key:
            return None, all_against(part, "code", "code-of-another", name=name)
        others = [code for other, code in there if community_key(other) == key]
        if name is None and others:
            return None, all_against(part, "code", "name-of-another", other=others[0])
        return part.code, []
    codes = [code for name, code in there if community_key(name) == key]
    if len(codes) == 1:
        return codes[0], []
    if codes:
        return None, all_against(part, "community", "community-ambiguous")
    return None, all_against(part, "code", "code-missing")


DWELLING_KIND = ImportKind(
    "dwellings",
    "a plan of dwellings (房屋名册)",
    DWELLINGS,
    prepare,
    apply_chunk,
    tables=("communities", "estates", "dwellings"),
)
