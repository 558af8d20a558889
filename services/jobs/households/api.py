"""Routes of households: /v1/jobs/households."""

from __future__ import annotations

from fastapi import Request, Response

from services.jobs.api import Reading
from services.jobs.households import store
from services.jobs.households.domain import Standing
from services.jobs.households.schemas import HouseholdRow, HouseholdView
from shared.app import router
from shared.db import Reader
from shared.http import check_none_match, tag
from shared.paging import Cursor, Limit, Page, encode_cursor, id_of
from shared.shapes import CommunityCode, Id, Part

routes = router("/v1/jobs/households", "jobs: households")


@routes.get("/{household_id}", summary="Seekers, employments and standing of a household")
async def get_household(
    actor: Reading, read: Reader, request: Request, response: Response, household_id: Id
) -> HouseholdView:
    row = await store.get_household(read, household_id, actor.place)
    check_none_match(request, row["version"], row["copy_version"])
    tag(response, row["version"], row["copy_version"])
    return HouseholdView.model_validate({**row, "without_work": row["standing"] == Standing.WITHOUT_WORK})


@routes.get("", summary="Households by whether anyone is in work")
async def list_households(
    actor: Reading,
    read: Reader,
    without_work: bool | None = None,
    community: CommunityCode | None = None,
    block: Part | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[HouseholdRow]:
    """Settled households that the caller may see; `without_work=true`: those with labour and no one in work."""
    rows = await store.list_households(read, actor.place.within(community), without_work, block, id_of(cursor), limit)
    items = [
        HouseholdRow.model_validate({**row, "without_work": row["standing"] == Standing.WITHOUT_WORK}) for row in rows
    ]
    return Page(items=items, next=encode_cursor(items[-1].household_id) if len(items) == limit else None)
