"""Goes through what happened to households and people: who lived where and with whom, and who was entered in which hukou household, on
every day. Pure.

Events are told in any order; what they come to is found by going through them in the order in which they happened (`replay`). An event
is taken only where that order has no illegal step in it, be it in the event itself or in a later one that is known already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from typing import NamedTuple

from services.registry.households.domain import HEAD, HouseholdKind
from services.registry.life.couples import WED, Couples
from services.registry.life.domain import (
    LIFE_MOVES,
    OF_COUPLES,
    Illegal,
    LifeEvent,
    LifeKind,
    Living,
    Part,
    Phase,
    Register,
    Standing,
    Stay,
    Story,
)
from services.registry.persons.domain import PersonStatus
from shared.errors import Fault

_COME = frozenset({LifeKind.SETTLED, LifeKind.BORN, LifeKind.JOINED})
_TO_ANOTHER = frozenset({LifeKind.SPLIT, LifeKind.MERGED})
_OF_MEMBERS = frozenset(
    {LifeKind.LEFT, LifeKind.AWAY, LifeKind.RETURNED, LifeKind.HEAD_CHANGED, LifeKind.RELATED, *_TO_ANOTHER}
)
_FROM_ONE = frozenset({LifeKind.LEFT, *_TO_ANOTHER})
_STANDS = frozenset({LifeKind.JOINED, LifeKind.SPLIT, LifeKind.MOVED})
_INTO_A_FLAT = frozenset({LifeKind.SETTLED, LifeKind.MOVED, LifeKind.SPLIT})


def replay(events: Iterable[LifeEvent], people: Set[str], households: Set[str]) -> Story:
    """Goes through the events in the order in which they happened, those of one day in the order in which they were told, up to the first
    illegal one. `people`, `households`: those of whom every event is given; of others nothing is checked."""
    teller = _Teller(frozenset(people), frozenset(households))
    in_order = sorted(events, key=lambda each: (each.on, each.told))
    for event in in_order:
        faults = teller.faults_of(event)
        if faults:
            teller.story.illegal = Illegal(event, tuple(faults))
            break
        teller.tell(event)
    else:
        teller.story.illegal = _of_nobody_here(in_order, teller.story, people)
    teller.close()
    return teller.story


def _of_nobody_here(events: Sequence[LifeEvent], story: Story, people: Set[str]) -> Illegal | None:
    """The first event of somebody who never lived here: entries and marriages of others are not the registry's."""
    for event in events:
        strangers = [n for n, part in enumerate(event.people) if part.person_id in people - story.persons.keys()]
        if strangers:
            return Illegal(event, tuple(_STATES[None].at(f"/people/{n}") for n in strangers))
    return None


class _Open(NamedTuple):
    household_id: str
    relation: str
    since: date


class _Teller:
    def __init__(self, people: frozenset[str], households: frozenset[str]) -> None:
        self.story = Story()
        self._people = people
        self._households = households
        self._living: dict[str, _Open] = {}
        self._entered: dict[str, dict[str, _Open]] = defaultdict(dict)
        self._couples = Couples()

    # What stands against an event

    def faults_of(self, event: LifeEvent) -> list[Fault]:
        faults = [fault for n, part in enumerate(event.people) for fault in self._of_part(event, n, part)]
        if event.kind in OF_COUPLES:
            return faults + self._couples.faults_of(event, self._people)
        if event.household_id in self._households:
            faults += self._of_household(event)
        if event.into_id in self._households and event.act in _TO_ANOTHER:
            faults += self._of_other(event)
        if event.hukou_id in self._households:
            entered = {part.person_id: part.relation or "" for part in event.people if part.in_hukou}
            faults += _of_heads({**self.story.members[event.hukou_id or ""], **entered})
        return faults

    def _of_part(self, event: LifeEvent, n: int, part: Part) -> list[Fault]:
        if part.person_id not in self._people:
            return []
        there = self.story.persons.get(part.person_id)
        pointer = f"/people/{n}"
        if (there.status if there else None, event.kind) not in LIFE_MOVES:
            return [_STATES[there.status if there else None].at(pointer)]
        if event.is_hukou:
            return self._of_entry(event, pointer, part)
        if event.kind in _OF_MEMBERS and there and there.household_id != event.household_id:
            return [_NOT_A_MEMBER.at(pointer)]
        return []

    def _of_entry(self, event: LifeEvent, pointer: str, part: Part) -> list[Fault]:
        if event.household_id not in self._households:
            return []
        is_member = part.person_id in self.story.members[event.household_id]
        if event.act is LifeKind.JOINED:
            return [_MEMBER_ALREADY.at(pointer)] if is_member else []
        return [] if is_member else [_NOT_A_MEMBER.at(pointer)]

    def _of_household(self, event: LifeEvent) -> list[Fault]:
        members = self.story.members[event.household_id]
        if not members and event.kind not in (LifeKind.SETTLED, LifeKind.DIED, LifeKind.HUKOU_JOINED):
            return [Fault("/on", "household-empty", "nobody lived in this household then", "当时本户没有成员")]
        named = {part.person_id: part.relation for part in event.people}
        match event.act:
            case LifeKind.MOVED if event.is_hukou:
                return [_SAME_DIVISION] if self._division_of(event.household_id) == event.division else []
            case LifeKind.MOVED:
                flat = self.story.flats.get(event.household_id)
                return [_SAME_FLAT] if flat and flat.dwelling_id == event.dwelling_id else []
            case LifeKind.SETTLED | LifeKind.BORN | LifeKind.JOINED | LifeKind.RELATED | LifeKind.HEAD_CHANGED:
                after = {**members, **{person: relation or "" for person, relation in named.items()}}
                is_set_up = event.is_hukou and not members
                return _of_heads(after, must=is_set_up or event.act is LifeKind.HEAD_CHANGED)
            case LifeKind.SPLIT if not members.keys() - named.keys():
                return [
                    Fault("/people", "nobody-stays", "all members would leave: move it", "全体成员离开，应办理搬迁")
                ]
            case LifeKind.MERGED if event.into_id == event.household_id:
                return [Fault("/into", "same-household", "is this very household", "即为本户")]
            case LifeKind.MERGED if members.keys() != named.keys():
                return [Fault("/people", "members-differ", "had other members then", "当时的成员与所列不符")]
        return []

    def _of_other(self, event: LifeEvent) -> list[Fault]:
        members = self.story.members[event.into_id or ""]
        if event.act is LifeKind.MERGED and not members:
            return [Fault("/into", "household-empty", "nobody lived in this household then", "当时该户没有成员")]
        after = {**members, **{part.person_id: part.relation or "" for part in event.people}}
        return _of_heads(after, must=event.act is LifeKind.SPLIT)

    # What follows from it

    def tell(self, event: LifeEvent) -> None:
        if event.kind in OF_COUPLES:
            self._couples.tell(event)
        elif event.is_hukou:
            self._tell_of_hukou(event)
        else:
            self._tell_of_living(event)

    def _tell_of_living(self, event: LifeEvent) -> None:
        if event.kind is LifeKind.DIED:
            self._couples.widow(event, self.story)
        if event.hukou_id and event.division and event.hukou_id not in self.story.standing:
            self._stand(event.hukou_id, event.division, event.on)
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
        status = LIFE_MOVES.get((there.status if there else None, event.kind)) or PersonStatus.RESIDENT
        last = there.household_id if there else event.household_id
        home = event.household_id if event.kind in _COME else event.into_id if event.kind in _TO_ANOTHER else last
        if there is None or there.status is not status:
            self._keep_phase(part.person_id, there, event.on)
            since = event.on
        else:
            since = there.since
        self.story.persons[part.person_id] = Standing(status, home or last, since)
        if status in (PersonStatus.DECEASED, PersonStatus.MOVED_OUT):
            self._stay(part.person_id, None, event.on)
        elif part.relation:
            self._stay(part.person_id, (home or last, part.relation), event.on)
        if status is PersonStatus.DECEASED:
            for hukou_id in list(self._entered[part.person_id]):
                self._strike(part.person_id, hukou_id, event.on)
        elif part.in_hukou and event.hukou_id and part.relation:
            self._enter(part.person_id, event.hukou_id, part.relation, event.on)

    def _stay(self, person_id: str, place: tuple[str, str] | None, on: date) -> None:
        """From that day on the person lives in that household with that relation, or (None) in none."""
        before = self._living.pop(person_id, None)
        if before:
            self._keep(HouseholdKind.COLIVING, person_id, before, on)
            if place is None or place[0] != before.household_id:
                self.story.members[before.household_id].pop(person_id, None)
        if place:
            self._living[person_id] = _Open(*place, on)
            self.story.members[place[0]][person_id] = place[1]

    def _tell_of_hukou(self, event: LifeEvent) -> None:
        there, into = self._division_of(event.household_id), event.into_id or event.household_id
        for part in event.people:
            if event.act in _FROM_ONE:
                self._strike(part.person_id, event.household_id, event.on)
            if event.act is not LifeKind.LEFT and part.relation:
                self._enter(part.person_id, into, part.relation, event.on)
        stands = (event.division or there) if event.act is LifeKind.SPLIT else event.division
        if stands and event.act in _STANDS:
            self._stand(into, stands, event.on)

    def _enter(self, person_id: str, household_id: str, relation: str, on: date) -> None:
        """From that day on the person is entered there with that relation. Another entry elsewhere stays: nobody may have two
        (户口登记条例 art. 6), but where there are two, both must be seen (`alarms`)."""
        before = self._entered[person_id].get(household_id)
        self.story.members[household_id][person_id] = relation
        if before and before.relation == relation:
            return
        if before:
            self._keep(HouseholdKind.HUKOU, person_id, before, on)
        self._entered[person_id][household_id] = _Open(household_id, relation, on)

    def _strike(self, person_id: str, household_id: str, on: date) -> None:
        before = self._entered[person_id].pop(household_id, None)
        self.story.members[household_id].pop(person_id, None)
        if before:
            self._keep(HouseholdKind.HUKOU, person_id, before, on)

    def _division_of(self, household_id: str) -> str | None:
        there = self.story.standing.get(household_id)
        return there.division if there else None

    def _stand(self, household_id: str, division: str, on: date) -> None:
        before = self.story.standing.get(household_id)
        if before and before.division == division:
            return
        if before and before.since < on:
            self.story.registers.append(before._replace(until=on))
        self.story.standing[household_id] = Register(household_id, division, on, None)

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
        for person_id, stay in self._living.items():
            self._keep(HouseholdKind.COLIVING, person_id, stay, None)
        for person_id, entries in self._entered.items():
            for entry in entries.values():
                self._keep(HouseholdKind.HUKOU, person_id, entry, None)
        for person_id, standing in self.story.persons.items():
            self._keep_phase(person_id, standing, None)
        self.story.livings += self.story.flats.values()
        self.story.registers += self.story.standing.values()
        self.story.maritals = self._couples.spans()
        self.story.married = {person: wed.spouse for person, wed in self._couples.now.items() if wed.code in WED}


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
_NOT_A_MEMBER = _State("not-a-member", "was not a member of this household then", "当时不是本户成员")
_MEMBER_ALREADY = _State("member-already", "was entered in this household then", "当时已登记在本户")
_SAME_DIVISION = Fault("/division", "same-division", "stood in this division then", "当时户口已在该区划")
_SAME_FLAT = Fault("/flat", "same-flat", "lived in this flat then", "当时已住在该房屋")


def _of_heads(after: Mapping[str, str], must: bool = False) -> list[Fault]:
    """A household has one head (户主); while its head has died or left, none. `must`: the event names one."""
    heads = [person for person, relation in after.items() if relation == HEAD]
    if len(heads) > 1:
        return [Fault("/people", "second-head", "a household has one head", "一户只能有一名户主")]
    if must and not heads:
        return [Fault("/people", "head-missing", "one must be the head (relation 02)", "须有一名户主（与户主关系 02）")]
    return []
