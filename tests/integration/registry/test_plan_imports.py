"""Communities come in by a plan of dwellings."""

from __future__ import annotations

from typing import Any

from shared.auth import Role
from shared.contracts.registry import CommunityChanged
from tests.support.clients import Service
from tests.support.imports import bring_in, cells, csv_of
from tests.support.people import COMMUNITY, household, plan

PLANS = "/v1/registry/dwellings/imports"


def flat(number: str, **more: str) -> dict[str, str]:
    return {
        "安置点": "新民社区",
        "区划代码": COMMUNITY,
        "楼栋": "1栋",
        "单元": "1单元",
        "房号": number,
        "面积": "80",
    } | more


async def shown(registry: Service, code: str = COMMUNITY) -> dict[str, Any]:
    found: dict[str, Any] = (await registry.get(f"/v1/registry/communities/{code}")).json()
    return found


async def test_a_missing_community_is_put_in_with_its_flats(registry: Service) -> None:
    report = await bring_in(registry, csv_of([flat("101"), flat("102"), flat("201", 单元="2单元")]), PLANS)
    assert (report["status"], report["rows"], report["accepted"], report["created"]) == ("done", 3, 3, 3)
    community = await shown(registry)
    assert (community["name"], community["flats"], community["version"]) == ("新民社区", 3, 1)
    (said,) = [event.parse() for event in await registry.said()]
    assert isinstance(said, CommunityChanged)
    assert [(unit.block, unit.unit) for unit in said.units] == [("1", "1"), ("1", "2")]


async def test_again_it_changes_nothing_and_what_it_does_not_name_stays(registry: Service) -> None:
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    await registry.said()
    before = await shown(registry)
    data = csv_of([flat("101"), flat("909", 面积="")])
    report = await bring_in(registry, data, PLANS)
    assert (report["accepted"], report["created"], report["changed"]) == (2, 1, 1)
    after = await shown(registry)
    assert (after["flats"], after["version"]) == (before["flats"] + 1, 2)
    assert len(await registry.said()) == 1
    report = await bring_in(registry, data, PLANS)
    assert (report["accepted"], report["created"], report["changed"]) == (2, 0, 0)
    assert (await shown(registry))["version"] == 2
    assert await registry.said() == []


async def test_a_plan_may_grow_where_people_live(registry: Service) -> None:
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    await registry.post("/v1/registry/households", household())
    assert (await bring_in(registry, csv_of([flat("909")]), PLANS))["created"] == 1
    assert (await shown(registry))["occupied"] == 1


async def test_faults_are_named_and_the_other_rows_come_in(registry: Service) -> None:
    rows = [
        flat("101"),
        flat("101"),
        flat("东户"),
        {"安置点": "无代码社区", "楼栋": "1栋", "单元": "1单元", "房号": "101"},
        flat("102"),
    ]
    report = await bring_in(registry, csv_of(rows), PLANS)
    assert cells(report) == [
        (3, "房号", "flat-repeated"),
        (4, "楼层", "floor-unclear"),
        (5, "区划代码", "code-missing"),
    ]
    assert (report["accepted"], report["rejected"], (await shown(registry))["flats"]) == (2, 3, 2)


async def test_a_name_alone_will_do_where_the_community_is_known(registry: Service) -> None:
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    report = await bring_in(registry, csv_of([flat("909", 区划代码="")]), PLANS)
    assert report["created"] == 1
    await registry.put("/v1/registry/communities/522731003013", plan())
    report = await bring_in(registry, csv_of([flat("910", 区划代码="")]), PLANS)
    assert cells(report) == [(2, "安置点", "community-ambiguous")]


async def test_a_plan_renames_no_community_and_makes_no_second_one_of_a_name(registry: Service) -> None:
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    report = await bring_in(registry, csv_of([flat("909", 安置点="同心社区")]), PLANS)
    assert cells(report) == [(2, "区划代码", "code-of-another")]
    assert report["errors"][0]["value"] == COMMUNITY
    report = await bring_in(registry, csv_of([flat("909", 区划代码="522731003021")]), PLANS)
    assert cells(report) == [(2, "区划代码", "name-of-another")]
    assert COMMUNITY in report["errors"][0]["detail"]
    assert (await registry.get("/v1/registry/communities/522731003021")).status_code == 404
    assert (await shown(registry))["name"] == plan()["name"]


async def test_a_name_in_other_widths_is_the_same_name(registry: Service) -> None:
    assert (await bring_in(registry, csv_of([flat("101", 安置点="新民社区（一期）")]), PLANS))["created"] == 1
    assert (await bring_in(registry, csv_of([flat("102", 安置点="新民社区 (一期)")]), PLANS))["created"] == 1
    assert (await shown(registry))["name"] == "新民社区（一期）"


async def test_a_dry_run_leaves_nothing(registry: Service) -> None:
    report = await bring_in(registry, csv_of([flat("101")]), PLANS, dry_run=True)
    assert (report["accepted"], report["created"]) == (1, 1)
    assert (await registry.get(f"/v1/registry/communities/{COMMUNITY}")).status_code == 404


async def test_outside_ones_place_nothing_comes_in(registry: Service) -> None:
    report = await bring_in(registry, csv_of([flat("101")]), PLANS, role=Role.COMMUNITY_CADRE, place="522731003099")
    assert cells(report) == [(2, "区划代码", "community-outside")]
