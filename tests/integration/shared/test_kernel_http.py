"""The edge of every service, shown on the registry: transactions, idempotency, conditional requests, problem documents."""

from __future__ import annotations

import asyncio

from shared.auth import Role
from shared.ids import new_id
from tests.integration.conftest import NewService
from tests.support.clients import Service
from tests.support.people import COMMUNITY, household, member, plan


async def test_a_failing_commit_answers_500_and_leaves_nothing(registry: Service) -> None:
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    await registry.database.pool.execute(
        """create function fail() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
           create constraint trigger fail_late after insert on households deferrable initially deferred
               for each row execute function fail()"""
    )
    answer = await registry.post("/v1/registry/households", household())
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert await registry.database.pool.fetchval("select count(*) from households") == 0
    assert await registry.database.pool.fetchval("select count(*) from idempotency_keys") == 0


async def test_the_same_key_has_no_second_effect(registry: Service) -> None:
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    body, key = household(), {"idempotency-key": f'"{new_id()}"'}
    first = await registry.post("/v1/registry/households", body, headers=key)
    again = await registry.post("/v1/registry/households", body, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotent-replayed"] == "true"
    assert await registry.database.pool.fetchval("select count(*) from outbox where topic = 'registry.household'") == 1


async def test_the_same_key_with_another_body_is_refused(registry: Service) -> None:
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    key = {"idempotency-key": new_id()}
    await registry.post("/v1/registry/households", household(), headers=key)
    other = await registry.post("/v1/registry/households", household(flat="102"), headers=key)
    assert other.status_code == 422
    assert other.json()["type"] == "urn:anju:problem:idempotency-key-reused"


async def test_the_same_key_of_another_caller_is_another_key(registry: Service) -> None:
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    key = {"idempotency-key": new_id()}
    await registry.post("/v1/registry/households", household(), headers=key)
    other = await registry.post("/v1/registry/households", household(flat="102"), headers=key, subject="another")
    assert other.status_code == 201


async def test_ten_at_once_with_one_key_settle_once(registry: Service) -> None:
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    body, key = household(), {"idempotency-key": new_id()}
    answers = await asyncio.gather(*(registry.post("/v1/registry/households", body, headers=key) for _ in range(10)))
    codes = {answer.status_code for answer in answers}
    assert codes <= {201, 409}
    assert 201 in codes
    assert all("in-flight" in a.json()["type"] for a in answers if a.status_code == 409)
    assert await registry.database.pool.fetchval("select count(*) from households where kind = 'coliving'") == 1


async def test_a_post_without_key_is_refused(registry: Service) -> None:
    answer = await registry.post("/v1/registry/households", household(), headers={"idempotency-key": ""})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "header:Idempotency-Key"


async def test_a_refusal_is_not_remembered(registry: Service) -> None:
    body, key = household(), {"idempotency-key": new_id()}
    assert (await registry.post("/v1/registry/households", body, headers=key)).status_code == 422
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    assert (await registry.post("/v1/registry/households", body, headers=key)).status_code == 201


async def test_a_change_needs_the_version_it_is_based_on(registry: Service) -> None:
    path = f"/v1/registry/communities/{COMMUNITY}"
    first = await registry.put(path, plan())
    assert (first.status_code, first.headers["etag"]) == (201, '"1.0"')
    assert (await registry.put(path, plan())).status_code == 428
    assert (await registry.put(path, plan(), headers={"if-match": '"7.0"'})).status_code == 412
    assert (await registry.put(path, plan(), headers={"if-match": 'W/"1.0"'})).status_code == 412
    changed = await registry.put(path, plan(name="新民二期"), headers={"if-match": first.headers["etag"]})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2.0"')
    assert (await registry.put(path, plan(), headers={"if-none-match": "*"})).status_code == 412


async def test_an_unchanged_resource_is_not_sent_again(registry: Service) -> None:
    path = f"/v1/registry/communities/{COMMUNITY}"
    await registry.put(path, plan())
    seen = await registry.get(path)
    again = await registry.get(path, headers={"if-none-match": seen.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_unknown_fields_and_parameters_are_refused_with_their_place(registry: Service) -> None:
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    wrong = household(member() | {"nickname": "x"}) | {"colour": "red"}
    answer = await registry.post("/v1/registry/households", wrong)
    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.json()["errors"]} == {"/members/0/nickname", "/colour"}
    answer = await registry.get("/v1/registry/households?colour=red")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "query:colour"


async def test_refusals_speak_chinese_where_asked(registry: Service) -> None:
    answer = await registry.post("/v1/registry/households", household(), headers={"accept-language": "zh-CN,en;q=0.5"})
    assert answer.headers["content-language"] == "zh"
    assert answer.json()["type"] == "urn:anju:problem:flat-unknown"
    assert answer.json()["title"] == "该房屋不存在"


async def test_bad_json_bad_token_and_no_token(registry: Service) -> None:
    path = "/v1/registry/households"
    bad = await registry.request("POST", path, content=b"{", headers={"content-type": "application/json"})
    assert bad.status_code == 400
    assert (await registry.http.get(path)).status_code == 401
    stranger = await registry.http.get(path, headers={"authorization": "Bearer abc.def.ghi"})
    assert stranger.status_code == 401
    assert stranger.headers["www-authenticate"].startswith("Bearer")


async def test_a_role_without_the_scope_is_told_which(registry: Service) -> None:
    answer = await registry.get("/v1/registry/households", role=Role.ADMIN)
    assert answer.status_code == 403
    assert answer.json()["missing"] == ["registry:read"]


async def test_health_and_metrics(registry: Service) -> None:
    assert (await registry.http.get("/livez")).json() == {"status": "alive"}
    ready = await registry.http.get("/readyz")
    assert ready.json() == {"status": "ready", "checks": {"database": True}}
    metrics = (await registry.http.get("/metrics")).text
    assert 'http_requests_total{method="GET",route="/readyz",status="200"}' in metrics


async def test_a_trace_goes_on_from_the_request_to_its_events(registry: Service) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    parent = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan(), headers=parent)
    (event,) = await registry.said()
    assert event.traceparent is not None
    assert event.traceparent.split("-")[1] == trace
    assert event.traceparent.split("-")[2] != "b7ad6b7169203331"
    refused = await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan(), headers=parent)
    assert refused.json()["trace_id"] == trace


async def test_what_a_handler_says_belongs_to_the_trace_of_what_it_heard(
    registry: Service, new_service: NewService
) -> None:
    jobs = await new_service("jobs")
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    await registry.put(f"/v1/registry/communities/{COMMUNITY}", plan())
    await registry.said()
    person = member(labour_class="ORDINARY", work={"status": "employed", "form": "workshop"})
    headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    await registry.post("/v1/registry/households", household(person), headers=headers)
    await jobs.hear(await registry.said())
    (started,) = await jobs.said()
    assert started.type == "jobs.employment-started.v1"
    assert started.traceparent is not None
    assert started.traceparent.split("-")[1] == trace
