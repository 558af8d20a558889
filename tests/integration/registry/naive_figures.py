"""Figures of one day, counted one by one in all rows of the history: what counters are held to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from tests.support.clients import Service

Row = Mapping[str, Any]
Block = tuple[str, str, str]
_TABLES = ("dwellings", "households", "persons", "memberships", "occupancies", "person_facts", "household_facts")


class History:
    """All that is known now."""

    def __init__(self, rows: Mapping[str, Iterable[Row]]) -> None:
        self._dwellings = {row["dwelling_id"]: row for row in rows["dwellings"]}
        self._households = {row["household_id"]: row for row in rows["households"]}
        self._persons = {row["person_id"]: row for row in rows["persons"]}
        self._memberships = rows["memberships"]
        self._occupancies: dict[str, list[Row]] = _by("household_id", rows["occupancies"])
        self._person_facts = _by("person_id", rows["person_facts"])
        self._household_facts = _by("household_id", rows["household_facts"])
        self.days = {
            row[at] for some in rows.values() for row in some for at in ("valid_from", "valid_to") if row.get(at)
        }

    def figures(self, kind: str, day: date) -> dict[Block, Counter[str]]:
        """By block, of those with anything in them; a figure within a figure is named with both."""
        found: dict[Block, Counter[str]] = defaultdict(Counter)
        homes: dict[str, Block] = {}
        for membership in self._memberships:
            household = self._households[membership["household_id"]]
            if membership["kind"] != kind or not _holds(membership, day):
                continue
            dwelling = self._lives(household, kind, day)
            if dwelling is None:
                continue
            block = (dwelling["community_code"], dwelling["estate"], dwelling["block"])
            homes[household["household_id"]] = block
            facts = _facts(self._household_facts[household["coliving_id"]], day)
            found[block].update(self._person(membership["person_id"], facts, block[0], day))
        for household_id, block in homes.items():
            facts = _facts(self._household_facts[self._households[household_id]["coliving_id"]], day)
            poor, monitored = _of_home(facts, day)
            found[block].update(households=1, registered_poor_households=int(poor))
            found[block].update({f"monitored_households.{monitored}": 1} if monitored else {})
        if kind != "hukou":
            for occupancy in (row for some in self._occupancies.values() for row in some if _holds(row, day)):
                dwelling = self._dwellings[occupancy["dwelling_id"]]
                found[dwelling["community_code"], dwelling["estate"], dwelling["block"]].update(occupied=1)
        return {block: +counts for block, counts in found.items() if +counts}

    def _lives(self, household: Row, kind: str, day: date) -> Row | None:
        """The flat; of a hukou household that in which the household beside it lives, or lived last."""
        standing = [row for row in self._occupancies[household["coliving_id"]] if row["retracted_at"] is None]
        if kind == "hukou":
            begun = [row for row in standing if row["valid_from"] <= day]
            return self._dwellings[max(begun, key=lambda row: row["valid_from"])["dwelling_id"]] if begun else None
        now = [row for row in standing if _holds(row, day)]
        if kind == "flat":
            now = [row for row in now if row["dwelling_id"] == household["dwelling_id"]]
        return self._dwellings[now[0]["dwelling_id"]] if now else None

    def _person(self, person_id: str, of_home: Mapping[str, Any], community: str, day: date) -> Counter[str]:
        person, facts = self._persons[person_id], _facts(self._person_facts[person_id], day)
        birth = facts.get("birth") or {"sex": person["sex"], "birth_on": person["birth_on"].isoformat()}
        age = age_on(date.fromisoformat(birth["birth_on"]), day)
        poor, monitored = _of_home(of_home, day)
        political = (facts.get("profile") or {}).get("political")
        disabled = (facts.get("disability") or {}).get("disabled")
        away, where = facts.get("status") == "away", _hukou(facts.get("hukou") or {}, community, day)
        counts = Counter(people=1, men=int(birth["sex"] == "1"), women=int(birth["sex"] == "2"))
        counts.update({f"labour_classes.{facts.get('labour_class') or 'unknown'}": 1})
        counts.update({f"tags.{tag}": 1 for tag in set(facts.get("tags") or [])})
        counts.update({f"disability.{ {True: 'yes', False: 'no', None: 'unknown'}[disabled] }": 1})
        counts.update({f"monitored_people.{monitored}": 1} if monitored else {})
        counts.update(registered_poor_people=int(poor), moved_hukou=int(_moved(facts.get("hukou") or {}, day)))
        counts.update(party_members=int(political == "01"), probationary_members=int(political == "02"))
        counts.update({f"head_counts.{'away' if away else 'actual'}": 1})
        counts.update({f"head_counts.{where if where == 'registered' else f'hukou_{where}'}": 1})
        counts.update({"head_counts.floating": int(where == "elsewhere" and not away)})
        for name, least, below in _AGES:
            counts.update({f"ages.{name}": int(least <= age < below)})
        return counts


_AGES = (
    *(("under_14", 0, 14), ("under_16", 0, 16), ("under_18", 0, 18), ("from_16_to_60", 16, 61)),
    *(("from_60", 60, 999), ("over_60", 61, 999)),
    *(("bands.0-5", 0, 6), ("bands.6-13", 6, 14), ("bands.14-15", 14, 16), ("bands.16-17", 16, 18)),
    *(("bands.18-59", 18, 60), ("bands.60-64", 60, 65), ("bands.65-79", 65, 80), ("bands.80+", 80, 999)),
)


def age_on(birth_on: date, day: date) -> int:
    """Full years; who was born on 29 February has the birthday on the 28th where there is none."""
    had = (day.month, day.day) >= (birth_on.month, birth_on.day)
    leap = (birth_on.month, birth_on.day) == (2, 29) and (day.month, day.day) == (2, 28) and not _is_leap(day.year)
    return day.year - birth_on.year - (not (had or leap))


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _moved(hukou: Mapping[str, Any], day: date) -> bool:
    moved_on = hukou.get("moved_on")
    return hukou.get("moved") is True and (moved_on is None or moved_on <= day.isoformat())


def _hukou(hukou: Mapping[str, Any], community: str, day: date) -> str:
    division, moved = hukou.get("division"), hukou.get("moved")
    if moved is True and not _moved(hukou, day):
        return "elsewhere"
    if division == community:
        return "registered"
    holds = division is None or community.startswith(division)
    if holds and moved is True:
        return "registered"
    return "elsewhere" if moved is False or not holds else "unknown"


def _of_home(facts: Mapping[str, Any], day: date) -> tuple[bool, str | None]:
    """Registered poor; and the kind for which the household is monitored."""
    watched = facts.get("monitored") or {}
    on = bool(watched) and watched["since"] <= day.isoformat() < (watched["until"] or "9999")
    return facts.get("registered_poor") is True, watched["kind"] if on else None


def _facts(rows: Iterable[Row], day: date) -> dict[str, Any]:
    return {row["fact"]: row["value"] for row in rows if _holds(row, day)}


def _holds(row: Row, day: date) -> bool:
    return (
        row["retracted_at"] is None and row["valid_from"] <= day and (row["valid_to"] is None or day < row["valid_to"])
    )


def _by(key: str, rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[key]].append(row)
    return found


async def history_of(registry: Service) -> History:
    """As the rows are now."""
    pool = registry.database.pool
    return History({table: [dict(row) for row in await pool.fetch(f"select * from {table}")] for table in _TABLES})


def flattened(item: Mapping[str, Any], prefix: str = "") -> Counter[str]:
    """The counts of an entry, a figure within a figure named with both."""
    found: Counter[str] = Counter()
    for name, value in item.items():
        if isinstance(value, Mapping):
            found.update(flattened(value, f"{prefix}{name}."))
        elif isinstance(value, int) and name != "flats":
            found[f"{prefix}{name}"] = value
    return +found
