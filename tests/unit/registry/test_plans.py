"""Plans of dwellings, as staff write them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.registry.dwellings.domain import BlockPoint, Flat, Plan
from services.registry.plans.plan import read_plans, with_part

CODE, OTHER = "522731003012", "522731003021"


def rows(*texts: dict[str, str]) -> list[dict[str, Any]]:
    return [{"sheet": 0, "row": n} | row for n, row in enumerate(texts, 2)]


def flat(flat: str = "302", **more: str) -> dict[str, str]:
    return {"community": "新民社区", "code": CODE, "block": "1栋", "unit": "一单元", "flat": flat} | more


def places(*texts: dict[str, str]) -> list[tuple[str, ...]]:
    plans = read_plans(rows(*texts))
    assert plans.against == ()
    return [line.flat.place for part in plans.parts for line in part.lines]


def test_what_is_blank_below_says_what_it_said_above() -> None:
    below = {"unit": "2单元", "flat": "101"}
    assert places(flat(), {"flat": "301"}, below) == [
        ("1", "1", "1", "302"),
        ("1", "1", "1", "301"),
        ("1", "1", "2", "101"),
    ]


def test_a_new_block_begins_its_units_anew() -> None:
    plans = read_plans(rows(flat(), {"block": "2栋", "flat": "101"}))
    assert [(a.row, a.column, a.code) for a in plans.against] == [(3, "unit", "required")]


@pytest.mark.parametrize(
    ("written", "floor", "area"),
    [
        pytest.param({}, 3, None, id="the floor is read off the number"),
        pytest.param({"flat": "1203"}, 12, None, id="twelfth"),
        pytest.param({"floor": "二层"}, 2, None, id="the floor is said"),
        pytest.param({"area": "80.5㎡"}, 3, Decimal("80.50"), id="area"),
    ],
)
def test_floor_and_area(written: dict[str, str], floor: int, area: Decimal | None) -> None:
    ((line,),) = [part.lines for part in read_plans(rows(flat() | written)).parts]
    assert (line.flat.floor, line.flat.area_m2) == (floor, area)


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        pytest.param([flat(community="")], (2, "community", "required"), id="no community"),
        pytest.param([flat(block="")], (2, "block", "required"), id="no block"),
        pytest.param([flat(flat="")], (2, "flat", "required"), id="no flat"),
        pytest.param([flat(flat="东户")], (2, "floor", "floor-unclear"), id="no floor to be read"),
        pytest.param([flat(code="52273100301")], (2, "code", "community-code-format"), id="code of 11 digits"),
        pytest.param([flat(area="大")], (2, "area", "area-format"), id="no area"),
        pytest.param([flat(floor="顶")], (2, "floor", "floor-format"), id="no floor"),
        pytest.param([flat(), flat(block="一幢", flat="302室")], (3, "flat", "flat-repeated"), id="twice"),
        pytest.param(
            [flat(), flat("301"), flat("303", community="另一社区")], (4, "community", "code-with-two-names"), id="two names"
        ),
        pytest.param(
            [flat(code=OTHER), flat("301"), flat("303", community="新民 社区")], (2, "code", "name-with-two-codes"), id="two codes"
        ),
    ],
)  # fmt: skip
def test_each_fault_is_named_at_its_cell(texts: list[dict[str, str]], fault: tuple[int, str, str]) -> None:
    (against,) = read_plans(rows(*texts)).against
    assert (against.row, against.column, against.code) == fault
    assert all((against.en, against.zh))


@pytest.mark.parametrize("column", ["community", "code", "block", "unit"])
def test_what_is_left_to_a_cell_that_could_not_be_read_stays_out(column: str) -> None:
    blank = {"community": "", "code": "", "block": "", "unit": ""}
    lines = rows(flat("101"), flat("102") | {column: ""}, {**flat("103"), **blank}, flat("104", block="9栋"))
    plans = read_plans(lines, {(0, 3, column)})
    assert [line.flat.flat for part in plans.parts for line in part.lines] == ["101", "104"]
    assert (4, column, "above-in-error") in [(a.row, a.column, a.code) for a in plans.against]


def test_a_sheet_does_not_go_on_where_another_ended() -> None:
    first, second = rows(flat("101"), {"flat": "102"})
    plans = read_plans([first, second | {"sheet": 1}])
    assert {(a.sheet, a.column, a.code) for a in plans.against} == {
        (1, column, "required") for column in ("community", "block", "unit")
    }


def test_a_name_has_the_code_that_it_has_elsewhere_in_the_file() -> None:
    (part,) = read_plans(rows(flat(code="", flat="301"), flat())).parts
    assert (part.code, len(part.lines)) == (CODE, 2)


@pytest.mark.parametrize(
    ("second", "column", "code"),
    [
        pytest.param({"code": OTHER}, "code", "name-with-two-codes", id="codes"),
        pytest.param({"community": "另一社区"}, "community", "code-with-two-names", id="names"),
    ],
)
def test_where_as_many_rows_say_one_thing_as_the_other_both_are_wrong(
    second: dict[str, str], column: str, code: str
) -> None:
    plans = read_plans(rows(flat("301"), flat("302", **second)))
    assert plans.parts == ()
    assert [(a.row, a.column, a.code) for a in plans.against] == [(2, column, code), (3, column, code)]


def test_a_fault_shows_what_the_cell_says() -> None:
    (against,) = read_plans(rows(flat(area="大"))).against
    assert against.value == "大"


def test_what_a_file_does_not_name_stays_and_blanks_change_nothing() -> None:
    there = Plan(
        "旧名", (("1", None),), (Flat("1", "1", "1", 4, "302", Decimal("80.00")), Flat("1", "9", "1", 1, "101", None))
    )
    (part,) = read_plans(rows(flat(), flat("301"))).parts
    plan, created, changed = with_part(there, part)
    assert (created, changed) == (1, 0)
    assert plan.name == "旧名"
    assert set(plan.flats) == {*there.flats, Flat("1", "1", "1", 3, "301", None)}
    assert with_part(plan, part) == (plan, 0, 0)


HERE = {"lon": "106.650123", "lat": "26.13"}
POINT = BlockPoint("1", "1", Decimal("106.650123"), Decimal("26.130000"))


def test_a_block_stands_where_one_of_its_rows_says() -> None:
    (part,) = read_plans(rows(flat("301"), flat("302", **HERE), flat("303"))).parts
    assert [line.point for line in part.lines] == [None, POINT, None]
    assert with_part(None, part)[0].points == (POINT,)


def test_what_a_file_does_not_say_of_places_stays() -> None:
    other = BlockPoint("1", "9", Decimal("106.65"), Decimal("26.14"))
    there = Plan("旧名", (), (Flat("1", "9", "1", 1, "101", None),), (other,))
    (part,) = read_plans(rows(flat(**HERE))).parts
    assert with_part(there, part)[0].points == (POINT, other)
    (part,) = read_plans(rows(flat())).parts
    assert with_part(there, part)[0].points == (other,)


@pytest.mark.parametrize(
    ("second", "column", "code"),
    [
        ({"lon": "106.65"}, "lat", "point-half"),
        ({"lat": "26.13"}, "lon", "point-half"),
        ({"lon": "106°39′", "lat": "26.13"}, "lon", "degrees-format"),
        (HERE | {"lat": "26.14"}, "lon", "point-differs"),
    ],
)
def test_what_is_wrong_with_a_place(second: dict[str, str], column: str, code: str) -> None:
    plans = read_plans(rows(flat("301", **HERE), flat("302", **second)))
    assert [(a.row, a.column, a.code) for a in plans.against] == [(3, column, code)]
    assert [line.flat.flat for part in plans.parts for line in part.lines] == ["301"]
