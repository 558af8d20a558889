"""Routes of cases: /v1/benefits/applications, cases."""

from __future__ import annotations

from fastapi import Request, Response

from services.benefits.api import Applying, Deciding, Language, Reading, edition
from services.benefits.assessments.domain import Scheme
from services.benefits.cases import service, store
from services.benefits.cases.domain import CaseStatus, Channel
from services.benefits.cases.schemas import (
    ApplicationBody,
    CaseView,
    DecisionBody,
    DecisionView,
    EndView,
    WithdrawalBody,
)
from services.benefits.schemas import LawView, reason_view
from shared.app import posts, router
from shared.auth import Actor
from shared.db import Read, Reader, Row, Tx
from shared.http import IfMatch, check_none_match, tag
from shared.paging import Cursor, Limit, Page, encode_cursor, id_of
from shared.shapes import CommunityCode, Id

routes = router("/v1/benefits", "benefits: cases")


@routes.post("/applications", status_code=201, summary="Apply for a transfer or change", dependencies=posts)
async def apply(actor: Applying, tx: Tx, response: Response, language: Language, body: ApplicationBody) -> CaseView:
    """Decided on the facts of this moment. Where the table allows it a case opens (`open`), with its legal basis; otherwise a refusal
    with all reasons is proposed (`refusal-proposed`), which a named clerk confirms or overturns. One case of a person (dibao: of a
    household) and scheme at a time: 409 `case-open`. An id that is merged into another: 409 `person-merged` with `merged_into`."""
    channel = body.channel or (Channel.COMMUNITY_WINDOW if actor.kind == "staff" else Channel.ONLINE)
    application = service.Application(body.scheme, body.person_id, body.household_id, channel)
    case_id = await service.apply(tx, actor, application)
    response.headers["location"] = f"/v1/benefits/cases/{case_id}"
    return await _answer(tx, actor, response, language, case_id)


@routes.get("/cases", summary="Cases of a place, the oldest first")
async def list_cases(
    actor: Reading,
    read: Reader,
    language: Language,
    status: CaseStatus | None = None,
    scheme: Scheme | None = None,
    community: CommunityCode | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CaseView]:
    """Of the caller's place and schemes."""
    rows = await store.list_cases(read, actor.within(community), status, scheme, id_of(cursor), limit)
    items = [_view(row, language) for row in rows]
    return Page(items=items, next=encode_cursor(items[-1].case_id) if len(items) == limit else None)


@routes.get("/cases/{case_id}", summary="A case")
async def get_case(
    actor: Reading, read: Reader, request: Request, response: Response, language: Language, case_id: Id
) -> CaseView:
    view = await _answer(read, actor, response, language, case_id)
    check_none_match(request, view.version, edition(language))
    return view


@routes.post("/cases/{case_id}/refusal", summary="Decide on a proposed refusal", dependencies=posts)
async def decide_refusal(
    actor: Deciding, tx: Tx, match: IfMatch, response: Response, language: Language, case_id: Id, body: DecisionBody
) -> CaseView:
    """By a named clerk who is not the one that applied. `confirm`: the refusal is final. `overturn`: the case opens, on what the table
    says by now (missing facts may have come), or on the `basis` that the clerk states where the table still does not allow it."""
    basis = body.basis.basis() if body.basis else None
    await service.decide_refusal(tx, actor, case_id, match.check_if_given, body.decision, body.note, basis)
    return await _answer(tx, actor, response, language, case_id)


@routes.post("/cases/{case_id}/withdrawal", summary="Take an application back", dependencies=posts)
async def withdraw(
    actor: Applying, tx: Tx, match: IfMatch, response: Response, language: Language, case_id: Id, body: WithdrawalBody
) -> CaseView:
    """While it is open, or its refusal not decided yet. Another application may follow."""
    await service.withdraw(tx, actor, case_id, match.check_if_given, body.note)
    return await _answer(tx, actor, response, language, case_id)


async def _answer(read: Read, actor: Actor, response: Response, language: str, case_id: str) -> CaseView:
    row = await store.get_case(read, case_id, actor)
    tag(response, row["version"], edition(language))
    return _view(row, language)


def _view(row: Row, language: str) -> CaseView:
    return CaseView(
        case_id=row["case_id"],
        version=row["version"],
        scheme=row["scheme"],
        person_id=row["subject_id"] if row["person_id"] else None,
        household_id=row["household_id"],
        recorded_under=row["person_id"] if row["person_id"] != row["subject_id"] else None,
        duplicate_of=row["duplicate_of"],
        status=row["status"],
        kind=row["kind"],
        channel=row["channel"],
        legal_basis=LawView(law=row["law"], article=row["article"]) if row["law"] else None,
        from_division=row["from_division"],
        to_division=row["to_division"],
        move_class=row["move_class"],
        fund_moves=row["fund_moves"],
        reasons=[reason_view(reason, language) for reason in row["reasons"]],
        one_of=row["one_of"],
        missing=row["missing"],
        applied_at=row["applied_at"],
        applied_by=row["applied_by"],
        decision=_decision(row),
        end=_end(row),
    )


def _decision(row: Row) -> DecisionView | None:
    if row["decision"] is None:
        return None
    return DecisionView(
        decision=row["decision"],
        note=row["decision_note"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
    )


def _end(row: Row) -> EndView | None:
    if row["ended_because"] is None:
        return None
    return EndView(
        because=row["ended_because"], note=row["ended_note"], ended_by=row["ended_by"], ended_at=row["ended_at"]
    )
