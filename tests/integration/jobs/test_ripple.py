"""A household settled in the registry, carried to jobs and back; deaths, moves, withdrawals, birthdays; lists."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.jobs.timers import TIMERS
from shared.timers import sweep
from tests.integration.jobs.news import EMPLOYED, NONE, Family, picture
from tests.support.clients import Service
from tests.support.people import COMMUNITY, household, member, plan

STARTED = {"form": "workshop", "started_on": "2026-03-02"}
WORK = {"status": "employed", "form": "migrant", "division": "330106", "started_on": "2025-03-01"}


async def settled(registry: Service, jobs: Service, *members: dict[str, Any], flat: str = "101") -> dict[str, Any]:
    """Settles a household, and carries what the two say to one another until they are silent."""
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    answer = await registry.post("/v1/registry/households", household(*members, flat=flat))
    assert answer.status_code == 201, answer.text
    await carry(registry, jobs)
    view: dict[str, Any] = answer.json()
    return view


async def carry(registry: Service, jobs: Service) -> None:
    while True:
        news, answers = await registry.said(), await jobs.said()
        await jobs.hear(news)
        await registry.hear(answers)
        if not news and not answers:
            return


async def test_settled_people_become_workers_and_seekers(registry: Service, jobs: Service) -> None:
    home = await settled(
        registry,
        jobs,
        member(labour_class="ORDINARY", work=WORK),
        member("12", "19820722", True, labour_class="SKILLED", work={"status": "none"}),
        member("20", "20150101", labour_class="NONE"),
    )
    view = (await jobs.get(f"/v1/jobs/households/{home['household_id']}")).json()
    head, wife, _ = [m["person_id"] for m in home["members"]]
    assert [(e["person_id"], e["form"], e["division"], e["started_on"]) for e in view["employments"]] == [
        (head, "migrant", "330106", "2025-03-01")
    ]
    assert [s["person_id"] for s in view["seekers"]] == [wife]
    assert (view["without_work"], view["standing"]) == (False, "in-work")
    person = (await registry.get(f"/v1/registry/persons/{head}")).json()
    assert (person["work"]["status"], person["work"]["employments"][0]["form"]) == ("employed", "migrant")


async def test_the_registry_shows_a_household_with_no_one_in_work(registry: Service, jobs: Service) -> None:
    home = await settled(registry, jobs, member(labour_class="WEAK_HALF", work={"status": "none"}))
    path = f"/v1/registry/households/{home['household_id']}"
    assert (await registry.get(path)).json()["without_work"] is True
    head = home["members"][0]["person_id"]
    started = {"person_id": head, "form": "public-post", "started_on": "2026-07-01"}
    await jobs.post("/v1/jobs/employments", started)
    await carry(registry, jobs)
    assert (await registry.get(path)).json()["without_work"] is False


async def test_facts_that_come_later_open_the_first_employment(registry: Service, jobs: Service) -> None:
    home = await settled(registry, jobs, member())
    head = home["members"][0]["person_id"]
    facts = {"labour_class": "ORDINARY", "work": WORK}
    answer = await registry.patch(f"/v1/registry/persons/{head}/facts", facts, headers={"if-match": '"1.0"'})
    assert answer.status_code == 200
    await carry(registry, jobs)
    view = (await jobs.get(f"/v1/jobs/persons/{head}")).json()
    assert (view["work"], [e["form"] for e in view["employments"]]) == ("employed", ["migrant"])


async def test_a_withdrawal_in_the_registry_undoes_it_and_a_new_settling_starts_afresh(
    registry: Service, jobs: Service
) -> None:
    people = (member(labour_class="ORDINARY", work=WORK), member("12", labour_class="ORDINARY", work=WORK))
    home = await settled(registry, jobs, *people)
    await registry.post(f"/v1/registry/households/{home['household_id']}/withdrawal", {"reason": "录入错误"})
    await carry(registry, jobs)
    view = (await jobs.get(f"/v1/jobs/households/{home['household_id']}")).json()
    assert (view["employments"], view["seekers"], view["without_work"]) == ([], [], False)
    again = await settled(registry, jobs, *people, flat="102")
    view = (await jobs.get(f"/v1/jobs/households/{again['household_id']}")).json()
    assert [e["status"] for e in view["employments"]] == ["standing", "standing"]
    kept = await jobs.database.pool.fetch("select status, retracted_at from employments order by employment_id")
    assert [(row["status"], row["retracted_at"] is None) for row in kept] == [
        ("withdrawn", False),
        ("withdrawn", False),
        ("standing", True),
        ("standing", True),
    ]


async def test_work_of_a_withdrawn_settling_that_is_taken_back_late_leaves_what_ended_since(
    registry: Service, jobs: Service
) -> None:
    """Chaos, seed 705: benefits took jobs' last word for "nothing is known", though an employment had ended."""
    idle = member(labour_class="ORDINARY", work={"status": "none"})
    home = await settled(registry, jobs, idle)
    (person,) = (m["person_id"] for m in home["members"])
    await jobs.post("/v1/jobs/employments", STARTED | {"person_id": person, "form": "farming"})
    await registry.post(f"/v1/registry/households/{home['household_id']}/withdrawal", {"reason": "录入错误"})
    await registry.post("/v1/registry/households", household(idle, flat="102"))
    after = await jobs.post("/v1/jobs/employments", STARTED | {"person_id": person})
    end = {"ended_on": "2026-09-30", "reason": "left"}
    assert (await jobs.post(f"{after.headers['location']}/end", end)).status_code == 200
    await jobs.said()
    await jobs.hear(await registry.said())
    said = [json.loads(event.data) for event in await jobs.said() if event.key == person]
    assert "withdrawn" in [word["reason"] for word in said]
    assert {(word["work"], len(word["employments"]), word["has_worked"]) for word in said} == {("none", 0, True)}


async def test_work_that_starts_after_a_withdrawal_of_which_jobs_hears_later_is_of_the_new_household(
    registry: Service, jobs: Service
) -> None:
    idle = member(labour_class="ORDINARY", work={"status": "none"})
    home = await settled(registry, jobs, idle)
    (person,) = (m["person_id"] for m in home["members"])
    before = await jobs.post("/v1/jobs/employments", STARTED | {"person_id": person, "form": "farming"})
    await registry.post(f"/v1/registry/households/{home['household_id']}/withdrawal", {"reason": "录入错误"})
    again = (await registry.post("/v1/registry/households", household(idle, flat="102"))).json()
    after = await jobs.post("/v1/jobs/employments", STARTED | {"person_id": person})
    assert (before.status_code, after.status_code) == (201, 201)
    await carry(registry, jobs)
    statuses = [(await jobs.get(answer.headers["location"])).json()["status"] for answer in (before, after)]
    assert statuses == ["withdrawn", "standing"]
    old, new = [(await jobs.get(f"/v1/jobs/households/{one['household_id']}")).json() for one in (home, again)]
    assert (old["employments"], old["standing"]) == ([], "no-labour")
    assert ([e["employment_id"] for e in new["employments"]], new["standing"]) == (
        [after.json()["employment_id"]],
        "in-work",
    )
    (figures,) = (await jobs.get("/v1/jobs/statistics")).json()["items"]
    assert (figures["labour"], figures["employed"], figures["seekers"]) == (1, 1, 0)
    work = (await registry.get(f"/v1/registry/persons/{person}")).json()["work"]
    assert (work["status"], [e["employment_id"] for e in work["employments"]]) == (
        "employed",
        [after.json()["employment_id"]],
    )
    end = {"ended_on": "2026-09-30", "reason": "left"}
    assert (await jobs.post(f"{after.headers['location']}/end", end)).status_code == 200
    await carry(registry, jobs)
    assert (await registry.get(f"/v1/registry/households/{again['household_id']}")).json()["without_work"] is True


async def test_a_death_ends_all_that_hangs_on_the_person(jobs: Service) -> None:
    f = Family()
    await jobs.hear([f.settled("a"), f.registered("a", work=NONE)])
    for form in ("farming", "workshop"):
        body = {"person_id": f.person("a"), "form": form, "started_on": "2026-03-02"}
        assert (await jobs.post("/v1/jobs/employments", body)).status_code == 201
    await jobs.said()
    await jobs.hear([f.died("a", 2, work=NONE), f.changed("", 2, state="ended")])
    said = [(event.type, json.loads(event.data)) for event in await jobs.said()]
    assert [(kind, e["reason"], len(e["employments"]), e["version"]) for kind, e in said] == [
        ("jobs.employment-ended.v1", "death", 1, 4),
        ("jobs.employment-ended.v1", "death", 0, 5),
    ]
    view = (await jobs.get(f"/v1/jobs/households/{f.household()}")).json()
    assert {(e["status"], e["ended_on"]) for e in view["employments"]} == {("ended", "2026-11-20")}
    assert (view["seekers"], view["without_work"]) == ([], False)


async def test_a_death_ends_the_spell_of_a_seeker_and_the_flag(jobs: Service) -> None:
    f = Family()
    await jobs.hear([f.settled("a"), f.registered("a", work=NONE)])
    await jobs.hear([f.died("a", 2, work=NONE)])
    (found, cleared) = await jobs.said()
    assert (found.type, cleared.type) == (
        "jobs.household-without-work-found.v1",
        "jobs.household-without-work-cleared.v1",
    )
    spell = await jobs.database.pool.fetchrow("select status, closed_because from seekers")
    assert tuple(spell or ()) == ("ended", "death")


async def test_a_move_changes_the_place_and_says_nothing(jobs: Service) -> None:
    f = Family()
    await jobs.hear([f.settled("a"), f.registered("a", work=NONE)])
    await jobs.said()
    before = await picture(jobs.database, f)
    await jobs.hear([f.moved("a", 2, block="2", flat="302")])
    assert await jobs.said() == []
    assert await picture(jobs.database, f) == before
    (row,) = (await jobs.get("/v1/jobs/seekers", params={"block": "2"})).json()["items"]
    assert (row["block"], row["flat"]) == ("2", "302")
    assert (await jobs.get("/v1/jobs/seekers", params={"block": "1"})).json()["items"] == []


async def test_the_same_news_again_says_nothing(jobs: Service) -> None:
    f = Family()
    await jobs.hear([f.settled("ab"), f.registered("a", work=EMPLOYED), f.registered("b", work=NONE)])
    assert [event.type for event in await jobs.said()] == ["jobs.employment-started.v1"]
    await jobs.hear([f.settled("ab"), f.registered("a", work=EMPLOYED), f.facts("a", 2, work=EMPLOYED)])
    assert await jobs.said() == []


async def test_what_ended_here_is_not_opened_again_by_the_old_statement(jobs: Service) -> None:
    f = Family()
    await jobs.hear([f.settled("a"), f.registered("a", work=EMPLOYED)])
    path = f"/v1/jobs/households/{f.household()}"
    (employment,) = (await jobs.get(path)).json()["employments"]
    end = {"ended_on": "2026-09-30", "reason": "contract-ended"}
    await jobs.post(f"/v1/jobs/employments/{employment['employment_id']}/end", end)
    await jobs.hear([f.facts("a", 2, work=EMPLOYED, labour_class="SKILLED")])
    view = (await jobs.get(path)).json()
    assert ([e["status"] for e in view["employments"]], view["standing"]) == (["ended"], "without-work")


async def test_birthdays_move_people_in_and_out_of_labour_age(jobs: Service) -> None:
    f = Family()
    young, old = date(2010, 12, 1), date(1966, 12, 5)
    await jobs.hear(
        [
            f.settled("ab"),
            f.registered("a", work=NONE, birth_on=young, labour_class="WEAK_HALF"),
            f.registered("b", work=NONE, birth_on=old),
        ]
    )
    pool = jobs.database.pool

    async def on(day: date) -> tuple[list[str], str]:
        # 00:00 in China
        await sweep(jobs.database, TIMERS, datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8))
        found = await picture(jobs.database, f)
        return found["seekers"], found["standing"]["home"]

    due = await pool.fetch("select key, due_at from timers order by due_at")
    assert [(row["key"], row["due_at"]) for row in due] == [
        (f.person("a"), datetime(2026, 11, 30, 16, tzinfo=UTC)),
        (f.person("b"), datetime(2026, 12, 4, 16, tzinfo=UTC)),
    ]
    assert await on(date(2026, 11, 30)) == (["b"], "without-work")
    assert await on(date(2026, 12, 1)) == (["a", "b"], "without-work")
    assert await on(date(2026, 12, 5)) == (["a"], "without-work")
    assert await on(date(2070, 12, 1)) == ([], "no-labour")
    assert await pool.fetchval("select count(*) from timers") == 0


async def test_the_dead_have_no_birthdays(jobs: Service) -> None:
    f = Family()
    await jobs.hear([f.registered("a", work=NONE), f.died("a", 2)])
    assert await jobs.database.pool.fetchval("select count(*) from timers") == 0


async def test_lists_page_and_filter(jobs: Service) -> None:
    f = Family()
    for home in ("one", "two", "three"):
        work = EMPLOYED if home == "two" else NONE
        await jobs.hear([f.settled([home], household=home), f.registered(home, household=home, work=work)])

    async def pages(path: str, **params: Any) -> list[str]:
        found, cursor = [], None
        while True:
            given = {"limit": 1, **params} | ({"cursor": cursor} if cursor else {})
            page = (await jobs.get(path, params=given)).json()
            found += [item["household_id"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                return found

    one, two, three = (f.household(home) for home in ("one", "two", "three"))
    assert await pages("/v1/jobs/seekers") == [one, three]
    assert await pages("/v1/jobs/households") == [one, two, three]
    assert await pages("/v1/jobs/households", without_work=True) == [one, three]
    assert await pages("/v1/jobs/households", without_work=False) == [two]
    assert await pages("/v1/jobs/households", community=COMMUNITY, block="1") == [one, two, three]
    assert await pages("/v1/jobs/households", community="522731003099") == []
    assert await pages("/v1/jobs/seekers", block="2") == []


async def test_cursors_and_filters_that_are_none_of_ours_are_refused(jobs: Service) -> None:
    for path in ("/v1/jobs/seekers", "/v1/jobs/households"):
        for query in ("cursor=abc", "cursor=WyJhYmMiXQ", "colour=red"):
            assert (await jobs.get(f"{path}?{query}")).status_code == 400
        assert (await jobs.get(f"{path}?community=5227")).status_code == 422


async def test_nothing_stays_in_dead_letters(jobs: Service) -> None:
    f = Family()
    await jobs.hear([f.registered("a", work=NONE), f.settled("a")])
    assert (await jobs.get("/v1/jobs/dead-letters")).json()["items"] == []
    assert (await picture(jobs.database, f))["told without work"] == ["home"]
