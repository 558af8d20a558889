"""The registry's events about one family, for tests of who hears them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.contracts.registry import (
    HouseholdChanged,
    HouseholdMerged,
    HouseholdMoved,
    HouseholdSettled,
    HouseholdSplit,
    HouseholdWithdrawn,
    PersonDied,
    PersonErased,
    PersonFactsChanged,
    PersonMerged,
    PersonMoved,
    PersonRegistered,
    PersonUnmerged,
    PersonWithdrawn,
    Work,
)
from shared.db import Database
from shared.events import Event, Received
from shared.ids import new_id
from tests.support.people import COMMUNITY

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
EARLIER, LATER = (datetime.now(UTC) + sign * timedelta(hours=1) for sign in (-1, 1))
"""Instants before and after what a test records: that is filed by the clock of the database."""
NONE = Work(status="none")
EMPLOYED = Work(status="employed", form="migrant", division="330106", employer_kind="enterprise")


def carried(event: Event) -> Received:
    """The event as it comes out of Kafka, under a fresh id."""
    return Received(
        id=new_id(),
        type=event.type,
        topic=event.topic,
        partition=0,
        offset=0,
        key=event.key_value,
        time=NOW,
        traceparent=None,
        data=event.model_dump_json().encode(),
    )


@dataclass
class Family:
    """People by label (`a`, `b`, …); households by label too (`home` unless said)."""

    people: dict[str, str] = field(default_factory=dict)
    households: dict[str, str] = field(default_factory=dict)

    def person(self, label: str) -> str:
        return self.people.setdefault(label, new_id())

    def household(self, label: str = "home") -> str:
        return self.households.setdefault(label, new_id())

    def _person(self, kind: type[Any], label: str, version: int, household: str, facts: dict[str, Any]) -> Received:
        state = {
            "version": version,
            "person_id": self.person(label),
            "household_id": self.household(household),
            "community_code": COMMUNITY,
            "sex": "1",
            "birth_on": date(1985, 3, 15),
            "residence_division": COMMUNITY,
            "labour_class": "ORDINARY",
        }
        event: Event = kind(**(state | facts))
        return carried(event)

    def registered(self, label: str, version: int = 1, household: str = "home", **facts: Any) -> Received:
        return self._person(PersonRegistered, label, version, household, {"state": "resident"} | facts)

    def facts(self, label: str, version: int, household: str = "home", **facts: Any) -> Received:
        return self._person(PersonFactsChanged, label, version, household, {"state": "resident"} | facts)

    def went(self, label: str, version: int, household: str = "home", **facts: Any) -> Received:
        """To another household, or (`presence`) out of all."""
        return self._person(PersonMoved, label, version, household, {"state": "resident"} | facts)

    def died(self, label: str, version: int, household: str = "home", **facts: Any) -> Received:
        told = {"state": "deceased", "died_on": date(2026, 11, 20)} | facts
        return self._person(PersonDied, label, version, household, told)

    def undone(self, label: str, version: int, household: str = "home", **facts: Any) -> Received:
        return self._person(PersonWithdrawn, label, version, household, {"state": "withdrawn"} | facts)

    def erased(self, label: str, version: int) -> Received:
        return carried(PersonErased(version=version, person_id=self.person(label)))

    def goes_under(self, label: str, version: int, into: str, household: str = "home", **facts: Any) -> Received:
        """Entered twice: merged into another."""
        told = {"state": "withdrawn", "merged_into": self.person(into)} | facts
        return self._person(PersonMerged, label, version, household, told)

    def comes_back(self, label: str, version: int, household: str = "home", **facts: Any) -> Received:
        """Unmerged."""
        return self._person(PersonUnmerged, label, version, household, {"state": "resident"} | facts)

    def _household(
        self, kind: type[Any], version: int, household: str, members: Iterable[str], **more: Any
    ) -> Received:
        state = {
            "version": version,
            "household_id": self.household(household),
            "state": "settled",
            "community_code": COMMUNITY,
            "estate": "1",
            "block": "1",
            "unit": "1",
            "flat": "101",
            "dwelling_id": new_id(),
            "settled_on": date(2026, 6, 1),
            "head_person_id": None,
            "members": [{"person_id": self.person(label), "relation": "99"} for label in members],
        }
        event: Event = kind(**(state | more))
        return carried(event)

    def settled(self, members: Iterable[str], version: int = 1, household: str = "home", **more: Any) -> Received:
        """`members`: their labels."""
        return self._household(HouseholdSettled, version, household, members, **more)

    def moved(self, members: Iterable[str], version: int, household: str = "home", **more: Any) -> Received:
        return self._household(HouseholdMoved, version, household, members, **more)

    def changed(self, members: Iterable[str], version: int, household: str = "home", **more: Any) -> Received:
        return self._household(HouseholdChanged, version, household, members, **more)

    def split(self, members: Iterable[str], version: int, household: str = "home", **more: Any) -> Received:
        return self._household(HouseholdSplit, version, household, members, **more)

    def merged(self, version: int, household: str = "home") -> Received:
        return self._household(HouseholdMerged, version, household, "", state="ended")

    def withdrawn(self, version: int, household: str = "home") -> Received:
        return self._household(HouseholdWithdrawn, version, household, "", state="withdrawn")


_EMPLOYMENTS = """
-- The household as whose member it was opened; where that one stands, the one the person lives in now: what is stated is opened when it
-- is heard, perhaps after a split.
select e.person_id, case when c.state = 'withdrawn' then e.household_id else p.household_id end as household_id,
       form, division, employer_kind, started_on, ended_on, end_reason, status, source, duplicate_of is not null as aside
  from employments e join person_copies p using (person_id) left join household_copies c on c.household_id = e.household_id
 where status <> 'withdrawn' and e.person_id = any($1::uuid[]) order by e.person_id, form
"""
_LAST_SAID = """
select distinct on (key) key, data::jsonb from outbox
 where key = any($1::text[]) and topic = $2 order by key, version desc, id desc
"""


async def picture(database: Database, family: Family) -> dict[str, Any]:
    """What jobs comes to of the family, by label, and what listeners believe who heard all that it said."""
    pool = database.pool
    names = {person_id: label for label, person_id in family.people.items()}
    homes = {household_id: label for label, household_id in family.households.items()}
    people, households = list(names), list(homes)
    seekers = await pool.fetch(
        """select coalesce(p.merged_into, p.person_id) as person_id from seekers join person_copies p using (person_id)
            where status = 'seeking' and person_id = any($1::uuid[])""",
        people,
    )
    standings = await pool.fetch("select * from households where household_id = any($1::uuid[])", households)
    work = await pool.fetch(_LAST_SAID, people, "jobs.person")
    flags = await pool.fetch(_LAST_SAID, households, "jobs.household")
    return {
        "employments": [
            {**row, "person_id": names[row["person_id"]], "household_id": homes[row["household_id"]]}
            for row in await pool.fetch(_EMPLOYMENTS, people)
        ],
        "seekers": sorted(names[row["person_id"]] for row in seekers),
        "standing": {homes[row["household_id"]]: row["standing"] for row in standings},
        "told work": {
            names[row["key"]]: [e["form"] for e in row["data"]["employments"]]
            for row in work
            if row["data"]["employments"]
        },
        "told of": {
            names[row["key"]]: homes[row["data"]["household_id"]] for row in work if row["data"]["employments"]
        },
        "told without work": sorted(homes[row["key"]] for row in flags if row["data"]["without_work"]),
    }
