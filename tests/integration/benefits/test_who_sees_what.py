"""Every route by role and place: scopes, the place of the household, the schemes of the agency."""

from __future__ import annotations

from typing import Any

import pytest

from shared.auth import Role
from tests.integration.benefits.news import COMMUNITY, EVERYTHING, OLD, SCHEMES, Benefits, Kin

ALL, INSURANCE, DIBAO = {*SCHEMES, "dibao"}, set(SCHEMES), {"dibao"}
STREET, COUNTY = "522731003", "522731"
READERS: list[tuple[Role, str | None, set[str]]] = [
    (Role.STREET_WELFARE_CLERK, STREET, ALL),
    (Role.STREET_WELFARE_CLERK, "522731004", set()),
    (Role.COUNTY_CIVIL_AFFAIRS, COUNTY, DIBAO),
    (Role.COUNTY_CIVIL_AFFAIRS, "522732", set()),
    (Role.INSURANCE_AGENCY, COUNTY, INSURANCE),
    (Role.INSURANCE_AGENCY, "522732", set()),
    (Role.PARTNER_AGENCY, COUNTY, ALL),
    (Role.APP_BACKEND, f"{COMMUNITY}/1/1", ALL),
    (Role.APP_BACKEND, f"{COMMUNITY}/1/2", set()),
    (Role.DEVELOPER, None, ALL),
]
OUTSIDERS = [
    Role.BLOCK_HEAD,
    Role.COMMUNITY_CADRE,
    Role.COMMUNITY_SECRETARY,
    Role.EMPLOYMENT_SERVICE,
    Role.GRID_CENTRE,
    Role.AUDITOR,
    Role.ADMIN,
    Role.RESIDENT,
]
CONFIRM = {"decision": "confirm", "note": "已核对"}


@pytest.fixture
async def kin(benefits: Benefits) -> Kin:
    kin = Kin()
    facts = EVERYTHING | {"hukou_moved": False}
    await benefits.service.hear(
        [kin.settled("a", dibao={"receiving": True, "division": OLD}), kin.registered("a", **facts)]
    )
    return kin


@pytest.fixture
async def cases(benefits: Benefits, kin: Kin) -> dict[str, str]:
    """By scheme: a refusal that is proposed."""
    found = [await benefits.applied(kin, label, scheme) for label, scheme in (("a", "170"), ("-", "dibao"))]
    return {case["scheme"]: case["case_id"] for case in found}


@pytest.mark.parametrize(("role", "place", "schemes"), READERS)
async def test_readers_see_their_place_and_their_schemes(
    benefits: Benefits, kin: Kin, cases: dict[str, str], role: Role, place: str | None, schemes: set[str]
) -> None:
    as_role: dict[str, Any] = {"role": role, "place": place}
    household = await benefits.service.get(f"/v1/benefits/households/{kin.household()}/assessments", **as_role)
    person = await benefits.service.get(f"/v1/benefits/persons/{kin.person('a')}/assessments", **as_role)
    listed = (await benefits.service.get("/v1/benefits/cases", **as_role)).json()["items"]
    assert {case["scheme"] for case in listed} == schemes & set(cases)
    for scheme, case_id in cases.items():
        answer = await benefits.service.get(f"/v1/benefits/cases/{case_id}", **as_role)
        assert answer.status_code == (200 if scheme in schemes else 404)
    if schemes:
        assert {a["scheme"] for a in household.json()["assessments"]} == schemes
        assert {a["scheme"] for a in person.json()["assessments"]} == schemes - DIBAO
    else:
        assert (household.status_code, person.status_code) == (404, 404)
    assert (await benefits.service.get("/v1/benefits/parameters", **as_role)).status_code == 200


@pytest.mark.parametrize("role", OUTSIDERS)
async def test_others_have_no_scope(benefits: Benefits, kin: Kin, cases: dict[str, str], role: Role) -> None:
    for path in (
        f"households/{kin.household()}/assessments",
        f"persons/{kin.person('a')}/assessments",
        "cases",
        f"cases/{cases['170']}",
        "parameters",
    ):
        answer = await benefits.service.get(f"/v1/benefits/{path}", role=role)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:anju:problem:scope-missing")
    for answer in (
        await benefits.apply(kin, "a", "170", role=role),
        await benefits.act(cases["170"], "refusal", CONFIRM, role=role),
        await benefits.act(cases["170"], "withdrawal", {}, role=role),
    ):
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("role", "place", "status"),
    [
        (Role.STREET_WELFARE_CLERK, STREET, 201),
        (Role.STREET_WELFARE_CLERK, "522731004", 404),
        (Role.APP_BACKEND, COMMUNITY, 201),
        (Role.APP_BACKEND, f"{COMMUNITY}/1/2", 404),
        (Role.COUNTY_CIVIL_AFFAIRS, COUNTY, 403),
        (Role.INSURANCE_AGENCY, COUNTY, 403),
        (Role.PARTNER_AGENCY, COUNTY, 403),
    ],
)
async def test_who_may_apply(benefits: Benefits, kin: Kin, role: Role, place: str, status: int) -> None:
    for label, scheme in (("a", "170"), ("-", "dibao")):
        assert (await benefits.apply(kin, label, scheme, role=role, place=place)).status_code == status


@pytest.mark.parametrize(
    ("role", "place", "statuses"),
    [
        (Role.STREET_WELFARE_CLERK, STREET, (200, 200)),
        (Role.STREET_WELFARE_CLERK, "522731004", (404, 404)),
        (Role.INSURANCE_AGENCY, COUNTY, (200, 404)),
        (Role.COUNTY_CIVIL_AFFAIRS, COUNTY, (404, 200)),
        (Role.PARTNER_AGENCY, COUNTY, (403, 403)),
        (Role.DEVELOPER, None, (403, 403)),
    ],
)
async def test_who_may_decide(
    benefits: Benefits, cases: dict[str, str], role: Role, place: str | None, statuses: tuple[int, int]
) -> None:
    answers = [
        await benefits.act(cases[scheme], "refusal", CONFIRM, role=role, place=place) for scheme in ("170", "dibao")
    ]
    assert tuple(answer.status_code for answer in answers) == statuses


async def test_the_foreign_and_the_missing_look_alike(benefits: Benefits, kin: Kin) -> None:
    hide = {"instance", "trace_id"}
    path = "/v1/benefits/households/{}/assessments"
    foreign = await benefits.service.get(path.format(kin.household()), role=Role.APP_BACKEND, place="522732")
    missing = await benefits.service.get(path.format(kin.person("a")))
    assert {k: v for k, v in foreign.json().items() if k not in hide} == {
        k: v for k, v in missing.json().items() if k not in hide
    }
