"""What passes through the gateway to a service, over real connections: bodies, headers, streams, refusals, clients that go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.integration.gateway.accounts import bearer
from tests.integration.gateway.conftest import NewGateway
from tests.integration.gateway.upstreams import Waiting, saying, served
from tests.support.clients import Service


async def chunks(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 65536


async def test_a_body_of_unknown_length_streams_through(gateway: Service, front: httpx.AsyncClient) -> None:
    answer = await front.put("/v1/registry/roster", content=chunks(30), headers=await bearer(gateway))
    assert (answer.status_code, answer.json()["bytes"]) == (200, 30 * 65536)


@pytest.mark.parametrize("known", [True, False])
async def test_a_body_that_is_too_large_is_refused(gateway: Service, front: httpx.AsyncClient, known: bool) -> None:
    content = b"x" * (5 * 1024 * 1024) if known else chunks(80)
    answer = await front.put("/v1/registry/roster", content=content, headers=await bearer(gateway))
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:anju:problem:too-large")


async def test_headers_for_one_hop_stay_behind(gateway: Service, front: httpx.AsyncClient) -> None:
    sent = {
        "connection": "keep-alive, x-private",
        "x-private": "1",
        "x-kept": "1",
        "x-forwarded-proto": "https",
        "forwarded": "for=1.2.3.4",
        "x-request-id": "0190c0de-0000-7000-8000-000000000000",
    }
    answer = await front.get("/v1/registry/x", headers=await bearer(gateway) | sent)
    seen = answer.json()["headers"]
    assert seen["x-kept"] == "1"
    assert not {"x-private", "x-forwarded-proto", "forwarded"} & set(seen)
    assert "x-hop" not in answer.headers
    assert len(answer.headers.get_list("date")) == 1
    assert seen["x-request-id"] == answer.headers["x-request-id"] != sent["x-request-id"]


async def test_answers_pass_as_they_are(gateway: Service, front: httpx.AsyncClient) -> None:
    headers = await bearer(gateway)
    same = await front.get("/v1/registry/not-modified", headers=headers)
    assert (same.status_code, same.headers["etag"], same.content) == (304, '"1.0"', b"")
    moved = await front.get("/v1/registry/redirect", headers=headers)
    assert (moved.status_code, moved.headers["location"]) == (303, "/v1/registry/elsewhere")
    async with front.stream("GET", "/v1/registry/packed", headers=headers) as packed:
        raw = b"".join([part async for part in packed.aiter_raw()])
    assert (packed.headers["content-encoding"], raw) == ("gzip", b"\x1f\x8b not really")
    head = await front.head("/v1/registry/x", headers=headers)
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 100


async def test_an_answer_is_passed_on_while_it_is_made(
    gateway: Service, front: httpx.AsyncClient, waiting: Waiting
) -> None:
    async with front.stream("GET", "/v1/registry/waiting-stream", headers=await bearer(gateway)) as answer:
        parts = answer.aiter_bytes()
        assert await anext(parts) == b"first"
        waiting.go.set()
        assert await anext(parts) == b"second"


async def test_when_the_client_goes_the_service_hears_it(
    gateway: Service, front: httpx.AsyncClient, waiting: Waiting
) -> None:
    asking = asyncio.create_task(front.get("/v1/registry/until-gone", headers=await bearer(gateway)))
    await waiting.begun.wait()
    asking.cancel()
    async with asyncio.timeout(5):
        await waiting.gone.wait()


@pytest.mark.parametrize(
    ("said", "status", "slug"),
    [
        (b"", 503, "service-unavailable"),
        (b"what?\r\n\r\n", 502, "service-broken"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf", 502, "service-broken"),
    ],
)
async def test_a_service_that_breaks_off(new_gateway: NewGateway, said: bytes, status: int, slug: str) -> None:
    async with saying(said) as url:
        gateway = await new_gateway(registry_url=url)
        answer = await gateway.http.get("/v1/registry/x", headers=await bearer(gateway))
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:anju:problem:{slug}")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_service_that_hangs(new_gateway: NewGateway, upstream: str) -> None:
    gateway = await new_gateway(registry_url=upstream, gateway_upstream_seconds=0.3)
    answer = await gateway.http.get("/v1/registry/until-gone", headers=await bearer(gateway))
    assert (answer.status_code, answer.json()["type"]) == (504, "urn:anju:problem:service-slow")


async def test_a_client_that_sends_slowly_but_steadily_is_heard_to_its_end(
    new_gateway: NewGateway, upstream: str
) -> None:
    gateway = await new_gateway(registry_url=upstream, gateway_upstream_seconds=1.5)

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(8):
            yield b"part"
            await asyncio.sleep(0.25)

    async with served(gateway.app) as front, httpx.AsyncClient(base_url=front, trust_env=False) as http:
        answer = await http.put("/v1/registry/x", content=parts(), headers=await bearer(gateway))
    assert (answer.status_code, answer.json()["bytes"]) == (200, 32)


async def test_an_answer_that_breaks_off_late_is_not_made_whole(new_gateway: NewGateway) -> None:
    async with saying(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\nhalf") as url:
        gateway = await new_gateway(registry_url=url)
        async with served(gateway.app) as front, httpx.AsyncClient(base_url=front, trust_env=False) as http:
            with pytest.raises(httpx.RemoteProtocolError):
                await http.get("/v1/registry/x", headers=await bearer(gateway))


@pytest.mark.parametrize("path", ["/v1/registry/%2e%2e/metrics", "/v1/registry//metrics", "/v1/registry/a%2fb"])
async def test_no_path_leads_out_of_the_service(gateway: Service, front: httpx.AsyncClient, path: str) -> None:
    url = httpx.URL(str(front.base_url)).copy_with(raw_path=path.encode())
    answer = await front.get(url, headers=await bearer(gateway))
    assert answer.status_code == 404
    for own in ("/v1/registry", "/v1/nothing/x", "/v1/registry%2Fhouseholds"):
        assert (await front.get(own, headers=await bearer(gateway))).status_code == 404


async def test_metrics_name_the_service_and_no_path(gateway: Service, front: httpx.AsyncClient) -> None:
    await front.get("/v1/registry/persons/0190c0de", headers=await bearer(gateway))
    text = (await front.get("/metrics")).text
    assert 'route="/v1/registry/*"' in text
    assert "0190c0de" not in text


@pytest.mark.parametrize(
    ("named", "arrives"),
    [({"connection": "content-length"}, b"abc"), ({"connection": "upgrade", "upgrade": "h2c"}, b"")],
    ids=["meant for one hop", "cut off by an upgrade"],
)
async def test_the_service_is_told_the_length_of_what_is_sent_to_it(
    gateway: Service, front: httpx.AsyncClient, named: dict[str, str], arrives: bytes
) -> None:
    """Told none, or more, it would take the body for a request, or the next request for a body."""
    answer = await front.post("/v1/registry/x", content=b"abc", headers=await bearer(gateway) | named)
    seen = answer.json()
    assert (seen["body"].encode(), seen["headers"]["content-length"]) == (arrives, str(len(arrives)))
