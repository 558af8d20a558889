"""Marriages, divorces, and who is left when one of two dies: the marital status that follows (GB/T 2261.2), on every day. Pure.

Civil Code (民法典): art. 1042 and 1051, nobody has two spouses; 1049, a marriage stands from its registration on; 1080, a divorce from its
registration, or from the day on which the judgment or mediation takes effect; 1083, who marry each other again register again (复婚).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set
from datetime import date
from typing import NamedTuple

from services.registry.households.domain import HEAD
from services.registry.life.domain import LifeEvent, LifeKind, Marital, Part, Story
from shared.errors import Fault

NEVER, MARRIED, FIRST, ANEW, ONCE_MORE, WIDOWED, DIVORCED = "10", "20", "21", "22", "23", "30", "40"
"""Codes of GB/T 2261.2: never married; married, and of that first, anew (another), once more (the same); widowed; divorced."""
WED = frozenset({MARRIED, FIRST, ANEW, ONCE_MORE})
SPOUSE_OF_HEAD = frozenset({"10", "11", "12"})


class Wed(NamedTuple):
    """A marital status since a day. `spouse`: with whom, from whom, or of whom; None: of somebody who is not in the registry."""

    code: str
    spouse: str | None
    since: date


def married_code(before: Wed | None, stated: str | None, again: bool) -> str:
    """What a marriage makes of somebody. `before`: what earlier events came to; `stated`: the status before by other word."""
    code = before.code if before else stated
    if again:
        return ONCE_MORE
    if code == NEVER:
        return FIRST
    return ANEW if code in (WIDOWED, DIVORCED) else MARRIED


class Couples:
    """Who is married to whom, as events are gone through in the order in which they happened."""

    def __init__(self) -> None:
        self.now: dict[str, Wed] = {}
        self._spans: list[Marital] = []
        self._divorced: dict[str, set[str]] = defaultdict(set)

    def faults_of(self, event: LifeEvent, people: Set[str]) -> list[Fault]:
        """What stands against it. `people`: those of whom every event is given."""
        if len(event.people) == 1 and not event.outside and event.kind is not LifeKind.WIDOWED:
            return [Fault("/spouse", "same-person", "is this very person", "即为该人员本身")]
        return [
            fault
            for n, part in enumerate(event.people)
            if part.person_id in people
            for fault in self._of_one(event, f"/people/{n}", part)
        ]

    def _of_one(self, event: LifeEvent, pointer: str, part: Part) -> list[Fault]:
        there = self.now.get(part.person_id)
        if event.kind is LifeKind.MARRIED:
            if there and there.code in WED:
                en, zh = "was married then (Civil Code art. 1042)", "当时已有配偶（民法典第1042条）"
                return [Fault(pointer, "married-then", en, zh)]
            return []
        if there is None:
            return []
        if there.code not in WED:
            return [Fault(pointer, "not-married-then", "was not married then", "当时没有配偶")]
        if there.spouse != _other(event, part):
            return [Fault(pointer, "not-the-spouse", "was married to somebody else then", "当时的配偶是另一人")]
        return []

    def tell(self, event: LifeEvent) -> None:
        for part in event.people:
            spouse, there = _other(event, part), self.now.get(part.person_id)
            if event.kind is LifeKind.MARRIED:
                again = event.again or spouse in self._divorced[part.person_id]
                self._become(part.person_id, married_code(there, part.relation, again), spouse, event.on)
            elif event.kind is LifeKind.DIVORCED:
                self._become(part.person_id, DIVORCED, spouse, event.on)
                if spouse:
                    self._divorced[part.person_id].add(spouse)
            else:
                self._become(part.person_id, WIDOWED, spouse, event.on)

    def widow(self, event: LifeEvent, story: Story) -> None:
        """Somebody dies: whom it leaves. Where nothing is told of a marriage, head and spouse (GB/T 4761) of one household are a couple."""
        for part in event.people:
            there, left = self.now.get(part.person_id), self._left_by(part.person_id, story)
            if left and (left not in self.now if there is None else self.now.get(left, there).spouse == part.person_id):
                self._become(left, WIDOWED, part.person_id, event.on)

    def _left_by(self, person_id: str, story: Story) -> str | None:
        there, standing = self.now.get(person_id), story.persons.get(person_id)
        if there:
            return there.spouse if there.code in WED else None
        members = story.members[standing.household_id] if standing else {}
        relation = members.get(person_id)
        if relation == HEAD:
            return next((other for other, its in members.items() if its in SPOUSE_OF_HEAD), None)
        if relation in SPOUSE_OF_HEAD:
            return next((other for other, its in members.items() if its == HEAD), None)
        return None

    def _become(self, person_id: str, code: str, spouse: str | None, on: date) -> None:
        self._keep(person_id, on)
        self.now[person_id] = Wed(code, spouse, on)

    def _keep(self, person_id: str, until: date | None) -> None:
        there = self.now.get(person_id)
        if there and (until is None or there.since < until):
            self._spans.append(Marital(person_id, there.code, there.since, until))

    def spans(self) -> list[Marital]:
        """All of it; what holds now goes on."""
        for person_id in self.now:
            self._keep(person_id, None)
        return self._spans


def _other(event: LifeEvent, part: Part) -> str | None:
    return next((other.person_id for other in event.people if other.person_id != part.person_id), None)
