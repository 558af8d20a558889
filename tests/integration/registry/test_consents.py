"""Consents: given, replaced, withdrawn; reads for purposes that rest on them."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from typing import Any

import pytest

from services.registry import examples
from services.registry.consents import domain
from services.registry.consents.notices import NOTICES, Notice
from services.registry.persons.domain import Purpose
from shared.auth import Role
from tests.support.clients import Service
from tests.support.people import COMMUNITY, household, member
from tests.support.runtime import until

PERSONS = "/v1/registry/persons"
CONSENTS = "/v1/registry/consents"
CLERK: dict[str, Any] = {"role": Role.STREET_WELFARE_CLERK, "place": "522731003", "subject": "clerk"}
CADRE: dict[str, Any] = {"role": Role.COMMUNITY_CADRE, "place": COMMUNITY, "subject": "cadre"}
GIVEN = {**examples.CONSENT, "given_on": "2026-06-02"}


class Family:
    """A head, the spouse, and a child of six."""

    def __init__(self, registry: Service, view: dict[str, Any]) -> None:
        self.registry = registry
        self.path = f"/v1/registry/households/{view['household_id']}"
        self.head, self.spouse, self.child = (each["person_id"] for each in view["members"])

    async def give(self, person_id: str, **more: Any) -> Any:
        return await self.registry.post(f"{PERSONS}/{person_id}/consents", {**GIVEN, **more}, **CADRE)

    async def consented(self, person_id: str, **more: Any) -> str:
        answer = await self.give(person_id, **more)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["consent_id"])

    async def withdraw(self, consent_id: str, **body: Any) -> Any:
        return await self.registry.post(f"{CONSENTS}/{consent_id}/withdrawal", body, **CADRE)

    async def read(self, path: str, purpose: str = "employment") -> Any:
        return await self.registry.get(f"{path}?purpose={purpose}", **CLERK)

    async def log(self) -> list[tuple[str, str, str | None]]:
        rows = await self.registry.database.pool.fetch("select * from access_log order by id")
        return [(row["person_id"], row["legal_basis"], row["consent_id"]) for row in rows]


@pytest.fixture
async def family(estate: Service) -> Family:
    members = (member() | {"name": "王小明"}, member("12", "19820722", female=True), member("20", "20200508"))
    view = (await estate.post("/v1/registry/households", household(*members))).json()
    await estate.said()
    return Family(estate, view)


async def test_without_consent_nothing_is_shown_and_nothing_noted(family: Family) -> None:
    answer = await family.read(f"{PERSONS}/{family.head}")
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (403, "urn:anju:problem:consent-needed")
    assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [("query:purpose", "consent-missing")]
    assert problem["people"] == [{"person_id": family.head, "code": "consent-missing"}]
    assert "王小明" not in answer.text
    assert await family.log() == []
    zh = await family.registry.get(
        f"{PERSONS}/{family.head}?purpose=employment", headers={"accept-language": "zh"}, **CLERK
    )
    assert (zh.json()["title"], zh.json()["errors"][0]["detail"]) == (
        "该用途须经本人同意，目前没有有效的同意",
        "尚未同意",
    )


async def test_what_rests_on_law_is_read_without_consent(family: Family) -> None:
    assert (await family.read(f"{PERSONS}/{family.head}", "insurance")).status_code == 200
    assert await family.log() == [(family.head, "legal-duty", None)]


async def test_with_consent_it_is_read_and_the_record_names_the_consent(family: Family) -> None:
    consent_id = await family.consented(family.head)
    answer = await family.read(f"{PERSONS}/{family.head}")
    assert (answer.status_code, answer.json()["name"]) == (200, "王小明")
    assert await family.log() == [(family.head, "consent", consent_id)]


async def test_a_household_is_read_where_everybody_has_consented(family: Family) -> None:
    first = await family.consented(family.head)
    gone = await family.consented(family.spouse)
    await family.withdraw(gone)
    refused = await family.read(family.path)
    assert {(p["person_id"], p["code"]) for p in refused.json()["people"]} == {
        (family.spouse, "consent-withdrawn"),
        (family.child, "consent-missing"),
    }
    assert await family.log() == []
    guardian = {"relation": "mother", "person_id": family.spouse}
    others = {family.spouse: await family.consented(family.spouse)}
    others[family.child] = await family.consented(family.child, guardian=guardian)
    assert (await family.read(family.path)).status_code == 200
    assert {(person, consent) for person, _, consent in await family.log()} == {(family.head, first), *others.items()}


async def test_a_withdrawal_holds_for_the_next_read(family: Family) -> None:
    consent_id = await family.consented(family.head)
    for _ in range(3):
        assert (await family.read(f"{PERSONS}/{family.head}")).status_code == 200
    assert (await family.withdraw(consent_id)).status_code == 200
    answer = await family.read(f"{PERSONS}/{family.head}")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "consent-withdrawn")
    assert len(await family.log()) == 3


async def test_no_read_that_begins_after_a_withdrawal_was_answered_succeeds(family: Family) -> None:
    """Reads at full tilt by several, while consents come and go."""
    path = f"{PERSONS}/{family.head}"
    done = asyncio.Event()
    acts = 0
    """Odd: a consent may stand. Even: a withdrawal was answered, and none was given since."""
    wrong: list[int] = []
    reads = {200: 0, 403: 0}

    async def read() -> None:
        while not done.is_set():
            before = acts
            status = (await family.read(path)).status_code
            reads[status] += 1
            if status == 200 and before == acts and acts % 2 == 0:
                wrong.append(acts)

    async def more_of(status: int) -> None:
        seen = reads[status]

        async def came() -> bool:
            return reads[status] > seen

        await until(came)

    readers = [asyncio.create_task(read()) for _ in range(3)]
    for _ in range(8):
        acts += 1
        consent_id = await family.consented(family.head)
        await more_of(200)
        await family.withdraw(consent_id)
        acts += 1
        await more_of(403)
    done.set()
    await asyncio.gather(*readers)
    assert wrong == []
    assert min(reads.values()) >= 8


async def test_a_newer_consent_replaces_the_one_that_stands_and_all_stays_readable(family: Family) -> None:
    first, second = await family.consented(family.head), await family.consented(family.head)
    shown = (await family.registry.get(f"{PERSONS}/{family.head}/consents", **CADRE)).json()["items"]
    assert [(c["consent_id"], c["status"], c["replaces"]) for c in shown] == [
        (second, "standing", first),
        (first, "replaced", None),
    ]
    assert (shown[0]["recorded_by"], shown[0]["evidence"], shown[1]["ended_by"]) == ("cadre", "TY-2026-0001", "cadre")
    assert (await family.withdraw(first)).json()["type"] == "urn:anju:problem:illegal-move"
    assert (await family.withdraw(second, because="本人要求")).json()["because"] == "本人要求"
    assert (await family.withdraw(second)).status_code == 409
    kept = await family.registry.database.pool.fetch("select status from consent_endings order by ended_at")
    assert [row["status"] for row in kept] == ["replaced", "withdrawn"]


async def test_given_at_once_by_two_one_stands(family: Family) -> None:
    answers = await asyncio.gather(*(family.give(family.head) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    shown = (await family.registry.get(f"{PERSONS}/{family.head}/consents", **CADRE)).json()["items"]
    assert sorted(c["status"] for c in shown) == ["replaced"] * 5 + ["standing"]


async def test_news_carry_ids_and_codes_only(family: Family) -> None:
    first = await family.consented(family.head)
    second = await family.consented(family.head)
    await family.withdraw(second, because="本人要求")
    said = [(e.type, e.topic, e.key, json.loads(e.data)) for e in await family.registry.said()]
    common = {"person_id": family.head, "purpose": "employment", "notice": "employment-1", "by_guardian": False}
    given = {**common, "state": "standing", "version": 1}
    assert said == [
        ("registry.consent-given.v1", "registry.consent", first, {**given, "consent_id": first, "replaces_id": None}),
        (
            "registry.consent-given.v1",
            "registry.consent",
            second,
            {**given, "consent_id": second, "replaces_id": first},
        ),
        (
            "registry.consent-withdrawn.v1",
            "registry.consent",
            second,
            {**common, "state": "withdrawn", "version": 2, "consent_id": second, "replaces_id": first},
        ),
    ]


async def test_for_a_child_under_fourteen_a_guardian_consents(family: Family) -> None:
    refused = await family.give(family.child)
    assert refused.status_code == 422
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [("/guardian", "guardian-missing")]
    taken = await family.give(family.child, guardian={"relation": "father", "person_id": family.head})
    assert (taken.status_code, taken.json()["guardian_id"]) == (201, family.head)
    unknown = await family.give(family.child, guardian={"relation": "father", "person_id": family.path[-36:]})
    assert [e["code"] for e in unknown.json()["errors"]] == ["guardian-unknown"]


async def test_a_notice_that_changed_in_substance_asks_again(family: Family, monkeypatch: pytest.MonkeyPatch) -> None:
    await family.consented(family.head)
    today = (await family.registry.get("/v1/registry/purposes")).json()["items"]
    assert {p["purpose"] for p in today if p["needs_consent"]} == {"employment"}
    changed = Notice("employment-2", Purpose.EMPLOYMENT, date(2026, 6, 3), "notice.employment.2", True)
    notices = (*NOTICES, changed)
    for name in ("reason_against", "notice_in_force", "against_giving"):
        function = getattr(domain, name)
        monkeypatch.setattr(function, "__defaults__", (notices,))
    answer = await family.read(f"{PERSONS}/{family.head}")
    assert [e["code"] for e in answer.json()["errors"]] == ["consent-outdated"]
    await family.consented(family.head, notice="employment-2", given_on="2026-06-04")
    assert (await family.read(f"{PERSONS}/{family.head}")).status_code == 200


async def test_consents_are_seen_and_taken_where_the_place_covers_the_person(family: Family) -> None:
    elsewhere: dict[str, Any] = {"role": Role.COMMUNITY_CADRE, "place": "522731003099"}
    consent_id = await family.consented(family.head)
    assert (await family.registry.post(f"{PERSONS}/{family.head}/consents", GIVEN, **elsewhere)).status_code == 404
    assert (await family.registry.get(f"{CONSENTS}/{consent_id}", **elsewhere)).status_code == 404
    assert (await family.registry.post(f"{CONSENTS}/{consent_id}/withdrawal", {}, **elsewhere)).status_code == 404
    assert (await family.registry.get(f"{PERSONS}/{family.head}/consents", **elsewhere)).status_code == 404
    assert (await family.registry.post(f"{PERSONS}/{family.head}/consents", GIVEN, **CLERK)).status_code == 403
    assert (await family.registry.get(f"{CONSENTS}/{consent_id}", **CADRE)).json()["status"] == "standing"


async def test_purposes_and_their_bases_are_open_to_every_account(family: Family) -> None:
    answer = await family.registry.get("/v1/registry/purposes", role=Role.RESIDENT)
    shown = {p["purpose"]: p for p in answer.json()["items"]}
    assert set(shown) == {str(purpose) for purpose in Purpose}
    assert (shown["transfer"]["legal_basis"], shown["transfer"]["notice"]) == ("legal-duty", "transfer-1")
    assert "Order765-12" in shown["transfer"]["law_ref"]


async def test_a_repeated_request_takes_one_consent(family: Family) -> None:
    key = {"idempotency-key": "consent-1"}
    path = f"{PERSONS}/{family.head}/consents"
    answers = [await family.registry.post(path, GIVEN, headers=key, **CADRE) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert await family.registry.database.pool.fetchval("select count(*) from consents") == 1
