"""Eight thousand rows (`ROWS=100000 make test T=…` for more), most households damaged at random: what is right is in, what is wrong is
out and named, and the corrected correction file brings in the rest."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from random import Random
from typing import Any

import python_calamine
import xlsxwriter

from services.registry.imports.fields import FIELDS
from shared.imports.fields import Severity
from tests.support import people
from tests.support.clients import Service
from tests.support.imports import bring_in, csv_of
from tests.support.roster_damage import DAMAGES, Told, expected
from tests.support.rosters import COMMUNITY, FIRST_ROW, Families, Family, Row, flat_of

PLANS = "/v1/registry/dwellings/imports"
ROWS = int(os.environ.get("ROWS", "8000"))


async def test_no_right_row_is_lost_no_wrong_row_is_in_and_the_correction_brings_in_the_rest(registry: Service) -> None:
    random = Random(20_000)
    right, hurt, told = _drawn(random)
    rows, expected_told = expected(zip(hurt, told, strict=True))
    flats = [dict(zip(("楼栋", "单元", "房号"), flat_of(n), strict=True)) for n in range(len(right))]
    plan = [{"安置点": COMMUNITY, "区划代码": people.COMMUNITY, "楼层": "1", **flat} for flat in flats]
    assert (await bring_in(registry, csv_of(plan), PLANS))["rejected"] == 0

    data = csv_of(rows)
    report = await bring_in(registry, data)
    faults = await _all_faults(registry, report)
    # Of name, birth and origin, by chance, which grows with the square of the rows: said once, when they come in.
    alike = sum(f["code"] == "possible-duplicate" for f in faults)
    assert alike < 5 * (ROWS / 20_000) ** 2
    assert {(f["row"], f["column"], f["code"]) for f in faults if f["code"] != "possible-duplicate"} == expected_told
    out = {f["row"] for f in faults if f["severity"] == Severity.ERROR}
    assert (report["rows"], report["rejected"]) == (len(rows), len(out))
    assert (report["accepted"], report["created"]) == (len(rows) - len(out),) * 2
    there = {row["身份证号"] for n, row in enumerate(rows, FIRST_ROW) if n not in out}
    assert await _registered(registry) == _lookups(registry, there)

    again = await bring_in(registry, data)
    same = ("rows", "accepted", "rejected")
    assert {name: again[name] for name in same} == {name: report[name] for name in same}
    assert again["errors_total"] == report["errors_total"] - alike
    assert [e for e in report["errors"] if e["code"] != "possible-duplicate"] == again["errors"][
        : len(report["errors"])
    ]
    assert (again["created"], again["changed"]) == (0, 0)

    correction = (await registry.get(report["correction"])).content
    corrected = await bring_in(registry, _corrected(correction, right, hurt))
    assert (corrected["rows"], corrected["rejected"]) == (sum(map(len, right)), 0)
    everybody = {row["身份证号"] for family in right for row in family}
    assert await _registered(registry) == _lookups(registry, everybody)


def _drawn(random: Random) -> tuple[list[Family], list[Family], list[list[Told]]]:
    """Households with their errors corrected (rows with warnings are in as they are), as they are, and what is to be told of them."""
    families = Families(random)
    right: list[Family] = []
    hurt: list[Family] = []
    told: list[list[Told]] = []
    while sum(map(len, hurt)) < ROWS:
        family = families.family()
        damage = random.choice([damage for damage in DAMAGES if damage.applies_to(family)])
        damaged, found = damage.apply(random, family) if random.random() < 0.6 else (family, [])
        right.append(family if damage.keeps_out else damaged)
        hurt.append(damaged)
        told.append(list(found))
    return right, hurt, told


async def _all_faults(registry: Service, report: dict[str, Any]) -> list[dict[str, Any]]:
    faults: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = (await registry.get(report["errors_link"] + cursor)).json()
        faults += page["items"]
        if page["next"] is None:
            assert len(faults) == report["errors_total"]
            return faults
        cursor = f"?cursor={page['next']}"


async def _registered(registry: Service) -> set[bytes]:
    rows = await registry.database.pool.fetch(
        """select id_number_lookup from persons p join memberships m using (person_id)
            where m.kind = 'coliving' and m.valid_to is null and m.retracted_at is null"""
    )
    assert len(rows) == len({row["id_number_lookup"] for row in rows})
    return {row["id_number_lookup"] for row in rows}


def _lookups(registry: Service, numbers: set[str]) -> set[bytes]:
    keys = registry.app.state.keys
    return {keys.lookup_hash("id_number", _plain(number)) for number in numbers}


def _plain(number: str) -> str:
    return "".join(c for c in number if c.isalnum()).upper()


def _corrected(workbook: bytes, right: Sequence[Family], hurt: Sequence[Family]) -> bytes:
    """The correction file with each household's rows corrected."""
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()
    header = [str(cell) for cell in sheet[0]]
    rows: list[Row] = []
    for family, damaged in zip(right, hurt, strict=True):
        rows += [*family, *([{}] * (len(damaged) - len(family)))]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, header)
        for n, (cells, row) in enumerate(zip(sheet[1:], rows, strict=True), 1):
            known = [
                row.get(name, "") if name in TITLES else str(cell) for name, cell in zip(header, cells, strict=True)
            ]
            page.write_row(n, 0, known)
    return out.getvalue()


TITLES = {field.title for field in FIELDS.values()}
