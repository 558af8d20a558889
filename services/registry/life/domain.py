"""What can happen to households and people, and the words for what it comes to (`life.replay`). Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from services.registry.households.domain import HouseholdKind
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
    # Of hukou households (户籍户), which do not follow who lives with whom:
    HUKOU_JOINED = "hukou-joined"
    HUKOU_LEFT = "hukou-left"
    HUKOU_HEAD_CHANGED = "hukou-head-changed"
    HUKOU_RELATED = "hukou-relations-changed"
    HUKOU_SPLIT = "hukou-split"
    HUKOU_MERGED = "hukou-merged"
    HUKOU_MOVED = "hukou-moved"
    # Of couples:
    MARRIED = "married"
    DIVORCED = "divorced"
    WIDOWED = "widowed"


HUKOU_ACTS: Mapping[LifeKind, LifeKind] = {
    LifeKind.HUKOU_JOINED: LifeKind.JOINED,
    LifeKind.HUKOU_LEFT: LifeKind.LEFT,
    LifeKind.HUKOU_HEAD_CHANGED: LifeKind.HEAD_CHANGED,
    LifeKind.HUKOU_RELATED: LifeKind.RELATED,
    LifeKind.HUKOU_SPLIT: LifeKind.SPLIT,
    LifeKind.HUKOU_MERGED: LifeKind.MERGED,
    LifeKind.HUKOU_MOVED: LifeKind.MOVED,
}
"""What happens to hukou households (户口登记条例 art. 10, 13, 19), and what is like it among those who live together."""
OF_COUPLES = frozenset({LifeKind.MARRIED, LifeKind.DIVORCED, LifeKind.WIDOWED})
OF_NOBODY = frozenset({LifeKind.MOVED, LifeKind.HUKOU_MOVED})
"""Of a household, whoever its members are."""

_HERE, _AWAY, _OUT = PersonStatus.RESIDENT, PersonStatus.AWAY, PersonStatus.MOVED_OUT

LIFE_MOVES: dict[tuple[PersonStatus | None, LifeKind], PersonStatus | None] = {
    (None, LifeKind.SETTLED): _HERE,
    (None, LifeKind.BORN): _HERE,
    (None, LifeKind.JOINED): _HERE,
    (_OUT, LifeKind.SETTLED): _HERE,
    (_OUT, LifeKind.JOINED): _HERE,
    (_OUT, LifeKind.DIED): PersonStatus.DECEASED,
    (_AWAY, LifeKind.RETURNED): _HERE,
    (_HERE, LifeKind.AWAY): _AWAY,
    **{
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
    },
    **{
        (status, kind): status
        for status in (None, _HERE, _AWAY, _OUT)
        for kind in (*HUKOU_ACTS, *OF_COUPLES)
        if kind not in OF_NOBODY
    },
}
"""What may happen to a person in each status, and the status after it; None: not in the registry before that day. Where one is entered
(hukou), and whom one marries, hangs on nothing but being alive: it may be known of days before the person came here."""


class Part(NamedTuple):
    """A person's part in an event. `relation`: to the head of the household the person is in afterwards (GB/T 4761), where the event
    says so; of a marriage, the marital status before it (GB/T 2261.2), where that is said. `in_hukou`: is it entered in the hukou
    household that the event names?"""

    person_id: str
    relation: str | None = None
    in_hukou: bool = False


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """Something that happened. `told`: its place in the order in which events were told. `into_id`: the household that a split makes,
    or that takes in the members of one that is merged; of a couple, where the other of the two lives. `dwelling_id`: the flat that the
    household (of a split: the new one) moves into. `people`: to whom; of a merger all members, of a move nobody. `division`: where a
    hukou household stands from then on, and of who leaves one, where the hukou goes to. `outside`: the other of a couple is not in the
    registry. `again`: they marry each other once more."""

    event_id: str
    kind: LifeKind
    on: date
    told: int
    household_id: str
    people: tuple[Part, ...] = ()
    into_id: str | None = None
    dwelling_id: str | None = None
    hukou_id: str | None = None
    division: str | None = None
    outside: bool = False
    again: bool = False

    @property
    def act(self) -> LifeKind:
        """Its kind; of a hukou household, what it is like among those who live together."""
        return HUKOU_ACTS.get(self.kind, self.kind)

    @property
    def is_hukou(self) -> bool:
        return self.kind in HUKOU_ACTS

    @property
    def households(self) -> frozenset[str]:
        """The one or two households it is about: co-living ones, or hukou households."""
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


class Register(NamedTuple):
    """Where a hukou household stands (division)."""

    household_id: str
    division: str
    since: date
    until: date | None


class Marital(NamedTuple):
    """A marital status (GB/T 2261.2) that marriages, divorces and deaths come to."""

    person_id: str
    code: str
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
    """What events come to. `members`: person and relation of those who are in a household now (of either kind), in the order in which they
    came. `standing`: where a hukou household stands now."""

    stays: list[Stay] = field(default_factory=list)
    livings: list[Living] = field(default_factory=list)
    phases: list[Phase] = field(default_factory=list)
    registers: list[Register] = field(default_factory=list)
    maritals: list[Marital] = field(default_factory=list)
    persons: dict[str, Standing] = field(default_factory=dict)
    members: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    flats: dict[str, Living] = field(default_factory=dict)
    standing: dict[str, Register] = field(default_factory=dict)
    married: dict[str, str | None] = field(default_factory=dict)
    """Who is married now by what is told, and to whom; None: to somebody who is not in the registry."""
    illegal: Illegal | None = None
