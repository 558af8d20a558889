"""What happens to a settled household and its people: facts, moves, deaths, withdrawal; history on both axes; unmasked reads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.auth import Role
from tests.support.clients import Service
from tests.support.people import COMMUNITY, household, member, plan

HOUSEHOLDS = "/v1/registry/households"
PERSONS = "/v1/registry/persons"


class Home:
    """A settled household."""

    def __init__(self, registry: Service, view: dict[str, Any]) -> None:
        self.registry = registry
        self.id: str = view["household_id"]
        self.path = f"{HOUSEHOLDS}/{self.id}"
        self.people: list[str] = [m["person_id"] for m in view["members"]]

    async def view(self) -> dict[str, Any]:
        view: dict[str, Any] = (await self.registry.get(self.path)).json()
        return view


async def settle(registry: Service, *members: dict[str, Any], **more: Any) -> Home:
    answer = await registry.post(HOUSEHOLDS, household(*members, **more))
    assert answer.status_code == 201, answer.text
    await registry.said()
    return Home(registry, answer.json())


@pytest.fixture
async def home(registry: Service) -> Home:
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    head = member(hukou={"division": "522328", "moved": False}) | {"name": "王小明", "phone": "13812345678"}
    return await settle(
        registry, head, member("12", "19820722", female=True), dibao={"receiving": True, "division": "522328"}
    )


IF_1 = {"if-match": '"1.0"'}


async def test_facts_that_come_later_replace_what_was_known(home: Home) -> None:
    change = {"hukou": {"division": COMMUNITY, "moved": True, "moved_on": "2026-07-01"}, "valid_from": "2026-07-01"}
    answer = await home.registry.patch(f"{PERSONS}/{home.people[0]}/facts", change, headers=IF_1)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2.1"')
    (event,) = await home.registry.said()
    assert event.type == "registry.person-facts-changed.v1"
    said = json.loads(event.data)
    assert (said["hukou_division"], said["hukou_moved"], said["version"]) == (COMMUNITY, True, 2)


async def test_history_keeps_when_it_held_and_when_we_knew(home: Home) -> None:
    change = {"hukou": {"division": COMMUNITY, "moved": True}, "valid_from": "2026-07-01"}
    await home.registry.patch(f"{PERSONS}/{home.people[0]}/facts", change, headers=IF_1)
    rows = await home.registry.database.pool.fetch(
        """select value->>'division' as division, valid_from::text, valid_to::text, retracted_at is null as believed
             from person_facts where person_id = $1 and fact = 'hukou' order by valid_from, valid_to nulls first""",
        home.people[0],
    )
    assert [tuple(row.values()) for row in rows] == [
        ("522328", "2026-06-01", None, False),
        ("522328", "2026-06-01", "2026-07-01", True),
        (COMMUNITY, "2026-07-01", None, True),
    ]


async def test_the_same_facts_again_change_nothing(home: Home) -> None:
    same = {"hukou": {"division": "522328", "moved": False, "moved_on": None}}
    answer = await home.registry.patch(f"{PERSONS}/{home.people[0]}/facts", same, headers=IF_1)
    assert answer.headers["etag"] == '"1.1"'
    assert await home.registry.said() == []


async def test_facts_from_the_future_are_refused(home: Home) -> None:
    change = {"labour_class": "LOST", "valid_from": "2099-01-01"}
    answer = await home.registry.patch(f"{PERSONS}/{home.people[0]}/facts", change, headers=IF_1)
    assert answer.json()["errors"] == [
        {"pointer": "/valid_from", "code": "date-in-future", "detail": "lies in the future"}
    ]


async def test_a_household_moves_to_another_flat(home: Home) -> None:
    answer = await home.registry.put(
        f"{home.path}/flat", {"block": "2", "unit": "1", "flat": "201", "moved_on": "2026-08-01"}, headers=IF_1
    )
    assert answer.status_code == 200
    assert answer.json()["address"]["block"] == "2"
    (event,) = await home.registry.said()
    assert (event.type, json.loads(event.data)["flat"]) == ("registry.household-moved.v1", "201")
    rows = await home.registry.database.pool.fetch(
        "select valid_from::text, valid_to::text from occupancies where retracted_at is null order by valid_from"
    )
    assert [tuple(r.values()) for r in rows] == [("2026-06-01", "2026-08-01"), ("2026-08-01", None)]
    early = await home.registry.post(HOUSEHOLDS, household(flat="101"))
    assert (early.status_code, early.json()["errors"][0]["code"]) == (409, "flat-taken-then")
    again = await settle(home.registry, flat="101", settled_on="2026-08-01")
    assert again.id != home.id
    before = {"block": "1", "unit": "1", "flat": "102", "moved_on": "2026-07-01"}
    answer = await home.registry.put(f"{home.path}/flat", before, headers={"if-match": '"2.0"'})
    assert answer.json()["errors"][0]["code"] == "before-moving-in"


async def test_a_move_to_another_community_changes_where_its_people_live(home: Home) -> None:
    other = "522731003013"
    await home.registry.put(f"/v1/registry/communities/{other}", plan())
    await home.registry.said()
    address = {"community": other, "block": "1", "unit": "1", "flat": "101"}
    assert (await home.registry.put(f"{home.path}/flat", address, headers=IF_1)).status_code == 200
    said = await home.registry.said()
    assert [e.type for e in said] == ["registry.household-moved.v1"] + ["registry.person-facts-changed.v1"] * 2
    for event in said[1:]:
        state = json.loads(event.data)
        assert (state["residence_division"], state["community_code"], state["version"]) == (other, other, 2)


async def test_a_persons_tag_changes_with_the_address_it_shows(home: Home) -> None:
    path = f"{PERSONS}/{home.people[0]}"
    before = (await home.registry.get(path)).headers["etag"]
    await home.registry.put(f"{home.path}/flat", {"block": "1", "unit": "1", "flat": "201"}, headers=IF_1)
    answer = await home.registry.get(path, headers={"if-none-match": before})
    assert (answer.status_code, answer.json()["address"]["flat"]) == (200, "201")


async def test_a_communitys_tag_changes_with_who_lives_there(home: Home) -> None:
    path = f"/v1/registry/communities/{COMMUNITY}"
    before = (await home.registry.get(path)).headers["etag"]
    await settle(home.registry, flat="102")
    answer = await home.registry.get(path, headers={"if-none-match": before})
    assert (answer.status_code, answer.json()["occupied"]) == (200, 2)


async def test_only_auditors_read_what_data_was_read_for(home: Home) -> None:
    path = f"{PERSONS}/{home.people[0]}/accesses"
    assert (await home.registry.get(path, role=Role.AUDITOR)).status_code == 200
    for role, place in ((Role.BLOCK_HEAD, f"{COMMUNITY}/1/1"), (Role.COMMUNITY_CADRE, COMMUNITY)):
        assert (await home.registry.get(path, role=role, place=place)).status_code == 403


async def test_a_day_that_was_wrong_is_corrected_though_the_value_stays(home: Home) -> None:
    change = {"hukou": {"division": "522328", "moved": False, "moved_on": None}, "valid_from": "2026-05-01"}
    answer = await home.registry.patch(f"{PERSONS}/{home.people[0]}/facts", change, headers=IF_1)
    assert answer.json()["version"] == 2
    since = await home.registry.database.pool.fetchval(
        """select valid_from::text from person_facts
            where person_id = $1 and fact = 'hukou' and valid_to is null and retracted_at is null""",
        home.people[0],
    )
    assert since == "2026-05-01"


async def test_who_died_before_the_settling_was_never_settled(home: Home) -> None:
    answer = await home.registry.post(f"{PERSONS}/{home.people[0]}/death", {"died_on": "2025-01-01"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "not-there-yet")


async def test_a_taken_flat_refuses_a_move_and_leaves_all_as_it_was(home: Home) -> None:
    await settle(home.registry, flat="102")
    answer = await home.registry.put(f"{home.path}/flat", {"block": "1", "unit": "1", "flat": "102"}, headers=IF_1)
    assert answer.status_code == 409
    assert (await home.view())["address"]["flat"] == "101"
    assert await home.registry.said() == []


async def test_a_death_ends_memberships_and_leaves_the_household_to_the_others(home: Home) -> None:
    answer = await home.registry.post(f"{PERSONS}/{home.people[0]}/death", {"died_on": "2026-09-01"})
    assert answer.json()["status"] == "deceased"
    view = await home.view()
    assert [m["person_id"] for m in view["members"]] == [home.people[1]]
    assert (view["head_person_id"], view["status"]) == (None, "settled")
    said = [(e.type, e.key) for e in await home.registry.said()]
    assert said[0] == ("registry.household-changed.v1", home.id)
    assert sorted(said[1:]) == [
        ("registry.person-died.v1", home.people[0]),
        ("registry.person-facts-changed.v1", home.people[1]),  # widowed
    ]
    again = await home.registry.post(f"{PERSONS}/{home.people[0]}/death", {"died_on": "2026-09-01"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:anju:problem:illegal-move")


async def test_the_last_death_ends_the_household_and_frees_the_flat(home: Home) -> None:
    for person in home.people:
        await home.registry.post(f"{PERSONS}/{person}/death", {"died_on": "2026-09-01"})
    assert (await home.view())["status"] == "ended"
    assert (await settle(home.registry, flat="101", settled_on="2026-09-01")).id != home.id


async def test_a_withdrawal_takes_everything_back_and_lets_the_people_be_settled_anew(registry: Service) -> None:
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    body = household(member(), member("12", "19820722", female=True))
    first = Home(registry, (await registry.post(HOUSEHOLDS, body)).json())
    await registry.said()
    answer = await registry.post(f"{first.path}/withdrawal", {"reason": "录入错误"})
    assert answer.json()["status"] == "withdrawn"
    assert [e.type for e in await registry.said()] == [
        "registry.household-withdrawn.v1",
        "registry.person-withdrawn.v1",
        "registry.person-withdrawn.v1",
    ]
    assert await registry.database.pool.fetchval("select count(*) from person_facts where retracted_at is null") == 0
    second = Home(registry, (await registry.post(HOUSEHOLDS, body)).json())
    assert sorted(second.people) == sorted(first.people)
    assert {json.loads(e.data)["version"] for e in (await registry.said())[1:]} == {3}
    again = await registry.post(f"{first.path}/withdrawal", {"reason": "录入错误"})
    assert again.status_code == 409


async def test_every_word_on_a_person_says_when_a_settling_was_last_taken_back(registry: Service) -> None:
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    same, told = member(), []
    for act in ("withdrawal", "withdrawal", "death"):
        home = Home(registry, (await registry.post(HOUSEHOLDS, household(same))).json())
        path = home.path if act == "withdrawal" else f"{PERSONS}/{home.people[0]}"
        await registry.post(
            f"{path}/{act}", {"reason": "录入错误"} if act == "withdrawal" else {"died_on": "2026-09-01"}
        )
        said = [json.loads(event.data) for event in await registry.said() if event.topic == "registry.person"]
        told += [(word["version"], word["withdrawn_at"]) for word in said]
    instants = [at for _, at in told]
    assert [version for version, _ in told] == [1, 2, 3, 4, 5, 6]
    assert instants[0] is None
    assert instants[1] == instants[2] < instants[3] == instants[4] == instants[5]


async def test_an_unmasked_read_needs_the_scope_and_leaves_a_note(home: Home) -> None:
    path = f"{PERSONS}/{home.people[0]}"
    masked = (await home.registry.get(path)).json()
    assert (masked["name"], masked["phone"], masked["birth"]) == ("王*明", "138****5678", "1980")
    assert masked["id_number"].startswith("5227**********")
    clerk: dict[str, Any] = {"role": Role.STREET_WELFARE_CLERK, "place": "522731003"}
    full = (await home.registry.get(f"{path}?purpose=transfer&case=TR-1", **clerk)).json()
    assert (full["name"], full["phone"], full["birth"]) == ("王小明", "13812345678", "1980-03-15")
    notes = (await home.registry.get(f"{path}/accesses")).json()["items"]
    assert [(n["role"], n["purpose"], n["case"]) for n in notes] == [("street-welfare-clerk", "transfer", "TR-1")]
    cadre = await home.registry.get(f"{path}?purpose=transfer", role=Role.COMMUNITY_CADRE, place=COMMUNITY)
    assert cadre.status_code == 403
    household_read = await home.registry.get(f"{home.path}?purpose=home-visit", **clerk)
    assert household_read.json()["members"][0]["name"] == "王小明"
    log = await home.registry.database.pool.fetch("select purpose from access_log order by id")
    assert [row["purpose"] for row in log] == ["transfer", "audit", "home-visit", "home-visit"]


async def test_no_note_no_read(home: Home) -> None:
    await home.registry.database.pool.execute("alter table access_log add constraint no check (false) not valid")
    answer = await home.registry.get(f"{PERSONS}/{home.people[0]}?purpose=transfer")
    assert answer.status_code == 500
    assert "王小明" not in answer.text


@pytest.mark.parametrize(
    ("role", "place", "sees", "name", "groups"),
    [
        (Role.BLOCK_HEAD, f"{COMMUNITY}/1/1", True, "王小明", set()),
        (Role.BLOCK_HEAD, f"{COMMUNITY}/1/2", False, "", set()),
        (Role.COMMUNITY_CADRE, COMMUNITY, True, "王小明", {"dibao"}),
        (Role.COMMUNITY_CADRE, "522731003013", False, "", set()),
        (Role.STREET_WELFARE_CLERK, "522731003", True, "王小明", {"dibao"}),
        (Role.PARTNER_AGENCY, "522731", True, "王*明", {"dibao"}),
        (Role.APP_BACKEND, "522732", False, "", set()),
    ],
)
async def test_who_sees_what(home: Home, role: Role, place: str, sees: bool, name: str, groups: set[str]) -> None:
    answer = await home.registry.get(home.path, role=role, place=place)
    assert answer.status_code == (200 if sees else 404)
    listed = (await home.registry.get(HOUSEHOLDS, role=role, place=place)).json()["items"]
    assert [item["household_id"] for item in listed] == ([home.id] if sees else [])
    if sees:
        assert answer.json()["members"][0]["name"] == name
        assert set(answer.json()["facts"]) == groups
    if role is Role.COMMUNITY_CADRE and sees:
        assert answer.json()["facts"]["dibao"] == {"receiving": True}


async def test_a_foreign_and_a_missing_household_look_alike(home: Home) -> None:
    foreign = await home.registry.get(home.path, role=Role.BLOCK_HEAD, place=f"{COMMUNITY}/1/2")
    missing = await home.registry.get(f"{HOUSEHOLDS}/{home.people[0]}")
    hide = {"instance", "trace_id"}
    assert {k: v for k, v in foreign.json().items() if k not in hide} == {
        k: v for k, v in missing.json().items() if k not in hide
    }


async def test_households_are_listed_page_by_page(home: Home) -> None:
    for flat in ("102", "201", "202"):
        await settle(home.registry, flat=flat)
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await home.registry.get(f"{HOUSEHOLDS}?community={COMMUNITY}&block=1&limit=3{cursor}")).json()
        seen += [item["household_id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == len(set(seen)) == 4
    assert (await home.registry.get(f"{HOUSEHOLDS}?cursor=nonsense")).status_code == 400


async def test_a_community_shows_its_plan_and_keeps_flats_in_use(home: Home) -> None:
    path = f"/v1/registry/communities/{COMMUNITY}"
    view = (await home.registry.get(path)).json()
    assert (view["flats"], view["occupied"]) == (24, 1)
    smaller = await home.registry.put(path, plan(blocks=1, floors=1, per_floor=2), headers={"if-match": "*"})
    assert (smaller.status_code, smaller.json()["flats"]) == (200, 4)
    wrong = plan(blocks=1) | {"estates": [{"estate": "1"}, {"estate": "1"}, {"estate": "9"}]}
    answer = await home.registry.put(path, wrong, headers={"if-match": "*"})
    assert {e["code"] for e in answer.json()["errors"]} == {"estate-repeated", "estate-empty"}
    without = plan(blocks=1)
    del without["blocks"][0]["units"][0]
    answer = await home.registry.put(path, without, headers={"if-match": "*"})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:anju:problem:flats-in-use")


def worker_state(person_id: str, household_id: str, version: int) -> Any:
    from shared.contracts.jobs import EmploymentEnded

    return EmploymentEnded(
        version=version,
        person_id=person_id,
        household_id=household_id,
        work="none",
        employments=(),
        employment_id=household_id,
        reason="left",
    )


async def test_what_jobs_says_of_work_is_shown_and_kept_from_being_stated_again(home: Home) -> None:
    from services.registry.handlers import on_work_changed
    from shared import clock

    person = home.people[0]
    async with home.registry.database.transaction(clock.now()) as tx:
        await on_work_changed(tx, [worker_state(person, home.id, 2)])
        await on_work_changed(tx, [worker_state(person, home.id, 1)])
    view = await home.registry.get(f"{PERSONS}/{person}")
    assert (view.json()["work"]["status"], view.headers["etag"]) == ("none", '"1.3"')
    answer = await home.registry.patch(f"{PERSONS}/{person}/facts", {"work": {"status": "none"}}, headers=IF_1)
    assert answer.json()["type"] == "urn:anju:problem:work-belongs-to-jobs"


async def test_a_late_word_on_a_withdrawn_settling_does_not_touch_the_new_one(registry: Service) -> None:
    from services.registry.handlers import on_work_changed
    from shared import clock

    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    body = household(member())
    first = Home(registry, (await registry.post(HOUSEHOLDS, body)).json())
    await registry.post(f"{first.path}/withdrawal", {"reason": "录入错误"})
    await registry.post(HOUSEHOLDS, body)
    async with registry.database.transaction(clock.now()) as tx:
        await on_work_changed(tx, [worker_state(first.people[0], first.id, 5)])
    assert (await registry.get(f"{PERSONS}/{first.people[0]}")).json()["work"] is None


async def test_a_withdrawal_does_not_bring_the_dead_back(registry: Service) -> None:
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    body = household(member(), member("12", "19820722", female=True))
    home = Home(registry, (await registry.post(HOUSEHOLDS, body)).json())
    await registry.post(f"{PERSONS}/{home.people[1]}/death", {"died_on": "2026-09-01"})
    await registry.post(f"{home.path}/withdrawal", {"reason": "录入错误"})
    again = await registry.post(HOUSEHOLDS, body)
    assert [(e["pointer"], e["code"]) for e in again.json()["errors"]] == [("/members/1/id_number", "deceased")]
    body["members"][1]["corrects_death"] = True
    corrected = await registry.post(HOUSEHOLDS, body)
    assert corrected.status_code == 201
    assert (await registry.get(f"{PERSONS}/{home.people[1]}")).json()["died_on"] is None


async def test_a_death_is_kept_in_the_history_with_where_it_was_heard_from(home: Home) -> None:
    death = {"died_on": "2026-09-01", "source": "police feed"}
    await home.registry.post(f"{PERSONS}/{home.people[0]}/death", death)
    (row,) = await home.registry.database.pool.fetch(
        "select source, valid_from::text as since, value from person_facts where fact = 'status'"
    )
    assert (row["source"], row["since"], row["value"]) == ("police feed", "2026-09-01", "deceased")
