"""Staff accounts: whose they are, and what disabling one does at once."""

from __future__ import annotations

import asyncio

import pytest

from shared.ids import new_id
from tests.integration.gateway.accounts import sign_in, signed_in
from tests.integration.gateway.conftest import NewGateway
from tests.support.clients import Service

CLERK = {"id": "clerk-1", "role": "street-welfare-clerk", "place": "522731003", "secret": "a clerk's password"}


async def test_a_chosen_password_is_kept_nowhere_in_clear(gateway: Service) -> None:
    made = await gateway.http.post("/v1/staff", json=CLERK, headers=await signed_in(gateway, "admin"))
    assert (made.status_code, made.headers["etag"]) == (201, '"1.0"')
    assert (await sign_in(gateway, "clerk-1", CLERK["secret"])).status_code == 201
    for table in ("accounts", "idempotency_keys"):
        for row in await gateway.database.pool.fetch(f"select * from {table}"):
            assert CLERK["secret"] not in str(dict(row))


async def test_a_disabled_administrator_administers_no_more(gateway: Service) -> None:
    county = await signed_in(gateway, "county-admin")
    boss = await signed_in(gateway, "admin")
    assert (await gateway.http.post("/v1/staff/county-admin/disablement", headers=boss)).status_code == 200
    for method, path in (("GET", "/v1/staff"), ("POST", "/v1/staff/cadre/disablement")):
        answer = await gateway.http.request(method, path, headers=county)
        assert (answer.status_code, answer.json()["type"]) == (401, "urn:anju:problem:account-disabled")


async def test_an_administrator_has_the_accounts_of_its_place(gateway: Service) -> None:
    async def county() -> dict[str, str]:
        return await signed_in(gateway, "county-admin")

    listed = (await gateway.http.get("/v1/staff", headers=await county())).json()["items"]
    assert [item["id"] for item in listed] == ["cadre", "county-admin"]
    assert (await gateway.http.get("/v1/staff/admin", headers=await county())).status_code == 404
    assert (await gateway.http.post("/v1/staff/admin/disablement", headers=await county())).status_code == 404
    made = await gateway.http.post("/v1/staff", json=CLERK, headers=await county())
    assert made.status_code == 201
    for body in ({"role": "admin"}, {"role": "street-welfare-clerk", "place": "522732"}):
        answer = await gateway.http.post("/v1/staff", json=body, headers=await county())
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "place-not-yours")


async def test_if_match_is_heeded_where_it_is_given(gateway: Service) -> None:
    old = await signed_in(gateway, "admin") | {"if-match": '"7.0"'}
    assert (await gateway.http.post("/v1/staff/cadre/disablement", headers=old)).status_code == 412
    now = await signed_in(gateway, "admin") | {"if-match": '"1.0"'}
    assert (await gateway.http.post("/v1/staff/cadre/disablement", headers=now)).headers["etag"] == '"2.0"'
    seen = await signed_in(gateway, "admin") | {"if-none-match": '"2.0"'}
    assert (await gateway.http.get("/v1/staff/cadre", headers=seen)).status_code == 304


async def test_disabled_elsewhere_is_heard_here(new_gateway: NewGateway, upstream: str) -> None:
    gateway = await new_gateway(registry_url=upstream, gateway_disabled_refresh_seconds=0.05)
    cadre = await signed_in(gateway, "cadre")
    assert (await gateway.http.get("/v1/registry/x", headers=cadre)).status_code == 200
    await gateway.database.pool.execute(
        "update accounts set disabled_at = now(), version = version + 1 where account_id = 'cadre'"
    )
    async with asyncio.timeout(5):
        while (await gateway.http.get("/v1/registry/x", headers=cadre)).status_code == 200:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("account", ["522799198003150013", "13800000001", "Li", "a b"])
async def test_an_id_is_no_number_of_a_person(gateway: Service, account: str) -> None:
    answer = await gateway.http.post(
        "/v1/staff", json=CLERK | {"id": account}, headers=await signed_in(gateway, "admin")
    )
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/id")


async def test_a_post_needs_its_key(gateway: Service) -> None:
    headers = {"authorization": (await signed_in(gateway, "admin"))["authorization"]}
    assert (await gateway.http.post("/v1/staff", json=CLERK, headers=headers)).status_code == 400
    again = headers | {"idempotency-key": new_id()}
    first = await gateway.http.post("/v1/staff", json=CLERK, headers=again)
    second = await gateway.http.post("/v1/staff", json=CLERK, headers=again)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.headers["idempotent-replayed"] == "true"
