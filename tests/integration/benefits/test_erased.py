"""Who was erased in the registry: what benefits forgets, and which record stays."""

from __future__ import annotations

import json

from tests.integration.benefits.news import EVERYTHING, Benefits, Kin


async def test_of_who_was_erased_only_the_case_itself_is_left(benefits: Benefits) -> None:
    kin = Kin()
    people = [kin.registered(label, **EVERYTHING) for label in "ab"]
    await benefits.service.hear([kin.settled("ab"), *people, kin.works("a", 1, {"division": "522731"})])
    case = await benefits.applied(kin, "a", "170")
    other = await benefits.applied(kin, "b", "170")
    await benefits.service.hear([kin.died("a", 2, **EVERYTHING)])
    told = {key: value for key, value in (await benefits.told(kin)).items() if key[0] == "b"}
    figures = (await benefits.service.get("/v1/benefits/statistics")).json()["items"]
    await benefits.service.said()
    await benefits.service.hear([kin.erased("a", 3)])
    pool, a = benefits.service.database.pool, kin.person("a")
    facts = await pool.fetchval("select facts from person_copies where person_id = $1", a)
    assert {name: value for name, value in facts.items() if value not in (None, False, {})} == {
        "sex": "1",
        "birth_on": "1985-01-01",
        "residence_division": facts["residence_division"],
    }
    assert await pool.fetchval("select work from work_copies where person_id = $1", a) is None
    assert await pool.fetchval("select count(*) from assessments where subject_id = $1", a) == 0
    kept = await benefits.case(case["case_id"])
    assert kept["status"] == "withdrawn"
    law = await pool.fetchrow("select law, article from cases where case_id = $1", case["case_id"])
    assert law is not None
    assert all(law.values())
    assert await pool.fetchval("select based_on from cases where case_id = $1", case["case_id"]) == {}
    assert (await benefits.case(other["case_id"]))["status"] == other["status"]
    assert {key: value for key, value in (await benefits.told(kin)).items() if key[0] == "b"} == told
    assert (await benefits.service.get("/v1/benefits/statistics")).json()["items"] == figures
    assert [json.loads(event.data) for event in await benefits.service.said()] == []
    # A later word of others is followed as ever, and an older one of the erased brings nothing back.
    await benefits.service.hear([kin.facts("a", 1, **EVERYTHING), kin.changed("b", 2)])
    assert await pool.fetchval("select version from person_copies where person_id = $1", a) == 3
