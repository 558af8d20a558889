"""People of whom every value is found nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from stdnum.cn import ric

_GIVEN = "鑫森磊晶淼焱品众"
_ELDEST, _YOUNGEST = 1950, 2014


def number_of(birth: str, n: int, m: int) -> str:
    body = f"522799{birth}{n}{m}{2 * (m % 2)}"[:17]
    return body + str(ric.calc_check_digit(body + "0"))


@dataclass
class Person:
    relation: str
    name: str
    birth: str
    id_number: str
    phone: str
    work_division: str
    facts: dict[str, Any] = field(default_factory=dict)
    person_id: str = ""

    @property
    def new_name(self) -> str:
        """Which somebody asked for."""
        return f"阳{self.name[1:]}"

    def body(self) -> dict[str, Any]:
        names = ("name", "id_number", "relation", "phone", "facts")
        return {name: getattr(self, name) for name in names}

    def marks(self) -> dict[str, list[str]]:
        """What shows something of the person, by the group of fields it is of."""
        f = self.facts
        return {
            "id": [self.person_id],
            "name": [self.name, self.new_name],
            "id_number": [self.id_number],
            "phone": [self.phone],
            "birth": [self.birth],
            "insurance": [f["insurances"]["170"][0]["division"]],
            "hukou": [f["hukou"]["division"]],
            "collective": [f["collective"]["division"], f["collective"]["organisation"]],
            "work": [self.work_division],
            "labour_class": [f["labour_class"]],
            "tags": f["tags"],
            "medical_care": [f["medical_care"]["family_doctor"]["institution"]],
            "schooling": [f["schooling"]["school"]],
        }


def grown(relation: str, n: int, m: int) -> Person:
    return _person(relation, n, m, _ELDEST + 5 * m + n)


def children(relation: str, n: int, m: int) -> Person:
    return _person(relation, n, m, _YOUNGEST + n)


def _person(relation: str, n: int, m: int, year: int) -> Person:
    """Member m of household n."""
    at = f"{n:02d}{200 + m}"
    birth = f"{year}-{n + 1:02d}-{m + 11}"
    facts = {
        "hukou": {"division": f"5201210{at}", "moved": False},
        "residence_document": "permit",
        "collective": {"division": f"5201220{at}", "organisation": f"{_GIVEN[n]}{_GIVEN[m]}合作社"},
        "insurances": {"170": [{"division": f"5201230{at}", "state": "paying", "arrears": False}]},
        "organised_transfer": False,
        "labour_class": "WEAK_HALF",
        "work": {"status": "employed", "form": "workshop", "division": f"5201240{at}"},
        "profile": {"ethnic": "09", "education": "60", "political": "01", "marital": "20"},
        "tags": ["minor-in-hardship"],
        "health": {"status": "30"},
        "medical_care": {"family_doctor": {"institution": f"{_GIVEN[m]}{_GIVEN[n]}卫生院"}},
        "schooling": {"state": "enrolled", "school": f"{_GIVEN[m]}{_GIVEN[n]}小学"},
    }
    return Person(
        relation,
        f"欧{_GIVEN[n]}{_GIVEN[m]}",
        birth,
        number_of(birth.replace("-", ""), n, m),
        f"1380013{n}{m}77",
        f"5201240{at}",
        facts,
    )
