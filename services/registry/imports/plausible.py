"""What a roster's row may say and hardly can: age against schooling, kin, marriage, labour. Warnings; the row comes in. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from services.registry.codes.kinship import RELATION
from services.registry.households.domain import HEAD
from shared.identity import FEMALE, MALE

_LEAST_AGES = {"80": 5, "70": 10, "60": 13, "40": 13, "30": 15, "20": 15, "10": 18}
"""Ages (years) below which nobody is at this level of schooling (GB/T 4658)."""
_WORKING_AGE, _MARRIAGE_AGE, _OLD_AGE = 16, 20, 60
_MARRIED = ("20", "21", "22", "23", "30", "40")
_MEN = {
    "11", "28", "41", "43", "47", "51", "53", "55", "57", "61", "63", "66", "71", "73", "76", "78", "81", "83", "85", "87", "89", "93",
    "95", *(code for code in RELATION.codes if code[0] == "2" and code != "29"),
}  # fmt: skip
_WOMEN = {
    "12", "38", "42", "44", "48", "52", "54", "56", "58", "62", "64", "67", "72", "74", "75", "77", "82", "84", "86", "88", "90", "94",
    "96", *(code for code in RELATION.codes if code[0] == "3" and code != "39"),
}  # fmt: skip
_BY_MARRIAGE = {"28", "38", "45", "46"}
_YOUNGER = {code for code in RELATION.codes if code[0] in "234"} - _BY_MARRIAGE
_OLDER = {code for code in RELATION.codes if code[0] in "56"}


@dataclass(frozen=True, slots=True)
class Doubt:
    """A warning, and the rows it is for (null: not). It sees relation, sex, birth_on, head_birth_on, age, education, marital, labour,
    employed, family (the same for all rows of a household), repeated (the person stands above)."""

    columns: tuple[str, ...]
    """Said of the first that is filled in."""
    code: str
    rows: pl.Expr
    en: str
    zh: str


def age(on: date) -> pl.Expr:
    """Whole years on a day."""
    birth = pl.col("birth_on")
    not_yet = (birth.dt.month() * 100 + birth.dt.day()) > on.month * 100 + on.day
    return on.year - birth.dt.year() - not_yet.cast(pl.Int32)


_AGE = pl.col("age")
_RELATION = pl.col("relation")
_SPOUSE = _RELATION.is_in(["10", "11", "12"]).fill_null(value=False) & ~pl.col("repeated")
_BIRTH, _HEAD_BIRTH = pl.col("birth_on"), pl.col("head_birth_on")
DOUBTS = (
    Doubt(
        ("relation",),
        "head-under-16",
        (_RELATION == HEAD) & (_AGE < _WORKING_AGE),
        "look at it again: the head is younger than 16",
        "请核对：户主未满 16 周岁",
    ),
    Doubt(
        ("relation",),
        "relation-against-age",
        (_RELATION.is_in(sorted(_YOUNGER)) & (_BIRTH <= _HEAD_BIRTH))
        | (_RELATION.is_in(sorted(_OLDER)) & (_BIRTH >= _HEAD_BIRTH)),
        "look at it again: the ages of this person and of the head do not fit the relation",
        "请核对：与户主关系同双方年龄不符",
    ),
    Doubt(
        ("relation",),
        "relation-against-sex",
        (_RELATION.is_in(sorted(_MEN)) & (pl.col("sex") == FEMALE))
        | (_RELATION.is_in(sorted(_WOMEN)) & (pl.col("sex") == MALE)),
        "look at it again: the ID number is of the other sex",
        "请核对：与户主关系同身份证号所示性别不符",
    ),
    Doubt(
        ("relation",),
        "second-spouse",
        _SPOUSE & (_SPOUSE.cum_sum().over("family") > 1),
        "look at it again: the head has a spouse in a row above",
        "请核对：该户主在上方已有配偶",
    ),
    Doubt(
        ("education",),
        "schooling-against-age",
        pl.col("education").replace_strict(_LEAST_AGES, default=None, return_dtype=pl.Int32) > _AGE,
        "look at it again: too young for this schooling",
        "请核对：文化程度与年龄不符",
    ),
    Doubt(
        ("marital",),
        "marriage-against-age",
        pl.col("marital").is_in(_MARRIED) & (_AGE < _MARRIAGE_AGE),
        "look at it again: nobody may marry before 20 (Civil Code art. 1047)",
        "请核对：未达法定婚龄（民法典第 1047 条）",
    ),
    Doubt(
        ("labour_class",),
        "labour-against-age",
        (pl.col("labour").is_in(["SKILLED", "ORDINARY", "WEAK_HALF"]) & (_AGE < _WORKING_AGE))
        | (pl.col("labour").is_in(["SKILLED", "ORDINARY"]) & (_AGE > _OLD_AGE)),
        "look at it again: the age does not fit this class of labour",
        "请核对：劳动能力与年龄不符",
    ),
    Doubt(
        ("work_status", "work_form"),
        "under-age",
        pl.col("employed") & (_AGE < _WORKING_AGE),
        "look at it again: nobody may be employed before 16 (Labour Law art. 15)",
        "请核对：未满 16 周岁不得就业（劳动法第 15 条）",
    ),
)
