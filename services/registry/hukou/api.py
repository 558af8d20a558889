"""The route by which a hukou household comes to be known. It is read and told of as other households are: /v1/registry/households/{id}."""

from __future__ import annotations

from fastapi import Request, Response

from services.registry.api import Keys, Writing
from services.registry.households.api import answer
from services.registry.households.schemas import HouseholdView
from services.registry.hukou import service
from services.registry.hukou.schemas import SetUpBody
from shared.app import posts, router
from shared.db import Tx

routes = router("/v1/registry/hukou-households", "registry: households")


@routes.post("", status_code=201, summary="Enter a hukou household", dependencies=posts)
async def set_up(
    actor: Writing, tx: Tx, keys: Keys, request: Request, response: Response, body: SetUpBody
) -> HouseholdView:
    """People of the registry are entered in one hukou register (户籍户), whoever they live with; from a day on that may lie before they
    came here. Settling makes one too, where it states a hukou household."""
    written = await service.set_up(tx, actor, body.word())
    response.headers["location"] = f"/v1/registry/households/{written.household_id}"
    return await answer(tx, actor, keys, request, response, written.household_id, written.warnings)
