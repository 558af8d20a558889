"""Facts of the household that a roster repeats in its rows: the head's word counts, otherwise the first. Pure."""

from __future__ import annotations

import polars as pl

from services.registry.imports.families import NOBODY, Families
from services.registry.imports.report import Report

_COLUMNS = {
    "settled_on": ("settled_on",),
    "registered_poor": ("registered_poor",),
    "moved_from_division": ("moved_from_division", "moved_from"),
    "dibao": ("dibao", "dibao_class", "dibao_division"),
    "dibao_class": ("dibao_class", "dibao"),
    "dibao_division": ("dibao_division",),
}
"""Facts, and the columns of the file that may say them."""
_CODE = "differs-from-head"
_AGREED = ":agreed"


def agree(said: pl.DataFrame, found: Families, report: Report) -> pl.DataFrame:
    """The same with every household's facts in all its rows, `dibao` as JSON text; a row that says otherwise is an error. Whom the old
    address tells to come from elsewhere than the head is a warning: people of one household may."""
    owners = pl.Series(found.owners, dtype=pl.Int64).replace(NOBODY, None)
    while True:  # a row in error has no say, and may have been the first to say something else
        wrong = report.wrong_rows.copy()
        good = pl.Series("good", [at not in wrong for at in range(said.height)], dtype=pl.Boolean)
        agreed = said.with_columns(good).select(_agreed(said[fact].gather(owners)) for fact in _COLUMNS)
        _say_differing(said, agreed, report)
        if wrong == report.wrong_rows:
            return said.with_columns(agreed.get_columns()).with_columns(_dibao_text())


def _agreed(of_head: pl.Series) -> pl.Expr:
    first = pl.when("good").then(of_head.name).drop_nulls().first().over("family")
    return pl.coalesce(pl.lit(of_head), first).alias(of_head.name)


def _say_differing(said: pl.DataFrame, agreed: pl.DataFrame, report: Report) -> None:
    both = pl.concat([said.select(*_COLUMNS), agreed.select(pl.all().name.suffix(_AGREED))], how="horizontal")
    for fact, columns in _COLUMNS.items():
        for at in both.select(_differs(fact)).to_series().arg_true():
            column = report.first_said(at, columns)
            if not report.is_known(at, column, _CODE):
                _say_differs(at, column, report)


def _differs(fact: str) -> pl.Expr:
    own, agreed = pl.col(fact), pl.col(f"{fact}{_AGREED}")
    differs = own != agreed
    if fact == "moved_from_division":  # a county and a town of it do not contradict each other
        differs &= ~(own.str.starts_with(agreed) | agreed.str.starts_with(own))
    return differs.fill_null(value=False)


def _dibao_text() -> pl.Expr:
    receiving = pl.concat_str(
        pl.lit('{"receiving": true'),
        pl.format(', "household_class": "{}"', "dibao_class"),
        pl.format(', "division": "{}"', "dibao_division"),
        pl.lit("}"),
        ignore_nulls=True,
    )
    return pl.when("dibao").then(receiving).when(~pl.col("dibao")).then(pl.lit('{"receiving": false}')).alias("dibao")


def _say_differs(at: int, column: str, report: Report) -> None:
    if column == "moved_from":
        report.warn(
            at,
            column,
            _CODE,
            "the head's row names another place, which is what counts for the household",
            "与户主行所填不同，该户以户主行为准",
        )
    else:
        report.error(
            at,
            column,
            _CODE,
            "this is said of the whole household, and the head's row (or the first that says it) says otherwise: correct one",
            "此项为全户信息，与户主行（或首个填写行）不一致，请更正其中一处",
        )
