"""When a person's record may be erased, and when it is restricted instead. Pure.

个人信息保护法 (PIPL) art. 47. Paragraph 1 says on which grounds it is deleted. Paragraph 2: where a law wants it kept for longer, or
deleting is technically hard, handling stops but for storing it and keeping it safe: it is restricted. The registry knows its own duties
only. What other services still owe the person (a dibao or transfer case, an employment) whoever decides asks them, and says so in writing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.registry.persons.domain import PersonStatus
from services.registry.retention.domain import OF_STATUS, PERIODS, Period, period_of
from shared.errors import Fault


class Ground(StrEnum):
    """PIPL art. 47 para. 1, in its order."""

    PURPOSE_ACHIEVED = "purpose-achieved"
    """Achieved, not to be achieved, or not needing the data any more."""
    PERIOD_OVER = "period-over"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    UNLAWFUL = "unlawful"
    OTHER_LAW = "other-law"


ELSEWHERE, HARD = "kept-elsewhere", "technically-hard"
"""What keeps a record that the registry cannot see by itself (codes): it ends by a decision of people only."""


class Outcome(StrEnum):
    RESTRICT = "restrict"
    ERASE = "erase"


_RUN_OUT = (Ground.PURPOSE_ACHIEVED, Ground.PERIOD_OVER)
"""Grounds that do not hold before the purpose has ended, and with it the time for which we keep the record."""


@dataclass(frozen=True, slots=True)
class Held:
    """What of a person decides whether its record may be erased. `ended_on`: death, moving out, taking back; `restricted`: by a decision
    of people, who decide about it; `parcels`, `changes`, `requests`: land rights that stand, and change requests and other rights
    requests that are open, of the person and of whoever was merged into it."""

    person_id: str
    status: PersonStatus
    ended_on: date | None
    parcels: int
    changes: int
    requests: int
    restricted: bool = False

    @property
    def lives_here(self) -> bool:
        return self.status in (PersonStatus.RESIDENT, PersonStatus.AWAY)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`against_ground`: why the ground does not hold; where there is any, the request is refused. `standing`: what keeps the record though
    it holds. `kept_until`: the last day of the period, where it runs."""

    against_ground: list[Fault]
    standing: list[Fault]
    kept_until: date | None

    @property
    def outcome(self) -> Outcome:
        return Outcome.RESTRICT if self.standing else Outcome.ERASE


def judge(held: Held, ground: Ground, today: date, periods: Sequence[Period] = PERIODS) -> Verdict:
    """What PIPL art. 47 comes to for this record on this ground."""
    against: list[Fault] = []
    if held.lives_here and ground in _RUN_OUT:
        en, zh = (
            "lives here: the purpose goes on (PIPL-13-1-3)",
            "现居住于本社区，处理目的尚未实现（个人信息保护法第十三条）",
        )
        against.append(Fault("/ground", "purpose-goes-on", en, zh))
    if held.status is PersonStatus.MERGED:
        against.append(Fault("", "merged", "goes on under another id: ask of that", "该人员已并入另一记录，请对其提出"))
    standing = [fault for fault, stands in _duties(held) if stands]
    over_on = _over_on(held, ground, today, periods)
    if over_on and over_on > today:
        last = over_on.toordinal() - 1
        until = date.fromordinal(last)
        standing.append(Fault("", "period-runs", f"is to be kept until {until}", f"保存期限至{until}"))
        return Verdict(against, standing, until)
    return Verdict(against, standing, None)


def _duties(held: Held) -> list[tuple[Fault, bool]]:
    """What the registry can see that needs the record."""
    return [
        (Fault("", "lives-here", "lives here (PIPL-13-1-3)", "现居住于本社区，为履行法定职责所必需"), held.lives_here),
        (
            Fault(
                "", "land-held", "holds land rights that stand (农村土地承包法 art. 24 [M])", "仍有有效的土地权利登记"
            ),
            held.parcels > 0,
        ),
        (Fault("", "change-open", "a change is asked for and not decided", "有待审核的更正申请"), held.changes > 0),
        (Fault("", "request-open", "another request is not answered", "有尚未答复的个人权利请求"), held.requests > 0),
    ]


def _over_on(held: Held, ground: Ground, today: date, periods: Sequence[Period]) -> date | None:
    """The first day after the period of the record. On other grounds than that time has run out only a period of the law counts."""
    if held.status not in OF_STATUS or held.ended_on is None:
        return None
    period = period_of(OF_STATUS[held.status], today, periods)
    return period.over_on(held.ended_on) if period.by_law or ground in _RUN_OUT else None
