"""What the registry decides about a change that is asked for: whose approval it takes, and what stands against it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from enum import StrEnum

from services.registry.persons.domain import BIRTH_CERTIFICATE, ID_NUMBER, IllegalMove
from shared.errors import Fault


class ChangeStatus(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    """And made, in the same transaction."""
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ChangeAction(StrEnum):
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


CHANGE_MOVES: dict[tuple[ChangeStatus, ChangeAction], ChangeStatus] = {
    (ChangeStatus.OPEN, ChangeAction.APPROVE): ChangeStatus.APPROVED,
    (ChangeStatus.OPEN, ChangeAction.REFUSE): ChangeStatus.REFUSED,
    (ChangeStatus.OPEN, ChangeAction.WITHDRAW): ChangeStatus.WITHDRAWN,
}


def move_change(status: ChangeStatus, action: ChangeAction) -> ChangeStatus:
    """The status after the action. Raises IllegalMove."""
    after = CHANGE_MOVES.get((status, action))
    if after is None:
        raise IllegalMove(members={"state": status, "action": action})
    return after


MERGED = "merged_into"
"""That a person is another, and was entered twice (`merging`)."""
NAME, PHONE, BIRTH = "name", "phone", "birth"
SEALED = frozenset({ID_NUMBER, BIRTH_CERTIFICATE, PHONE})
IDENTITY = frozenset({NAME, BIRTH, *SEALED})
"""What stands on a person's row beside the fact groups. Birth (day and sex) follows from the ID number (GB 11643); only of a child that
has none yet it is changed by itself."""

_OF_TWO = frozenset({NAME, ID_NUMBER, BIRTH_CERTIFICATE, BIRTH, MERGED})
"""Who a person is decides to whom everything belongs: two people answer for it (个人信息保护法 art. 46, corrected once verified)."""


class Owner(StrEnum):
    """Who answers for what is recorded, and decides what is asked of it."""

    REGISTER = "register"
    """Who keeps the register: the community."""
    INSURANCE = "insurance"
    """The agency of the scheme."""


INSURANCE_FIELDS = "insurance:"
HOUSEHOLD = "household:"
"""Begins the names of fields that are facts of the household in which the person lives."""


def owner_of(field: str) -> Owner:
    """Who answers for a field."""
    return Owner.INSURANCE if field.startswith(INSURANCE_FIELDS) else Owner.REGISTER


def takes_two(fields: Collection[str]) -> bool:
    """Must somebody else than who asks approve?"""
    return not _OF_TWO.isdisjoint(fields)


def facts_of(fields: Collection[str]) -> set[str]:
    """Facts that fields say something of: an ID number also says day of birth and sex."""
    return {*fields, BIRTH} if ID_NUMBER in fields else set(fields)


def faults_of_birth(pointer: str, birth_on: date, first_on: date | None, born_on: date | None) -> list[Fault]:
    """What stands against a day of birth. `first_on`: the first day of which anything is told of the person; `born_on`: of its birth."""
    if born_on and birth_on != born_on:
        return [Fault(pointer, "born-another-day", f"the birth was told for {born_on}", f"出生登记日期为{born_on}")]
    if first_on and birth_on > first_on:
        return [
            Fault(
                pointer,
                "born-after-first-event",
                f"born after what is told of {first_on}",
                f"出生日期晚于{first_on}已登记的变动",
            )
        ]
    return []


def faults_of_own_birth(pointer: str, has_number: bool, birth_on: date, today: date) -> list[Fault]:
    """What stands against a day of birth that is stated by itself."""
    if has_number:
        en = "follows from the ID number: ask for a change of that"
        return [Fault(pointer, "follows-from-number", en, "由身份证号确定，请申请更正身份证号")]
    if birth_on > today:
        return [Fault(f"{pointer}/birth_on", "date-in-future", "lies in the future", "日期晚于今天")]
    return []


def faults_of_nothing(before: Mapping[str, object], asked: Mapping[str, object]) -> list[Fault]:
    """What is recorded already needs no change."""
    return [
        Fault(f"/{field}", "as-recorded", "is recorded so already", "与现有登记相同")
        for field, value in asked.items()
        if field in before and before[field] == value
    ]


def since_days(
    fields: Iterable[str], valid_from: date | None, held: Mapping[str, date], today: date
) -> dict[date, list[str]]:
    """Fields by the day from which their new value holds. Without `valid_from` what was recorded was wrong as long as it was held to be
    right (`held`: since when); of what was not known at all, from today."""
    found: dict[date, list[str]] = {}
    for field in fields:
        found.setdefault(valid_from or held.get(field, today), []).append(field)
    return found
