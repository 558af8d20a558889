"""Routes of job seekers: /v1/jobs/seekers."""

from __future__ import annotations

from services.jobs.api import Reading
from services.jobs.seekers import store
from services.jobs.seekers.schemas import SeekerRow
from shared.app import router
from shared.db import Reader
from shared.paging import Cursor, Limit, Page, encode_cursor, id_of
from shared.shapes import CommunityCode, Part

routes = router("/v1/jobs/seekers", "jobs: seekers")


@routes.get("", summary="People who seek work")
async def list_seekers(
    actor: Reading,
    read: Reader,
    community: CommunityCode | None = None,
    block: Part | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[SeekerRow]:
    """Able people of labour age who are known to have no work, the longest first."""
    rows = await store.list_seekers(read, actor.place.within(community), block, id_of(cursor), limit)
    items = [SeekerRow.model_validate(dict(row)) for row in rows]
    return Page(items=items, next=encode_cursor(items[-1].seeker_id) if len(items) == limit else None)
