"""Schemes, how far a move goes, and the dated parameters of the decision table; pure.

A parameter is a dated row with its source, never a constant: what a province, prefecture or county sets for itself is one
more row with a longer prefix. Sources tagged [M] are from memory and [?] local or unsure: put the checked row beside them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache

from shared.divisions import county, prefecture, province


class Scheme(StrEnum):
    """Insurance types (险种) by AAE140 / insutype code, and dibao (低保)."""

    EMPLOYEE_PENSION = "110"
    RESIDENT_PENSION = "170"
    UNEMPLOYMENT = "210"
    EMPLOYEE_MEDICAL = "310"
    RESIDENT_MEDICAL = "390"
    INJURY = "410"
    MATERNITY = "510"
    DIBAO = "dibao"


PERSON_SCHEMES = tuple(scheme for scheme in Scheme if scheme is not Scheme.DIBAO)


class MoveClass(StrEnum):
    """How far a move goes, by the GB/T 2260 codes of the two places; in order of distance."""

    INTRA_COUNTY = "INTRA_COUNTY"
    INTRA_PREFECTURE = "INTRA_PREFECTURE"
    INTRA_PROVINCE = "INTRA_PROVINCE"
    INTER_PROVINCE = "INTER_PROVINCE"


OTHER_COUNTY = frozenset({MoveClass.INTRA_PREFECTURE, MoveClass.INTRA_PROVINCE})
"""Another county of the province."""


class Level(StrEnum):
    """Level at which a scheme is pooled (统筹层次)."""

    COUNTY = "county"
    PREFECTURE = "prefecture"
    PROVINCE = "province"


@lru_cache(maxsize=16384)
def move_class(old: str, new: str) -> MoveClass:
    """How far it is from the old place to the new one."""
    if county(old) == county(new):
        return MoveClass.INTRA_COUNTY
    if prefecture(old) == prefecture(new):
        return MoveClass.INTRA_PREFECTURE
    return MoveClass.INTRA_PROVINCE if province(old) == province(new) else MoveClass.INTER_PROVINCE


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value in force for the divisions under `prefix` ("" is the whole country) from a day on, with its source."""

    name: str
    prefix: str
    valid_from: date
    value: bool | int | str
    source: str

    @property
    def key(self) -> tuple[str, str, date]:
        """A row of the same key replaces another."""
        return self.name, self.prefix, self.valid_from


Parameters = tuple[Parameter, ...]

TEMPORARY_ACCOUNT_MAN = "temporary_account.man_age"
TEMPORARY_ACCOUNT_WOMAN = "temporary_account.woman_age"
RESIDENT_PENSION_AGE = "resident_pension.age"
INTRA_PROVINCE_FUND_MOVE = "resident_pension.intra_province_fund_move"
WINDOW_FIRST_MONTH = "resident_medical.window_first_month"
WINDOW_LAST_MONTH = "resident_medical.window_last_month"
DIBAO_OPEN_TO_RESIDENCE = "dibao.open_to_residence"
DIBAO_PERMIT_REQUIRED = "dibao.residence_permit_required"
DIBAO_RECLASS_ON_RESIDENCE = "dibao.reclass_on_residence"


def pool_name(scheme: Scheme) -> str:
    """Name of the parameter that holds a scheme's pool level."""
    return f"pool.{scheme}"


_P66 = date(2010, 1, 1)
_RESIDENT = date(2014, 2, 21)
_DIBAO = date(2021, 7, 1)

DEFAULTS: Parameters = (
    Parameter(
        pool_name(Scheme.EMPLOYEE_PENSION),
        "",
        date(2014, 7, 1),
        "province",
        "省级统筹；人社部发〔2019〕112号要求2020年底前规范统一 [M]",
    ),
    Parameter(pool_name(Scheme.RESIDENT_PENSION), "", _RESIDENT, "county", "国发〔2014〕8号，县级经办 [M]"),
    Parameter(pool_name(Scheme.UNEMPLOYMENT), "", date(2011, 7, 1), "prefecture", "市级统筹；贵州层次待核 [M][?]"),
    Parameter(pool_name(Scheme.EMPLOYEE_MEDICAL), "", date(2011, 7, 1), "prefecture", "市级统筹；贵州层次待核 [M][?]"),
    Parameter(pool_name(Scheme.RESIDENT_MEDICAL), "", date(2011, 7, 1), "prefecture", "市级统筹；贵州层次待核 [M][?]"),
    Parameter(TEMPORARY_ACCOUNT_MAN, "", _P66, 50, "国办发〔2009〕66号 第五条 [M]"),
    Parameter(TEMPORARY_ACCOUNT_WOMAN, "", _P66, 40, "国办发〔2009〕66号 第五条 [M]"),
    Parameter(RESIDENT_PENSION_AGE, "", _RESIDENT, 60, "国发〔2014〕8号：年满60周岁 [M]"),
    Parameter(
        INTRA_PROVINCE_FUND_MOVE,
        "",
        _RESIDENT,
        True,
        "国发〔2014〕8号：个人账户全部储存额一次性转移 [M]；贵州省内做法待核 [?]",
    ),
    Parameter(WINDOW_FIRST_MONTH, "", date(2020, 1, 1), 9, "集中参保缴费期一般为9月至12月 [M]"),
    Parameter(WINDOW_LAST_MONTH, "", date(2020, 1, 1), 12, "集中参保缴费期一般为9月至12月 [M]"),
    Parameter(
        DIBAO_OPEN_TO_RESIDENCE, "", _DIBAO, False, "民发〔2021〕57号 第五条：有条件的地区可以；贵州未见省级规定 [?]"
    ),
    Parameter(DIBAO_PERMIT_REQUIRED, "", _DIBAO, True, "民发〔2021〕57号 第五条：持有居住证的人员"),
    Parameter(
        DIBAO_RECLASS_ON_RESIDENCE, "", _DIBAO, False, "仅见兴义2017—2018年农转城做法；城镇类别是否须迁户口待核 [?]"
    ),
)


def overlaid(rows: Iterable[Parameter]) -> Parameters:
    """The defaults with these rows beside them, or in the place of those of the same name, prefix and day."""
    merged = {row.key: row for row in (*DEFAULTS, *rows)}
    return tuple(merged[key] for key in sorted(merged))


def latest(rows: Parameters, on: date) -> Parameters:
    """What holds on a day: of each name and prefix the row that came into force last, in this order."""
    holding = {(row.name, row.prefix): row for row in sorted(rows, key=lambda row: row.key) if row.valid_from <= on}
    return tuple(holding.values())


_REGION = {Level.COUNTY: county, Level.PREFECTURE: prefecture, Level.PROVINCE: province}


class MissingParameter(LookupError):
    """No row of this name is in force at this place on this day: the parameters are incomplete."""


@dataclass(frozen=True, eq=False)
class InForce:
    """The parameters in force on one day; the longest prefix wins, then the latest row."""

    rows: Parameters
    _found: dict[tuple[str, str], bool | int | str] = field(default_factory=dict, repr=False)
    _pools: dict[tuple[Scheme, str], str] = field(default_factory=dict, repr=False)
    _numbers: dict[tuple[str, ...], tuple[int, ...]] = field(default_factory=dict, repr=False)

    def value(self, name: str, division: str) -> bool | int | str:
        """Value of a parameter at a division. Raises MissingParameter."""
        key = (name, division)
        if key not in self._found:
            self._found[key] = self._look_up(name, division)
        return self._found[key]

    def _look_up(self, name: str, division: str) -> bool | int | str:
        rows = [row for row in self.rows if row.name == name and division.startswith(row.prefix)]
        if not rows:
            raise MissingParameter(f"{name} at {division}")
        return max(rows, key=lambda row: (len(row.prefix), row.valid_from)).value

    def pool(self, scheme: Scheme, division: str) -> str:
        """The pooling region of a scheme that a division lies in, as a code prefix. Raises MissingParameter."""
        key = (scheme, division)
        if key not in self._pools:
            self._pools[key] = _REGION[Level(str(self.value(pool_name(scheme), division)))](division)
        return self._pools[key]

    def flag(self, name: str, division: str) -> bool:
        """A yes-or-no parameter. Raises MissingParameter, TypeError."""
        value = self.value(name, division)
        if not isinstance(value, bool):
            raise TypeError(f"{name} must be true or false")
        return value

    def number(self, name: str, division: str) -> int:
        """A whole-number parameter. Raises MissingParameter, TypeError."""
        return self._number(self.value(name, division), name)

    @staticmethod
    def _number(value: bool | int | str, name: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"{name} must be a whole number")
        return value

    def numbers(self, *wanted: str) -> tuple[int, ...]:
        """The different values that these whole-number parameters have anywhere, in order. Raises MissingParameter, TypeError."""
        if wanted not in self._numbers:
            values = {self._number(row.value, row.name) for row in self.rows if row.name in wanted}
            if not values:
                raise MissingParameter(", ".join(wanted))
            self._numbers[wanted] = tuple(sorted(values))
        return self._numbers[wanted]

    def prefixes(self, name: str) -> tuple[str, ...]:
        """Where a parameter is set apart from the country's row."""
        return tuple(dict.fromkeys(row.prefix for row in self.rows if row.name == name and row.prefix))


@lru_cache(maxsize=256)
def parameters_on(rows: Parameters, on: date) -> InForce:
    """The rows that hold on a day."""
    return InForce(tuple(row for row in rows if row.valid_from <= on))


def pool(scheme: Scheme, division: str, parameters: InForce) -> str:
    """The pooling region (统筹地区) of a scheme that a division lies in, as a code prefix; two places share it if these agree.

    County, prefecture or province, as the dated setting says. Raises MissingParameter.
    """
    return parameters.pool(scheme, division)
