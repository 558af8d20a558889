"""Forms and fillings as they are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from services.registry.changes.domain import owner_of
from services.registry.consents.bases import basis_of
from services.registry.forms.agencies import AGENCIES
from services.registry.forms.catalogue import AUTHORITIES, PATHS, Path, decided_by, resolve
from services.registry.forms.domain import TO_ASK, Form, FormField, Freshness, channel_of, mapped
from services.registry.forms.filling import Filled, Filling
from services.registry.forms.parameters import coverage_of, max_age_of
from services.registry.forms.schemas import (
    AnswerableView,
    CorrectedView,
    EntryView,
    FilledView,
    FillingsView,
    FormFieldView,
    FormGroupView,
    FormRow,
    FormView,
    ToAskView,
    ValueView,
    VerifiedView,
)
from services.registry.forms.service import Declared
from services.registry.persons.domain import Purpose
from shared.db import Row


def answerable(spoken: str, on: date) -> list[AnswerableView]:
    return [
        AnswerableView(
            path=path.path,
            label=path.label.of(spoken),
            kind=path.kind,
            code_list=path.codes.name if path.codes else None,
            authority=path.authority,
            authority_label=AUTHORITIES[path.authority].of(spoken),
            decides=owner_of(path.asked_as) if path.asked_as else None,
            changed_by=path.changed_by,
            purposes=[purpose for purpose in Purpose if coverage_of(purpose, on).covers(path.path)],
            stale_after_days=(age := max_age_of(path.path, on)).days,
            stale_by=age.source,
        )
        for path in PATHS.values()
    ]


def row_of(declared: Declared, spoken: str) -> FormRow:
    return FormRow(**_head(declared, spoken))


def _head(declared: Declared, spoken: str) -> dict[str, Any]:
    form = declared.form
    return {
        "form": form.code,
        "version": form.version,
        "status": declared.status,
        "title": _said(form, spoken),
        "agency": form.agency,
        "purpose": form.purpose,
        "subject": form.subject,
        "division": form.division or None,
    }


def form_of(declared: Declared, spoken: str, on: date) -> FormView:
    form, row = declared.form, declared.row or {}
    return FormView(
        **_head(declared, spoken),
        agency_label=AGENCIES[form.agency].title.of(spoken),
        legal_basis=basis_of(form.purpose, on).basis,
        laws=list(form.laws),
        fields=[_field(each, spoken) for each in form.fields],
        groups=[
            FormGroupView(
                key=group.key,
                each=group.each,
                label=group.zh if spoken == "zh" else group.en,
                fields=[_field(each, spoken) for each in group.fields],
            )
            for group in form.groups
        ],
        **{
            name: row.get(name)
            for name in ("declared_by", "declared_at", "decided_by", "decided_at", "decided_because")
        },
    )


def _said(form: Form, spoken: str) -> str:
    return form.zh if spoken == "zh" else form.en


def _field(field: FormField, spoken: str) -> FormFieldView:
    path = _path(field)
    return FormFieldView(
        key=field.key,
        path=field.path,
        label=label_of(field, path, spoken),
        kind=path.kind,
        necessary_for=field.necessary_for,
        needed=field.needed,
        codes=dict(field.codes) if field.codes is not None else None,
        otherwise=field.otherwise,
    )


def _path(field: FormField) -> Path:
    found = resolve(field.path)
    assert found is not None  # or the form would not have been declared
    return found[1]


def label_of(field: FormField, path: Path, spoken: str) -> str:
    """The form's own label, or the registry's."""
    return (field.zh if spoken == "zh" else field.en) or path.label.of(spoken)


def fillings_of(
    form: Form, for_agency: bool, case_ref: str | None, fillings: Sequence[Filling], shape: str, spoken: str
) -> FillingsView:
    return FillingsView(
        form=form.code,
        version=form.version,
        purpose=form.purpose,
        for_agency=for_agency,
        case_ref=case_ref,
        items=[_filled(each, shape, spoken) for each in fillings],
    )


def without_values(view: FillingsView) -> FillingsView:
    """What may be kept of it."""
    items = [
        FilledView(filling_id=each.filling_id, person_id=each.person_id, household_id=each.household_id)
        for each in view.items
    ]
    return view.model_copy(update={"items": items})


def _filled(filling: Filling, shape: str, spoken: str) -> FilledView:
    flat = shape == "flat"
    return FilledView(
        filling_id=filling.filling_id,
        person_id=filling.person_id,
        household_id=filling.household_id,
        fields=[] if flat else [_value(each, spoken) for each in filling.fields],
        groups={}
        if flat
        else {
            key: [EntryView(id=e.owner_id, fields=[_value(each, spoken) for each in e.fields]) for e in entries]
            for key, entries in filling.groups.items()
        },
        to_ask=list(_to_ask(filling, spoken)),
        values=_flat(filling) if flat else None,
    )


def _flat(filling: Filling) -> dict[str, Any]:
    groups = {key: [_by_key(entry.fields) for entry in entries] for key, entries in filling.groups.items()}
    return {**_by_key(filling.fields), **groups}


def _by_key(fields: Sequence[Filled]) -> dict[str, Any]:
    return {
        each.field.key: mapped(each.field, each.answer.value)
        for each in fields
        if each.freshness is not Freshness.WITHHELD
    }


def _to_ask(filling: Filling, spoken: str) -> Iterator[ToAskView]:
    """A fact that stands in the form twice is asked for once; and what hangs on another answer, once that is known."""
    seen: set[tuple[str | None, str]] = set()
    named: list[tuple[str, str | None, Sequence[Filled]]] = [("", None, filling.fields)]
    named += [(f"{key}.", e.owner_id, e.fields) for key, entries in filling.groups.items() for e in entries]
    for before, of, fields in named:
        unknown = {each.path.path for each in fields if each.freshness is Freshness.MISSING}
        for each in fields:
            asked = (each.owner_id, each.path.path)
            waits = each.freshness is Freshness.MISSING and decided_by(each.path) in unknown
            if each.field.needed and each.freshness in TO_ASK and asked not in seen and not waits:
                seen.add(asked)
                yield ToAskView(
                    field=before + each.field.key,
                    label=label_of(each.field, each.path, spoken),
                    id=of,
                    because=each.freshness,
                )


def _value(filled: Filled, spoken: str) -> ValueView:
    value, told, verified = filled.answer.value, filled.told, filled.verified
    return ValueView(
        key=filled.field.key,
        label=label_of(filled.field, filled.path, spoken),
        path=filled.field.path,
        value=value,
        text=_text(filled.path, value, spoken),
        mapped=mapped(filled.field, value),
        none=filled.answer.known and value is None,
        freshness=filled.freshness,
        reason=filled.reason,
        source=told.source if told else None,
        channel=channel_of(told.source) if told else None,
        recorded_at=told.recorded_at if told else None,
        valid_from=told.valid_from if told else None,
        verified=VerifiedView(role=verified.role, at=verified.at) if verified else None,
        stale_on=filled.stale_on,
        request_id=filled.request_id,
    )


def _text(path: Path, value: Any, spoken: str) -> str | None:
    if path.codes is None or not isinstance(value, str):
        return None
    label = path.codes.labels.get(value)
    return label.of(spoken) if label else None


def corrected_of(form: Form, row: Row) -> CorrectedView:
    """The form's keys for a fact of the history."""
    of = {"membership": "person", "occupancy": "household"}.get(row["owner"], row["owner"])
    keys = []
    for pointer, field, _ in form.everything:
        path = _path(field)
        if path.of == of and row["fact"] in (path.fact, path.by_events):
            keys.append(_group_key(form, pointer) + field.key)
    return CorrectedView(
        filling_id=row["filling_id"],
        case_ref=row["case_ref"],
        person_id=row["person_id"],
        household_id=row["household_id"],
        fields=keys,
        of=row["owner_id"],
        because="corrected" if row["corrected"] else "changed",
        given_at=row["given_at"],
        recorded_at=row["told_at"],
    )


def _group_key(form: Form, pointer: str) -> str:
    parts = pointer.split("/")
    return f"{form.groups[int(parts[2])].key}." if parts[1] == "groups" else ""
