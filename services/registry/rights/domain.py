"""Requests by which people exercise their rights: who may ask for whom, what may be done about one, and by when. Pure.

个人信息保护法 (PIPL) arts. 44-50: to look into and copy (45), correct and complete (46), delete (47), have explained (48); near relatives
of the dead (49); refused with the reason, and then open to a court (50).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.registry.persons.domain import IllegalMove, PersonStatus
from shared.clock import Calendar, Due, age_on
from shared.errors import Fault

CHILD_UNDER = 14
"""PIPL art. 31: who is younger acts by a guardian."""


class Kind(StrEnum):
    COPY = "copy"
    """查阅复制, art. 45."""
    CORRECTION = "correction"
    """更正补充, art. 46."""
    DELETION = "deletion"
    """删除, art. 47."""
    EXPLANATION = "explanation"
    """解释说明, art. 48."""


LAW_OF: Mapping[Kind, str] = {
    Kind.COPY: "PIPL-45",
    Kind.CORRECTION: "PIPL-46",
    Kind.DELETION: "PIPL-47",
    Kind.EXPLANATION: "PIPL-48",
}


class Capacity(StrEnum):
    """As what somebody asks."""

    SELF = "self"
    GUARDIAN = "guardian"
    KIN = "kin"
    """A near relative of somebody who died (art. 49)."""


class Relation(StrEnum):
    """Of who asks to the person: guardians (民法典 arts. 27, 28), and near relatives (近亲属, art. 1045 para. 2)."""

    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    GRANDPARENT = "grandparent"
    GRANDCHILD = "grandchild"
    OTHER_GUARDIAN = "other-guardian"


_NEAR = frozenset(Relation) - {Relation.OTHER_GUARDIAN}


class RequestStatus(StrEnum):
    OPEN = "open"
    PROPOSED = "proposed"
    """A deletion that one person decided, and another is to confirm."""
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    RESTRICTED = "restricted"
    ERASURE_PROPOSED = "erasure-proposed"
    """Restricted, and one person decided to erase."""
    LIFTED = "lifted"
    ERASED = "erased"


class RequestAction(StrEnum):
    ASK = "ask"
    GRANT = "grant"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    PROPOSE = "propose"
    SEND_BACK = "send-back"
    RESTRICT = "restrict"
    ERASE = "erase"
    LIFT = "lift"


S, A = RequestStatus, RequestAction
REQUEST_MOVES: dict[tuple[RequestStatus, RequestAction], RequestStatus] = {
    (S.OPEN, A.GRANT): S.GRANTED,
    (S.OPEN, A.REFUSE): S.REFUSED,
    (S.OPEN, A.WITHDRAW): S.WITHDRAWN,
    (S.OPEN, A.PROPOSE): S.PROPOSED,
    (S.PROPOSED, A.WITHDRAW): S.WITHDRAWN,
    (S.PROPOSED, A.SEND_BACK): S.OPEN,
    (S.PROPOSED, A.RESTRICT): S.RESTRICTED,
    (S.PROPOSED, A.ERASE): S.ERASED,
    (S.RESTRICTED, A.LIFT): S.LIFTED,
    (S.RESTRICTED, A.PROPOSE): S.ERASURE_PROPOSED,
    # By the worker, once the period is over: two people decided it when they restricted the record.
    (S.RESTRICTED, A.ERASE): S.ERASED,
    (S.ERASURE_PROPOSED, A.SEND_BACK): S.RESTRICTED,
    (S.ERASURE_PROPOSED, A.ERASE): S.ERASED,
}
_OF_DELETION = frozenset({A.PROPOSE, A.SEND_BACK, A.RESTRICT, A.ERASE, A.LIFT})
_OF_KIND: Mapping[Kind, frozenset[RequestAction]] = {
    Kind.COPY: frozenset({A.GRANT, A.REFUSE, A.WITHDRAW}),
    Kind.EXPLANATION: frozenset({A.GRANT, A.REFUSE, A.WITHDRAW}),
    Kind.DELETION: _OF_DELETION | {A.REFUSE, A.WITHDRAW},
    Kind.CORRECTION: frozenset(),
}
"""A correction is decided as the change request that it is."""


def move_request(kind: Kind, status: RequestStatus, action: RequestAction) -> RequestStatus:
    """The status after the action. Raises IllegalMove."""
    after = REQUEST_MOVES.get((status, action)) if action in _OF_KIND[kind] else None
    if after is None:
        raise IllegalMove(members={"kind": kind, "state": status, "action": action})
    return after


# By when


@dataclass(frozen=True, slots=True)
class AnswerTerm:
    """Within how many working days a request is answered, from a day on."""

    valid_from: date
    working_days: int
    source: str


ANSWER_TERMS: tuple[AnswerTerm, ...] = (
    AnswerTerm(
        date(2021, 11, 1), 15, "[D]; 个人信息保护法 arts. 45, 46, 50 say promptly (及时) and name no number of days"
    ),
)


def due(asked_on: date, calendar: Calendar, terms: Sequence[AnswerTerm] = ANSWER_TERMS) -> tuple[int, Due]:
    """Working days and the last day of answering a request of that day. LookupError before the first row."""
    held = [term for term in terms if term.valid_from <= asked_on]
    if not held:
        raise LookupError(f"no term of answering on {asked_on}")
    term = max(held, key=lambda row: row.valid_from)
    return term.working_days, calendar.add_working_days(asked_on, term.working_days)


# Who may ask for whom


@dataclass(frozen=True, slots=True)
class Asking:
    """A request as it is brought. `said`: what is asked, in the asker's words, for whose interest; `evidence`: the papers that were
    seen."""

    kind: Kind
    capacity: Capacity
    relation: Relation | None
    applicant_id: str | None
    said: str | None
    evidence: str | None
    corrects: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """What of a person decides who may ask."""

    person_id: str
    status: PersonStatus
    birth_on: date


def against_asking(asking: Asking, person: Subject, at_desk: bool, known: Collection[str], today: date) -> list[Fault]:
    """All that stands against a request. `known`: ids of people whom the caller sees."""
    faults = []
    if asking.corrects != (asking.kind is Kind.CORRECTION):
        en, zh = ("is for corrections", "仅用于更正") if asking.corrects else ("say what is right", "请填写更正内容")
        faults.append(Fault("/correction", "correction-only" if asking.corrects else "missing", en, zh))
    if asking.kind in (Kind.DELETION, Kind.EXPLANATION) and not asking.said:
        faults.append(Fault("/said", "missing", "say what is asked, and why", "请填写请求内容与理由"))
    if at_desk and not asking.evidence:
        faults.append(Fault("/evidence", "missing", "say which papers were seen", "请填写查验的证件材料"))
    return faults + _against_capacity(asking, person, known, today)


def _against_capacity(asking: Asking, person: Subject, known: Collection[str], today: date) -> list[Fault]:
    faults = []
    dead = person.status is PersonStatus.DECEASED
    if asking.capacity is Capacity.KIN:
        if not dead:
            faults.append(Fault("/capacity", "not-deceased", "the person has not died", "该人员未去世"))
        if not asking.said:
            faults.append(Fault("/said", "missing", "say for which lawful interest", "请说明合法、正当利益"))
        if asking.relation not in _NEAR:
            faults.append(Fault("/relation", "not-near-kin", "is no near relative", "不属于近亲属"))
    elif dead:
        en, zh = "has died: near relatives may ask", "已去世：由近亲属提出（个人信息保护法第四十九条）"
        faults.append(Fault("/capacity", "deceased", en, zh))
    elif asking.capacity is Capacity.GUARDIAN:
        if asking.relation is None:
            faults.append(Fault("/relation", "missing", "say who the guardian is", "请填写监护关系"))
    elif age_on(person.birth_on, today) < CHILD_UNDER:
        en, zh = "for a child under 14 a guardian asks", "不满十四周岁须由监护人提出"
        faults.append(Fault("/capacity", "guardian-missing", en, zh))
    if asking.capacity is Capacity.SELF and (asking.relation or asking.applicant_id):
        faults.append(Fault("/relation", "is-self", "asks for itself", "本人提出时不填写关系"))
    if asking.applicant_id == person.person_id:
        faults.append(Fault("/applicant_id", "is-self", "is the person itself", "即为该人员本人"))
    elif asking.applicant_id and asking.applicant_id not in known:
        faults.append(Fault("/applicant_id", "person-unknown", "no such person", "未找到该人员"))
    return faults
