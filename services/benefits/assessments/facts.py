"""The facts an assessment rests on, and what it comes to; pure values. A fact that is None is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from services.benefits.assessments.parameters import Scheme
from services.benefits.assessments.reasons import Note, Reason


class Outcome(StrEnum):
    """What an assessment comes to."""

    TRANSFER = "transfer"
    CHANGE = "change"
    KEEP = "keep"
    NOT_APPLICABLE = "not-applicable"
    UNDETERMINED = "undetermined"


class RelationState(StrEnum):
    """State of an insurance relation: 缴费, 暂停, 终止, 领取, 退休."""

    PAYING = "paying"
    PAUSED = "paused"
    ENDED = "ended"
    DRAWING = "drawing"
    RETIRED = "retired"


class Sex(StrEnum):
    """GB/T 2261.1."""

    MALE = "1"
    FEMALE = "2"


class EmployerKind(StrEnum):
    """单位性质; `public` is 机关事业单位."""

    PUBLIC = "public"
    ENTERPRISE = "enterprise"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Relation:
    """An insurance relation (参保关系). `arrears` None: unknown. `employer_kind`: paid under; None if not recorded.

    `since`: in resident medical insurance the first day of the insurance year that is paid for; None: unknown.
    """

    scheme: Scheme
    division: str
    state: RelationState
    arrears: bool | None = None
    employer_kind: EmployerKind | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """Work now; a None inside is unknown."""

    employed: bool
    division: str | None = None
    employer_kind: EmployerKind | None = None


NO_WORK = Work(employed=False)


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A settled person; None is unknown. `relations`: by scheme, () for known to have none, absent or None for unknown."""

    residence_division: str
    sex: Sex | None = None
    birth_on: date | None = None
    hukou_division: str | None = None
    hukou_moved: bool | None = None
    hukou_moved_on: date | None = None
    work: Work | None = None
    organised_transfer: bool | None = False
    relations: Mapping[Scheme, tuple[Relation, ...] | None] = field(default_factory=dict, hash=False)
    open_cases: frozenset[Scheme] = frozenset()


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """A member of a household; None is unknown. `residence_permit`: 居住证, not 居住簿."""

    hukou_division: str | None = None
    hukou_moved: bool | None = None
    residence_permit: bool | None = None


@dataclass(frozen=True, slots=True)
class Dibao:
    """Whether the household draws dibao now, where, and in which class ("rural", "urban"); a None inside is unknown."""

    receiving: bool
    division: str | None = None
    household_class: str | None = None


NO_DIBAO = Dibao(receiving=False)


@dataclass(frozen=True, slots=True)
class HouseholdFacts:
    """A settled household, for dibao; `dibao` None is unknown."""

    residence_division: str
    members: tuple[MemberFacts, ...]
    dibao: Dibao | None = None
    open_case: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """The outcome for one scheme, with every reason that certainly holds.

    `either`: where the outcome is certain but its reason is not, the reasons one of which holds. `missing`: names of the
    facts that could change the outcome. Places, where a case may open: `from_division` to `to_division`, None if unknown.
    `fund_moves`: whether money moves with the relation; None if unknown, unstated, or no case may open.
    """

    scheme: Scheme
    outcome: Outcome
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...] = ()
    either: tuple[Reason, ...] = ()
    from_division: str | None = None
    to_division: str | None = None
    fund_moves: bool | None = None
    notes: tuple[Note, ...] = ()
