"""Route of the table of retention: /v1/registry/retention."""

from __future__ import annotations

from dataclasses import asdict

from services.registry.api import Config
from services.registry.consents.api import Anybody
from services.registry.retention.domain import PERIODS, Period, RecordClass, period_of
from services.registry.retention.schemas import PeriodView
from services.registry.settings import RegistrySettings
from shared.app import router
from shared.db import Reader
from shared.paging import Page

routes = router("/v1/registry/retention", "registry: retention")


@routes.get("", summary="How long records are kept, by which law, and what happens then")
async def list_periods(actor: Anybody, read: Reader, config: Config) -> Page[PeriodView]:
    """For every account: such rules are public (个人信息保护法 arts. 7, 17, 19)."""
    return Page(
        items=[
            PeriodView(
                **asdict(period) | _days(period, config),
                in_force=period is period_of(period.record_class, read.today),
            )
            for period in PERIODS
        ]
    )


def _days(period: Period, config: RegistrySettings) -> dict[str, int]:
    """Of what a setting says."""
    match period.record_class:
        case RecordClass.UPLOADS:
            return {"days": config.import_keep_days}
        case RecordClass.ANSWERS:
            return {"days": -(-config.idempotency_hours // 24)}
    return {}
