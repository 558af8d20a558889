"""People's rights over the API: a copy, a correction, an explanation, deletion; by residents and at the desk."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from shared.auth import Role
from tests.support.clients import Service, service
from tests.support.people import COMMUNITY, household, id_number, member, plan

pytestmark = pytest.mark.xdist_group("people's rights")
PERSONS, REQUESTS = "/v1/registry/persons", "/v1/registry/rights-requests"
CADRE: dict[str, Any] = {"role": Role.COMMUNITY_CADRE, "subject": "cadre", "place": COMMUNITY}
SECRETARY: dict[str, Any] = {"role": Role.COMMUNITY_SECRETARY, "subject": "secretary", "place": COMMUNITY}
CLERK: dict[str, Any] = {"role": Role.STREET_WELFARE_CLERK, "subject": "clerk", "place": COMMUNITY[:9]}
AUDITOR: dict[str, Any] = {"role": Role.AUDITOR, "subject": "auditor"}
PAPERS = {"evidence": "居民身份证原件核对"}
DELETION = {"kind": "deletion", "said": "不再需要", **PAPERS}
DECISION = {"ground": "unlawful", "because": "采集时未告知", "asked_elsewhere": "就业、待遇、网格均无在办事项"}


class Home:
    """A head, a wife, a daughter under age and a grandmother."""

    def __init__(self, registry: Service, view: dict[str, Any], number: str) -> None:
        self.registry, self.number = registry, number
        self.id: str = view["household_id"]
        self.head, self.wife, self.child, self.granny = (each["person_id"] for each in view["members"])

    async def ask(self, person_id: str, body: dict[str, Any], **as_whom: Any) -> httpx.Response:
        who = as_whom or {"role": Role.RESIDENT, "subject": self.head}
        return await self.registry.post(f"{PERSONS}/{person_id}/rights-requests", body, **who)

    async def act(self, asked: httpx.Response, act: str, body: Any = None, **as_whom: Any) -> httpx.Response:
        assert asked.status_code == 201, asked.text
        return await self.registry.post(f"{asked.headers['location']}/{act}", body or {}, **(as_whom or CADRE))

    async def see(self, asked: httpx.Response, more: str = "", **as_whom: Any) -> httpx.Response:
        who = as_whom or {"role": Role.RESIDENT, "subject": self.head}
        return await self.registry.get(f"{asked.headers['location']}{more}", **who)

    async def happened(self, kind: str, on: str, person_id: str) -> None:
        answer = await self.registry.post(
            f"/v1/registry/households/{self.id}/life-events", {"kind": kind, "on": on, "people": [person_id]}
        )
        assert answer.status_code == 201, answer.text

    async def died(self, person_id: str, on: str = "2026-11-01") -> None:
        answer = await self.registry.post(f"{PERSONS}/{person_id}/death", {"died_on": on})
        assert answer.status_code == 200, answer.text


_flats = (f"{floor}0{n}" for floor in itertools.count(1) for n in (1, 2))


@pytest.fixture(scope="module")
async def estate(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """One registry for all of these tests: each has a home of its own."""
    async with service("registry", tmp_path_factory.mktemp("registry")) as registry:
        answer = await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan(floors=20))
        assert answer.status_code == 201, answer.text
        yield registry


@pytest.fixture
async def home(estate: Service) -> Home:
    number = id_number()
    people = (
        member(labour_class="ORDINARY", health={"status": "30"})
        | {"name": "王小明", "phone": "13812345678", "id_number": number},
        member("12", "19820722", female=True) | {"name": "李秀英"},
        member("30", "20150508", female=True) | {"name": "王小花"},
        member("52", "19500101", female=True) | {"name": "赵桂兰"},
    )
    answer = await estate.post("/v1/registry/households", household(*people, flat=next(_flats)))
    assert answer.status_code == 201, answer.text
    return Home(estate, answer.json(), number)


def slug(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


def codes(answer: httpx.Response) -> list[str]:
    return [error["code"] for error in answer.json()["errors"]]


# Copies


async def test_a_resident_gets_a_copy_of_all_that_is_held(home: Home) -> None:
    """In full, with sources and both axes; the others masked; each fetching noted, which the next copy tells."""
    await home.registry.get(f"{PERSONS}/{home.head}?purpose=transfer&case=T-1", **CLERK)
    await home.registry.patch(
        f"{PERSONS}/{home.head}/facts", {"labour_class": "SKILLED"}, headers={"if-match": "*"}, **CADRE
    )
    await home.happened("away", "2026-07-01", home.head)
    asked = await home.ask(home.head, {"kind": "copy"})
    view = asked.json()
    assert (view["status"], view["law_ref"], view["capacity"], view["overdue"]) == ("open", "PIPL-45", "self", False)
    assert slug(await home.see(asked, "/copy")) == (404, "copy-not-there")
    assert (await home.act(asked, "grant")).json()["status"] == "granted"
    document = (await home.see(asked, "/copy")).json()["document"]
    (record,) = document["records"]
    identity = record["identity"]
    assert (identity["name"], identity["id_number"], identity["phone"]) == ("王小明", home.number, "13812345678")
    assert record["facts"]["health"] == {"status": "30"}
    classes = [(f["value"], f["retracted_at"] is None) for f in record["history"] if f["fact"] == "labour_class"]
    assert ("SKILLED", True) in classes
    assert ("ORDINARY", False) in classes
    assert {event["kind"] for event in record["life_events"]} == {"settled", "away"}
    assert [each["name"] for each in record["lives_with"]] == ["李*英", "王*花", "赵*兰"]
    assert [(a["role"], a["purpose"]) for a in record["accesses"]] == [("street-welfare-clerk", "transfer")]
    assert {each["service"] for each in document["elsewhere"]} == {"jobs", "benefits", "grid", "gateway"}
    assert "clerk" not in {a.get("reader") for a in record["accesses"]}
    log = (await home.registry.get(f"{PERSONS}/{home.head}/accesses", **AUDITOR)).json()["items"]
    assert (log[0]["reader"], log[0]["purpose"], log[0]["fields"], log[0]["case"]) == (
        home.head,
        "own-data",
        ["all"],
        asked.json()["request_id"],
    )


async def test_at_rest_a_copy_is_sealed(home: Home) -> None:
    asked = await home.ask(home.head, {"kind": "copy"})
    await home.act(asked, "grant")
    sealed = await home.registry.database.pool.fetchval(
        "select sealed from rights_copies order by made_at desc limit 1"
    )
    assert home.number.encode() not in sealed
    assert "王小明".encode() not in sealed


async def test_a_copy_is_fetched_by_who_asked_or_by_staff_who_may_unmask(home: Home) -> None:
    asked = await home.ask(home.head, {"kind": "copy", **PAPERS}, **CADRE)
    await home.act(asked, "grant")
    assert (await home.see(asked, "/copy", **CLERK)).status_code == 200
    assert slug(await home.see(asked, "/copy", **CADRE)) == (403, "scope-missing")
    assert (await home.see(asked, "/copy", role=Role.RESIDENT, subject=home.wife)).status_code == 404
    log = (await home.registry.get(f"{PERSONS}/{home.head}/accesses", **AUDITOR)).json()["items"]
    assert [(r["reader"], r["purpose"], r["law_ref"]) for r in log] == [("clerk", "rights-request", "PIPL-45")]


async def test_of_a_child_the_copy_does_not_tell_who_read(home: Home) -> None:
    """That log may tell of others who care for the child."""
    await home.registry.get(f"{PERSONS}/{home.child}?purpose=emergency", **CLERK)
    asked = await home.ask(home.child, {"kind": "copy"})
    assert (asked.json()["capacity"], asked.json()["relation"]) == ("guardian", "parent")
    await home.act(asked, "grant")
    document = (await home.see(asked, "/copy")).json()["document"]
    assert document["records"][0]["identity"]["name"] == "王小花"
    assert document["records"][0]["accesses"] == []
    assert document["left_out"]


async def test_nobody_asks_for_another_adult(home: Home) -> None:
    assert slug(await home.ask(home.wife, {"kind": "copy"})) == (404, "person-not-found")
    assert slug(await home.ask(home.wife, {"kind": "copy"}, **CADRE)) == (422, "rights-request-not-taken")
    asked = await home.ask(home.wife, {"kind": "copy", **PAPERS}, **CADRE)
    assert (await home.see(asked)).status_code == 404


async def test_near_relatives_of_the_dead_ask_at_the_desk(home: Home) -> None:
    kin = {"kind": "copy", "capacity": "kin", "relation": "child", "applicant_id": home.head, **PAPERS}
    assert codes(await home.ask(home.granny, kin, **CADRE)) == ["not-deceased", "missing"]
    await home.died(home.granny)
    assert codes(await home.ask(home.granny, {"kind": "copy", **PAPERS}, **CADRE)) == ["deceased"]
    asked = await home.ask(home.granny, kin | {"said": "办理继承"}, **CADRE)
    granted = await home.act(asked, "grant")
    assert granted.json()["said"] == "办理继承"
    document = (await home.see(asked, "/copy", **CLERK)).json()["document"]
    assert document["records"][0]["identity"]["name"] == "赵桂兰"
    assert document["left_out"]


# Corrections and explanations


async def test_a_correction_becomes_a_change_request_and_ends_with_it(home: Home) -> None:
    correction = {"name": "王晓明", "reason": "登记错字"}
    asked = await home.ask(home.head, {"kind": "correction", "correction": correction})
    change = asked.json()["change_request_id"]
    assert (asked.json()["status"], (await home.act(asked, "grant")).status_code) == ("open", 409)
    approved = await home.registry.post(f"/v1/registry/change-requests/{change}/approval", {}, **CADRE)
    assert approved.status_code == 200, approved.text
    seen = (await home.see(asked)).json()
    assert (seen["status"], seen["answered_at"] is not None) == ("granted", True)
    assert (await home.registry.get(f"{PERSONS}/{home.head}", **CADRE)).json()["name"] == "王晓明"


async def test_a_correction_that_is_refused_says_why_and_that_one_may_sue(home: Home) -> None:
    asked = await home.ask(home.head, {"kind": "correction", "correction": {"phone": "13900001111", "reason": "换号"}})
    change = asked.json()["change_request_id"]
    path = f"/v1/registry/change-requests/{change}/refusal"
    assert (await home.registry.post(path, {"reason": "证明材料不足"}, **CADRE)).status_code == 200
    seen = (await home.see(asked)).json()
    assert (seen["status"], seen["refused_because"]) == ("refused", "证明材料不足")
    assert seen["remedy"]["law_ref"] == "PIPL-50-2"


async def test_at_the_desk_what_one_person_may_change_is_changed_at_once(home: Home) -> None:
    body = {"kind": "correction", "correction": {"phone": "13900001111", "reason": "换号"}, **PAPERS}
    assert (await home.ask(home.wife, body, **CADRE)).json()["status"] == "granted"


async def test_an_explanation_is_written(home: Home) -> None:
    asked = await home.ask(home.head, {"kind": "explanation", "said": "为何查看我的健康信息"})
    assert codes(await home.act(asked, "grant")) == ["missing"]
    await home.act(asked, "grant", {"answer": "低保复核所需"})
    steps = (await home.see(asked)).json()["steps"]
    assert [(step["action"], step["by"], step["because"]) for step in steps] == [
        ("ask", home.head, None),
        ("grant", None, "低保复核所需"),
    ]
    texts = await home.registry.database.pool.fetchval("select string_agg(t::text, '') from rights_requests t")
    assert "健康" not in texts


async def test_the_same_is_not_asked_twice_and_only_who_asked_withdraws(home: Home) -> None:
    asked = await home.ask(home.head, {"kind": "copy"})
    again = await home.ask(home.head, {"kind": "copy"})
    assert slug(again) == (409, "rights-request-open")
    assert again.json()["request_id"] == asked.json()["request_id"]
    assert slug(await home.act(asked, "withdrawal")) == (403, "asked-by-another")
    resident = {"role": Role.RESIDENT, "subject": home.head}
    assert (await home.act(asked, "withdrawal", **resident)).json()["status"] == "withdrawn"
    assert (await home.ask(home.head, {"kind": "copy"})).status_code == 201


async def test_what_is_not_answered_in_time_is_listed(home: Home) -> None:
    asked = await home.ask(home.head, {"kind": "copy"})
    later = await home.ask(home.child, {"kind": "copy"})
    await home.registry.database.pool.execute(
        "update rights_requests set due_on = '2026-01-05' where request_id = $1", asked.json()["request_id"]
    )
    overdue = (await home.registry.get(f"{REQUESTS}?overdue=true", **CADRE)).json()["items"]
    assert [(each["request_id"], each["overdue"]) for each in overdue] == [(asked.json()["request_id"], True)]
    await home.act(asked, "refusal", {"because": "身份无法核实"})
    assert (await home.registry.get(f"{REQUESTS}?overdue=true", **CADRE)).json()["items"] == []
    listed = (await home.registry.get(f"{REQUESTS}?status=open&person_id={home.child}", **CADRE)).json()["items"]
    assert [each["request_id"] for each in listed] == [later.json()["request_id"]]
    own = (await home.registry.get(REQUESTS, role=Role.RESIDENT, subject=home.wife)).json()["items"]
    assert own == []


# Deletion


async def test_of_who_lives_here_deletion_is_refused_with_the_reason(home: Home) -> None:
    asked = await home.ask(home.head, {"kind": "deletion", "said": "不想登记"})
    proposed = await home.act(asked, "proposal", DECISION | {"ground": "purpose-achieved"})
    assert (slug(proposed), codes(proposed)) == ((422, "ground-does-not-hold"), ["purpose-goes-on"])
    refused = await home.act(asked, "refusal", {"because": "为履行法定职责所必需"})
    assert refused.json()["remedy"]["law_ref"] == "PIPL-50-2"
    assert (await home.see(asked)).json()["refused_because"] == "为履行法定职责所必需"


async def test_deletion_takes_two_people(home: Home) -> None:
    asked = await home.ask(home.head, DELETION, **CADRE)
    assert slug(await home.act(asked, "confirmation", **SECRETARY)) == (409, "illegal-move")
    proposed = (await home.act(asked, "proposal", DECISION)).json()
    assert (proposed["status"], proposed["outcome"], proposed["standing"]) == ("proposed", "restrict", ["lives-here"])
    assert slug(await home.act(asked, "confirmation", **CADRE)) == (403, "second-person-needed")
    back = await home.act(asked, "return", {"because": "再核实"}, **SECRETARY)
    assert back.json()["status"] == "open"
    await home.act(asked, "proposal", DECISION, **SECRETARY)
    assert slug(await home.act(asked, "confirmation", **SECRETARY)) == (403, "second-person-needed")
    assert (await home.act(asked, "confirmation", **CADRE)).json()["status"] == "restricted"


async def test_a_restricted_record_is_seen_by_nobody_until_it_is_lifted(home: Home) -> None:
    asked = await home.ask(home.head, DELETION, **CADRE)
    before = await home.registry.get("/v1/registry/statistics", **CADRE)
    await home.act(asked, "proposal", DECISION)
    await home.act(asked, "confirmation", **SECRETARY)
    for who in (CADRE, CLERK, {"role": Role.RESIDENT, "subject": home.head}, {}):
        assert (await home.registry.get(f"{PERSONS}/{home.head}", **who)).status_code == 404
    found = await home.registry.post(f"{PERSONS}/search", {"id_number": home.number}, **CADRE)
    assert found.json()["total"] == 0
    members = (await home.registry.get(f"/v1/registry/households/{home.id}", **CADRE)).json()
    assert home.head not in str(members)
    assert (await home.registry.get("/v1/registry/statistics", **CADRE)).json()["items"] == before.json()["items"]
    settled = await home.registry.post(
        "/v1/registry/households",
        household(member() | {"id_number": home.number}, flat=next(_flats)),
        **CADRE,
    )
    assert codes(settled) == ["registered-elsewhere"]
    request = (await home.see(asked, **CADRE)).json()
    assert (request["status"], request["said"], request["steps"][1]["because"]) == ("restricted", None, None)
    lifted = await home.act(asked, "lifting", {"because": "经核实系依法采集"}, **SECRETARY)
    assert (lifted.json()["status"], lifted.json()["steps"][-1]["because"]) == ("lifted", "经核实系依法采集")
    assert (await home.registry.get(f"{PERSONS}/{home.head}", **CADRE)).json()["name"] == "王小明"


async def test_land_that_a_restricted_person_holds_with_another_stays_and_does_not_show_it(home: Home) -> None:
    """Seen by its village, where the holder's household counts for nothing; a change of the others' shares takes nothing away."""
    parcel = {
        "kind": "farmland",
        "village": "522731100200",
        "area_mu": "3.20",
        "since": "2017-12-31",
        "term_to": "2047-12-31",
    }
    clerk: dict[str, Any] = {"role": Role.COUNTY_CIVIL_AFFAIRS, "subject": "county", "place": "522731"}
    paths = []
    for n, holders in enumerate(([home.head], [home.head, home.wife])):
        body = parcel | {
            "certificate_no": f"5227311002000000{n}J-0001",
            "holders": [{"person_id": each} for each in holders],
        }
        made = await home.registry.post("/v1/registry/land/parcels", body)
        assert made.status_code == 201, made.text
        paths.append(made.headers["location"])
    await home.registry.database.pool.execute(
        "update persons set withheld = 'restricted' where person_id = $1", home.head
    )
    assert (await home.registry.get(paths[0], **clerk)).status_code == 404
    listed = (await home.registry.get("/v1/registry/land/parcels?village=522731100200", **clerk)).json()["items"]
    assert [row["holders"] for row in listed] == [[home.wife]]
    shown = (await home.registry.get(paths[1], **clerk)).json()
    assert [holder["person_id"] for holder in shown["holders"]] == [home.wife]
    change = {"holders": [{"person_id": home.wife}, {"person_id": home.granny}], "since": "2026-01-01"}
    changed = await home.registry.patch(paths[1], change, headers={"if-match": "*"})
    assert changed.status_code == 200, changed.text
    held = await home.registry.database.pool.fetch(
        "select person_id from parcel_holders where parcel_id = $1", paths[1].rpartition("/")[2]
    )
    assert {row["person_id"] for row in held} == {home.head, home.wife, home.granny}


async def test_what_other_services_owe_is_for_who_decides_to_say(home: Home) -> None:
    """The registry cannot see it; said in writing it restricts, and is never undone by time."""
    await home.happened("left", "2026-10-01", home.wife)
    asked = await home.ask(home.wife, DELETION, **CADRE)
    proposed = await home.act(asked, "proposal", DECISION | {"kept_by_law": "社会救助暂行办法 低保复核未结"})
    assert (proposed.json()["outcome"], proposed.json()["standing"]) == ("restrict", ["kept-elsewhere"])
    assert (await home.act(asked, "confirmation", **SECRETARY)).json()["status"] == "restricted"
    other = await home.act(asked, "proposal", DECISION | {"ground": "other-law"})
    assert (slug(other), codes(other)) == ((422, "ground-does-not-hold"), ["other-ground"])
    assert (await home.act(asked, "proposal", DECISION)).json()["status"] == "erasure-proposed"
    back = (await home.act(asked, "return", {"because": "尚未办结"}, **SECRETARY)).json()
    assert (back["status"], back["outcome"], back["standing"]) == ("restricted", "restrict", ["kept-elsewhere"])
    assert slug(await home.act(asked, "confirmation", **SECRETARY)) == (409, "illegal-move")
    await home.act(asked, "proposal", DECISION)
    done = (await home.act(asked, "confirmation", **SECRETARY)).json()
    assert (done["status"], done["outcome"], done["standing"]) == ("erased", "erase", [])


async def test_what_keeps_a_restricted_record_still_is_told(home: Home) -> None:
    asked = await home.ask(home.head, DELETION, **CADRE)
    await home.act(asked, "proposal", DECISION)
    await home.act(asked, "confirmation", **SECRETARY)
    again = await home.act(asked, "proposal", DECISION)
    assert (slug(again), codes(again)) == ((409, "still-kept"), ["lives-here"])


async def test_what_came_between_proposal_and_confirmation_counts(home: Home) -> None:
    await home.happened("left", "2026-10-01", home.wife)
    asked = await home.ask(home.wife, DELETION, **CADRE)
    assert (await home.act(asked, "proposal", DECISION)).json()["outcome"] == "erase"
    other = await home.ask(home.wife, {"kind": "copy", **PAPERS}, **CADRE)
    assert other.status_code == 201
    confirmed = await home.act(asked, "confirmation", **SECRETARY)
    assert (slug(confirmed), codes(confirmed)) == ((409, "changed-since-proposed"), ["request-open"])


async def test_the_rules_of_keeping_are_public(home: Home) -> None:
    rows = (await home.registry.get("/v1/registry/retention", role=Role.RESIDENT, subject=home.head)).json()["items"]
    in_force = {row["record_class"]: row for row in rows if row["in_force"]}
    assert (in_force["access-log"]["years"], in_force["access-log"]["by_law"]) == (3, True)
    assert all(row["source"] for row in rows)
