"""What happened to households and people, and what follows: who lived where and with whom, on every day. Pure.

Events are told in any order; what they come to is found by going through them in the order in which they happened (`replay`). An event
is taken only where that order has no illegal step in it, be it in the event itself or in a later one that is known already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from services.registry.households.domain import HEAD, HouseholdKind
from services.registry.persons.domain import PersonStatus
from shared.errors import Fault


class LifeKind(StrEnum):
    """Kinds of life event (人口变动). The first ones are told by acts of their own: settling, moving to another flat, death."""

    SETTLED = "settled"
    MOVED = "moved"
    DIED = "died"
    BORN = "born"
    JOINED = "joined"
    LEFT = "left"
    AWAY = "away"
    RETURNED = "returned"
    HEAD_CHANGED = "head-changed"
    RELATED = "relations-changed"
    SPLIT = "split"
    MERGED = "merged"


_HERE, _AWAY, _OUT = PersonStatus.RESIDENT, PersonStatus.AWAY, PersonStatus.MOVED_OUT

LIFE_MOVES: dict[tuple[PersonStatus | None, LifeKind], PersonStatus] = {
    (None, LifeKind.SETTLED): _HERE,
    (None, LifeKind.BORN): _HERE,
    (None, LifeKind.JOINED): _HERE,
    (_OUT, LifeKind.SETTLED): _HERE,
    (_OUT, LifeKind.JOINED): _HERE,
    (_OUT, LifeKind.DIED): PersonStatus.DECEASED,
    (_AWAY, LifeKind.RETURNED): _HERE,
    (_HERE, LifeKind.AWAY): _AWAY,
} | {
    (status, kind): after
    for status in (_HERE, _AWAY)
    for kind, after in {
        LifeKind.LEFT: _OUT,
        LifeKind.DIED: PersonStatus.DECEASED,
        LifeKind.HEAD_CHANGED: status,
        LifeKind.RELATED: status,
        LifeKind.SPLIT: status,
        LifeKind.MERGED: status,
    }.items()
}
"""What may happen to a person in each status, and the status after it; None: not in the registry before that day."""

_COME = frozenset({LifeKind.SETTLED, LifeKind.BORN, LifeKind.JOINED})
_TO_ANOTHER = frozenset({LifeKind.SPLIT, LifeKind.MERGED})
_OF_MEMBERS = frozenset(
    {LifeKind.LEFT, LifeKind.AWAY, LifeKind.RETURNED, LifeKind.HEAD_CHANGED, LifeKind.RELATED, *_TO_ANOTHER}
)
_INTO_A_FLAT = frozenset({LifeKind.SETTLED, LifeKind.MOVED, LifeKind.SPLIT})


class Part(NamedTuple):
    """A person's part in an event. `relation`: to the head of the household the person is in afterwards (GB/T 4761), where the event
    says so; `in_hukou`: is it entered in the hukou household that the event names?"""

    person_id: str
    relation: str | None = None
    in_hukou: bool = False


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """Something that happened. `told`: its place in the order in which events were told. `into_id`: the household that a split makes,
    or that takes in the members of one that is merged. `dwelling_id`: the flat that the household (of a split: the new one) moves into.
    `people`: to whom; of a merger all members, of a move nobody."""

    event_id: str
    kind: LifeKind
    on: date
    told: int
    household_id: str
    people: tuple[Part, ...] = ()
    into_id: str | None = None
    dwelling_id: str | None = None
    hukou_id: str | None = None

    @property
    def households(self) -> frozenset[str]:
        """The one or two co-living households it is about."""
        return frozenset({self.household_id, self.into_id} - {None})  # type: ignore[arg-type]


class Stay(NamedTuple):
    """A membership: `until` is the first day after it, None where it goes on."""

    kind: HouseholdKind
    household_id: str
    person_id: str
    relation: str
    since: date
    until: date | None


class Living(NamedTuple):
    """A household in a flat."""

    household_id: str
    dwelling_id: str
    since: date
    until: date | None


class Phase(NamedTuple):
    """A person away, moved out or dead; at all other times since the first day a person lives here."""

    person_id: str
    status: PersonStatus
    since: date
    until: date | None


class Standing(NamedTuple):
    """How a person stands after all events: the household is the one it lives in, or lived in last."""

    status: PersonStatus
    household_id: str
    since: date
    """The first day of this status."""

    @property
    def died_on(self) -> date | None:
        return self.since if self.status is PersonStatus.DECEASED else None


class Illegal(NamedTuple):
    """The first event that cannot have happened, and why."""

    event: LifeEvent
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class Story:
    """What events come to. `members`: person and relation of those who live in a household now, in the order in which they came."""

    stays: list[Stay] = field(default_factory=list)
    livings: list[Living] = field(default_factory=list)
    phases: list[Phase] = field(default_factory=list)
    persons: dict[str, Standing] = field(default_factory=dict)
    members: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    flats: dict[str, Living] = field(default_factory=dict)
    illegal: Illegal | None = None


def replay(events: Iterable[LifeEvent], people: Collection[str], households: Collection[str]) -> Story:
    """Goes through the events in the order in which they happened, those of one day in the order in which they were told, up to the first
    illegal one. `people`, `households`: those of whom every event is given; of others nothing is checked."""
    teller = _Teller(frozenset(people), frozenset(households))
    for event in sorted(events, key=lambda each: (each.on, each.told)):
        faults = teller.faults_of(event)
        if faults:
            teller.story.illegal = Illegal(event, tuple(faults))
            break
        teller.tell(event)
    teller.close()
    return teller.story


class _Open(NamedTuple):
    household_id: str
    relation: str
    since: date


class _Teller:
    def __init__(self, people: frozenset[str], households: frozenset[str]) -> None:
        self.story = Story()
        self._people = people
        self._households = households
        self._open: dict[tuple[str, HouseholdKind], _Open] = {}

    # What stands against an event

    def faults_of(self, event: LifeEvent) -> list[Fault]:
        faults = [fault for n, part in enumerate(event.people) for fault in self._of_part(event, n, part)]
        if event.household_id in self._households:
            faults += self._of_household(event)
        if event.into_id in self._households and event.kind in _TO_ANOTHER:
            faults += self._of_other(event)
        return faults

    def _of_part(self, event: LifeEvent, n: int, part: Part) -> list[Fault]:
        if part.person_id not in self._people:
            return []
        there = self.story.persons.get(part.person_id)
        pointer = f"/people/{n}"
        if (there.status if there else None, event.kind) not in LIFE_MOVES:
            return [_STATES[there.status if there else None].at(pointer)]
        if event.kind in _OF_MEMBERS and there and there.household_id != event.household_id:
            return [Fault(pointer, "not-a-member", "was not a member of this household then", "当时不是本户成员")]
        return []

    def _of_household(self, event: LifeEvent) -> list[Fault]:
        members = self.story.members[event.household_id]
        if not members and event.kind not in (LifeKind.SETTLED, LifeKind.DIED):
            return [Fault("/on", "household-empty", "nobody lived in this household then", "当时本户没有成员")]
        named = {part.person_id: part.relation for part in event.people}
        match event.kind:
            case LifeKind.MOVED:
                flat = self.story.flats.get(event.household_id)
                return [_SAME_FLAT] if flat and flat.dwelling_id == event.dwelling_id else []
            case LifeKind.SETTLED | LifeKind.BORN | LifeKind.JOINED | LifeKind.RELATED | LifeKind.HEAD_CHANGED:
                after = {**members, **{person: relation or "" for person, relation in named.items()}}
                return _of_heads(after, event, must=event.kind is LifeKind.HEAD_CHANGED)
            case LifeKind.SPLIT if not members.keys() - named.keys():
                return [
                    Fault("/people", "nobody-stays", "all members would leave: move it", "全体成员离开，应办理搬迁")
                ]
            case LifeKind.MERGED if members.keys() != named.keys():
                return [Fault("/people", "members-differ", "had other members then", "当时的成员与所列不符")]
        return []

    def _of_other(self, event: LifeEvent) -> list[Fault]:
        members = self.story.members[event.into_id or ""]
        if event.kind is LifeKind.MERGED and not members:
            return [Fault("/into", "household-empty", "nobody lived in this household then", "当时该户没有成员")]
        after = {**members, **{part.person_id: part.relation or "" for part in event.people}}
        return _of_heads(after, event, must=event.kind is LifeKind.SPLIT)

    # What follows from it

    def tell(self, event: LifeEvent) -> None:
        if event.dwelling_id and event.kind in _INTO_A_FLAT:
            self._move(event.into_id or event.household_id, event.dwelling_id, event.on)
        lived = {there.household_id for part in event.people if (there := self.story.persons.get(part.person_id))}
        for part in event.people:
            self._take_part(event, part)
        for household in lived | event.households:
            if not self.story.members[household]:
                self._leave_flat(household, event.on)

    def _take_part(self, event: LifeEvent, part: Part) -> None:
        there = self.story.persons.get(part.person_id)
        status = LIFE_MOVES.get((there.status if there else None, event.kind), PersonStatus.RESIDENT)
        last = there.household_id if there else event.household_id
        home = event.household_id if event.kind in _COME else event.into_id if event.kind in _TO_ANOTHER else last
        if there is None or there.status is not status:
            self._keep_phase(part.person_id, there, event.on)
            since = event.on
        else:
            since = there.since
        self.story.persons[part.person_id] = Standing(status, home or last, since)
        if status in (PersonStatus.DECEASED, PersonStatus.MOVED_OUT):
            self._stay(part.person_id, HouseholdKind.COLIVING, None, event.on)
        elif part.relation:
            self._stay(part.person_id, HouseholdKind.COLIVING, (home or last, part.relation), event.on)
        if status is PersonStatus.DECEASED:
            self._stay(part.person_id, HouseholdKind.HUKOU, None, event.on)
        elif part.in_hukou and event.hukou_id and part.relation:
            self._stay(part.person_id, HouseholdKind.HUKOU, (event.hukou_id, part.relation), event.on)

    def _stay(self, person_id: str, kind: HouseholdKind, place: tuple[str, str] | None, on: date) -> None:
        """From that day on the person is in that household with that relation, or (None) in none of that kind."""
        before = self._open.pop((person_id, kind), None)
        if before:
            self._keep(kind, person_id, before, on)
            if kind is HouseholdKind.COLIVING and (place is None or place[0] != before.household_id):
                self.story.members[before.household_id].pop(person_id, None)
        if place:
            self._open[person_id, kind] = _Open(*place, on)
            if kind is HouseholdKind.COLIVING:
                self.story.members[place[0]][person_id] = place[1]

    def _keep(self, kind: HouseholdKind, person_id: str, stay: _Open, until: date | None) -> None:
        if until is None or stay.since < until:
            self.story.stays.append(Stay(kind, stay.household_id, person_id, stay.relation, stay.since, until))

    def _keep_phase(self, person_id: str, there: Standing | None, until: date | None) -> None:
        if there and there.status is not PersonStatus.RESIDENT and (until is None or there.since < until):
            self.story.phases.append(Phase(person_id, there.status, there.since, until))

    def _move(self, household_id: str, dwelling_id: str, on: date) -> None:
        self._leave_flat(household_id, on)
        self.story.flats[household_id] = Living(household_id, dwelling_id, on, None)

    def _leave_flat(self, household_id: str, on: date) -> None:
        before = self.story.flats.pop(household_id, None)
        if before and before.since < on:
            self.story.livings.append(before._replace(until=on))

    def close(self) -> None:
        """What is still open goes on."""
        for (person_id, kind), stay in self._open.items():
            self._keep(kind, person_id, stay, None)
        for person_id, standing in self.story.persons.items():
            self._keep_phase(person_id, standing, None)
        self.story.livings += self.story.flats.values()


class _State(NamedTuple):
    code: str
    en: str
    zh: str

    def at(self, pointer: str) -> Fault:
        return Fault(pointer, *self)


_STATES: Mapping[PersonStatus | None, _State] = {
    None: _State("not-there-yet", "was in no household then", "当时尚未登记在任何住户"),
    PersonStatus.RESIDENT: _State("lives-here", "lived in a household then", "当时已登记在住户中"),
    PersonStatus.AWAY: _State("away", "was away then", "当时外出"),
    PersonStatus.MOVED_OUT: _State("moved-out", "had moved out then", "当时已迁出"),
    PersonStatus.DECEASED: _State("deceased", "had died then", "当时已去世"),
}
_SAME_FLAT = Fault("/flat", "same-flat", "lived in this flat then", "当时已住在该房屋")


def _of_heads(after: Mapping[str, str], event: LifeEvent, must: bool) -> list[Fault]:
    """A household has one head (户主); while its head has died or left, none. `must`: the event names one."""
    heads = [person for person, relation in after.items() if relation == HEAD]
    if len(heads) > 1:
        return [Fault("/people", "second-head", "a household has one head", "一户只能有一名户主")]
    if must and not heads:
        return [Fault("/people", "head-missing", "one must be the head (relation 02)", "须有一名户主（与户主关系 02）")]
    return []


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
