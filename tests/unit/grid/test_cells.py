"""Which plans of cells are in order, and what is taken from a body."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from services.grid import examples
from services.grid.cells.domain import Cell, Unit, faults_of_cells, size_warnings
from services.grid.cells.schemas import CellsBody

CODE = "522731003012"


def cell(sequence: str, *units: str) -> Cell:
    return Cell(CODE + sequence, "网格", None, tuple(Unit("1", *unit.split("-")) for unit in units))


def test_cells_that_share_nothing_are_in_order() -> None:
    assert faults_of_cells(CODE, [cell("001", "1-1", "1-2"), cell("002", "2-1"), cell("00201", "2-2")]) == []


def test_a_unit_in_two_cells_is_pointed_to() -> None:
    (fault,) = faults_of_cells(CODE, [cell("001", "1-1", "1-2"), cell("002", "2-1", "1-2")])
    assert (fault.pointer, fault.code) == ("/cells/1/units/1", "unit-repeated")
    assert f"{CODE}001" in fault.en


def test_a_unit_twice_in_one_cell_is_pointed_to() -> None:
    (fault,) = faults_of_cells(CODE, [cell("001", "1-1", "1-1")])
    assert fault.pointer == "/cells/0/units/1"


def test_foreign_and_repeated_codes_are_pointed_to() -> None:
    foreign = Cell("522731003099001", "网格", None, (Unit("1", "9", "1"),))
    faults = faults_of_cells(CODE, [cell("001", "1-1"), foreign, cell("001", "1-2")])
    assert [(f.pointer, f.code) for f in faults] == [
        ("/cells/1/code", "cell-outside-community"),
        ("/cells/2/code", "cell-repeated"),
    ]


def test_the_same_unit_of_another_estate_is_another_unit() -> None:
    other = Cell(f"{CODE}002", "网格", None, (Unit("2", "1", "1"),))
    assert faults_of_cells(CODE, [cell("001", "1-1"), other]) == []


@pytest.mark.parametrize(
    ("n", "codes"), [(299, ["cell-small"]), (300, []), (500, []), (501, ["cell-large"]), (0, ["cell-small"])]
)
def test_sizes_out_of_the_usual_warn(n: int, codes: list[str]) -> None:
    assert [w.code for w in size_warnings({f"{CODE}001": n}, 300, 500)] == codes


def test_micro_grids_count_with_their_grid() -> None:
    assert size_warnings({f"{CODE}00101": 200, f"{CODE}00102": 150}, 300, 500) == []
    (warning,) = size_warnings({f"{CODE}001": 400, f"{CODE}00201": 200, f"{CODE}00202": 50}, 300, 500)
    assert (warning.pointer, warning.code) == ("/cells/1", "cell-small")


def test_the_example_is_in_order() -> None:
    plan = CellsBody.model_validate(examples.CELLS).plan()
    assert faults_of_cells(examples.COMMUNITY_CODE, plan) == []
    assert plan[0].units == (Unit("1", "1", "1"), Unit("1", "1", "2"))
    assert (plan[0].head, plan[1].head) == ("block-head-demo", None)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"code": f"{CODE}01"}, "code"),
        ({"code": f"{CODE}0011"}, "code"),
        ({"code": f"{CODE}００１"}, "code"),
        ({"name": ""}, "name"),
        ({"head": "张三"}, "head"),
        ({"units": []}, "units"),
        ({"units": [{"block": "1/2", "unit": "1"}]}, "units"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_no_cell_is_refused(change: dict[str, object], where: str) -> None:
    body = {"code": f"{CODE}001", "name": "网格", "units": [{"block": "1", "unit": "1"}]} | change
    with pytest.raises(ValidationError) as refused:
        CellsBody.model_validate({"cells": [body]})
    assert refused.value.errors()[0]["loc"][2] == where
