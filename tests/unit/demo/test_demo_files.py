"""The files: the same at every run, and in order by the rules of the import itself."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from deploy.demo import expected, files, large, small
from deploy.demo.people import AREA, Community
from deploy.demo.small import SmallCommunity
from services.grid.imports.fields import CELLS
from services.registry.imports.fields import ROSTER
from services.registry.imports.roster import CheckedRoster, check
from services.registry.plans.fields import DWELLINGS
from shared.imports.fields import Shape, Table
from shared.imports.files import sniff
from shared.imports.table import read_table

SHAPES = {files.DWELLINGS: DWELLINGS, files.CELLS: CELLS, files.ROSTER_LARGE: ROSTER, files.ROSTER_SMALL: ROSTER}
ON = date(2026, 11, 24)
AREAS = frozenset({AREA})


def _read(data: bytes, shape: Shape) -> Table:
    return read_table(data, sniff(data, 2**26), shape)


def _checked(contents: dict[str, bytes], name: str) -> CheckedRoster:
    return check(_read(contents[name], ROSTER), ON, AREAS)


def test_the_same_seed_gives_the_same_bytes_and_another_other_people(contents: dict[str, bytes]) -> None:
    assert files.all_files(large.build(), small.build()) == contents
    other = large.build(7)
    assert {p.id_number for p in other.people} != {p.id_number for p in large.build().people}


def test_every_row_of_every_file_is_read(
    contents: dict[str, bytes], community: Community, rest: SmallCommunity
) -> None:
    tables = {name: _read(contents[name], SHAPES[name]) for name in contents}
    assert {name: table.frame.height for name, table in tables.items()} == {
        files.DWELLINGS: len(community.flats) + len(rest.flats),
        files.CELLS: 84 + 4,
        files.ROSTER_LARGE: len(community.people),
        files.ROSTER_SMALL: len(rest.rows),
    }
    assert all(table.faults == () for table in tables.values())
    assert {name: table.ignored for name, table in tables.items() if table.ignored} == {files.ROSTER_SMALL: ("备注",)}


@pytest.mark.parametrize("name", [files.ROSTER_LARGE, files.ROSTER_SMALL])
def test_no_row_of_a_roster_is_wrong(contents: dict[str, bytes], name: str) -> None:
    checked = _checked(contents, name)
    assert checked.rows["ok"].all()
    assert list(checked.faults) == [], "nothing to look at again either"


def test_the_import_counts_what_the_loader_waits_for(
    contents: dict[str, bytes], community: Community, rest: SmallCommunity
) -> None:
    wanted = {files.ROSTER_LARGE: expected.of_large(community), files.ROSTER_SMALL: expected.of_small(rest)}
    for name, counts in wanted.items():
        rows = _checked(contents, name).rows
        able = rows["labour_class"].is_in(['"SKILLED"', '"ORDINARY"', '"WEAK_HALF"'])
        work = rows["work"].fill_null("").str.contains('"employed"')
        households = rows.select("block", "unit", "flat").unique()
        assert (rows.height, len(households), able.sum(), work.sum()) == (
            counts.people,
            counts.households,
            counts.labour,
            counts.employed,
        )


def test_the_small_community_has_the_rest_of_life(rest: SmallCommunity) -> None:
    homes: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for row in rest.rows:
        homes.setdefault((row["楼栋"], row["单元"], row["房号"]), []).append(row)
    able = {"技能劳动力", "普通劳动力", "弱劳动力或半劳动力"}
    without_work = [
        rows
        for rows in homes.values()
        if any(row["劳动能力"] in able for row in rows) and all(row["就业状况"] in ("未就业", "无") for row in rows)
    ]
    assert len(without_work) >= 3
    assert any(not any(row["劳动能力"] in able for row in rows) for rows in homes.values())
    assert Counter(len(rows) for rows in homes.values())[1] >= 1
    assert 60 <= len(rest.rows) <= 120
    assert all(len({row["户主"] for row in rows}) == 1 for rows in homes.values())
