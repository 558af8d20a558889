"""Routes of agency forms: /v1/registry/forms and /v1/registry/form-fields."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response
from pydantic import AwareDatetime

from services.registry.api import Config, Keys, Reading
from services.registry.changes.api import answer as answer_of_change
from services.registry.changes.schemas import ChangeView
from services.registry.forms import service, store, views
from services.registry.forms.domain import FormStatus, Subject
from services.registry.forms.filling import CannotFill, fill, look
from services.registry.forms.schemas import (
    AnswerableView,
    ConfirmationBody,
    CorrectedView,
    CorrectionBody,
    FillingBody,
    FillingsView,
    FormApprovalBody,
    FormBody,
    FormCode,
    FormRefusalBody,
    FormRow,
    FormView,
    RetirementBody,
    checked_change,
)
from services.registry.forms.shown import agencies_of, serves
from shared.app import posts, router
from shared.auth import Actor, Scope, require
from shared.db import Reader, Tx
from shared.errors import Fault
from shared.http import language
from shared.paging import BadCursor, Cursor, Page, decode_cursor, encode_cursor
from shared.shapes import Id

Anybody = Annotated[Actor, Depends(require())]
Admin = Annotated[Actor, Depends(require(Scope.STAFF_ADMIN))]
Code = Annotated[FormCode, Path(examples=["F-D1"])]
Shape = Annotated[
    Literal["full", "flat"], Query(description="flat: values by the agency's own keys, in its own codes.")
]
Since = Annotated[
    AwareDatetime | None, Query(description="Recorded from then on.", examples=["2026-11-01T00:00:00+08:00"])
]
Limit = Annotated[int, Query(ge=1, le=500)]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

routes = router("/v1/registry", "registry: agency forms")


@routes.get("/form-fields", summary="What the registry can answer to a form")
async def list_paths(actor: Anybody, read: Reader, request: Request) -> list[AnswerableView]:
    """A closed list: each field with who answers for it, the purposes that cover it, and after how many days it is asked for again."""
    return views.answerable(language(request), read.today)


@routes.get("/forms", summary="Forms of agencies")
async def list_forms(
    actor: Anybody,
    read: Reader,
    request: Request,
    status: Annotated[FormStatus | None, Query(description="Those in another state than in force.")] = None,
) -> list[FormRow]:
    """Those in force: F-… come with the platform, the others were declared by agencies. Nothing personal stands in them."""
    return [views.row_of(each, language(request)) for each in await service.list_forms(read, status)]


@routes.get("/forms/{form_code}", summary="A form")
async def get_form(
    actor: Anybody,
    read: Reader,
    request: Request,
    form_code: Code,
    version: Annotated[int | None, Query(ge=1, le=100_000, description="Without: the one in force.")] = None,
) -> FormView:
    """Who asks for what, for which purpose, on which law, and what each field is needed for."""
    return views.form_of(await service.find_form(read, form_code, version), language(request), read.today)


@routes.put("/forms/{form_code}", summary="Declare a form", responses={201: {"model": FormView}})
async def put_form(
    actor: Reading, tx: Tx, request: Request, response: Response, form_code: Code, body: FormBody
) -> FormView:
    """By an account of the agency. What the purpose does not cover, or the agency may not read, is refused, with every reason. In force
    once who administers the platform approves it; until then the earlier version is."""
    new, version = await service.declare(tx, actor, body.form(form_code))
    response.status_code = 201 if new else 200
    return views.form_of(await service.find_form(tx, form_code, version), language(request), tx.today)


@routes.post("/forms/{form_code}/approval", summary="Put a form in force", dependencies=posts)
async def approve(actor: Admin, tx: Tx, request: Request, form_code: Code, body: FormApprovalBody) -> FormView:
    """By who administers the platform, and not by who declared it."""
    await service.approve(tx, actor, form_code, body.version)
    return views.form_of(await service.find_form(tx, form_code, body.version), language(request), tx.today)


@routes.post("/forms/{form_code}/refusal", summary="Refuse a form", dependencies=posts)
async def refuse(actor: Admin, tx: Tx, request: Request, form_code: Code, body: FormRefusalBody) -> FormView:
    await service.refuse(tx, actor, form_code, body.version, body.reason)
    return views.form_of(await service.find_form(tx, form_code, body.version), language(request), tx.today)


@routes.post("/forms/{form_code}/retirement", status_code=204, summary="Fill a form no more", dependencies=posts)
async def retire(actor: Reading, tx: Tx, form_code: Code, body: RetirementBody) -> None:
    """By its agency. What was given by it stays on record."""
    await service.retire(tx, actor, form_code, body.reason)


@routes.post("/forms/{form_code}/fillings", status_code=201, summary="Fill a form", dependencies=posts)
async def fill_form(
    actor: Reading,
    tx: Tx,
    keys: Keys,
    request: Request,
    form_code: Code,
    body: FillingBody,
    shape: Shape = "full",
) -> FillingsView:
    """Values, where they come from and how fresh they are; and what is to be asked for, once. Accounts of the form's agency read for its
    purpose, unmasked where they may; others who see the person prepare it with what they see without a purpose. No account is given what
    a read for the same purpose would not show. Of everybody a record stays: in the access log, and as provided to the agency."""
    form = (await service.find_form(tx, form_code)).form
    if body.subject is not form.subject:
        en, zh = (
            f"this form is of a {form.subject}",
            "该表单的对象为" + ("人员" if form.subject is Subject.PERSON else "住户"),
        )
        raise CannotFill(faults=[Fault("", "form-of-other-subject", en, zh)])
    fillings = await fill(tx, actor, keys, form, body.ids, body.case_ref, request.scope.get("anju.request_id"))
    view = views.fillings_of(form, serves(actor, form), body.case_ref, fillings, shape, language(request))
    request.scope["anju.kept_body"] = views.without_values(view).model_dump_json().encode()
    return view


@routes.get("/forms/{form_code}/fillings/{filling_id}", summary="A filling, read once more")
async def get_filling(
    actor: Reading,
    read: Reader,
    keys: Keys,
    request: Request,
    form_code: Code,
    filling_id: Id,
    shape: Shape = "full",
) -> FillingsView:
    """The values as they are recorded now, by the form as it is in force now, for the same case, with another record of the read. For who
    made it and for the form's agency; what was corrected since counts as told."""
    async with read.writing() as tx:
        row = await service.get_filling(tx, actor, form_code, filling_id)
        form = await service.form_to_read_again(tx, row)
        ids, case_ref = [row["person_id"] or row["household_id"]], row["case_ref"]
        found = await fill(tx, actor, keys, form, ids, case_ref, request.scope.get("anju.request_id"), again=filling_id)
    return views.fillings_of(form, serves(actor, form), case_ref, found, shape, language(request))


@routes.post(
    "/forms/{form_code}/fillings/{filling_id}/corrections",
    status_code=201,
    summary="Ask for the correction of a value in a filling",
    dependencies=posts,
)
async def correct(
    actor: Reading,
    tx: Tx,
    keys: Keys,
    config: Config,
    request: Request,
    response: Response,
    form_code: Code,
    filling_id: Id,
    body: CorrectionBody,
) -> ChangeView:
    """Becomes a change request, and waits for who answers for the field (`GET /v1/registry/change-requests?status=open&owner=…`); until it
    is decided the field is `being-corrected` in every filling. Agencies that were given the old value find it at `…/corrected`."""
    asked = await service.correct(
        tx, actor, keys, config.registry_known_areas, form_code, filling_id, body.correction(), checked_change
    )
    response.headers["location"] = f"/v1/registry/change-requests/{asked.request_id}"
    return await answer_of_change(tx, actor, keys, request, asked.request_id, asked.warnings)


@routes.post(
    "/forms/{form_code}/fillings/{filling_id}/confirmations",
    status_code=201,
    summary="Confirm values in a filling",
    dependencies=posts,
)
async def confirm(
    actor: Reading,
    tx: Tx,
    keys: Keys,
    request: Request,
    form_code: Code,
    filling_id: Id,
    body: ConfirmationBody,
) -> FillingsView:
    """By who answers for these fields, after asking the person: they are fresh from today, and are not asked for again elsewhere."""
    row = await service.get_filling(tx, actor, form_code, filling_id)
    form = await service.form_to_read_again(tx, row)
    subject, case_ref = row["person_id"] or row["household_id"], row["case_ref"]
    seen = await look(tx, actor, keys, form, filling_id, subject)
    await service.confirm(tx, actor, seen, [(each.field, each.person_id) for each in body.fields])
    request_id = request.scope.get("anju.request_id")
    found = await fill(tx, actor, keys, form, [subject], case_ref, request_id, again=filling_id)
    view = views.fillings_of(form, serves(actor, form), case_ref, found, "full", language(request))
    request.scope["anju.kept_body"] = views.without_values(view).model_dump_json().encode()
    return view


@routes.get("/forms/{form_code}/corrected", summary="Values that were given and are not so any more")
async def list_corrected(
    actor: Reading, read: Reader, form_code: Code, since: Since = None, cursor: Cursor = None, limit: Limit = 100
) -> Page[CorrectedView]:
    """For the form's agency, of its place: ids and fields, no values; in the order in which it was recorded. What is read again by its
    filling is told no more. 个人信息保护法 art. 8, 46."""
    if not serves(actor, await service.find_ever(read, form_code)):
        raise service.NotYourForm
    rows = await store.list_corrected(read, form_code, agencies_of(actor), actor.place, since, _after(cursor), limit)
    versions = {row["form_version"] for row in rows}
    forms = {each: (await service.find_form(read, form_code, each)).form for each in versions}
    items = [views.corrected_of(forms[row["form_version"]], row) for row in rows]
    last = rows[-1] if len(rows) == limit else None
    key = last and ((last["told_at"] - _EPOCH) // _MICROSECOND, last["filling_id"], last["owner_id"], last["fact"])
    return Page(items=items, next=encode_cursor(*key) if key else None)


def _after(cursor: str | None) -> store.Told | None:
    keys = decode_cursor(cursor, (int, UUID, UUID, str))
    if keys is None:
        return None
    try:
        return store.Told(_EPOCH + keys[0] * _MICROSECOND, *keys[1:])
    except OverflowError as error:
        raise BadCursor(faults=[Fault("query:cursor", "invalid", "not a cursor", "不是有效的游标")]) from error
