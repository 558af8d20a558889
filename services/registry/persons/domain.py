"""What the registry decides about a person: which acts a status allows, what a sensitive read is for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from shared.errors import Conflict


class PersonStatus(StrEnum):
    RESIDENT = "resident"
    AWAY = "away"
    """For more than six months (外出), and still of the household."""
    MOVED_OUT = "moved-out"
    """Lives in no household here any more (迁出)."""
    DECEASED = "deceased"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    """Had been entered twice: this id goes on as that of another."""


ID_NUMBER, BIRTH_CERTIFICATE = "id_number", "birth_certificate"
"""Numbers by which a person is known (公民身份号码; 出生医学证明编号, of a child that has no ID number yet): how their columns begin, and
under which name they are sealed and hashed."""


class Withheld(StrEnum):
    """Why a person's record is shown to nobody (PIPL art. 47)."""

    RESTRICTED = "restricted"
    """It is stored and kept safe, and nothing else is done with it (art. 47 para. 2)."""
    ERASED = "erased"
    """Nothing is left but the id, sex, year of birth, and the spans of its households."""


class Entered(NamedTuple):
    """A person's version after coming into the registry, or coming back; `withdrawn_at`: when a settling was last taken back."""

    version: int
    withdrawn_at: datetime | None = None


class PersonAction(StrEnum):
    REGISTER = "register"
    CHANGE_FACTS = "change-facts"
    WITHDRAW = "withdraw"
    MERGE = "merge"


_REGISTERED = (PersonStatus.RESIDENT, PersonStatus.AWAY, PersonStatus.MOVED_OUT, PersonStatus.DECEASED)

PERSON_MOVES: dict[tuple[PersonStatus, PersonAction], PersonStatus] = {
    **{(status, PersonAction.CHANGE_FACTS): status for status in _REGISTERED},
    **{(status, PersonAction.WITHDRAW): PersonStatus.WITHDRAWN for status in _REGISTERED},
    **{(status, PersonAction.MERGE): PersonStatus.MERGED for status in (*_REGISTERED, PersonStatus.WITHDRAWN)},
    (PersonStatus.WITHDRAWN, PersonAction.REGISTER): PersonStatus.RESIDENT,
}
"""What may be done with what the registry has of a person; what may happen to a person is in `life.domain.LIFE_MOVES`."""


class IllegalMove(Conflict):
    slug = "illegal-move"
    title_en, title_zh = "The present status does not allow this", "当前状态不允许此操作"


def move_person(status: PersonStatus, action: PersonAction) -> PersonStatus:
    """The status after the action. Raises IllegalMove."""
    after = PERSON_MOVES.get((status, action))
    if after is None:
        raise IllegalMove(members={"state": status, "action": action})
    return after


class Purpose(StrEnum):
    """What a sensitive field may be read for (PIPL art. 6: a clear and reasonable purpose)."""

    TRANSFER = "transfer"
    DIBAO_REVIEW = "dibao-review"
    BENEFIT_PAYMENT = "benefit-payment"
    INSURANCE = "insurance"
    EMPLOYMENT = "employment"
    HOME_VISIT = "home-visit"
    CORRECTION = "correction"
    EMERGENCY = "emergency"


class Tag(StrEnum):
    """Groups that staff keep in view; specific identities under PIPL art. 28."""

    ELDER_ALONE = "elder-alone"
    LEFT_BEHIND_CHILD = "left-behind-child"
    MINOR_IN_HARDSHIP = "minor-in-hardship"


@dataclass(frozen=True, slots=True)
class Known:
    """A person of this ID number who is in the registry already."""

    person_id: str
    status: PersonStatus
    name: str
    dead: bool
    """Is a death on record? A withdrawn settling does not erase one."""
    covered: bool
    """Does the place of who asks cover the person's household? Where not, nothing more is told than that the number is taken."""

    def may_come_back(self, name: str) -> bool:
        """Is it somebody of this name who moved out (迁出), and so lives in no household now?"""
        return self.status is PersonStatus.MOVED_OUT and self.name == name


def present_groups(
    before: Mapping[str, object], changes: Mapping[str, object], held: Mapping[str, date], since: date
) -> tuple[dict[str, object], list[str]]:
    """Of changed groups, those that hold today; and those of which another value is known from a later day on, which goes on to hold."""
    later = [g for g, value in changes.items() if g in held and held[g] > since and before.get(g) != value]
    return {group: value for group, value in changes.items() if group not in later}, later


def changed_groups(
    before: Mapping[str, object], given: Mapping[str, object], held: Mapping[str, date], since: date
) -> dict[str, object]:
    """The fact groups that differ from what is known: in value, or (where `held` says since when they hold) in their first day. A group
    given as None means: not known (any more)."""
    return {
        group: value
        for group, value in given.items()
        if bare(before.get(group)) != bare(value) or (group in held and held[group] != since)
    }


def bare(value: Any) -> Any:
    """A value without the parts that are null: not known."""
    if isinstance(value, Mapping):
        return {name: bare(part) for name, part in value.items() if part is not None}
    return [bare(part) for part in value] if isinstance(value, list) else value


def parts_kept(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The given groups as they are to be recorded: in the profile, whose codes are facts each by itself, what is not given stays as it
    was. (In other groups the parts are said of one thing, a job, a school, and are given together.)"""
    if not given.get("profile"):
        return dict(given)
    return {**given, "profile": bare({**(before.get("profile") or {}), **given["profile"]})}
