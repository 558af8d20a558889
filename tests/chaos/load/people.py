"""Synthetic people, each the only one of its name and number. Identity numbers are of area 522799, which is assigned to nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, Literal

from stdnum.cn import ric

Kind = Literal["worker", "idle", "elder", "child"]
_FIRST_BIRTH: dict[Kind, date] = {
    "worker": date(1978, 1, 1),
    "idle": date(1978, 1, 1),
    "elder": date(1948, 1, 1),
    "child": date(2014, 1, 1),
}
_A_DAY = 900
"""People of one birthday; the days of 40,000 people then lie within two months, so that nobody comes of age meanwhile."""
_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙"


@dataclass(slots=True)
class Member:
    """A person as its client knows it."""

    name: str
    id_number: str
    kind: Kind
    person_id: str = ""
    alive: bool = True
    married: bool = False
    employments: list[str] = field(default_factory=list)
    cases: dict[str, str] = field(default_factory=dict)
    """Pending, by scheme."""

    @property
    def able(self) -> bool:
        """Has labour."""
        return self.kind in ("worker", "idle")

    @property
    def sex(self) -> str:
        """1 male, 2 female."""
        return "1" if int(self.id_number[16]) % 2 else "2"

    def about(self) -> dict[str, Any]:
        """In the checker's words."""
        birth = self.id_number[6:14]
        return {
            "name": self.name,
            "sex": self.sex,
            "birth_on": f"{birth[:4]}-{birth[4:6]}-{birth[6:]}",
            "labour": self.able,
            "work": {"worker": "employed", "idle": "none"}.get(self.kind),
        }


def person(number: int, kind: Kind) -> Member:
    """The person of that number; nobody else has it, whatever the kind."""
    birth = _FIRST_BIRTH[kind] + timedelta(days=number // _A_DAY)
    body = f"522799{birth:%Y%m%d}{number % _A_DAY + 1:03d}"
    name = _SURNAMES[number % len(_SURNAMES)] + f"{number:06d}".translate(_DIGITS)
    return Member(name, body + str(ric.calc_check_digit(body + "0")), kind)


def family(drawn: Random) -> list[Kind]:
    """Kinds of the members of a household, the head first."""
    first: Kind = drawn.choice(("worker", "idle", "idle", "elder"))
    others: list[Kind] = ["worker", "idle", "child", "child", "elder"]
    return [first, *drawn.sample(others, drawn.choice((0, 1, 1, 2, 3)))]


def body_of(members: list[Member], at: tuple[str, ...], day: date, drawn: Random) -> dict[str, Any]:
    """What is posted to settle them at community, block, unit, flat."""
    community, block, unit, flat = at
    return {
        "community": community,
        "block": block,
        "unit": unit,
        "flat": flat,
        "settled_on": day.isoformat(),
        "moved_from_division": "522328",
        "registered_poor": drawn.random() < 0.7,
        "dibao": {"receiving": True, "household_class": "rural", "division": "522328"},
        "members": [_stated(member, "20" if n else "02", drawn) for n, member in enumerate(members)],
    }


def _stated(member: Member, relation: str, drawn: Random) -> dict[str, Any]:
    facts: dict[str, Any] = {"labour_class": "ORDINARY" if member.able else "NONE"}
    if member.able:
        moved = drawn.random() < 0.5
        facts["hukou"] = {"division": "522731003012" if moved else "522328", "moved": moved}
        facts["insurances"] = {"170": [{"division": "522328", "state": "paying", "arrears": False}]}
        facts["work"] = {"status": "none"}
    if member.kind == "worker":
        place = {"division": "522731", "form": "enterprise", "employer_kind": "enterprise"}
        facts["work"] = {"status": "employed"} | place
    return {"name": member.name, "id_number": member.id_number, "relation": relation, "facts": facts}
