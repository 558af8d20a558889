"""Search of people: by each criterion, within what the caller may see, on pages that stay in order while others settle."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from services.registry import examples
from services.registry.search import store
from services.registry.search.domain import Wanted, name_keys, terms_of
from services.registry.search.schemas import PeopleFound
from shared import clock
from shared.auth import Place, Role
from shared.db import Read
from tests.integration.conftest import NewService
from tests.support.clients import Service, service
from tests.support.estate import row
from tests.support.imports import bring_in, csv_of
from tests.support.people import COMMUNITY, household, id_number, member, plan

SEARCH = "/v1/registry/persons/search"
HOUSEHOLDS = "/v1/registry/households"
PERSONS = "/v1/registry/persons"
ELSEWHERE = "522731003099"
STREET = "522731003"
OTHER_STREET = "522731004001"
CADRE: dict[str, Any] = {"role": Role.COMMUNITY_CADRE, "place": COMMUNITY}
BLOCK_HEAD: dict[str, Any] = {"role": Role.BLOCK_HEAD, "place": f"{COMMUNITY}/1/1"}
LI = id_number("19800315", female=True)


def named(name: str, relation: str = "02", birth: str = "19900601", **more: Any) -> dict[str, Any]:
    facts = {key: more.pop(key) for key in ("tags", "labour_class") if key in more}
    return member(relation, birth, **facts) | {"name": name} | more


@pytest.fixture(scope="module")
def on_a_fixed_day() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: datetime(2026, 11, 24, 4, tzinfo=UTC))
        yield


@pytest.fixture(scope="module")
async def registry(on_a_fixed_day: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """For tests that only search."""
    async with service("registry", tmp_path_factory.mktemp("search")) as registry:
        yield await populated(registry)


@pytest.fixture
async def changing(on_a_fixed_day: None, new_service: NewService) -> Service:
    """For tests that change who is there."""
    return await populated(await new_service("registry"))


async def populated(registry: Service) -> Service:
    """Three communities; six households, of eleven people."""
    for code, name in ((COMMUNITY, "新民社区"), (ELSEWHERE, "同心社区"), (OTHER_STREET, "幸福社区")):
        await registry.put(f"/v1/registry/communities/{code}", plan(name))
    await settle(
        registry, named("李小花", id_number=LI, phone="13800000001"), named("韦朝", "11", tags=["elder-alone"])
    )
    await settle(registry, named("单丽", labour_class="SKILLED"), named("阿依古丽·买买提", "97"), flat="102")
    await settle(registry, named("呂布", birth="19501124"), named("李小明", "20", "20101125"), block="2")
    await settle(registry, named("李小花"), named("曾国华", "11"), community=ELSEWHERE)
    await settle(registry, named("李大伟"), community=OTHER_STREET)
    await settle(registry, named("王芳"), named("王小花", "30", "20080101"), flat="301", block="2")
    return registry


async def settle(registry: Service, *members: dict[str, Any], **place: Any) -> dict[str, Any]:
    answer = await registry.post(HOUSEHOLDS, household(*members, **place))
    assert answer.status_code == 201, answer.text
    settled: dict[str, Any] = answer.json()
    return settled


async def search(registry: Service, params: dict[str, Any] | None = None, **caller: Any) -> dict[str, Any]:
    """`body` among the caller's words is what is asked."""
    answer = await registry.post(SEARCH, caller.pop("body"), params=params or {}, **caller)
    assert answer.status_code == 200, answer.text
    PeopleFound.model_validate(answer.json())
    found: dict[str, Any] = answer.json()
    return found


async def names(registry: Service, caller: Mapping[str, Any] | None = None, /, **body: Any) -> list[str]:
    """Who is found, by their full names."""
    found = await search(registry, body=body, **(caller or {}))
    assert (found["total"], found["more"]) == (len(found["items"]), False)
    return await full_names(registry, [item["person_id"] for item in found["items"]])


async def full_names(registry: Service, person_ids: list[str]) -> list[str]:
    rows = await registry.database.pool.fetch("select person_id, name from persons")
    full = {row["person_id"]: row["name"] for row in rows}
    return sorted(full[person_id] for person_id in person_ids)


async def refused(registry: Service, caller: Mapping[str, Any] | None = None, /, **body: Any) -> list[tuple[str, str]]:
    answer = await registry.post(SEARCH, body, **(caller or {}))
    assert answer.status_code == 422, answer.text
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


async def test_finds_by_characters_and_by_pinyin(registry: Service) -> None:
    for typed, found in {
        "花": ["李小花", "李小花", "王小花"],
        "小花": ["李小花", "李小花", "王小花"],
        "李小花": ["李小花", "李小花"],
        "李": ["李大伟", "李小明", "李小花", "李小花"],
        "lixiaohua": ["李小花", "李小花"],
        "Lǐ Xiǎohuā": ["李小花", "李小花"],
        "lixiaoh": ["李小花", "李小花"],
        "lxh": ["李小花", "李小花"],
        "lx": ["李小明", "李小花", "李小花"],
        "shanli": ["单丽"],
        "danli": ["单丽"],
        "zengguohua": ["曾国华"],
        "吕布": ["呂布"],
        "呂": ["呂布"],
        "lvbu": ["呂布"],
        "古丽": ["阿依古丽·买买提"],
        "买买提·阿依古丽": ["阿依古丽·买买提"],
        "ayiguli": ["阿依古丽·买买提"],
        "mmt": ["阿依古丽·买买提"],
        "赵": [],
        "zhaoliu": [],
    }.items():
        assert await names(registry, name=typed) == sorted(found), typed


async def test_finds_by_number_as_the_intake_takes_it(registry: Service) -> None:
    for number in (LI, LI.lower(), f" {LI} "):
        assert await names(registry, id_number=number) == ["李小花"]
    for phone in ("13800000001", "+86 138-0000-0001"):
        assert await names(registry, phone=phone) == ["李小花"]
    assert await names(registry, phone="13800000001", name="王") == []
    assert await refused(registry, id_number=LI[:-1] + ("1" if LI[-1] == "0" else "0")) == [
        ("/id_number", "id-number-checksum")
    ]
    assert await refused(registry, id_number="522799800315001") == [("/id_number", "id-number-length")]
    assert await refused(registry, phone="12") == [("/phone", "phone-format")]
    both = await refused(registry, phone="12", name="l")
    assert both == [("/name", "pinyin-too-short"), ("/phone", "phone-format")]


async def test_a_number_of_nobody_and_one_of_somebody_elsewhere_are_answered_alike(registry: Service) -> None:
    elsewhere = {"role": Role.COMMUNITY_CADRE, "place": ELSEWHERE}
    forbidden = await registry.post(SEARCH, {"id_number": LI}, **elsewhere)
    failed = await registry.post(SEARCH, {"id_number": id_number()}, **elsewhere)
    assert (forbidden.status_code, forbidden.content) == (failed.status_code, failed.content)
    assert forbidden.json() == {"items": [], "next": None, "total": 0, "more": False}


async def test_finds_by_address(registry: Service) -> None:
    in_block = ["李小明", "呂布", "王小花", "王芳"]
    for text, found in {
        "新民社区2栋": in_block,
        "惠水县新民社区２号楼1单元": in_block,
        "新民社区2栋1单元301": ["王小花", "王芳"],
        "新民社区2-1-301室": ["王小花", "王芳"],
        "新民社区2栋1单元3楼": ["王小花", "王芳"],
        f"{COMMUNITY} 102": ["单丽", "阿依古丽·买买提"],
    }.items():
        assert await names(registry, address_text=text) == sorted(found), text
    parts = {"community": COMMUNITY, "block": "2", "unit": "1"}
    assert await names(registry, address=parts) == sorted(in_block)
    assert await names(registry, address=parts | {"floor": 3, "flat": "301"}) == ["王小花", "王芳"]
    assert await names(registry, address=parts | {"estate": "2"}) == []
    assert await names(registry, CADRE, address_text="2栋1单元101") == ["呂布", "李小明"]
    assert await names(registry, CADRE, address={"block": "2"}, name="王") == ["王小花", "王芳"]


async def test_an_address_that_says_too_little_or_too_much_is_refused(registry: Service) -> None:
    assert await refused(registry, address_text="2栋1单元101") == [("/address_text", "community-unknown")]
    assert await refused(registry, address_text="新民社区广场旁边") == [("/address_text", "address-format")]
    assert await refused(registry, address={"block": "2"}) == [("/address/community", "community-needed")]
    twice = await refused(registry, address_text="新民社区2栋", address={"block": "2"})
    assert twice == [("/address_text", "address-twice")]
    # Of a community elsewhere nothing is told: not by its name, and not by its code.
    assert await refused(registry, CADRE, address_text="同心社区1栋") == [("/address_text", "address-format")]
    assert await names(registry, CADRE, address={"community": ELSEWHERE}) == []


async def test_filters_narrow_what_is_found(registry: Service) -> None:
    here = {"division": COMMUNITY}
    assert await names(registry, **here, tag="elder-alone") == ["韦朝"]
    assert await names(registry, **here, labour_class="SKILLED") == ["单丽"]
    assert await names(registry, **here, age_from=76) == ["呂布"]
    assert await names(registry, **here, age_from=77) == []
    assert await names(registry, **here, age_to=15) == ["李小明"]  # 16 tomorrow
    assert await names(registry, **here, age_from=16, age_to=18) == ["王小花"]
    assert await names(registry, name="李", sex="2") == ["李小花"]
    assert await names(registry, name="李", division="522731003") == ["李小明", "李小花", "李小花"]
    assert await names(registry, CADRE, name="李", division="522731") == ["李小明", "李小花"]
    assert await names(registry, CADRE, name="李", division=ELSEWHERE) == []


async def test_people_are_listed_by_kind_within_one_community_only(registry: Service) -> None:
    assert await refused(registry, tag="elder-alone") == [("", "criterion-needed")]
    assert await refused(registry) == [("", "criterion-needed")]
    assert len(await names(registry, CADRE)) == 8


async def test_unknown_filters_and_those_one_may_not_see_are_refused_alike(registry: Service) -> None:
    def told(answer: Any) -> Any:
        return {key: value for key, value in answer.json().items() if key not in ("instance", "trace_id")}

    for name, value in (("tag", "elder-alone"), ("labour_class", "SKILLED")):
        unseen = await registry.post(SEARCH, {name: value, "name": "李"}, **BLOCK_HEAD)
        unknown = await registry.post(SEARCH, {"colour": value, "name": "李"}, **BLOCK_HEAD)
        assert unseen.status_code == unknown.status_code == 422
        assert told(unseen) == {**told(unknown), "errors": [{**told(unknown)["errors"][0], "pointer": f"/{name}"}]}
        assert (await registry.post(SEARCH, {name: value, "name": "李"}, **CADRE)).status_code == 200


async def test_programs_find_people_by_number_and_not_by_what_is_masked_for_them(registry: Service) -> None:
    """Character by character a masked name could be read."""
    for role in (Role.PARTNER_AGENCY, Role.APP_BACKEND):
        for hidden in ({"name": "李"}, {"age_from": 60}, {"age_to": 60}):
            answer = await registry.post(SEARCH, {"phone": "13812345678", **hidden}, role=role)
            assert [e["pointer"] for e in answer.json()["errors"]] == [f"/{name}" for name in hidden]
        assert (await registry.post(SEARCH, {"phone": "13812345678"}, role=role)).status_code == 200


async def test_a_place_covers_its_own_and_nothing_else(registry: Service) -> None:
    street = {"role": Role.STREET_WELFARE_CLERK, "place": STREET}
    county = {"role": Role.COUNTY_CIVIL_AFFAIRS, "place": "522731"}
    assert await names(registry, BLOCK_HEAD, name="李") == ["李小花"]
    assert await names(registry, CADRE, name="李") == ["李小明", "李小花"]
    assert await names(registry, street, name="李") == ["李小明", "李小花", "李小花"]
    assert await names(registry, county, name="李") == ["李大伟", "李小明", "李小花", "李小花"]
    assert await names(registry, {"role": Role.COUNTY_CIVIL_AFFAIRS, "place": "522732"}, name="李") == []
    assert (await registry.post(SEARCH, {"name": "李"}, role=Role.GRID_CENTRE)).status_code == 403
    assert (await registry.http.post(SEARCH, json={"name": "李"})).status_code == 401


async def test_what_is_shown_is_masked_for_everyone(registry: Service) -> None:
    for caller in (CADRE, {"role": Role.DEVELOPER}):
        (item,) = (await search(registry, body={"id_number": LI}, **caller))["items"]
        assert item["name"] == "李*花"
        assert item["id_number"] == f"5227**********{LI[-4:]}"
        assert (item["phone"], item["birth"]) == ("138****0001", "1980")
        assert (item["community_name"], item["estate"], item["block"]) == ("新民社区", "1", "1")
        assert {"unit", "flat"}.isdisjoint(item)
    assert await registry.database.pool.fetchval("select count(*) from access_log") == 0


async def test_the_dead_and_those_who_left_are_found_when_asked_for_and_the_withdrawn_never(changing: Service) -> None:
    async def found(*status: str) -> list[str]:
        return await names(changing, name="李小花", **({"status": list(status)} if status else {}))

    (li,) = (await search(changing, body={"id_number": LI}))["items"]
    (other,) = (await search(changing, body={"name": "李小花", "division": ELSEWHERE}))["items"]
    await changing.post(f"{PERSONS}/{li['person_id']}/death", {"died_on": "2026-10-01"})
    left = {"kind": "left", "on": "2026-11-10", "people": [other["person_id"]]}
    answer = await changing.post(f"{HOUSEHOLDS}/{other['household_id']}/life-events", left)
    assert answer.status_code == 201, answer.text
    assert await found() == []
    assert await found("deceased") == ["李小花"]
    assert await found("moved-out") == ["李小花"]
    assert await found("deceased", "moved-out", "resident") == ["李小花", "李小花"]
    assert await refused(changing, name="李", status=["withdrawn"]) == [("/status/0", "literal-error")]
    await changing.post(f"{HOUSEHOLDS}/{li['household_id']}/withdrawal", {"reason": "录入错误"})
    assert await found("deceased") == []


async def test_pages_stay_in_order_while_others_settle(changing: Service) -> None:
    async def page(cursor: str | None, **caller: Any) -> dict[str, Any]:
        return await search(changing, {"limit": 2} | ({"cursor": cursor} if cursor else {}), **caller)

    flats = ["201", "202", "302"]
    for caller in ({}, {"role": Role.STREET_WELFARE_CLERK, "place": STREET}, CADRE):
        asked: dict[str, Any] = {"body": {"name": "小"}, **caller}
        before = [item["person_id"] for item in (await search(changing, **asked))["items"]]
        found = await page(None, **asked)
        seen, total = [item["person_id"] for item in found["items"]], [found["total"]]
        while found["next"]:
            if flats:
                await settle(changing, named("张小"), named("赵小", "20"), flat=flats.pop())
            found = await page(found["next"], **asked)
            seen += [item["person_id"] for item in found["items"]]
            total.append(found["total"])
        assert len(seen) == len(set(seen))
        assert [person for person in seen if person in before] == before
        assert total == sorted(total)
    assert (await changing.post(SEARCH, {"name": "小"}, params={"cursor": "WzFd"})).status_code == 400
    first = (await page(None, body={"name": "小"}))["next"]
    other = await changing.post(SEARCH, {"name": "王"}, params={"cursor": first})
    assert (other.status_code, other.json()["errors"][0]["code"]) == (400, "of-another-search")


async def test_a_total_is_exact_up_to_a_thousand(changing: Service) -> None:
    await changing.database.pool.execute(
        """insert into persons (person_id, version, status, name, name_keys, sex, birth_on, id_number_sealed, id_number_lookup,
                  household_id, facts, registered_at, changed_at)
           select gen_random_uuid(), 1, 'resident', '秦川', $1, '1', '1990-01-01', '', n::text::bytea,
                  (select household_id from persons limit 1), '{}', now(), now() from generate_series(1, 1000) n""",
        name_keys("秦川"),
    )
    async with changing.database.pool.acquire() as connection:
        read = Read(connection, clock.now())
        wanted = Wanted(terms=terms_of("秦川"))
        assert await store.count_found(read, Place(), wanted) == 1000
        await connection.execute("update persons set name_keys = $1 where name = '王芳'", name_keys("秦川"))
        assert await store.count_found(read, Place(), wanted) == 1001
        assert await store.count_found(read, Place(STREET), wanted) == 1001
        await connection.execute(
            """insert into person_keys (person_id, key_id, wrapped)
               select p.person_id, k.key_id, k.wrapped from persons p, (select * from person_keys limit 1) k where p.name = '秦川'"""
        )
        assert (await store.list_found(read, Place(COMMUNITY), wanted, None, 2))[1] == 1001


async def test_whatever_writes_a_name_keeps_what_it_is_found_by(changing: Service) -> None:
    rows = [row("户主", "202", 姓名="仇 英"), row("妻", "202", "19820202", True, 姓名="呂小妹")]
    report = await bring_in(changing, csv_of(rows))
    assert report["accepted"] == 2, report
    joined = {"kind": "joined", "on": "2026-11-20", "members": [named("翟小宝", "20", "20150101")]}
    (home,) = (await search(changing, body={"name": "qiuying"}))["items"]
    answer = await changing.post(f"{HOUSEHOLDS}/{home['household_id']}/life-events", joined)
    assert answer.status_code == 201, answer.text
    assert await names(changing, name="lvxiaomei") == ["呂小妹"]
    assert await names(changing, name="zhaixiaobao") == ["翟小宝"]
    number = id_number("19850101")
    first = await settle(changing, named("莫小一", id_number=number), flat="302")
    await changing.post(f"{HOUSEHOLDS}/{first['household_id']}/withdrawal", {"reason": "录入错误"})
    await settle(changing, named("莫小二", id_number=number), flat="302")
    assert await names(changing, name="moxiao") == ["莫小二"]
    for person in await changing.database.pool.fetch("select name, name_keys from persons"):
        assert person["name_keys"] == name_keys(person["name"])


async def test_the_example_finds_whom_the_examples_settle(changing: Service) -> None:
    await changing.put(f"/v1/registry/communities/{ELSEWHERE}", examples.COMMUNITY, headers={"if-match": "*"})
    answer = await changing.post(HOUSEHOLDS, examples.HOUSEHOLD)
    assert answer.status_code == 201, answer.text
    found = await names(changing, **examples.SEARCH)
    assert found == ["示例乙", "示例甲"]


async def test_a_search_reads_and_needs_no_idempotency_key(registry: Service) -> None:
    answer = await registry.request("POST", SEARCH, json={"name": "李"}, headers={"idempotency-key": ""})
    assert answer.status_code == 200
    document = (await registry.get("/openapi.json")).json()["paths"][SEARCH]["post"]
    assert document["requestBody"]["content"]["application/json"]["example"] == examples.SEARCH
    assert "Idempotency-Key" not in {parameter["name"] for parameter in document["parameters"]}


async def test_the_plan_for_a_search_is_made_for_its_values(registry: Service) -> None:
    """And what is set for it ends with it: the pool's connections serve others."""
    async with registry.database.pool.acquire() as connection:
        async with store.planned_by_values(Read(connection, clock.now())):
            assert await connection.fetchval("show plan_cache_mode") == "force_custom_plan"
            with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                async with connection.transaction():
                    await connection.execute("delete from person_keys")
        assert await connection.fetchval("show plan_cache_mode") == "auto"
        assert await connection.fetchval("show random_page_cost") == "4"
