"""Composed views: several services are asked in parallel, in the caller's own name."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import aiohttp
import structlog
from fastapi import Depends, Request, Response
from pydantic import AfterValidator

from services.gateway.domain import compose_overview
from services.gateway.schemas import OverviewView
from shared.app import router
from shared.auth import Actor, authenticate
from shared.errors import NotFound, Unavailable
from shared.ids import parse_id

log = structlog.get_logger()
views = router("/v1/households", "gateway: views")

_PASSED_ON = ("authorization", "accept-language")


class HouseholdNotFound(NotFound):
    slug = "household-not-found"
    title_en, title_zh = "No such household", "未找到该住户"


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
    actor: Annotated[Actor, Depends(authenticate)],
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
    answers = await asyncio.gather(*(_ask(request, service, path) for service, path in paths.items()))
    if not any(status for status, _ in answers):
        raise NobodyAnswers(headers={"retry-after": "1"})
    view = compose_overview(dict(zip(paths, answers, strict=True)))
    if view is None:
        raise HouseholdNotFound
    response.headers["cache-control"] = "no-store"
    return view


async def _ask(request: Request, service: str, path: str) -> tuple[int, Any]:
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
