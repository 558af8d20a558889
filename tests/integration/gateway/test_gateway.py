"""The gateway over HTTP: tokens, sign-in, staff accounts, pass-through, views. Upstreams are small real servers on loopback."""

from __future__ import annotations

import base64

import pytest

from shared.ids import new_id
from tests.integration.gateway.accounts import bearer, client_token, signed_in
from tests.integration.gateway.accounts import sign_in as staff
from tests.support.clients import Service


async def admin(gateway: Service) -> dict[str, str]:
    return await signed_in(gateway, "admin")


async def test_a_program_gets_a_token_by_form_and_by_basic(gateway: Service) -> None:
    answer = await client_token(gateway)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["note"] == "this account exists only in this local runtime"
    basic = base64.b64encode(f"agency:{'p' * 32}".encode()).decode()
    answer = await gateway.http.post(
        "/oauth2/token", data={"grant_type": "client_credentials"}, headers={"authorization": f"Basic {basic}"}
    )
    assert answer.json()["scope"] == "benefits:read registry:read"
    assert "note" not in answer.json()


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": "cadre", "client_secret": "a cadre's password"}, 401, "invalid_client"),
        ({"scope": "registry:fly"}, 400, "invalid_scope"),
    ],
)
async def test_a_token_is_refused_as_rfc_6749_says(
    gateway: Service, form: dict[str, str], status: int, error: str
) -> None:
    answer = await client_token(gateway, **form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_a_token_can_be_narrowed(gateway: Service) -> None:
    answer = await client_token(gateway, scope="registry:read")
    assert answer.json()["scope"] == "registry:read"


async def test_staff_sign_in(gateway: Service) -> None:
    answer = await staff(gateway, "cadre", "a cadre's password")
    assert answer.status_code == 201
    assert set(answer.json()) >= {"access_token", "token_type", "expires_in"}
    wrong = await staff(gateway, "cadre", "not it")
    nobody = await staff(gateway, "nobody", "not it")
    program = await staff(gateway, "developer", "o" * 32)
    assert {a.status_code for a in (wrong, nobody, program)} == {401}
    assert wrong.json()["type"] == nobody.json()["type"] == "urn:anju:problem:wrong-credentials"


async def test_failures_delay_the_next_try_even_with_the_right_password(gateway: Service) -> None:
    for _ in range(3):
        assert (await staff(gateway, "cadre", "wrong")).status_code == 401
    locked = await staff(gateway, "cadre", "a cadre's password")
    assert locked.status_code == 429
    assert int(locked.headers["retry-after"]) >= 1
    assert (await staff(gateway, "admin", "an admin's password")).status_code == 201
    await gateway.database.pool.execute("update sign_in_failures set locked_until = now() - interval '1 s'")
    assert (await staff(gateway, "cadre", "a cadre's password")).status_code == 201
    assert await gateway.database.pool.fetchval("select count(*) from sign_in_failures") == 0


async def test_an_administrator_makes_and_disables_staff_accounts(gateway: Service) -> None:
    body = {"role": "street-welfare-clerk", "place": "522731003"}
    headers = await admin(gateway)
    made = await gateway.http.post("/v1/staff", json=body, headers=headers)
    assert made.status_code == 201
    account, secret = made.json()["id"], made.json()["secret"]
    again = await gateway.http.post("/v1/staff", json=body, headers=headers)
    assert again.json()["id"] == account
    assert "secret" not in again.json()
    kept = await gateway.database.pool.fetchval("select body from idempotency_keys")
    assert secret.encode() not in kept
    signed_in = await staff(gateway, account, secret)
    assert signed_in.status_code == 201
    mine = {"authorization": f"Bearer {signed_in.json()['access_token']}"}
    assert (await gateway.http.get("/v1/registry/x", headers=mine)).status_code == 200
    disabled = await gateway.http.post(f"/v1/staff/{account}/disablement", headers=await admin(gateway))
    assert disabled.json()["disabled_at"]
    refused = await gateway.http.get("/v1/registry/x", headers=mine)
    assert (refused.status_code, refused.json()["type"]) == (401, "urn:anju:problem:account-disabled")
    assert (await staff(gateway, account, secret)).status_code == 401
    await gateway.http.post(f"/v1/staff/{account}/enablement", headers=await admin(gateway))
    old = await gateway.http.get("/v1/registry/x", headers=mine)
    assert (old.status_code, old.json()["type"]) == (401, "urn:anju:problem:token-revoked")
    fresh = {"authorization": f"Bearer {(await staff(gateway, account, secret)).json()['access_token']}"}
    assert (await gateway.http.get("/v1/registry/x", headers=fresh)).status_code == 200


async def test_what_an_administrator_may_not(gateway: Service) -> None:
    for body, status in (
        ({"role": "developer"}, 422),
        ({"role": "partner-agency", "place": "522731"}, 422),
        ({"role": "block-head", "place": "522731003012"}, 422),
        ({"role": "auditor", "id": "cadre"}, 409),
    ):
        answer = await gateway.http.post("/v1/staff", json=body, headers=await admin(gateway))
        assert answer.status_code == status, body
    own = await gateway.http.post("/v1/staff/admin/disablement", headers=await admin(gateway))
    assert own.status_code == 409
    cadre = await staff(gateway, "cadre", "a cadre's password")
    answer = await gateway.http.get("/v1/staff", headers={"authorization": f"Bearer {cadre.json()['access_token']}"})
    assert answer.status_code == 403


async def test_a_request_passes_through_as_it_is(gateway: Service) -> None:
    headers = await bearer(gateway) | {"x-mine": "1", "accept-language": "zh", "idempotency-key": "k" * 10}
    answer = await gateway.http.post(
        "/v1/registry/a%20b/%E5%AE%89?x=%2F&y=1", content=b"hello", headers=headers | {"content-type": "text/plain"}
    )
    seen = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1.0"')
    assert (seen["method"], seen["path"], seen["query"], seen["body"]) == (
        "POST",
        "/v1/registry/a%20b/%E5%AE%89",
        "x=%2F&y=1",
        "hello",
    )
    assert seen["headers"]["x-mine"] == "1"
    assert seen["headers"]["authorization"] == headers["authorization"]
    assert seen["headers"]["traceparent"].startswith("00-")
    assert answer.headers["x-request-id"]


async def test_answers_stream(gateway: Service) -> None:
    answer = await gateway.http.get("/v1/registry/stream", headers=await bearer(gateway))
    assert answer.text == "part 0\npart 1\npart 2\n"


async def test_what_does_not_pass(gateway: Service) -> None:
    headers = await bearer(gateway)
    assert (await gateway.http.get("/v1/registry/x")).status_code == 401
    bad = await gateway.http.get("/v1/registry/x", headers={"authorization": "Bearer x.y.z"})
    assert bad.status_code == 401
    assert bad.headers["content-type"] == "application/problem+json"
    away = await gateway.http.get("/v1/jobs/x", headers=headers)
    assert (away.status_code, away.json()["type"]) == (503, "urn:anju:problem:service-unavailable")
    assert away.headers["retry-after"]
    assert (await gateway.http.get("/v1/registry/..%2Fmetrics", headers=headers)).status_code == 404
    assert (await gateway.http.get("/v1/nothing/x", headers=headers)).status_code == 404
    large = await gateway.http.post("/v1/registry/x", content=b"x" * (5 * 1024 * 1024), headers=headers)
    assert large.status_code == 413


async def test_the_overview_leaves_out_what_is_not_answered(gateway: Service) -> None:
    answer = await gateway.http.get(f"/v1/households/{new_id()}/overview", headers=await bearer(gateway))
    assert answer.status_code == 200
    assert answer.json()["household"]["method"] == "GET"
    assert set(answer.json()["unavailable"]) == {"grid", "benefits", "jobs"}
    assert (await gateway.http.get(f"/v1/households/{new_id()}/overview")).status_code == 401


async def test_documents(gateway: Service) -> None:
    openapi = (await gateway.http.get("/openapi.json")).json()
    assert "/oauth2/token" in openapi["paths"]
    assert "Not answering" in openapi["info"]["description"]
    assert (await gateway.http.get("/asyncapi.json")).json()["asyncapi"] == "3.0.0"
    page = (await gateway.http.get("/docs")).text
    assert "http://" not in page.replace("http://test", "")
    assert "https://" not in page
    assert (await gateway.http.get("/docs/assets/swagger-ui.css")).status_code == 200
    keys = (await gateway.http.get("/.well-known/jwks.json")).json()["keys"]
    assert set(keys[0]) & {"d"} == set()
