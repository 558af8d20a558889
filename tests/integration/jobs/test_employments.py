"""Employments by HTTP: started, ended, refused with every reason; what others hear; who may see and do what."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.jobs import examples
from shared import clock
from shared.auth import Role
from shared.ids import new_id
from tests.integration.jobs.news import NONE, Family
from tests.support.clients import Service
from tests.support.people import COMMUNITY

EMPLOYMENTS = "/v1/jobs/employments"
START = {"form": "enterprise", "division": "522731", "started_on": "2026-03-02"}
END = {"ended_on": "2026-09-30", "reason": "left"}
TODAY = clock.today(clock.now())


class Home:
    """A household that jobs has heard of."""

    def __init__(self, jobs: Service, family: Family) -> None:
        self.jobs, self.family = jobs, family
        self.path = f"/v1/jobs/households/{family.household()}"

    async def view(self) -> dict[str, Any]:
        view: dict[str, Any] = (await self.jobs.get(self.path)).json()
        return view

    async def start(self, label: str = "a", **terms: Any) -> httpx.Response:
        return await self.jobs.post(EMPLOYMENTS, START | {"person_id": self.family.person(label)} | terms)

    async def started(self, label: str = "a", **terms: Any) -> str:
        answer = await self.start(label, **terms)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["employment_id"])

    async def end(self, employment_id: str, **more: Any) -> httpx.Response:
        return await self.jobs.post(f"{EMPLOYMENTS}/{employment_id}/end", END | more)

    async def said(self) -> list[tuple[str, dict[str, Any]]]:
        return [(event.type, json.loads(event.data)) for event in await self.jobs.said()]


@pytest.fixture
async def home(jobs: Service) -> Home:
    """Two able people, known to have no work."""
    family = Family()
    await jobs.hear([family.settled("ab"), family.registered("a", work=NONE), family.registered("b", work=NONE)])
    await jobs.said()
    return Home(jobs, family)


def codes(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


async def test_work_that_starts_places_the_seeker_and_clears_the_household(home: Home) -> None:
    before = await home.view()
    assert (before["without_work"], before["standing"], len(before["seekers"])) == (True, "without-work", 2)
    answer = await home.start(employer="91350100M000100Y43", employer_kind="enterprise")
    view = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1.0"')
    assert answer.headers["location"] == f"{EMPLOYMENTS}/{view['employment_id']}"
    assert (view["status"], view["source"], view["warnings"]) == ("standing", "recorded", [])
    after = await home.view()
    assert (after["without_work"], after["without_work_since"], after["standing"]) == (False, None, "in-work")
    assert [s["person_id"] for s in after["seekers"]] == [home.family.person("b")]
    assert [e["employment_id"] for e in after["employments"]] == [view["employment_id"]]
    assert after["version"] > before["version"]
    spell = await home.jobs.database.pool.fetchrow("select * from seekers where status <> 'seeking'")
    assert spell is not None
    assert (spell["person_id"], spell["status"], spell["closed_because"]) == (
        home.family.person("a"),
        "placed",
        "employed",
    )


async def test_others_hear_the_whole_state(home: Home) -> None:
    employment_id = await home.started(employer_kind="enterprise")
    (started, work), (cleared, household) = await home.said()
    assert (started, cleared) == ("jobs.employment-started.v1", "jobs.household-without-work-cleared.v1")
    assert (work["work"], work["employment_id"], work["version"]) == ("employed", employment_id, 2)
    assert work["employments"] == [
        {
            "employment_id": employment_id,
            "form": "enterprise",
            "division": "522731",
            "employer_kind": "enterprise",
            "started_on": "2026-03-02",
        }
    ]
    assert (household["without_work"], household["since"], household["community_code"]) == (False, None, COMMUNITY)
    await home.end(employment_id)
    (ended, work), (found, household) = await home.said()
    assert (ended, found) == ("jobs.employment-ended.v1", "jobs.household-without-work-found.v1")
    assert (work["work"], work["employments"], work["reason"], work["version"]) == ("none", [], "left", 3)
    assert household["without_work"] is True
    assert household["since"] is not None


async def test_a_household_is_found_again_when_the_last_one_in_work_stops(home: Home) -> None:
    first, second = await home.started("a"), await home.started("b")
    await home.end(first)
    assert (await home.view())["standing"] == "in-work"
    answer = await home.end(second, reason="dismissed")
    assert (answer.status_code, answer.headers["etag"], answer.json()["end_reason"]) == (200, '"2.0"', "dismissed")
    view = await home.view()
    assert (view["without_work"], len(view["seekers"])) == (True, 2)
    assert {e["status"] for e in view["employments"]} == {"ended"}


async def test_a_second_job_ended_leaves_the_first(home: Home) -> None:
    await home.started(form="farming")
    second = await home.started()
    await home.jobs.said()
    await home.end(second)
    ((_, work),) = await home.said()
    assert (work["work"], [e["form"] for e in work["employments"]]) == ("employed", ["farming"])


async def test_who_retires_is_no_seeker(home: Home) -> None:
    await home.end(await home.started(), reason="retired")
    view = await home.view()
    assert [s["person_id"] for s in view["seekers"]] == [home.family.person("b")]


async def test_a_person_shows_work_seeker_and_employments(home: Home) -> None:
    path = f"/v1/jobs/persons/{home.family.person('a')}"
    answer = await home.jobs.get(path)
    view = answer.json()
    assert (view["work"], view["seeker"]["status"], view["labour_class"]) == ("none", "seeking", "ORDINARY")
    again = await home.jobs.get(path, headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    await home.started()
    answer = await home.jobs.get(path, headers={"if-none-match": answer.headers["etag"]})
    view = answer.json()
    assert (view["work"], view["seeker"], len(view["employments"])) == ("employed", None, 1)


async def test_work_not_known_is_shown_as_unknown(home: Home) -> None:
    await home.jobs.hear([home.family.settled("c", household="other"), home.family.registered("c", household="other")])
    view = (await home.jobs.get(f"/v1/jobs/persons/{home.family.person('c')}")).json()
    assert (view["work"], view["seeker"]) == ("unknown", None)
    household = (await home.jobs.get(f"/v1/jobs/households/{home.family.household('other')}")).json()
    assert (household["without_work"], household["standing"]) == (False, "undetermined")


async def test_an_entity_tag_changes_with_what_is_shown(home: Home) -> None:
    tag = (await home.jobs.get(home.path)).headers["etag"]
    assert (await home.jobs.get(home.path, headers={"if-none-match": tag})).status_code == 304
    await home.started()
    changed = await home.jobs.get(home.path, headers={"if-none-match": tag})
    assert changed.status_code == 200
    await home.jobs.hear([home.family.moved("ab", 2, block="2")])
    moved = await home.jobs.get(home.path, headers={"if-none-match": changed.headers["etag"]})
    assert moved.status_code == 200


async def test_every_reason_against_an_employment_is_told(home: Home) -> None:
    await home.jobs.hear([home.family.facts("a", 2, work=NONE, birth_on=TODAY - timedelta(days=15 * 366))])
    tomorrow = str(TODAY + timedelta(days=1))
    answer = await home.start(form="public-post", started_on=tomorrow)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:anju:problem:cannot-start-employment"
    assert codes(answer) == [("/started_on", "under-16"), ("/started_on", "date-in-future")]
    assert await home.jobs.said() == []


@pytest.mark.parametrize(("state", "code"), [("died", "deceased"), ("undone", "withdrawn")])
async def test_the_dead_and_the_withdrawn_start_no_work(home: Home, state: str, code: str) -> None:
    await home.jobs.hear([getattr(home.family, state)("a", 2, work=NONE)])
    answer = await home.start()
    assert (answer.status_code, codes(answer)) == (422, [("/person_id", code)])


async def test_one_person_one_public_post(home: Home) -> None:
    await home.started(form="public-post")
    assert codes(await home.start(form="public-post")) == [("/form", "other-employment-stands")]
    assert codes(await home.start(form="enterprise")) == [("/form", "public-post-stands")]
    await home.started("b", form="farming")
    assert codes(await home.start("b", form="public-post")) == [("/form", "other-employment-stands")]


async def test_of_two_public_posts_at_once_one_is_refused(home: Home) -> None:
    answers = await asyncio.gather(*(home.start(form="public-post") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
    assert len((await home.view())["employments"]) == 1


async def test_starts_and_news_at_once_all_take_effect(home: Home) -> None:
    news = [home.family.facts("a", version, work=NONE, labour_class="SKILLED") for version in range(2, 8)]
    await asyncio.gather(
        *(home.start("a", form="enterprise") for _ in range(3)),
        *(home.start("b", form="workshop") for _ in range(3)),
        *(home.jobs.hear([event]) for event in news),
    )
    view = await home.view()
    assert (len(view["employments"]), view["standing"], view["seekers"]) == (6, "in-work", [])
    versions = [(e.key, json.loads(e.data)["version"]) for e in await home.jobs.said()]
    assert len(versions) == len(set(versions))


async def test_a_repeated_post_has_no_second_effect(home: Home) -> None:
    body = START | {"person_id": home.family.person("a")}
    key = {"idempotency-key": new_id()}
    first = await home.jobs.post(EMPLOYMENTS, body, headers=key)
    second = await home.jobs.post(EMPLOYMENTS, body, headers=key)
    assert first.json() == second.json()
    assert (second.headers["idempotent-replayed"], second.headers["etag"]) == ("true", first.headers["etag"])
    assert len((await home.view())["employments"]) == 1


async def test_an_end_is_refused_where_it_does_not_fit(home: Home) -> None:
    employment_id = await home.started()
    assert codes(await home.end(employment_id, ended_on="2026-03-01")) == [("/ended_on", "before-start")]
    later = str(TODAY + timedelta(days=1))
    assert codes(await home.end(employment_id, ended_on=later)) == [("/ended_on", "date-in-future")]
    path = f"{EMPLOYMENTS}/{employment_id}/end"
    stale = await home.jobs.post(path, END, headers={"if-match": '"7.0"'})
    assert stale.status_code == 412
    assert (await home.jobs.post(path, END, headers={"if-match": '"1.0"'})).status_code == 200
    twice = await home.end(employment_id)
    assert (twice.status_code, twice.json()["type"]) == (409, "urn:anju:problem:illegal-move")
    assert (await home.end(new_id())).status_code == 404


async def test_what_was_withdrawn_cannot_be_ended(home: Home) -> None:
    employment_id = await home.started()
    await home.jobs.hear([home.family.withdrawn(2), home.family.undone("a", 2)])
    answer = await home.end(employment_id)
    assert (answer.status_code, answer.json()["state"]) == (409, "withdrawn")
    assert (await home.jobs.get(f"{EMPLOYMENTS}/{employment_id}")).json()["status"] == "withdrawn"


async def test_a_credit_code_warns_on_its_check_digits_and_is_refused_on_its_form(home: Home) -> None:
    warned = await home.start(employer="91350100m000100y44")
    assert warned.status_code == 201
    assert warned.json()["employer"] == "91350100M000100Y44"
    assert [(w["pointer"], w["code"]) for w in warned.json()["warnings"]] == [("/employer", "credit-code-checksum")]
    assert codes(await home.start(employer="12345")) == [("/employer", "credit-code-length")]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"form": "fishing"}, ("/form", "enum")),
        ({"colour": "red"}, ("/colour", "extra-forbidden")),
        ({"division": "52273"}, ("/division", "string-pattern-mismatch")),
        ({"division": "5227311"}, ("/division", "division-code-shape")),
        ({"started_on": "soon"}, ("/started_on", "date-from-datetime-parsing")),
        ({"person_id": "nobody"}, ("/person_id", "id-malformed")),
    ],
)
async def test_bad_input_is_told_with_its_place(home: Home, change: dict[str, Any], error: tuple[str, str]) -> None:
    answer = await home.start(**change)
    assert (answer.status_code, codes(answer)) == (422, [error])


async def test_the_examples_fit(home: Home) -> None:
    answer = await home.jobs.post(EMPLOYMENTS, examples.EMPLOYMENT | {"person_id": home.family.person("a")})
    assert answer.status_code == 201
    path = f"{answer.headers['location']}/end"
    assert (await home.jobs.post(path, examples.END)).status_code == 200
    schemas = (await home.jobs.get("/openapi.json")).json()["components"]["schemas"]
    assert schemas["EmploymentBody"]["examples"] == [examples.EMPLOYMENT]
    assert schemas["EndBody"]["examples"] == [examples.END]


HERE, ELSEWHERE = COMMUNITY, "522731003099"


@pytest.mark.parametrize(
    ("role", "place", "read", "write"),
    [
        (Role.DEVELOPER, None, 200, 201),
        (Role.EMPLOYMENT_SERVICE, "522731", 200, 201),
        (Role.EMPLOYMENT_SERVICE, ELSEWHERE, 404, 404),
        (Role.EMPLOYMENT_SERVICE, f"{HERE}/1/1", 200, 201),
        (Role.EMPLOYMENT_SERVICE, f"{HERE}/1/2", 404, 404),
        (Role.COMMUNITY_CADRE, HERE, 200, 403),
        (Role.COMMUNITY_CADRE, ELSEWHERE, 404, 403),
        (Role.COMMUNITY_SECRETARY, HERE, 200, 403),
        (Role.APP_BACKEND, None, 200, 403),
        (Role.BLOCK_HEAD, f"{HERE}/1/1", 403, 403),
        (Role.STREET_WELFARE_CLERK, "522731", 403, 403),
        (Role.PARTNER_AGENCY, None, 403, 403),
        (Role.AUDITOR, None, 403, 403),
        (Role.ADMIN, None, 403, 403),
    ],
)
async def test_who_sees_and_does_what(home: Home, role: Role, place: str | None, read: int, write: int) -> None:
    employment_id = await home.started("b")
    person = home.family.person("a")
    for path in (home.path, f"/v1/jobs/persons/{person}", f"{EMPLOYMENTS}/{employment_id}"):
        assert (await home.jobs.get(path, role=role, place=place)).status_code == read
    for path in ("/v1/jobs/seekers", "/v1/jobs/households"):
        listed = await home.jobs.get(path, role=role, place=place)
        assert listed.status_code == (403 if read == 403 else 200)
        if read != 403:
            assert len(listed.json()["items"]) == (1 if read == 200 else 0)
    started = await home.jobs.post(EMPLOYMENTS, START | {"person_id": person}, role=role, place=place)
    assert started.status_code == write
    ended = await home.jobs.post(f"{EMPLOYMENTS}/{employment_id}/end", END, role=role, place=place)
    assert ended.status_code == (200 if write == 201 else write)


async def test_a_person_nobody_knows_is_not_found(home: Home) -> None:
    answer = await home.start(person_id=new_id())
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:anju:problem:person-not-found")
    assert (await home.jobs.get(f"/v1/jobs/persons/{new_id()}")).status_code == 404
    assert (await home.jobs.get(f"/v1/jobs/households/{new_id()}")).status_code == 404
    assert (await home.jobs.get("/v1/jobs/persons/nobody")).status_code == 422
