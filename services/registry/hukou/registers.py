"""Brings hukou households up to what was told of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from services.registry.households.domain import HEAD, HouseholdStatus
from services.registry.hukou import store
from services.registry.hukou.domain import HUKOU, lead_of
from services.registry.life import align
from services.registry.life.domain import Story
from services.registry.life.store import Said
from services.registry.store import rows_by_id
from shared.db import Row, Transaction


async def bring_registers(
    tx: Transaction,
    household_ids: Collection[str],
    before: Mapping[str, Sequence[Mapping[str, Any]]],
    story: Story,
    known: Collection[str | None],
    said: Said,
) -> None:
    """Rows of these hukou households, which are locked. `before`: their members up to now; `known`: of which anything is told."""
    if not household_ids:
        return
    rows = await rows_by_id(tx, "households", household_ids)
    leads = {h: _lead(story, h) for h in household_ids}
    homes = await rows_by_id(tx, "households", {story.persons[lead].household_id for lead in leads.values() if lead})
    spans = [each for each in story.registers if each.household_id in household_ids]
    divisions = [(h, {"division": division}, since, until) for h, division, since, until in spans]
    await align.align_facts(tx, household_ids, HUKOU, divisions, said, owner="household")
    after = []
    for household_id, row in rows.items():
        lead = leads[household_id]
        home = homes[story.persons[lead].household_id] if lead else None
        after.append(_after(story, row, before.get(household_id, []), household_id in known, home))
    changed = [each for each in after if each != dict(rows[each["household_id"]])]
    await store.set_households(tx, changed)


def _lead(story: Story, household_id: str) -> str | None:
    members = story.members[household_id]
    return lead_of(members, next((person for person, relation in members.items() if relation == HEAD), None))


def _after(
    story: Story, row: Row, before: Sequence[Mapping[str, Any]], is_known: bool, home: Row | None
) -> dict[str, Any]:
    """The row as it stands now; the version is the next one where members, head, division or status differ. It is found where its head
    lives (`home`), and while it has no members where it was found last."""
    members = story.members[row["household_id"]]
    standing = story.standing.get(row["household_id"])
    empty = HouseholdStatus.ENDED if is_known else HouseholdStatus.WITHDRAWN
    after = dict(row) | {
        "status": HouseholdStatus.SETTLED if members else empty,
        "head_person_id": next((person for person, relation in members.items() if relation == HEAD), None),
        "hukou_division": standing.division if standing else row["hukou_division"],
    }
    if after != dict(row) or {m["person_id"]: m["relation"] for m in before} != members:
        after["version"] += 1
    if home:
        after["coliving_id"] = home["household_id"]
        after |= {name: home[name] for name in ("community_code", "dwelling_id", "estate", "block", "unit", "flat")}
    return after
