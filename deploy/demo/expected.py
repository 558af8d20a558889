"""What must be counted once the files are in, counted from the same people."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.demo import words
from deploy.demo.people import Community
from deploy.demo.small import SmallCommunity

_WITH_LABOUR = {words.LABOUR[word] for word in ("SKILLED", "ORDINARY", "WEAK_HALF")}


@dataclass(frozen=True, slots=True)
class Expected:
    """Of one community."""

    community: str
    units: int
    households: int
    people: int
    labour: int
    employed: int


def of_large(community: Community) -> Expected:
    return Expected(
        community.code,
        len({(flat.block, flat.unit) for flat in community.flats}),
        len(community.households),
        len(community.people),
        sum(person.has_labour for person in community.people),
        sum(person.employed for person in community.people),
    )


def of_small(community: SmallCommunity) -> Expected:
    rows = community.rows
    households = {(row["楼栋"], row["单元"], row["房号"]) for row in rows}
    return Expected(
        community.code,
        len({(flat.block, flat.unit) for flat in community.flats}),
        len(households),
        len(rows),
        sum(row["劳动能力"] in _WITH_LABOUR for row in rows),
        sum(row["就业状况"] == words.EMPLOYED for row in rows),
    )
