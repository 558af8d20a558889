"""What a settled household is told: every outcome with its reasons, law and missing facts; facts and work that come later."""

from __future__ import annotations

from typing import Any

import pytest

from services.registry import examples
from tests.integration.benefits.news import EVERYTHING, HERE, NEAR, OLD, SCHEMES, Benefits, Kin, paying, slugs
from tests.support.clients import Service

DIBAO = {"receiving": True, "division": OLD, "household_class": "rural"}


@pytest.fixture
def kin() -> Kin:
    return Kin()


async def settle(benefits: Benefits, kin: Kin, members: str = "ab", **facts: Any) -> None:
    """A household with dibao, of people who are alike and of whom everything is known unless said."""
    people = [kin.registered(label, **(EVERYTHING | facts)) for label in members]
    await benefits.service.hear([kin.settled(members, dibao=DIBAO), *people])


async def test_every_outcome_is_told_with_its_reasons_and_law(benefits: Benefits, kin: Kin) -> None:
    await settle(benefits, kin, "ab", insurances={k: v for k, v in EVERYTHING["insurances"].items() if k != "210"})
    told = await benefits.told(kin)
    assert list(told) == [(label, scheme) for label in "ab" for scheme in SCHEMES] + [("-", "dibao")]
    assert {scheme: (told["a", scheme]["outcome"], slugs(told["a", scheme])) for scheme in SCHEMES} == {
        "110": ("change", ["same-pool"]),
        "170": ("transfer", ["cross-county-hukou"]),
        "210": ("undetermined", ["unknown:insurance-210"]),
        "310": ("keep", ["same-county"]),
        "390": ("keep", ["next-insurance-year"]),
        "410": ("not-applicable", ["not-in-scheme"]),
        "510": ("not-applicable", ["not-in-scheme"]),
    }
    assert (told["-", "dibao"]["outcome"], slugs(told["-", "dibao"])) == ("transfer", ["certify-out-enrol-in"])
    for assessment in told.values():
        for reason in assessment["reasons"]:
            assert reason["law"]
            assert reason["article"]
            assert reason["detail"]
    transfer = told["a", "170"]
    assert (transfer["from_division"], transfer["to_division"], transfer["fund_moves"]) == (OLD, HERE, True)
    assert told["a", "210"]["missing"] == [{"fact": "insurance-210", "supplied_by": ["person", "old-agency"]}]
    assert [note["slug"] for note in told["a", "390"]["notes"]] == ["enrolment-window", "cross-area-settlement"]


async def test_the_example_of_the_registry_is_told_everything(benefits: Benefits, registry: Service) -> None:
    await registry.put(f"/v1/registry/communities/{examples.COMMUNITY_CODE}", examples.COMMUNITY)
    settled = (await registry.post("/v1/registry/households", examples.HOUSEHOLD)).json()
    await benefits.service.hear(await registry.said())
    kin = Kin(households={"home": settled["household_id"]})
    kin.people = {m["relation"]: m["person_id"] for m in settled["members"]}
    told = await benefits.told(kin)
    assert set(told) == {(label, scheme) for label in kin.people for scheme in SCHEMES} | {("-", "dibao")}
    assert (told["02", "170"]["outcome"], slugs(told["02", "170"])) == ("keep", ["hukou-not-moved"])
    assert told["12", "170"]["outcome"] == "undetermined"
    assert (told["-", "dibao"]["outcome"], slugs(told["-", "dibao"])) == ("keep", ["hukou-not-moved"])


async def test_texts_follow_the_language(benefits: Benefits, kin: Kin) -> None:
    await settle(benefits, kin)
    path = f"/v1/benefits/households/{kin.household()}/assessments"
    zh = await benefits.service.get(path, headers={"accept-language": "zh-CN,zh;q=0.9"})
    en = await benefits.service.get(path)
    assert zh.json()["assessments"][1]["reasons"][0]["detail"].startswith("户籍在省内跨县迁移")
    assert en.json()["assessments"][1]["reasons"][0]["detail"].startswith("The hukou moved to another county")
    assert (zh.headers["content-language"], en.headers["content-language"]) == ("zh", "en")
    assert zh.headers["etag"] != en.headers["etag"]
    assert (await benefits.service.get(path, headers={"if-none-match": en.headers["etag"]})).status_code == 304
    in_chinese = {"if-none-match": en.headers["etag"], "accept-language": "zh"}
    assert (await benefits.service.get(path, headers=in_chinese)).status_code == 200


async def test_a_person_alone_is_told_the_same(benefits: Benefits, kin: Kin) -> None:
    await settle(benefits, kin)
    answer = await benefits.service.get(f"/v1/benefits/persons/{kin.person('a')}/assessments")
    told = await benefits.told(kin)
    assert answer.json()["household_id"] == kin.household()
    assert answer.json()["assessments"] == [told["a", scheme] for scheme in SCHEMES]
    again = await benefits.service.get(
        f"/v1/benefits/persons/{kin.person('a')}/assessments", headers={"if-none-match": answer.headers["etag"]}
    )
    assert again.status_code == 304


async def test_dibao_waits_until_all_members_have_been_heard_of(benefits: Benefits, kin: Kin) -> None:
    await benefits.service.hear([kin.settled("ab", dibao=DIBAO), kin.registered("a", **EVERYTHING)])
    assert {label for label, _ in await benefits.told(kin)} == {"a"}
    await benefits.service.hear([kin.registered("b", **EVERYTHING)])
    assert {label for label, _ in await benefits.told(kin)} == {"a", "b", "-"}


async def test_hukou_in_different_counties_is_for_a_clerk(benefits: Benefits, kin: Kin) -> None:
    elsewhere = kin.registered("b", **(EVERYTHING | {"hukou_division": NEAR}))
    await benefits.service.hear([kin.settled("ab", dibao=DIBAO), kin.registered("a", **EVERYTHING), elsewhere])
    assert await benefits.outcome(kin, "-", "dibao") == ("undetermined", ["unknown:household-hukou"])


async def test_facts_that_come_later_are_assessed_again_and_only_what_differs_is_replaced(
    benefits: Benefits, kin: Kin
) -> None:
    await settle(benefits, kin)
    path = f"/v1/benefits/households/{kin.household()}/assessments"
    before = await benefits.service.get(path)
    rows = "select subject_id, scheme, xmin::text from assessments"
    then = {tuple(row) for row in await benefits.service.database.pool.fetch(rows)}
    await benefits.service.hear([kin.facts("a", 2, **EVERYTHING)])
    assert (await benefits.service.get(path)).headers["etag"] == before.headers["etag"]
    assert {tuple(row) for row in await benefits.service.database.pool.fetch(rows)} == then
    await benefits.service.hear([kin.facts("a", 3, **(EVERYTHING | {"hukou_moved": False}))])
    assert await benefits.outcome(kin, "a", "170") == ("keep", ["hukou-not-moved"])
    assert (await benefits.service.get(path)).headers["etag"] != before.headers["etag"]
    now = {tuple(row) for row in await benefits.service.database.pool.fetch(rows)}
    assert {(row[0], row[1]) for row in now - then} == {(kin.person("a"), "170")}


async def test_an_older_word_changes_nothing(benefits: Benefits, kin: Kin) -> None:
    await settle(benefits, kin)
    await benefits.service.hear([kin.facts("a", 3, **(EVERYTHING | {"hukou_moved": False}))])
    await benefits.service.hear([kin.facts("a", 2, **EVERYTHING), kin.moved("a", 1)])
    assert await benefits.outcome(kin, "a", "170") == ("keep", ["hukou-not-moved"])
    assert ("b", "170") in await benefits.told(kin)


async def test_what_jobs_says_about_work_counts_before_what_was_stated(benefits: Benefits, kin: Kin) -> None:
    await settle(benefits, kin)
    await benefits.service.hear([kin.works("a", 1, {"division": NEAR})])
    assert await benefits.outcome(kin, "a", "110") == ("keep", ["same-county"])
    await benefits.service.hear([kin.stops("a", 2)])
    assert await benefits.outcome(kin, "a", "110") == ("keep", ["no-employment-elsewhere"])
    await benefits.service.hear([kin.facts("a", 2, **EVERYTHING)])
    assert await benefits.outcome(kin, "a", "110") == ("keep", ["no-employment-elsewhere"])
    assert await benefits.outcome(kin, "b", "110") == ("change", ["same-pool"])


async def test_jobs_may_speak_before_the_registry(benefits: Benefits, kin: Kin) -> None:
    await benefits.service.hear([kin.works("a", 1, {"division": NEAR})])
    await settle(benefits, kin)
    assert await benefits.outcome(kin, "a", "110") == ("keep", ["same-county"])


async def test_work_that_never_was_takes_jobs_word_back(benefits: Benefits, kin: Kin) -> None:
    await settle(benefits, kin, work=None)
    await benefits.service.hear([kin.works("a", 1, {"division": NEAR}), kin.stops("a", 2, reason="withdrawn")])
    assert (await benefits.told(kin))["a", "110"]["missing"] == [
        {"fact": "work", "supplied_by": ["person", "employer"]}
    ]


async def test_work_that_never_was_leaves_what_had_ended_before(benefits: Benefits, kin: Kin) -> None:
    await settle(benefits, kin, work=None)
    ended = kin.stops("a", 2, reason="withdrawn", has_worked=True)
    await benefits.service.hear([kin.works("a", 1, {"division": NEAR}), ended])
    assert {"fact": "work", "supplied_by": ["person", "employer"]} not in (await benefits.told(kin))["a", "110"][
        "missing"
    ]


async def test_of_several_employments_the_one_that_insures_counts(benefits: Benefits, kin: Kin) -> None:
    await settle(benefits, kin)
    farming = {"division": OLD, "form": "farming", "kind": None, "started_on": "2026-10-01"}
    older = {"division": HERE, "started_on": "2026-01-01"}
    newer = {"division": NEAR, "started_on": "2026-05-01"}
    await benefits.service.hear([kin.works("a", 1, newer, older, farming)])
    assert await benefits.outcome(kin, "a", "110") == ("keep", ["same-county"])


async def test_kind_of_employer_and_insurance_year_come_from_the_relation(benefits: Benefits, kin: Kin) -> None:
    public = paying(HERE, "paused", employer_kind="public")
    year = (*paying(OLD, since="2026-01-01"), *paying(HERE, since="2027-01-01"))
    await settle(benefits, kin, insurances=EVERYTHING["insurances"] | {"110": public, "390": year})
    assert await benefits.outcome(kin, "a", "110") == ("transfer", ["cross-system"])
    assert await benefits.outcome(kin, "a", "390") == ("keep", ["next-insurance-year"])
    year = (*paying(OLD, since="2025-01-01"), *paying(HERE, since="2026-01-01"))
    await benefits.service.hear(
        [kin.facts("a", 2, **(EVERYTHING | {"insurances": EVERYTHING["insurances"] | {"390": year}}))]
    )
    assert await benefits.outcome(kin, "a", "390") == ("transfer", ["cross-pool-residence"])


async def test_parameters_in_force_are_shown_with_their_source(benefits: Benefits, kin: Kin) -> None:
    await settle(benefits, kin)
    await benefits.service.database.pool.execute(
        """insert into parameters values ('resident_pension.intra_province_fund_move', '52', '2026-01-01', 'false', '示例'),
                  ('resident_pension.age', '', '2027-01-01', '61', '示例')"""
    )
    answer = await benefits.service.get("/v1/benefits/parameters")
    shown = {(p["name"], p["prefix"]): p for p in answer.json()["parameters"]}
    assert answer.json()["on"] == "2026-11-24"
    assert all(p["source"] for p in shown.values())
    assert shown["resident_pension.age", ""]["value"] == 60
    assert shown["resident_pension.intra_province_fund_move", "52"]["value"] is False
    later = (await benefits.service.get("/v1/benefits/parameters?on=2027-06-01")).json()["parameters"]
    assert [p["value"] for p in later if p["name"] == "resident_pension.age"] == [61]
    await benefits.service.hear([kin.facts("a", 2, **EVERYTHING)])
    assert (await benefits.told(kin))["a", "170"]["fund_moves"] is False


@pytest.mark.parametrize("path", ["households/{}/assessments", "persons/{}/assessments", "cases/{}"])
async def test_what_is_not_there_is_404_and_what_is_no_id_422(benefits: Benefits, kin: Kin, path: str) -> None:
    assert (await benefits.service.get("/v1/benefits/" + path.format(kin.person("a")))).status_code == 404
    assert (await benefits.service.get("/v1/benefits/" + path.format("nobody"))).status_code == 422
    unknown = await benefits.service.get("/v1/benefits/" + path.format(kin.person("a")) + "?colour=red")
    assert unknown.json()["type"] == "urn:anju:problem:unknown-parameter"
