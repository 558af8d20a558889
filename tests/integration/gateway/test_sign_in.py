"""Signing in: who is not there is answered as who is, a burst meets the delay, programs are not kept out."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path

import pytest

from shared.ids import new_id
from tests.integration.gateway.accounts import ACCOUNTS, client_token, sign_in
from tests.integration.gateway.conftest import NewGateway
from tests.support.clients import Service


@pytest.mark.parametrize("account", ["cadre", "nobody", "522799198003150013"])
async def test_an_unknown_id_is_delayed_as_a_known_one(gateway: Service, account: str) -> None:
    answers = [await sign_in(gateway, account, "wrong") for _ in range(4)]
    assert [a.status_code for a in answers] == [401, 401, 401, 429]
    assert {a.json()["type"] for a in answers[:3]} == {"urn:anju:problem:wrong-credentials"}
    assert answers[3].headers["retry-after"] == "1"
    (row,) = await gateway.database.pool.fetch("select * from sign_in_failures")
    assert (row["failures"], len(row["mark"])) == (3, 32)
    assert account.encode() not in row["mark"]


async def test_a_burst_of_guesses_meets_the_delay_of_the_first(gateway: Service) -> None:
    answers = await asyncio.gather(*(sign_in(gateway, "cadre", f"guess {n}") for n in range(20)))
    assert Counter(a.status_code for a in answers) == {401: 3, 429: 17}


async def test_many_may_sign_in_at_once(gateway: Service) -> None:
    answers = await asyncio.gather(*(sign_in(gateway, "cadre") for _ in range(8)))
    assert {a.status_code for a in answers} == {201}


async def test_guesses_do_not_keep_a_program_out(gateway: Service) -> None:
    for _ in range(6):
        assert (await client_token(gateway, client_secret="wrong")).status_code == 401
    assert (await client_token(gateway)).status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [({}, "invalid_request"), ({"grant_type": "client_credentials"}, "invalid_client")],
)
async def test_what_is_missing_is_told_as_rfc_6749_has_it(gateway: Service, form: dict[str, str], error: str) -> None:
    answer = await gateway.http.post("/oauth2/token", data=form)
    assert answer.json()["error"] == error
    assert answer.headers["cache-control"] == "no-store"
    assert ("www-authenticate" in answer.headers) == (answer.status_code == 401)


async def test_one_way_to_show_the_secret_at_a_time(gateway: Service) -> None:
    data = {"grant_type": "client_credentials", "client_id": "developer", "client_secret": "o" * 32}
    answer = await gateway.http.post("/oauth2/token", data=data, auth=("developer", "o" * 32))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_unknown_fields_and_filters_are_refused(gateway: Service) -> None:
    body = {"id": "cadre", "secret": "x", "more": 1}
    assert (await gateway.http.post("/v1/sessions", json=body)).status_code == 422
    assert (await gateway.http.post("/v1/sessions?x=1", json={"id": "a", "secret": "x"})).status_code == 400
    path = f"/v1/households/{new_id()}/overview?x=1"
    token = (await client_token(gateway)).json()["access_token"]
    assert (await gateway.http.get(path, headers={"authorization": f"Bearer {token}"})).status_code == 400


@pytest.mark.parametrize(
    "account",
    [
        {"role": "developer", "kind": "client", "id": "o", "secret": "short", "place": None},
        {"role": "boss", "kind": "staff", "id": "b", "secret": "long enough a password", "place": None},
        {"role": "admin", "kind": "staff", "id": "a", "secret": "long enough a password", "place": "here"},
    ],
)
async def test_accounts_that_cannot_be_are_not_created(
    new_gateway: NewGateway, tmp_path: Path, account: dict[str, str]
) -> None:
    (tmp_path / "accounts.json").write_text(json.dumps([*ACCOUNTS, account]))
    with pytest.raises(ValueError, match="to create"):
        await new_gateway()


async def test_accounts_are_created_once(new_gateway: NewGateway) -> None:
    gateway = await new_gateway()
    before = await gateway.database.pool.fetch("select * from accounts order by 1")
    async with gateway.app.router.lifespan_context(gateway.app):
        assert await gateway.database.pool.fetch("select * from accounts order by 1") == before
    assert {row["account_id"]: row["local_only"] for row in before}["developer"] is True
