"""Places, pools and dated parameters."""

from __future__ import annotations

from datetime import date

import pytest

from services.benefits.assessments.domain import DEFAULTS, MoveClass, Parameter, Scheme, move_class, parameters_on, pool
from services.benefits.assessments.parameters import MissingParameter, Parameters, latest, overlaid

ON = date(2025, 5, 15)


def row(name: str, value: bool | int | str, prefix: str = "", since: date = date(2020, 1, 1)) -> Parameter:
    return Parameter(name, prefix, since, value, "test")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("522731", "522731", MoveClass.INTRA_COUNTY),
        ("522731003012", "522731001", MoveClass.INTRA_COUNTY),
        ("522728", "522731", MoveClass.INTRA_PREFECTURE),
        ("520103", "522731", MoveClass.INTRA_PROVINCE),
        ("330106", "522731", MoveClass.INTER_PROVINCE),
        ("419001", "419002", MoveClass.INTRA_PROVINCE),
        ("429004", "429005", MoveClass.INTRA_PROVINCE),
        ("469001", "469002", MoveClass.INTRA_PROVINCE),
        ("659001", "659002", MoveClass.INTRA_PROVINCE),
        ("110101", "110229", MoveClass.INTRA_PREFECTURE),
        ("120101", "120221", MoveClass.INTRA_PREFECTURE),
        ("310101", "310230", MoveClass.INTRA_PREFECTURE),
        ("500101", "500229", MoveClass.INTRA_PREFECTURE),
    ],
)
def test_move_class_and_its_exceptions(old: str, new: str, expected: MoveClass) -> None:
    assert move_class(old, new) is expected
    assert move_class(new, old) is expected


@pytest.mark.parametrize(
    ("level", "division", "expected"),
    [
        ("county", "522731003", "522731"),
        ("prefecture", "522731", "5227"),
        ("prefecture", "429004", "429004"),
        ("prefecture", "500242", "50"),
        ("province", "522731", "52"),
    ],
)
def test_pool_follows_the_setting(level: str, division: str, expected: str) -> None:
    in_force = parameters_on((row("pool.310", level),), ON)
    assert pool(Scheme.EMPLOYEE_MEDICAL, division, in_force) == expected


def test_longest_prefix_wins_then_the_latest_row_that_holds() -> None:
    rows: Parameters = (
        row("pool.390", "prefecture"),
        row("pool.390", "county", since=date(2024, 1, 1)),
        row("pool.390", "province", "52", date(2023, 1, 1)),
        row("pool.390", "county", "52", date(2026, 1, 1)),
    )
    then = {year: parameters_on(rows, date(year, 6, 1)) for year in (2022, 2025, 2026)}
    assert pool(Scheme.RESIDENT_MEDICAL, "522731", then[2022]) == "5227"
    assert pool(Scheme.RESIDENT_MEDICAL, "522731", then[2025]) == "52"
    assert pool(Scheme.RESIDENT_MEDICAL, "330106", then[2025]) == "330106"
    assert pool(Scheme.RESIDENT_MEDICAL, "522731", then[2026]) == "522731"


def test_a_missing_or_wrong_parameter_is_an_error_not_a_guess() -> None:
    in_force = parameters_on((row("a", 1), row("b", True), row("c", "x")), ON)
    with pytest.raises(MissingParameter):
        in_force.value("d", "522731")
    with pytest.raises(TypeError):
        in_force.flag("a", "522731")
    with pytest.raises(TypeError):
        in_force.number("b", "522731")
    assert parameters_on((row("a", 1),), date(2019, 12, 31)).rows == ()


def test_every_default_has_a_source() -> None:
    assert all(default.source for default in DEFAULTS)
    assert len({(default.name, default.prefix, default.valid_from) for default in DEFAULTS}) == len(DEFAULTS)


def test_rows_stand_beside_the_defaults_or_in_their_place() -> None:
    default = next(default for default in DEFAULTS if default.name == "dibao.open_to_residence")
    here = row(default.name, True, "52", date(2024, 1, 1))
    corrected = row(default.name, True, default.prefix, default.valid_from)
    assert set(overlaid([here])) == {*DEFAULTS, here}
    assert set(overlaid([corrected])) == {*DEFAULTS, corrected} - {default}
    assert overlaid([]) == overlaid(DEFAULTS)


def test_what_holds_is_the_latest_row_of_each_name_and_prefix() -> None:
    rows = (row("a", 2, since=date(2024, 1, 1)), row("a", 1), row("a", 9, since=date(2026, 1, 1)), row("a", 3, "52"))
    assert [(r.prefix, r.value) for r in latest(rows, ON)] == [("", 2), ("52", 3)]
