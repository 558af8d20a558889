"""Composed views: several services are asked in parallel, in the caller's own name."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import aiohttp
import structlog
from fastapi import Depends, Path, Request, Response
from pydantic import AfterValidator

from services.gateway.domain import Answers, compose_community, compose_overview
from services.gateway.examples import COMMUNITY_CODE
from services.gateway.routes import SERVICES
from services.gateway.schemas import CommunityOverviewView, OverviewView
from shared.app import router
from shared.auth import Actor, authenticate
from shared.errors import NotFound, Unavailable
from shared.ids import parse_id
from shared.shapes import CommunityCode

log = structlog.get_logger()
views = router("/v1/households", "gateway: views")
communities = router("/v1/communities", "gateway: views")

_PASSED_ON = ("authorization", "accept-language")
Caller = Annotated[Actor, Depends(authenticate)]


class HouseholdNotFound(NotFound):
    slug = "household-not-found"
    title_en, title_zh = "No such household", "未找到该住户"


class CommunityNotFound(NotFound):
    slug = "community-not-found"
    title_en, title_zh = "No such community", "未找到该社区"


class NobodyAnswers(Unavailable):
    slug = "no-service-answers"
    title_en, title_zh = "No service answers right now", "各服务暂无响应"


@views.get(
    "/{household_id}/overview",
    summary="What four services say of a household",
    response_model=OverviewView,
    response_model_exclude_unset=True,
)
async def overview(
    request: Request,
    response: Response,
    actor: Caller,
    household_id: Annotated[str, AfterValidator(parse_id)],
) -> dict[str, Any]:
    """`{household, grid: {cell, visit}, benefits: {assessments}, jobs: {seekers, employments, without_work}, unavailable}`. What the
    caller may not see is left out; a service that does not answer in time is named in `unavailable`."""
    paths = {
        "registry": f"/v1/registry/households/{household_id}",
        "grid": f"/v1/grid/households/{household_id}",
        "benefits": f"/v1/benefits/households/{household_id}/assessments",
        "jobs": f"/v1/jobs/households/{household_id}",
    }
    view = compose_overview(await _ask_all(request, response, paths))
    if view is None:
        raise HouseholdNotFound
    return view


@communities.get("/{code}/overview", summary="The figures of a community, from four services")
async def community_overview(
    request: Request,
    response: Response,
    actor: Caller,
    code: Annotated[CommunityCode, Path(description="12-digit division code (区划代码).", examples=[COMMUNITY_CODE])],
) -> CommunityOverviewView:
    """Who lives there, who works, what the grid does and what people are told of their benefits, counted from the rows as they stand
    now, of what the caller may see. A part that is null is named in `absent` with the reason."""
    paths = {service: f"/v1/{service}/statistics?community={code}&by=community" for service in SERVICES}
    view = compose_community(code, await _ask_all(request, response, paths))
    if view is None:
        raise CommunityNotFound
    return CommunityOverviewView.model_validate(view)


async def _ask_all(request: Request, response: Response, paths: Mapping[str, str]) -> Answers:
    """What the services answer; status 0 for those that do not. Raises NobodyAnswers."""
    answers = await asyncio.gather(*(ask(request, service, path) for service, path in paths.items()))
    if not any(status for status, _ in answers):
        raise NobodyAnswers(headers={"retry-after": "1"})
    response.headers["cache-control"] = "no-store"
    return dict(zip(paths, answers, strict=True))


async def ask(request: Request, service: str, path: str) -> tuple[int, Any]:
    """Status and JSON of a service's answer; status 0 where it did not answer as it should."""
    state = request.app.state
    headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
    headers["traceparent"] = request.scope["anju.traceparent"]
    headers["x-request-id"] = request.scope["anju.request_id"]
    timeout = aiohttp.ClientTimeout(total=state.settings.gateway_view_seconds)
    try:
        url = state.upstreams[service] + path
        async with state.session.get(url, headers=headers, timeout=timeout) as answer:
            return (answer.status, await answer.json()) if answer.status < 500 else (0, None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        log.warning("service left out of a view", service=service, error=type(error).__name__)
        return 0, None


def open_session(seconds: float) -> aiohttp.ClientSession:
    """The client that asks services for views and documents; `seconds` bounds a whole exchange, waiting for a connection included."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, limit_per_host=128, keepalive_timeout=60),
        timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=2),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        trust_env=False,
    )
