"""Routes that every service has for its operators: the events that could not be applied."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import AfterValidator

from shared import inbox
from shared.app import posts, router
from shared.auth import Actor, Scope, require
from shared.db import Reader, Tx
from shared.http import View, problem_of
from shared.ids import parse_id
from shared.paging import Cursor, Limit, Page, beyond, encode_cursor, id_of

Operator = Annotated[Actor, Depends(require(Scope.OPERATE))]
EventId = Annotated[str, AfterValidator(parse_id)]
Status = Literal["open", "applied", "discarded", "superseded"]


class DeadLetterView(View):
    """An event that could not be applied. Its data is not shown: it names aggregates by id only, but is another's to read."""

    event_id: str
    type: str
    topic: str
    key: str
    version: int | None
    reason: str
    status: Status
    overtaken: bool
    """A newer version of the same aggregate was applied since: a retry will mark it superseded."""
    attempts: int
    failed_at: datetime
    settled_at: datetime | None
    settled_by: str | None


class RetryView(View):
    status: Status


def dead_letters(service: str) -> APIRouter:
    """`/v1/<service>/dead-letters`: list, retry, discard."""
    routes = router(f"/v1/{service}/dead-letters", f"{service}: operations")

    @routes.get("", summary="Events that could not be applied")
    async def list_dead_letters(
        actor: Operator, read: Reader, status: Status = "open", cursor: Cursor = None, limit: Limit = 50
    ) -> Page[DeadLetterView]:
        rows = await read.fetch(
            f"""select * from dead_letters where status = $1 and {beyond("event_id", 2)}
                order by event_id limit $3""",
            status,
            id_of(cursor),
            limit,
        )
        items = [DeadLetterView.model_validate(dict(row)) for row in rows]
        return Page(items=items, next=encode_cursor(items[-1].event_id) if len(items) == limit else None)

    @routes.post("/{event_id}/retry", summary="Apply the event now", dependencies=posts, response_model=RetryView)
    async def retry(actor: Operator, tx: Tx, request: Request, event_id: EventId) -> RetryView | JSONResponse:
        """`superseded` where a newer version of the same aggregate was applied since."""
        handlers = request.app.state.worker.handlers
        try:
            return RetryView.model_validate({"status": await inbox.retry(tx, handlers, event_id, actor.subject)})
        except inbox.RetryFailed as error:
            return problem_of(request, error)  # answered, not raised: the attempt is counted in this transaction

    @routes.post("/{event_id}/discard", summary="Give the event up", dependencies=posts)
    async def discard(actor: Operator, tx: Tx, event_id: EventId) -> RetryView:
        await inbox.discard(tx, event_id, actor.subject)
        return RetryView(status="discarded")

    return routes
