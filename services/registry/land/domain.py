"""What the registry decides about land rights: shares, terms, contracts, homesteads. Pure.

Law: 农村土地承包法 (Rural Land Contracting Law, as of 2018-12-29), 土地管理法 (Land Administration Law, as of 2019-08-26). A right
does not end by moving: “国家保护进城农户的土地承包经营权。不得以退出土地承包经营权作为农户进城落户的条件” (农村土地承包法 art. 27). So
nothing that happens to a household ends one here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from services.registry.persons.domain import IllegalMove
from shared.errors import Fault

FARMLAND, FOREST, HOMESTEAD = "farmland", "forest", "homestead"
LEASE, SHARE, LENT = "lease", "share", "lent"
DEMOLISHED, KEPT = "demolished", "kept"

_FEWEST_YEARS_TO_REGISTER = 5
_MOST_YEARS_UNWRITTEN = 1


class ParcelStatus(StrEnum):
    HELD = "held"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class ParcelAction(StrEnum):
    CORRECT = "correct"
    CONTRACT = "contract"
    END = "end"
    RESUME = "resume"
    WITHDRAW = "withdraw"


PARCEL_MOVES: dict[tuple[ParcelStatus, ParcelAction], ParcelStatus] = {
    (ParcelStatus.HELD, ParcelAction.CORRECT): ParcelStatus.HELD,
    (ParcelStatus.HELD, ParcelAction.CONTRACT): ParcelStatus.HELD,
    (ParcelStatus.HELD, ParcelAction.END): ParcelStatus.ENDED,
    (ParcelStatus.HELD, ParcelAction.WITHDRAW): ParcelStatus.WITHDRAWN,
    (ParcelStatus.ENDED, ParcelAction.RESUME): ParcelStatus.HELD,
    (ParcelStatus.ENDED, ParcelAction.WITHDRAW): ParcelStatus.WITHDRAWN,
}


def move_parcel(status: ParcelStatus, action: ParcelAction) -> ParcelStatus:
    """The status after the action. Raises IllegalMove."""
    after = PARCEL_MOVES.get((status, action))
    if after is None:
        raise IllegalMove(members={"state": status, "action": action})
    return after


@dataclass(frozen=True, slots=True)
class Contract:
    """How the use of a parcel is passed on (流转). `last_on` is the last day; `area_mu` None: all of it."""

    mode: str
    party: str
    first_on: date
    last_on: date
    price_per_mu: Decimal | None
    share_terms: str | None
    area_mu: Decimal | None
    written: bool
    registered: bool

    @property
    def over_on(self) -> date:
        """The first day after it."""
        return self.last_on + timedelta(1)


def faults_of_right(right: Mapping[str, Any]) -> list[Fault]:
    """What a right cannot be: a grade of another kind of land, a term of a homestead, which has none."""
    kind, grade = right["kind"], right["grade"]
    faults = []
    if grade is not None and (kind == HOMESTEAD or grade.isdigit() is not (kind == FARMLAND)):
        faults.append(Fault("/grade", "grade-of-another-kind", "no grade of this kind of land", "与地类不符的等级"))
    if kind == HOMESTEAD and right["term_to"] is not None:
        faults.append(Fault("/term_to", "homestead-without-term", "a homestead has no term", "宅基地使用权没有期限"))
    return faults


def faults_of_holders(holders: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Who holds a right: each once; jointly, as a household does (农村土地承包法 art. 16), or all by shares, together no more than the
    whole. What is left of it is held by people outside the registry: of them nothing is kept (PIPL art. 6)."""
    faults, seen = [], set()
    for i, holder in enumerate(holders):
        if holder["person_id"] in seen:
            faults.append(Fault(f"/holders/{i}/person_id", "holder-repeated", "stands above already", "权利人重复"))
        seen.add(holder["person_id"])
    shares = [Fraction(holder["share"]) for holder in holders if holder["share"] is not None]
    if shares and len(shares) < len(holders):
        faults.append(Fault("/holders", "shares-half", "all have a share stated, or none", "份额须全部填写或全部不填"))
    if sum(shares) > 1:
        faults.append(Fault("/holders", "shares-over-one", "the shares exceed the whole", "份额合计超过全部"))
    return faults


def faults_of_homestead(kind: str, homestead: Mapping[str, Any] | None) -> list[Fault]:
    """The old house and the agreement to give the homestead up (《旧宅基地腾退协议》) are said of a homestead, and of a house that is kept
    why."""
    if homestead is None:
        return []
    if kind != HOMESTEAD:
        return [Fault("/homestead", "not-a-homestead", "is said of a homestead only", "仅宅基地可填写")]
    if (homestead["old_house"] == KEPT) is not (homestead["kept_because"] is not None):
        return [
            Fault(
                "/homestead/kept_because",
                "kept-half",
                "is said of a house that is kept",
                "旧房保留须填写原因，其他不填",
            )
        ]
    return []


def doubts_of_homestead(homestead: Mapping[str, Any] | None) -> list[Fault]:
    """What to look at: a house is gone, and no agreement is known."""
    if homestead and homestead["old_house"] == DEMOLISHED and homestead["agreement_on"] is None:
        return [
            Fault(
                "/homestead/agreement_on", "agreement-unknown", "no agreement to give it up is known", "未登记腾退协议"
            )
        ]
    return []


def faults_of_contract(right: Mapping[str, Any], contract: Contract, others: Sequence[Contract]) -> list[Fault]:
    """Everything that stands against passing on the use of a parcel. `others`: its contracts so far."""
    faults = _faults_of_form(contract)
    if right["kind"] == HOMESTEAD:
        en, zh = "contracts are of farmland and forest", "仅承包地、林地可登记流转合同"
        faults.append(Fault("/mode", "contract-on-homestead", en, zh))
    term_to = right["term_to"]
    if term_to is not None and contract.last_on > date.fromisoformat(term_to):
        faults.append(
            Fault(
                "/to",
                "contract-beyond-term",
                f"beyond the rest of the contract term, which ends on {term_to} (农村土地承包法 art. 38)",
                f"流转的期限不得超过承包期的剩余期限（至 {term_to}，农村土地承包法第三十八条）",
            )
        )
    whole = Decimal(right["area_mu"])
    if most_in_use([*others, contract], whole) > whole:
        en, zh = "more of the parcel is passed on at a time than there is", "同期流转面积超过地块面积"
        faults.append(Fault("/area_mu" if contract.area_mu else "/from", "contract-over-area", en, zh))
    return faults


def _faults_of_form(contract: Contract) -> list[Fault]:
    """Written, registered, priced: 农村土地承包法 art. 36, 40, 41."""
    faults = []
    if contract.mode == LEASE and contract.price_per_mu is None:
        faults.append(Fault("/price_per_mu", "price-missing", "a lease has a price", "出租须填写每亩价款"))
    if contract.mode == SHARE and contract.share_terms is None:
        faults.append(Fault("/share_terms", "share-terms-missing", "shares have terms", "入股须填写分红约定"))
    unwritten = contract.mode == LENT and contract.over_on <= years_later(contract.first_on, _MOST_YEARS_UNWRITTEN)
    if not contract.written and not unwritten:
        faults.append(
            Fault(
                "/written",
                "contract-not-written",
                "must be written, unless lent for tilling for no more than a year (农村土地承包法 art. 40)",
                "应当签订书面流转合同；仅代耕不超过一年的可以不签（农村土地承包法第四十条）",
            )
        )
    if contract.registered and contract.over_on < years_later(contract.first_on, _FEWEST_YEARS_TO_REGISTER):
        faults.append(
            Fault(
                "/registered",
                "too-short-to-register",
                "only the use for five years or more is registered (农村土地承包法 art. 41)",
                "流转期限为五年以上的方可登记（农村土地承包法第四十一条）",
            )
        )
    return faults


def doubts_of_contract(right: Mapping[str, Any]) -> list[Fault]:
    """What to look at: the term of the right is not known, so nobody can say whether the contract keeps to it."""
    if right["term_to"] is None and right["kind"] != HOMESTEAD:
        return [Fault("/to", "term-unknown", "the term of the right is not known", "未登记承包期，无法核对流转期限")]
    return []


def most_in_use(contracts: Sequence[Contract], whole: Decimal) -> Decimal:
    """How much of a parcel (mu) is passed on at most at the same time."""
    return max(
        (
            sum((c.area_mu or whole for c in contracts if c.first_on <= start.first_on < c.over_on), Decimal(0))
            for start in contracts
        ),
        default=Decimal(0),
    )


def years_later(day: date, years: int) -> date:
    """The same day of a later year; of 29 February, where there is none, 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
