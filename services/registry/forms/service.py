"""What can be done with agency forms: declared, decided, retired; and from a filling: a correction asked for, values confirmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from services.registry.changes import service as changes
from services.registry.changes.service import Asked, CannotChange, Change, SecondPersonNeeded, owns
from services.registry.forms import store
from services.registry.forms.agencies import AGENCIES
from services.registry.forms.catalogue import Path, put, resolve
from services.registry.forms.domain import (
    Each,
    Form,
    FormAction,
    FormField,
    FormGroup,
    FormStatus,
    Subject,
    faults_of_confirming,
    faults_of_form,
    move_form,
)
from services.registry.forms.filling import Filled, Filling
from services.registry.forms.shown import agencies_of, agency_may_read
from services.registry.forms.standard import STANDARD
from services.registry.forms.store import FormNotFound
from services.registry.households.domain import HEAD
from services.registry.persons import store as persons
from services.registry.persons.domain import Purpose
from shared.auth import Actor, Scope
from shared.db import Read, Row, Transaction
from shared.errors import Conflict, Fault, Forbidden, Invalid
from shared.privacy import KeyRing


class CannotDeclare(Invalid):
    slug = "cannot-declare-form"
    title_en, title_zh = "The form may not ask for this", "表单不得如此设定"


class NotYourForm(Forbidden):
    slug = "not-your-form"
    title_en, title_zh = "Another agency or place answers for this form", "该表单由其他部门或地区负责"


class FormRetired(Conflict):
    slug = "form-not-in-force"
    title_en, title_zh = "No version of this form is in force", "该表单目前没有生效的版本"


class CannotCorrect(Invalid):
    slug = "cannot-correct"
    title_en, title_zh = "This cannot be corrected from here", "无法由此更正"


class CannotConfirm(Invalid):
    slug = "cannot-confirm"
    title_en, title_zh = "These values cannot be confirmed", "无法确认这些值"


# Forms


@dataclass(frozen=True, slots=True)
class Declared:
    """A version of a form, and what has been decided about it."""

    form: Form
    status: FormStatus
    row: Row | None
    """None: it came with the platform."""


async def find_form(read: Read, code: str, version: int | None = None) -> Declared:
    """The version in force, or the one that is asked for. (Of the platform's forms the present one speaks for earlier ones too: no key
    of theirs changes its meaning.) Raises FormNotFound."""
    if form := STANDARD.get(code):
        return Declared(form, FormStatus.IN_FORCE if version in (None, form.version) else FormStatus.REPLACED, None)
    row = await store.find_form(read, code, version)
    if row is None:
        raise FormNotFound
    return declared_of(row)


async def find_ever(read: Read, code: str) -> Form:
    """The form as it was in force last: also one that is filled no more was given values by. Raises FormNotFound."""
    if code in STANDARD:
        return STANDARD[code]
    row = await store.find_latest(read, code)
    if row is None:
        raise FormNotFound
    return declared_of(row).form


async def list_forms(read: Read, status: FormStatus | None) -> list[Declared]:
    """Those in force; or those in another state."""
    standing = status or FormStatus.IN_FORCE
    rows = [declared_of(row) for row in await store.list_forms(read, [standing])]
    ours = [Declared(form, FormStatus.IN_FORCE, None) for form in STANDARD.values()]
    return [*(ours if standing is FormStatus.IN_FORCE else []), *rows]


async def declare(tx: Transaction, actor: Actor, form: Form) -> tuple[bool, int]:
    """An agency declares what its form asks for (`form` without version and division): is it another version, and which? It is in force
    once somebody else, who administers the platform, approves it.

    Raises NotYourForm, CannotDeclare with all reasons.
    """
    agency = AGENCIES.get(form.agency)
    if agency is None or actor.role not in agency.declares:
        raise NotYourForm
    versions = await store.load_versions(tx, form.code)
    latest = declared_of(versions[0]) if versions else None
    if latest and (latest.form.agency != form.agency or not latest.form.division.startswith(actor.place.division)):
        raise NotYourForm
    asked = replace(form, division=latest.form.division if latest else actor.place.division)
    faults = _faults(asked, tx.today)
    if latest and latest.form.subject is not form.subject:
        en, zh = "its fillings are of the other: declare another form", "该表单已用于另一类对象，请另设表单"
        faults.append(Fault("/subject", "subject-changed", en, zh))
    if faults:
        raise CannotDeclare(faults=faults)
    if latest and latest.status in (FormStatus.PROPOSED, FormStatus.IN_FORCE):
        if replace(asked, version=latest.form.version) == latest.form:
            return False, latest.form.version
        if latest.status is FormStatus.PROPOSED:
            await _decide(tx, actor, latest, FormAction.REPLACE)
    version = latest.form.version + 1 if latest else 1
    content = content_of(asked)
    await store.add_form(tx, form.code, version, form.agency, asked.division, content, actor.subject)
    return True, version


async def approve(tx: Transaction, actor: Actor, code: str, version: int) -> None:
    """Puts a version in force, in place of the one that was. Two people: who administers the platform, and not who declared it.

    Raises FormNotFound, NotYourForm, IllegalMove, SecondPersonNeeded, CannotDeclare where what a purpose covers has changed since.
    """
    versions = [declared_of(row) for row in await store.load_versions(tx, code)]
    asked = _version(actor, versions, version)
    move_form(asked.status, FormAction.APPROVE)
    assert asked.row is not None
    if asked.row["declared_by"] == actor.subject:
        raise SecondPersonNeeded
    if faults := _faults(asked.form, tx.today):
        raise CannotDeclare(faults=faults)
    for other in versions:
        if other.status is FormStatus.IN_FORCE:
            await _decide(tx, actor, other, FormAction.REPLACE)
    await _decide(tx, actor, asked, FormAction.APPROVE)


async def refuse(tx: Transaction, actor: Actor, code: str, version: int, because: str) -> None:
    """Raises FormNotFound, NotYourForm, IllegalMove."""
    versions = [declared_of(row) for row in await store.load_versions(tx, code)]
    await _decide(tx, actor, _version(actor, versions, version), FormAction.REFUSE, because)


async def retire(tx: Transaction, actor: Actor, code: str, because: str) -> None:
    """The form is filled no more; what was given by it stays on record. By its agency. Raises FormNotFound, NotYourForm, FormRetired."""
    versions = [declared_of(row) for row in await store.load_versions(tx, code)]
    if not versions:
        raise NotYourForm if code in STANDARD else FormNotFound
    standing = next((each for each in versions if each.status is FormStatus.IN_FORCE), None)
    form = (standing or versions[0]).form
    if actor.role not in AGENCIES[form.agency].declares or not form.division.startswith(actor.place.division):
        raise NotYourForm
    if standing is None:
        raise FormRetired
    await _decide(tx, actor, standing, FormAction.RETIRE, because)


def _version(actor: Actor, versions: Sequence[Declared], version: int) -> Declared:
    found = next((each for each in versions if each.form.version == version), None)
    if found is None:
        raise FormNotFound
    if not actor.may(Scope.STAFF_ADMIN) or not found.form.division.startswith(actor.place.division):
        raise NotYourForm
    return found


async def _decide(
    tx: Transaction, actor: Actor, asked: Declared, action: FormAction, because: str | None = None
) -> None:
    after = move_form(asked.status, action)
    await store.decide(tx, asked.form.code, asked.form.version, after, actor.subject, because)


def _faults(form: Form, on: date) -> list[Fault]:
    agency = AGENCIES[form.agency]
    return faults_of_form(form, lambda path, purpose: agency_may_read(agency, path, purpose), on)


def content_of(form: Form) -> dict[str, Any]:
    """What a version says, as it is kept."""
    kept = asdict(form)
    return {name: kept[name] for name in ("zh", "en", "purpose", "laws", "subject", "fields", "groups")}


def declared_of(row: Row) -> Declared:
    content = row["content"]
    form = Form(
        code=row["form_code"],
        version=row["version"],
        agency=row["agency"],
        division=row["division"],
        zh=content["zh"],
        en=content["en"],
        purpose=Purpose(content["purpose"]),
        laws=tuple(content["laws"]),
        subject=Subject(content["subject"]),
        fields=_fields(content["fields"]),
        groups=tuple(
            FormGroup(group["key"], Each(group["each"]), group["zh"], group["en"], _fields(group["fields"]))
            for group in content["groups"]
        ),
    )
    return Declared(form, FormStatus(row["status"]), row)


def _fields(content: Sequence[Mapping[str, Any]]) -> tuple[FormField, ...]:
    return tuple(FormField(**each) for each in content)


# Fillings


@dataclass(frozen=True, slots=True)
class Correction:
    """What is said of a value in a filling. `key`: of the field, behind the group's and a dot in a group; `person_id`: of which member."""

    key: str
    person_id: str | None
    value: Any
    valid_from: date | None
    source: str
    evidence: str | None
    reason: str


async def get_filling(read: Read, actor: Actor, code: str, filling_id: str) -> Row:
    """Raises FillingNotFound."""
    return await store.get_filling(read, code, filling_id, actor.place, actor.subject, agencies_of(actor))


async def form_to_read_again(read: Read, filling: Row) -> Form:
    """The form as it is in force now. Raises FormRetired."""
    try:
        return (await find_form(read, filling["form_code"])).form
    except FormNotFound:
        raise FormRetired from None


async def correct(
    tx: Transaction,
    actor: Actor,
    keys: KeyRing,
    known_areas: frozenset[str],
    code: str,
    filling_id: str,
    said: Correction,
    checked: Callable[[str, Any], Mapping[str, object]],
) -> Asked:
    """A wrong value becomes a change request, which waits for who answers for the field; made at once where that is who asks
    (`changes.service.ask`). `checked`: the value of a field of such a request, in form. 个人信息保护法 art. 46.

    Raises FillingNotFound, CannotCorrect with all reasons, PersonNotFound, and what `ask` raises.
    """
    filling = await get_filling(tx, actor, code, filling_id)
    form = (await find_form(tx, code, filling["form_version"])).form
    whose, path = _field(form, said.key)
    person_id = await _person(tx, actor, filling, whose, said.person_id)
    row = await persons.load_person(tx, person_id, actor.place)
    asked_as = path.asked_as
    assert asked_as is not None
    before = row["facts"].get(asked_as)
    if path.of == "household":
        home = (await store.list_homes(tx, [row["household_id"]], actor.place))[0]
        before = home["household_facts"].get(path.group)
    values = checked(asked_as, put(path, before, said.value))
    change = Change(values, said.valid_from, said.source, said.evidence, said.reason)
    try:
        asked = await changes.ask(tx, actor, keys, known_areas, person_id, lambda _: None, change)
    except CannotChange as error:
        raise CannotCorrect(faults=[_of_value(fault) for fault in error.faults]) from error
    await store.add_correction(tx, asked.request_id, filling_id, said.key)
    return asked


def _of_value(fault: Fault) -> Fault:
    return fault if fault.pointer == "/valid_from" else replace(fault, pointer="/value")


def _field(form: Form, key: str) -> tuple[str, Path]:
    """Whose field it is, and what. Raises CannotCorrect where there is none, or no change request is for it."""
    group, _, name = key.rpartition(".")
    fields = form.fields if not group else next((g.fields for g in form.groups if g.key == group), ())
    field = next((each for each in fields if each.key == name), None)
    if field is None:
        raise CannotCorrect(faults=[Fault("/field", "field-unknown", "the form has no such field", "表单无此字段")])
    whose, path = resolve(field.path) or ("", None)
    assert path is not None
    if path.asked_as is None:
        route = path.changed_by
        en, zh = f"is changed by {route}: ask who may", f"须由有权人员通过 {route} 变更"
        raise CannotCorrect(faults=[Fault("/field", "changed-elsewhere", en, zh)])
    return whose, path


async def _person(tx: Transaction, actor: Actor, filling: Row, whose: str, member: str | None) -> str:
    """Of whom the field is, or in whose name a change of the household is asked for. A member is one who lives there now."""
    listed = [filling["person_id"]] if filling["person_id"] else []
    home = filling["household_id"]
    if home is None:
        rows = await store.list_people(tx, listed, actor.place)
        home = next((row["member_of"] for row in rows), None)
    people = await store.list_members(tx, [home]) if home else []
    if whose == "head" or (whose == "household" and not listed):
        listed = [row["person_id"] for row in people if row["relation"] == HEAD]
    elif member is not None:
        listed = [each for each in {*listed, *(row["person_id"] for row in people)} if each == member]
    if len(listed) != 1:
        en, zh = "say of whom: a member of the household", "须指明住户中的哪位成员"
        raise CannotCorrect(faults=[Fault("/person_id", "person-unknown", en, zh)])
    return str(listed[0])


async def confirm(tx: Transaction, actor: Actor, filling: Filling, wanted: Sequence[tuple[str, str | None]]) -> None:
    """Somebody who answers for these fields (key, person) says that the values that were just read are right: they are fresh from today.

    Raises CannotConfirm with all reasons.
    """
    chosen = [_find(filling, *each) for each in wanted]
    faults = [
        Fault(f"/fields/{i}", "field-unknown", "the form has no such field of a person", "表单无此人员字段")
        for i, each in enumerate(chosen)
        if each is None
    ]
    found = [(i, each) for i, each in enumerate(chosen) if each is not None]
    faults += faults_of_confirming([(i, each.freshness, owns(actor, [each.path.asked_as or ""])) for i, each in found])
    if faults:
        raise CannotConfirm(faults=faults)
    by_person: dict[str, set[str]] = {}
    for _, each in found:
        by_person.setdefault(each.person_id or "", set()).add(each.path.confirmed_as or "")
    for person_id, facts in by_person.items():
        await store.confirm(tx, person_id, facts, actor.subject, str(actor.role))


def _find(filling: Filling, key: str, person_id: str | None) -> Filled | None:
    group, _, name = key.rpartition(".")
    entries = filling.groups.get(group, ())
    fields = [f for e in entries if e.owner_id == person_id for f in e.fields] if group else filling.fields
    return next((f for f in fields if f.field.key == name and f.path.asked_as), None)
