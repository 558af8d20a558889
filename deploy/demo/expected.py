"""What must be counted once the files are in, counted from the same people."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.demo import words
from deploy.demo.people import Community
from deploy.demo.small import SmallCommunity

_WITH_LABOUR = {words.LABOUR[word] for word in ("SKILLED", "ORDINARY", "WEAK_HALF")}


@dataclass(frozen=True, slots=True)
class Expected:
    """Of one community. `covered`: households of which some cell holds the unit."""

    community: str
    units: int
    households: int
    covered: int
    people: int
    labour: int
    employed: int


def of_large(community: Community) -> Expected:
    covered = {block for cell in community.cells for block in cell.blocks}
    return Expected(
        community.code,
        len({(flat.block, flat.unit) for flat in community.flats}),
        len(community.households),
        sum(household.flat.block in covered for household in community.households),
        len(community.people),
        sum(person.has_labour for person in community.people),
        sum(person.employed for person in community.people),
    )


def of_small(community: SmallCommunity) -> Expected:
    covered = {block for cell in community.cells for block in cell.blocks}
    rows = community.rows
    households = {(row["楼栋"], row["单元"], row["房号"]) for row in rows}
    return Expected(
        community.code,
        len({(flat.block, flat.unit) for flat in community.flats}),
        len(households),
        sum(block in covered for block, _, _ in households),
        len(rows),
        sum(row["劳动能力"] in _WITH_LABOUR for row in rows),
        sum(row["就业状况"] == words.EMPLOYED for row in rows),
    )
