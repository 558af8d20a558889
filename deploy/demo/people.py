"""A household of the demo, as a roster can tell of it. Words and codes are those of the registry's API; None: not known.

Identity numbers are of area 522799, which is assigned to nobody; phone numbers begin with 154, which no operator has.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from stdnum.cn import ric

from deploy.demo.calibration import AS_OF

AREA = "522799"
MALE, FEMALE = "1", "2"
HEAD = "02"
LABOUR = frozenset({"SKILLED", "ORDINARY", "WEAK_HALF"})
PARTY_MEMBER, LEAGUE_MEMBER, NO_PARTY = "01", "03", "13"
"""GB/T 4762."""


@dataclass(frozen=True, slots=True)
class Flat:
    """A flat of a community."""

    block: str
    unit: str
    floor: int
    flat: str
    area_m2: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A grid cell: whole blocks of a community. `head`: the staff account of its block head (楼长), if somebody has it."""

    code: str
    name: str
    blocks: tuple[str, ...]
    head: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """Work of a form somewhere; NO_WORK: known to have none."""

    division: str = ""
    form: str = ""
    employer_kind: str = ""


NO_WORK = Work()


@dataclass(frozen=True, slots=True)
class Hukou:
    """户籍. `moved`: to the resettlement place?"""

    division: str | None = None
    moved: bool | None = None
    moved_on: date | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """An insurance relation (参保关系): where, in which state, and of an employee's pension under which kind of employer."""

    division: str
    state: str = "paying"
    employer_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Dibao:
    """低保 of a household; NO_DIBAO: known to draw none."""

    division: str = ""
    household_class: str = "rural"


NO_DIBAO = Dibao()


@dataclass(slots=True)
class Person:
    """A member of a household. `insurances`: by scheme (110, 170, 210, 310, 390), absent: known to have no relation."""

    relation: str
    sex: str
    birth_on: date
    name: str
    id_number: str
    ethnic: str | None = None
    education: str | None = None
    political: str | None = None
    labour: str | None = None
    work: Work | None = None
    hukou: Hukou = Hukou()
    residence_document: str | None = None
    insurances: dict[str, Relation] = field(default_factory=dict)
    arrears: bool | None = None
    phone: str | None = None

    @property
    def age(self) -> int:
        """In full years, on the day of the roster."""
        return age_of(self.birth_on)

    @property
    def has_labour(self) -> bool:
        return self.labour in LABOUR

    @property
    def employed(self) -> bool:
        return bool(self.work and self.work.form)


@dataclass(slots=True)
class Household:
    """A household and its flat."""

    members: list[Person]
    flat: Flat
    settled_on: date
    moved_from: str | None = None
    registered_poor: bool | None = None
    dibao: Dibao | None = None

    @property
    def head(self) -> Person:
        return next(person for person in self.members if person.relation == HEAD)


@dataclass(frozen=True, slots=True)
class Community:
    """A community (安置点) with everything its files tell."""

    code: str
    name: str
    flats: tuple[Flat, ...]
    cells: tuple[Cell, ...]
    households: tuple[Household, ...]

    @property
    def people(self) -> list[Person]:
        return [person for household in self.households for person in household.members]


def age_of(birth_on: date) -> int:
    """Full years on the day of the roster."""
    return AS_OF.year - birth_on.year - ((AS_OF.month, AS_OF.day) < (birth_on.month, birth_on.day))


class Numbers:
    """Identity and phone numbers that nobody has; the same whenever asked for in the same order.

    `first`: what sequences of a day begin with, even, from 100 to 498: the examples of the API lie below, the numbers of tests above.
    """

    def __init__(self, first: int) -> None:
        self._first = first
        self._taken: Counter[tuple[date, str]] = Counter()
        self._phones = 0

    def identity(self, birth_on: date, sex: str) -> str:
        """GB 11643: an odd sequence is a man's, an even one a woman's."""
        sequence = self._first + 2 * self._taken[birth_on, sex] + (sex == MALE)
        self._taken[birth_on, sex] += 1
        body = f"{AREA}{birth_on:%Y%m%d}{sequence:03d}"
        return body + str(ric.calc_check_digit(body + "0"))

    def phone(self) -> str:
        self._phones += 1
        return f"154{self._first:04d}{self._phones:04d}"
