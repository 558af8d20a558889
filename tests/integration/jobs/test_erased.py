"""Who was erased in the registry: what jobs forgets, and what stays for the figures."""

from __future__ import annotations

from typing import Any

from tests.integration.jobs.news import EMPLOYED, Family, picture
from tests.integration.jobs.test_employments import START
from tests.support.clients import Service


async def test_of_who_was_erased_no_employer_and_no_day_of_birth_is_left(jobs: Service) -> None:
    family = Family()
    await jobs.hear(
        [family.settled("ab"), family.registered("a", work=EMPLOYED), family.registered("b", work=EMPLOYED)]
    )
    body = START | {"person_id": family.person("a"), "employer": "91350100M000100Y43"}
    started = await jobs.post("/v1/jobs/employments", body)
    assert started.status_code == 201, started.text
    await jobs.hear([family.died("a", 2)])
    before = await picture(jobs.database, family)
    figures = (await jobs.get("/v1/jobs/statistics")).json()["items"]
    await jobs.said()
    await jobs.hear([family.erased("a", 3)])
    pool = jobs.database.pool
    copy = await pool.fetchrow("select * from person_copies where person_id = $1", family.person("a"))
    assert copy is not None
    assert (str(copy["birth_on"]), copy["work"], copy["labour_class"], copy["version"]) == ("1985-01-01", None, None, 3)
    spans = await pool.fetch("select * from employments where person_id = $1", family.person("a"))
    assert {(row["employer"], row["division"]) for row in spans} == {(None, None)}
    assert {row["form"] for row in spans} == {"migrant", "enterprise"}
    assert (await jobs.get("/v1/jobs/statistics")).json()["items"] == figures
    assert await jobs.said() == []
    assert await _of("b", before, family, jobs) == await _of("b", await picture(jobs.database, family), family, jobs)


async def test_an_older_word_brings_nothing_back(jobs: Service) -> None:
    """The erasure may be heard in one batch with what came before it, before that, or twice."""
    family = Family()
    await jobs.hear([family.settled("a"), family.registered("a", work=EMPLOYED)])
    late = family.facts("a", 2, work=EMPLOYED)
    died = family.died("a", 3)
    await jobs.hear([died, family.erased("a", 4), late])
    await jobs.hear([family.erased("a", 4)])
    await jobs.hear([family.facts("a", 2, work=EMPLOYED)])
    copy = await jobs.database.pool.fetchrow("select * from person_copies where person_id = $1", family.person("a"))
    assert copy is not None
    assert (copy["version"], copy["state"], copy["work"], str(copy["birth_on"])) == (4, "deceased", None, "1985-01-01")


async def test_of_whom_jobs_never_heard_nothing_is_made(jobs: Service) -> None:
    family = Family()
    await jobs.hear([family.erased("x", 5)])
    assert await jobs.database.pool.fetchval("select count(*) from person_copies") == 0


async def _of(label: str, shown: dict[str, Any], family: Family, jobs: Service) -> list[Any]:
    return [row for row in shown["employments"] if row["person_id"] == label]
