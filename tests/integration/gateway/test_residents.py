"""Residents at the gateway: who binds an app account to a person, and what an app backend gets for it by token exchange (RFC 8693)."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.gateway.disabled import Disabled, TokenRevoked
from services.gateway.residents.logins import Logins
from shared import clock
from shared.auth import Role, Verifier
from shared.ids import new_id
from shared.issuer import Issuer
from tests.integration.gateway.accounts import ACCOUNTS, client_token, secret_of, sign_in
from tests.integration.gateway.conftest import NewGateway
from tests.integration.gateway.upstreams import served
from tests.support.clients import Service
from tests.support.login import APP, ISSUER, KEY, exchange_form, id_token, login, write_logins

MORE = [
    {"role": "app-backend", "kind": "client", "id": "app", "secret": "a" * 32, "place": "522731"},
    {"role": "app-backend", "kind": "client", "id": "other-app", "secret": "b" * 32, "place": "522731"},
    {
        "role": "street-welfare-clerk",
        "kind": "staff",
        "id": "clerk",
        "secret": "a clerk's password",
        "place": "522731003",
    },
]
OTHER_KEY = ECKey.generate_key("P-256", {"kid": "other", "use": "sig"}, private=True)


@dataclass
class People:
    """What stands behind the gateway as registry: people by id, with their status; all else is not there."""

    statuses: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/v1/registry/persons/{person_id}", self._answer)])

    async def _answer(self, request: Request) -> Response:
        self.asked.append(request.headers["authorization"])
        status = self.statuses.get(request.path_params["person_id"])
        return JSONResponse({"status": status}) if status else JSONResponse({}, 404)


@pytest.fixture
def people() -> People:
    return People({new_id(): "resident"})


@pytest.fixture
def person(people: People) -> str:
    return next(iter(people.statuses))


@pytest.fixture
async def gateway(new_gateway: NewGateway, people: People, tmp_path: Path) -> AsyncIterator[Service]:
    other = login("other-app", "https://other.test", "x", OTHER_KEY)
    logins = write_logins(tmp_path / "logins.json", login("app"), other)
    (tmp_path / "accounts.json").write_text(json.dumps(ACCOUNTS + MORE))
    async with served(people.app()) as url:
        yield await new_gateway(registry_url=url, resident_logins_file=logins)


async def staff(gateway: Service, account: str = "clerk") -> dict[str, str]:
    secret = next(str(each["secret"]) for each in ACCOUNTS + MORE if each["id"] == account)
    token = (await sign_in(gateway, account, secret)).json()["access_token"]
    return {"authorization": f"Bearer {token}", "idempotency-key": new_id()}


async def bind(gateway: Service, person: str, by: str = "clerk", **more: Any) -> httpx.Response:
    body = {"issuer": ISSUER, "account": "u-1", "person_id": person, "evidence": "身份证原件核对"} | more
    return await gateway.http.post("/v1/app-accounts", json=body, headers=await staff(gateway, by))


async def exchange(gateway: Service, token: str | None = None, client: str = "app", **form: str) -> httpx.Response:
    secret = next(str(each["secret"]) for each in ACCOUNTS + MORE if each["id"] == client)
    data = exchange_form(client, secret, token or id_token())
    return await gateway.http.post("/oauth2/token", data=data | form)


async def test_an_app_acts_for_the_person_that_staff_bound_its_account_to(gateway: Service, person: str) -> None:
    bound = await bind(gateway, person)
    assert bound.status_code == 201, bound.text
    answer = await exchange(gateway)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    view = answer.json()
    assert {name: view[name] for name in view if name != "access_token"} == {
        "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "token_type": "Bearer",
        "expires_in": 300,
    }
    signer = gateway.app.state.signer
    _, claims = await Issuer(gateway.app.state.settings.issuer, "anju", ["Ed25519"], "", signer.keys).read(
        view["access_token"]
    )
    assert (claims["sub"], claims["act"], claims["scope"], claims["role"]) == (person, {"sub": "app"}, "", "resident")
    actor = await Verifier(gateway.app.state.settings.issuer, "", signer.keys).actor(view["access_token"])
    assert (actor.role, actor.scopes, actor.place.person, actor.client) == (Role.RESIDENT, frozenset(), person, "app")
    assert not actor.place.covers("522731003012")
    through = await gateway.http.get(
        f"/v1/registry/persons/{person}", headers={"authorization": f"Bearer {view['access_token']}"}
    )
    assert through.status_code == 200


async def test_a_token_lives_no_longer_than_what_it_was_exchanged_for(gateway: Service, person: str) -> None:
    await bind(gateway, person)
    soon = await exchange(gateway, id_token(exp=int(time.time()) + 40))
    assert 30 < soon.json()["expires_in"] <= 40


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(lambda: "no token", id="garbage"),
        pytest.param(lambda: id_token(sub="u-2"), id="bound to nobody"),
        pytest.param(lambda: id_token(exp=int(time.time()) - 60), id="expired"),
        pytest.param(lambda: id_token(exp=int(time.time()) - 1), id="expired within the leeway"),
        pytest.param(lambda: id_token(iat=int(time.time()) - 601), id="of an old sign-in"),
        pytest.param(lambda: id_token(iat=int(time.time()) + 60), id="of a sign-in to come"),
        pytest.param(lambda: id_token(iat=None), id="of no time"),
        pytest.param(lambda: id_token(iat="now"), id="of a time that is none"),
        pytest.param(lambda: id_token(exp=None), id="without end"),
        pytest.param(lambda: id_token(aud="another-app"), id="for another app"),
        pytest.param(lambda: id_token(aud=[APP, "another-app"]), id="for another app too"),
        pytest.param(lambda: id_token(iss="https://elsewhere.test"), id="of another issuer"),
        pytest.param(lambda: id_token(key=OTHER_KEY), id="signed by another"),
        pytest.param(lambda: id_token(header={"typ": "at+jwt"}), id="an access token"),
        pytest.param(lambda: id_token(sub=""), id="of no account"),
        pytest.param(lambda: id_token(sub=7), id="of an account that is no text"),
        pytest.param(
            lambda: jwt.encode(
                {"alg": "HS256", "kid": "login"},
                {"sub": "u-1"},
                OctKey.import_key(json.dumps(KEY.as_dict(private=False))),
            ),
            id="signed with the public key as a secret",
        ),
    ],
)
async def test_what_proves_nobody_is_refused(gateway: Service, person: str, token: Any) -> None:
    await bind(gateway, person)
    answer = await exchange(gateway, token())
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert set(answer.json()) == {"error", "error_description"}


async def test_a_token_of_one_apps_login_is_worth_nothing_to_another_app(gateway: Service, person: str) -> None:
    await bind(gateway, person)
    other = await exchange(gateway, client="other-app")
    assert (other.status_code, other.json()["error"]) == (400, "invalid_request")
    signed_by_the_other = id_token(key=OTHER_KEY, iss="https://other.test", aud="x")
    unbound = await exchange(gateway, signed_by_the_other, client="other-app")
    assert unbound.json()["error_description"] == "staff has bound this account to no person yet"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:access_token"}, "invalid_request"),
        ({"subject_token_type": ""}, "invalid_request"),
        ({"subject_token": ""}, "invalid_request"),
        ({"actor_token": "x"}, "invalid_request"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}, "invalid_request"),
        ({"audience": "elsewhere"}, "invalid_target"),
        ({"resource": "https://elsewhere.test"}, "invalid_target"),
        ({"scope": "registry:read"}, "invalid_scope"),
        ({"client_secret": "c" * 32}, "invalid_client"),
        ({"client_id": "agency", "client_secret": secret_of("agency")}, "unauthorized_client"),
        ({"client_id": "developer", "client_secret": secret_of("developer")}, "unauthorized_client"),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
    ],
)
async def test_refusals_have_the_codes_of_the_standards(
    gateway: Service, person: str, form: dict[str, str], error: str
) -> None:
    await bind(gateway, person)
    answer = await exchange(gateway, **form)
    assert answer.json()["error"] == error
    assert answer.status_code == (401 if error == "invalid_client" else 400)


async def test_what_was_exchanged_is_not_exchanged_again(gateway: Service, person: str) -> None:
    await bind(gateway, person)
    first = (await exchange(gateway)).json()["access_token"]
    own = (await client_token(gateway)).json()["access_token"]
    for token in (first, own):
        assert (await exchange(gateway, token)).json()["error"] == "invalid_request"


@pytest.mark.parametrize(
    "entry",
    [
        {"jwks": {"keys": []}, "issuer": "https://gateway.test"},
        {"jwks": {"keys": []}, "algorithms": ["HS256"]},
        {"jwks": {"keys": []}, "algorithms": []},
        {"jwks_url": "http://login.test/keys"},
        {"jwks_url": "https://login.test/keys", "jwks": {"keys": []}},
        {},
    ],
)
def test_logins_that_cannot_be_trusted_are_not_loaded(tmp_path: Path, entry: dict[str, Any]) -> None:
    (tmp_path / "l.json").write_text(json.dumps([{"client": "app", "issuer": ISSUER, "audience": APP} | entry]))
    with pytest.raises(ValueError):  # noqa: PT011  pydantic's and ours
        Logins.load(tmp_path / "l.json", "https://gateway.test")


async def test_a_revoked_binding_ends_at_once(gateway: Service, people: People, person: str) -> None:
    binding = (await bind(gateway, person)).json()
    mine = {"authorization": f"Bearer {(await exchange(gateway)).json()['access_token']}"}
    path = f"/v1/registry/persons/{person}"
    assert (await gateway.http.get(path, headers=mine)).status_code == 200
    revocation = f"/v1/app-accounts/{binding['binding_id']}/revocation", {"reason": "手机遗失"}
    revoked = await gateway.http.post(revocation[0], json=revocation[1], headers=await staff(gateway))
    assert (revoked.status_code, revoked.json()["revoked_by"]) == (200, "clerk")
    refused = await gateway.http.get(path, headers=mine)
    assert (refused.status_code, refused.json()["type"]) == (401, "urn:anju:problem:token-revoked")
    elsewhere, token = Disabled(), mine["authorization"].removeprefix("Bearer ")
    async with gateway.database.read(clock.now()) as read:
        await elsewhere.read(read)
    settings, keys = gateway.app.state.settings, gateway.app.state.signer.keys
    with pytest.raises(TokenRevoked):
        elsewhere.check(await Verifier(settings.issuer, "", keys).actor(token))
    assert (await exchange(gateway)).json()["error"] == "invalid_request"
    twice = await gateway.http.post(revocation[0], json=revocation[1], headers=await staff(gateway))
    assert twice.status_code == 409
    assert (await bind(gateway, person)).status_code == 201
    listed = await gateway.http.get(f"/v1/app-accounts?person_id={person}", headers=await staff(gateway))
    assert [item["revoked_by"] for item in listed.json()["items"]] == [None, "clerk"]


async def test_a_disabled_app_acts_for_nobody(gateway: Service, person: str) -> None:
    await bind(gateway, person)
    mine = {"authorization": f"Bearer {(await exchange(gateway)).json()['access_token']}"}
    gateway.app.state.disabled.expect("app", 2, disabled=True)
    refused = await gateway.http.get(f"/v1/registry/persons/{person}", headers=mine)
    assert (refused.status_code, refused.json()["type"]) == (401, "urn:anju:problem:account-disabled")


async def test_who_may_bind_whom(gateway: Service, people: People, person: str) -> None:
    assert (await bind(gateway, person, by="cadre")).status_code == 403
    foreign, dead = new_id(), new_id()
    people.statuses[dead] = "deceased"
    for who, status in ((foreign, 404), (dead, 409)):
        assert (await bind(gateway, who)).status_code == status
    assert (await bind(gateway, person, issuer="https://unknown.test")).status_code == 422
    assert (await bind(gateway, person, account="13800005678")).status_code == 422
    assert (await bind(gateway, person)).status_code == 201
    people.statuses[foreign] = "resident"
    taken = await bind(gateway, foreign)
    assert (taken.status_code, taken.json()["type"]) == (409, "urn:anju:problem:app-account-bound")


async def test_a_binding_of_a_person_elsewhere_is_as_if_it_were_not_there(
    gateway: Service, people: People, person: str
) -> None:
    binding = (await bind(gateway, person)).json()["binding_id"]
    people.statuses.clear()
    headers = await staff(gateway)
    for each in (binding, new_id()):
        answer = await gateway.http.get(f"/v1/app-accounts/{each}", headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:anju:problem:app-account-not-found")
        act = await gateway.http.post(
            f"/v1/app-accounts/{each}/revocation", json={"reason": "手机遗失"}, headers=await staff(gateway)
        )
        assert act.status_code == 404
    assert (await gateway.http.get(f"/v1/app-accounts?person_id={person}", headers=headers)).status_code == 404


async def test_a_resident_binds_nobody_and_makes_no_staff(gateway: Service, person: str) -> None:
    await bind(gateway, person)
    mine = {
        "authorization": f"Bearer {(await exchange(gateway)).json()['access_token']}",
        "idempotency-key": new_id(),
    }
    body = {"issuer": ISSUER, "account": "u-2", "person_id": person, "evidence": "身份证原件核对"}
    assert (await gateway.http.post("/v1/app-accounts", json=body, headers=mine)).status_code == 403
    assert (await gateway.http.get("/v1/staff", headers=mine)).status_code == 403
