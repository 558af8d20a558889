"""Routes of people who were entered twice: /v1/benefits/merged-persons."""

from __future__ import annotations

from collections.abc import Collection

from services.benefits.api import Language, Reading
from services.benefits.assessments.domain import Scheme
from services.benefits.merging import store
from services.benefits.merging.domain import TEXTS, Alarm, Entry, alarms
from services.benefits.merging.schemas import AlarmView, MergedView
from services.benefits.sight import schemes_of
from shared.app import router
from shared.db import Reader, Row
from shared.paging import Cursor, Limit, Page, encode_cursor, id_of
from shared.shapes import CommunityCode

routes = router("/v1/benefits/merged-persons", "benefits: people entered twice")


@routes.get("", summary="People who were entered twice, and what a clerk must look at")
async def list_merged(
    actor: Reading,
    read: Reader,
    language: Language,
    community: CommunityCode | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[MergedView]:
    """Of the caller's place. Alarms: several active medical relations, or pensions drawn, of one person; dibao drawn by both households;
    a case set aside beside another of its scheme. Nothing is put right by itself. An insurance agency sees the alarms of its schemes,
    county civil affairs those of dibao."""
    rows = await store.list_merged(read, actor.place.within(community), id_of(cursor), limit)
    items = [_view(row, language, schemes_of(actor)) for row in rows]
    return Page(items=items, next=encode_cursor(items[-1].merged_id) if len(items) == limit else None)


def _view(row: Row, language: str, schemes: Collection[str]) -> MergedView:
    found = alarms(
        Entry(row["household_id"], row["own_insurances"], _paying(row["own_dibao"])),
        Entry(row["other_home"], row["other_insurances"], _paying(row["other_dibao"])),
        row["aside"],
    )
    return MergedView(
        merged_id=row["merged_id"],
        person_id=row["person_id"],
        household_id=row["household_id"],
        community=row["community"],
        alarms=[_alarm(alarm, language) for alarm in found if set(alarm.schemes) & set(schemes)],
    )


def _paying(dibao: Row | None) -> str | None:
    """Where dibao is drawn; where that is not stated, "" stands for it."""
    return (dibao["division"] or "") if dibao and dibao["receiving"] else None


def _alarm(alarm: Alarm, language: str) -> AlarmView:
    zh, en = TEXTS[alarm.slug]
    return AlarmView(
        slug=alarm.slug,
        detail=zh if language == "zh" else en,
        schemes=[Scheme(scheme) for scheme in alarm.schemes],
        divisions=[division for division in alarm.divisions if division],
        cases=dict(alarm.cases),
    )
