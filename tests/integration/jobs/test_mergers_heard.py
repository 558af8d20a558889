"""A merging in the registry, as jobs, benefits and the registry itself come to know of it, and of the parting after it."""

from __future__ import annotations

from typing import Any

import pytest

from shared.auth import Role
from tests.integration.conftest import NewService
from tests.support.clients import Service
from tests.support.people import COMMUNITY, household, member, plan

WORK = {"status": "employed", "form": "migrant", "division": "330106", "started_on": "2025-03-01"}
HUKOU = {"division": "522328", "moved": False}
CADRE: dict[str, Any] = {"role": Role.COMMUNITY_CADRE, "subject": "cadre"}
SECRETARY: dict[str, Any] = {"role": Role.COMMUNITY_SECRETARY, "subject": "secretary"}


class County:
    """Three services that hear one another. `a` lives in flat 101 and is known to have no work; entered once more, with work and a child,
    in flat 201: `b`."""

    def __init__(self, registry: Service, jobs: Service, benefits: Service) -> None:
        self.registry, self.jobs, self.benefits = registry, jobs, benefits
        self.a = self.b = self.home = self.other = ""

    async def carry(self) -> None:
        while True:
            news, work, cases = await self.registry.said(), await self.jobs.said(), await self.benefits.said()
            await self.jobs.hear(news)
            await self.benefits.hear([*work, *news])
            await self.registry.hear([*work, *cases])
            if not (news or work or cases):
                return

    async def view(self, service: str, path: str) -> Any:
        answer = await getattr(self, service).get(f"/v1/{service}/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def all_seen(self) -> dict[str, Any]:
        """All that a merging may change of both, but versions and when it was assessed."""
        found: dict[str, Any] = {}
        for person in (self.a, self.b):
            work = await self.view("jobs", f"persons/{person}")
            told = await self.view("benefits", f"persons/{person}/assessments")
            found[person] = {
                "jobs": {k: v for k, v in work.items() if k != "version"},
                "benefits": [{k: v for k, v in a.items() if k != "assessed_at"} for a in told["assessments"]],
                "registry": ((await self.view("registry", f"persons/{person}"))["work"] or {}).get("employments", []),
            }
        for home in (self.home, self.other):
            standing = await self.view("jobs", f"households/{home}")
            found[home] = {k: v for k, v in standing.items() if k not in ("version", "without_work_since")}
        return found


@pytest.fixture
async def county(new_service: NewService) -> County:
    registry, jobs, benefits = [await new_service(name) for name in ("registry", "jobs", "benefits")]
    county = County(registry, jobs, benefits)
    assert (await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())).status_code == 201
    own = household(member(labour_class="ORDINARY", work={"status": "none"}, hukou=HUKOU))
    again = member(birth="19800316", labour_class="ORDINARY", work=WORK, hukou=HUKOU)
    other = household(again, member("21", birth="20150101", labour_class="NONE"), flat="201")
    one, two = [(await registry.post("/v1/registry/households", body)).json() for body in (own, other)]
    county.home, county.other = one["household_id"], two["household_id"]
    county.a, county.b = one["members"][0]["person_id"], two["members"][0]["person_id"]
    await county.carry()
    return county


async def test_what_the_registry_merges_goes_along_and_parted_comes_back(county: County) -> None:
    a, b = county.a, county.b
    applied = await county.benefits.post("/v1/benefits/applications", {"person_id": b, "scheme": "170"})
    case = f"cases/{applied.json()['case_id']}"
    await county.carry()
    before = await county.all_seen()
    assert [e["form"] for e in before[b]["jobs"]["employments"]] == ["migrant"]
    assert (before[county.home]["without_work"], before[county.other]["standing"]) == (True, "in-work")

    asked = await county.registry.post(f"/v1/registry/persons/{b}/merger", {"into": a, "reason": "重复登记"}, **CADRE)
    approved = await county.registry.post(f"{asked.headers['location']}/approval", {}, **SECRETARY)
    assert approved.status_code == 200, approved.text
    await county.carry()
    merged = await county.all_seen()
    assert merged[b]["jobs"] == merged[a]["jobs"] | {"person_id": b, "merged_into": a}
    assert merged[b]["benefits"] == merged[a]["benefits"]
    assert [(e["person_id"], e["recorded_under"]) for e in merged[a]["jobs"]["employments"]] == [(a, b)]
    assert [e["form"] for e in merged[a]["registry"]] == ["migrant"]
    assert (merged[county.home]["standing"], merged[county.other]["standing"]) == ("in-work", "no-labour")
    shown = await county.view("benefits", case)
    assert (shown["person_id"], shown["household_id"], shown["recorded_under"]) == (a, county.home, b)

    parted = await county.registry.post(
        f"/v1/registry/persons/{b}/merger/withdrawal", {"reason": "系同名两人"}, **CADRE
    )
    assert parted.status_code == 200, parted.text
    await county.carry()
    assert await county.all_seen() == before
    shown = await county.view("benefits", case)
    assert (shown["person_id"], shown["household_id"], shown["recorded_under"]) == (b, county.other, None)
