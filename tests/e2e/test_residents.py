"""A resident acts through an app: bound at the window by staff, then by the app's own login, for what is the resident's own."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.login import ISSUER, exchange_form, id_token
from tests.support.people import household, member, plan
from tests.support.platform import Platform

COMMUNITY = "522731003078"


class Resident:
    """The head of a household, with the token that the app backend got for it."""

    def __init__(self, platform: Platform, view: dict[str, Any]) -> None:
        self.platform = platform
        self.home: str = view["household_id"]
        self.head, self.wife, self.son = (each["person_id"] for each in view["members"])
        self.token = ""

    def sign_in(self, account: str) -> httpx.Response:
        who = self.platform.credentials("app-backend")
        form = exchange_form(who["id"], who["secret"], id_token(sub=account))
        answer = self.platform.http.post("/oauth2/token", data=form)
        self.token = answer.json().get("access_token", "")
        return answer

    def get(self, path: str) -> httpx.Response:
        return self.platform.http.get(path, headers={"authorization": f"Bearer {self.token}"})


@pytest.fixture(scope="module")
def resident(platform: Platform) -> Resident:
    assert platform.ask("PUT", f"/v1/registry/communities/{COMMUNITY}", plan()).status_code == 201
    people = member(), member("12", "19820722", female=True), member("20", "20150508")
    body = household(*people, dibao={"receiving": True, "household_class": "rural"}) | {"community": COMMUNITY}
    settled = platform.ask("POST", "/v1/registry/households", body)
    assert settled.status_code == 201, settled.text
    return Resident(platform, settled.json())


def test_a_resident_reads_what_is_its_own_until_the_binding_is_revoked(platform: Platform, resident: Resident) -> None:
    assert resident.sign_in("u-e2e").json()["error"] == "invalid_request"
    body = {"issuer": ISSUER, "account": "u-e2e", "person_id": resident.head, "evidence": "身份证原件核对"}
    assert platform.ask("POST", "/v1/app-accounts", body, role="community-cadre").status_code == 403
    bound = platform.ask("POST", "/v1/app-accounts", body, role="street-welfare-clerk")
    assert bound.status_code == 201, bound.text
    assert resident.sign_in("u-e2e").status_code == 200

    for person, status in ((resident.head, 200), (resident.son, 200), (resident.wife, 404)):
        answer = resident.get(f"/v1/registry/persons/{person}")
        assert answer.status_code == status
        assert status == 404 or "*" not in answer.json()["id_number"]
    overview = resident.get(f"/v1/households/{resident.home}/overview").json()
    assert set(overview) == {"household", "unavailable"}
    assert [each["id_number"] is None for each in overview["household"]["members"]] == [False, True, False]

    clerk = platform.ask(
        "GET", f"/v1/registry/persons/{resident.head}?purpose=dibao-review", role="street-welfare-clerk"
    )
    assert clerk.status_code == 200
    log = resident.get(f"/v1/registry/persons/{resident.head}/accesses").json()["items"]
    assert {(note["role"], note["purpose"]) for note in log} == {
        ("resident", "own-data"),
        ("street-welfare-clerk", "dibao-review"),
    }

    for path in (
        "/v1/registry/households",
        "/v1/registry/statistics",
        f"/v1/benefits/persons/{resident.head}/assessments",
        f"/v1/jobs/households/{resident.home}",
        f"/v1/grid/households/{resident.home}",
        "/v1/staff",
    ):
        assert resident.get(path).status_code == 403, path
    assert resident.get(f"/v1/communities/{COMMUNITY}/overview").status_code == 404

    revocation = f"/v1/app-accounts/{bound.json()['binding_id']}/revocation"
    revoked = platform.ask("POST", revocation, {"reason": "手机遗失"}, role="street-welfare-clerk")
    assert revoked.status_code == 200
    assert resident.get(f"/v1/registry/persons/{resident.head}").status_code == 401
    assert resident.sign_in("u-e2e").status_code == 400
