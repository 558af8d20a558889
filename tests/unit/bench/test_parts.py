"""How rows are cut into transactions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.bench.tablerows import Shape, cut


@given(st.lists(st.integers(0, 20), max_size=6), st.integers(1, 15))
def test_parts_hold_all_rows_in_order_and_none_more_than_its_size(counts: list[int], size: int) -> None:
    numbers = iter(range(1000))
    tables = [(f"table {n}", [(next(numbers), "x") for _ in range(count)]) for n, count in enumerate(counts)]
    parts = cut(tables, size)
    held = [(statement, number) for part in parts for statement, columns in part for number in columns[0]]
    assert held == [(statement, row[0]) for statement, rows in tables for row in rows]
    sizes = [sum(len(columns[0]) for _, columns in part) for part in parts]
    assert all(each == size for each in sizes[:-1])
    assert all(0 < each <= size for each in sizes)


def test_what_an_array_parameter_cannot_hold_goes_as_text() -> None:
    shape = Shape("things", (("id", "uuid"), ("facts", "jsonb"), ("members", "uuid[]"), ('"offset"', "bigint")))
    assert shape.reading == 'id, facts::text as facts, members::text as members, "offset"'
    assert shape.insert == (
        'insert into things (id, facts, members, "offset") select id::uuid, facts::jsonb, members::uuid[], "offset"::bigint'
        ' from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[]) as g(id, facts, members, "offset")'
    )
