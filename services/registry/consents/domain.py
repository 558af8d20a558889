"""Consents of people to purposes that rest on consent: who may give one, when it stands, what is said where it does not. Pure.

个人信息保护法 (PIPL) arts. 13-17, 29-31, 35. What rests on law needs no consent, and none is taken for it; notice is given all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from services.registry.consents.bases import LegalBasis, basis_of
from services.registry.consents.notices import NOTICES, Notice
from services.registry.persons.domain import IllegalMove, PersonStatus, Purpose
from shared.clock import age_on
from shared.errors import Fault, Forbidden

CHILD_UNDER = 14
"""PIPL art. 31: for who is younger the parents or another guardian consent."""
OF_AGE = 18
"""民法典 art. 17: who is younger is a minor, and nobody's guardian."""


class ConsentStatus(StrEnum):
    STANDING = "standing"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    """By one to a newer notice."""


class ConsentAction(StrEnum):
    WITHDRAW = "withdraw"
    REPLACE = "replace"


CONSENT_MOVES: dict[tuple[ConsentStatus, ConsentAction], ConsentStatus] = {
    (ConsentStatus.STANDING, ConsentAction.WITHDRAW): ConsentStatus.WITHDRAWN,
    (ConsentStatus.STANDING, ConsentAction.REPLACE): ConsentStatus.REPLACED,
}
"""A consent that ended does not come back: the person gives another."""


def move_consent(status: ConsentStatus, action: ConsentAction) -> ConsentStatus:
    """The status after the action. Raises IllegalMove."""
    after = CONSENT_MOVES.get((status, action))
    if after is None:
        raise IllegalMove(members={"state": status, "action": action})
    return after


class Form(StrEnum):
    """How the consent was given (PIPL art. 14: of one's own will, and expressly)."""

    WRITTEN = "written"
    ELECTRONIC = "electronic"
    RECORDED = "recorded"
    """By word of mouth, and recorded."""


class Guardianship(StrEnum):
    """Who consents for another (民法典 arts. 27, 28)."""

    FATHER = "father"
    MOTHER = "mother"
    OTHER = "other-guardian"


@dataclass(frozen=True, slots=True)
class Guardian:
    """`person_id`: where the registry knows the guardian; else the evidence says who it is."""

    relation: Guardianship
    person_id: str | None = None


@dataclass(frozen=True, slots=True)
class Giving:
    """A consent as it is brought in."""

    purpose: Purpose
    notice: str
    given_on: date
    form: Form
    evidence: str
    guardian: Guardian | None = None


@dataclass(frozen=True, slots=True)
class Individual:
    """What of a person decides whether it can consent."""

    person_id: str
    status: PersonStatus
    birth_on: date


def notice_in_force(purpose: Purpose, on: date, notices: Sequence[Notice] = NOTICES) -> Notice | None:
    """The notice of that purpose that holds that day."""
    held = [notice for notice in notices if notice.purpose == purpose and notice.valid_from <= on]
    return max(held, key=lambda notice: notice.valid_from, default=None)


def against_giving(
    giving: Giving,
    person: Individual,
    guardian: Individual | None,
    today: date,
    notices: Sequence[Notice] = NOTICES,
) -> list[Fault]:
    """All that stands against the consent. `guardian`: the one that is named by its id, where the registry has it."""
    return [
        *_against_day(giving, person, today),
        *_against_notice(giving, notices),
        *_against_person(giving, person, guardian),
    ]


def _against_day(giving: Giving, person: Individual, today: date) -> list[Fault]:
    if giving.given_on > today:
        return [Fault("/given_on", "date-in-future", "lies in the future", "日期晚于今天")]
    if giving.given_on < person.birth_on:
        return [Fault("/given_on", "before-birth", "lies before the birth", "日期早于出生日期")]
    return []


def _against_notice(giving: Giving, notices: Sequence[Notice]) -> list[Fault]:
    try:
        basis = basis_of(giving.purpose, giving.given_on)
    except LookupError:
        return [Fault("/given_on", "before-the-law", "lies before the law", "早于法律施行之日")]
    if basis.basis is not LegalBasis.CONSENT:
        law = basis.law_ref
        return [Fault("/purpose", "rests-on-law", f"needs no consent: {law}", f"依法办理，无须同意：{law}")]
    held = notice_in_force(giving.purpose, giving.given_on, notices)
    if held is None or held.notice_id != giving.notice:
        shown = held.notice_id if held else "-"
        return [
            Fault("/notice", "notice-not-in-force", f"that day the notice was {shown}", f"当日有效的告知书为{shown}")
        ]
    return []


def _against_person(giving: Giving, person: Individual, guardian: Individual | None) -> list[Fault]:
    faults = []
    if person.status is PersonStatus.DECEASED:
        faults.append(Fault("path:person_id", "deceased", "has died", "已去世"))
    if person.status is PersonStatus.WITHDRAWN:
        faults.append(Fault("path:person_id", "withdrawn", "was entered by mistake", "登记已撤销"))
    if person.status is PersonStatus.MERGED:
        faults.append(Fault("path:person_id", "merged", "goes on under another id", "该人员已并入另一记录"))
    if giving.guardian is None and age_on(person.birth_on, giving.given_on) < CHILD_UNDER:
        faults.append(
            Fault(
                "/guardian",
                "guardian-missing",
                "for a child under 14 a guardian consents",
                "不满十四周岁须由监护人同意",
            )
        )
    if giving.guardian and giving.guardian.person_id:
        faults += _against_guardian(giving, person, guardian)
    return faults


def _against_guardian(giving: Giving, person: Individual, guardian: Individual | None) -> list[Fault]:
    pointer = "/guardian/person_id"
    if guardian is None:
        return [Fault(pointer, "guardian-unknown", "no such person", "未找到该人员")]
    if guardian.person_id == person.person_id:
        return [Fault(pointer, "guardian-is-self", "is the person itself", "监护人不能是本人")]
    if guardian.status in (PersonStatus.DECEASED, PersonStatus.WITHDRAWN, PersonStatus.MERGED):
        return [Fault(pointer, "guardian-gone", "has died, or is not registered any more", "已去世或登记已失效")]
    if age_on(guardian.birth_on, giving.given_on) < OF_AGE:
        return [Fault(pointer, "guardian-minor", "is a minor", "监护人未成年")]
    return []


# Reading


@dataclass(frozen=True, slots=True)
class Given:
    """The newest consent of a person to a purpose."""

    consent_id: str
    status: ConsentStatus
    notice: str


class ConsentNeeded(Forbidden):
    slug = "consent-needed"
    title_en, title_zh = "This purpose rests on consent, and none stands", "该用途须经本人同意，目前没有有效的同意"


_REASONS: Mapping[str, tuple[str, str]] = {
    "consent-missing": ("has not consented", "尚未同意"),
    "consent-withdrawn": ("has withdrawn the consent", "已撤回同意"),
    "consent-outdated": ("consented to a notice that has changed since: ask again", "告知事项已变更，须重新取得同意"),
}


def reason_against(given: Given | None, purpose: Purpose, on: date, notices: Sequence[Notice] = NOTICES) -> str | None:
    """Why the person's data may not be read for this purpose; None where its consent stands.

    PIPL art. 14 para. 2: where purpose, way or kinds change, consent is asked again; art. 15: it may be withdrawn at any time.
    """
    if given is None:
        return "consent-missing"
    if given.status is not ConsentStatus.STANDING:
        return "consent-withdrawn"
    since = {notice.notice_id: notice.valid_from for notice in notices}.get(given.notice, date.min)
    asked_again = any(n.purpose == purpose and n.asks_again and since < n.valid_from <= on for n in notices)
    return "consent-outdated" if asked_again else None


def refusal(reasons: Iterable[tuple[str, str]]) -> ConsentNeeded:
    """The refusal with the reasons of all people (person id, code)."""
    said = list(reasons)
    faults = [Fault("query:purpose", code, *_REASONS[code]) for code in dict.fromkeys(code for _, code in said)]
    people: list[dict[str, Any]] = [{"person_id": person_id, "code": code} for person_id, code in said]
    return ConsentNeeded(faults=faults, members={"people": people})
