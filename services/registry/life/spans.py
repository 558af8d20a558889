"""What follows from who lived with whom and where: who shared a flat, and in which community somebody lived. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from services.registry.households.domain import HouseholdKind
from services.registry.life.domain import Living, Stay


def flat_stays(stays: Sequence[Stay], livings: Sequence[Living], flat_ids: Mapping[tuple[str, str], str]) -> list[Stay]:
    """Memberships of flat households (同住户): who lived together in one flat, and when. `flat_ids`: id of the flat household by
    (co-living household, dwelling)."""
    found = []
    for stay in stays:
        for living in livings:
            if stay.kind is not HouseholdKind.COLIVING or stay.household_id != living.household_id:
                continue
            since = max(stay.since, living.since)
            until = min((day for day in (stay.until, living.until) if day), default=None)
            if until is None or since < until:
                flat_id = flat_ids[living.household_id, living.dwelling_id]
                found.append(Stay(HouseholdKind.FLAT, flat_id, stay.person_id, stay.relation, since, until))
    return found


def residences(
    stays: Iterable[Stay], livings: Sequence[Living], communities: Mapping[str, str]
) -> list[tuple[str, str, date, date | None]]:
    """In which community a person lived (person, community, since, until), by that of the flats (`communities`: by dwelling). Who moved
    out or died is counted to the last one, and so is who belongs to a household between two flats."""
    starts: dict[str, dict[date, str]] = defaultdict(dict)
    for stay in stays:
        for living in livings:
            since = max(stay.since, living.since)
            ends = [day for day in (stay.until, living.until) if day]
            is_home = stay.kind is HouseholdKind.COLIVING and stay.household_id == living.household_id
            if is_home and (not ends or since < min(ends)):
                starts[stay.person_id][since] = communities[living.dwelling_id]
    found = []
    for person_id, by_day in starts.items():
        days = sorted(by_day)
        kept = [day for n, day in enumerate(days) if n == 0 or by_day[days[n - 1]] != by_day[day]]
        for day, until in zip(kept, [*kept[1:], None], strict=True):
            found.append((person_id, by_day[day], day, until))
    return found
