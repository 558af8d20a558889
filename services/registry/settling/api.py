"""The route by which a household moves in."""

from __future__ import annotations

from fastapi import Request, Response

from services.registry.api import Config, Keys, Writing
from services.registry.households.api import answer
from services.registry.households.schemas import HouseholdView
from services.registry.settling import service
from services.registry.settling.schemas import SettleBody
from shared.app import posts, router
from shared.db import Tx

routes = router("/v1/registry/households", "registry: households")


@routes.post("", status_code=201, summary="Settle a household", dependencies=posts)
async def settle_household(
    actor: Writing, tx: Tx, keys: Keys, config: Config, request: Request, response: Response, body: SettleBody
) -> HouseholdView:
    """A household moves into a flat that exists and where no other household lives. Makes its co-living and flat households, and its
    hukou household where stated. Within a second grid, benefits and jobs have answered: see `/v1/households/{id}/overview`."""
    settled = await service.settle_household(tx, actor, keys, config.registry_known_areas, body.command())
    response.headers["location"] = f"/v1/registry/households/{settled.household_id}"
    return await answer(tx, actor, keys, request, response, settled.household_id, settled.warnings)
