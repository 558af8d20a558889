"""What the registry decides about agency forms: what a form may ask for, how a declaration goes into force, how fresh an answer is. Pure.

个人信息保护法 (PIPL) art. 6: no more than the purpose needs; art. 8: quality; art. 23: who gets what, and for what.
网络数据安全管理条例 (NDR) art. 12: what was provided is recorded, and the record kept for three years or more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from services.registry.forms.catalogue import Path, Whose, resolve
from services.registry.forms.parameters import LAWS, coverage_of, max_age_of
from services.registry.persons.domain import IllegalMove, Purpose
from shared.clock import today
from shared.errors import Fault

RESERVED = "F-"
"""Codes of the forms that come with the platform (`standard`)."""


class Subject(StrEnum):
    PERSON = "person"
    HOUSEHOLD = "household"


class Each(StrEnum):
    """What stands in a form more than once."""

    MEMBERS = "members"
    PARCELS = "parcels"


@dataclass(frozen=True, slots=True)
class FormField:
    """A field under the agency's own key. `codes`: the agency's code by ours, `otherwise` for those that are not listed."""

    key: str
    path: str
    zh: str
    en: str
    necessary_for: str
    needed: bool = True
    codes: Mapping[str, str] | None = None
    otherwise: str | None = None


@dataclass(frozen=True, slots=True)
class FormGroup:
    """Fields of each member of the household, or of each parcel."""

    key: str
    each: Each
    zh: str
    en: str
    fields: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A version of a form. `division`: under it the form is in force; "" is everywhere."""

    code: str
    version: int
    agency: str
    division: str
    zh: str
    en: str
    purpose: Purpose
    laws: tuple[str, ...]
    subject: Subject
    fields: tuple[FormField, ...]
    groups: tuple[FormGroup, ...] = ()

    @property
    def everything(self) -> Iterator[tuple[str, FormField, Each | None]]:
        """Pointer, field, and the group it stands in."""
        for i, field in enumerate(self.fields):
            yield f"/fields/{i}", field, None
        for g, group in enumerate(self.groups):
            for i, field in enumerate(group.fields):
                yield f"/groups/{g}/fields/{i}", field, group.each


class FormStatus(StrEnum):
    PROPOSED = "proposed"
    IN_FORCE = "in-force"
    REFUSED = "refused"
    REPLACED = "replaced"
    """By a later version."""
    RETIRED = "retired"


class FormAction(StrEnum):
    APPROVE = "approve"
    REFUSE = "refuse"
    REPLACE = "replace"
    RETIRE = "retire"


FORM_MOVES: dict[tuple[FormStatus, FormAction], FormStatus] = {
    (FormStatus.PROPOSED, FormAction.APPROVE): FormStatus.IN_FORCE,
    (FormStatus.PROPOSED, FormAction.REFUSE): FormStatus.REFUSED,
    (FormStatus.PROPOSED, FormAction.REPLACE): FormStatus.REPLACED,
    (FormStatus.IN_FORCE, FormAction.REPLACE): FormStatus.REPLACED,
    (FormStatus.IN_FORCE, FormAction.RETIRE): FormStatus.RETIRED,
}


def move_form(status: FormStatus, action: FormAction) -> FormStatus:
    """The status after the action. Raises IllegalMove."""
    after = FORM_MOVES.get((status, action))
    if after is None:
        raise IllegalMove(members={"state": status, "action": action})
    return after


# Declaring

_OF_SUBJECT: Mapping[Subject, frozenset[Whose]] = {
    Subject.PERSON: frozenset({"person", "head", "household"}),
    Subject.HOUSEHOLD: frozenset({"head", "household"}),
}
_OF_EACH: Mapping[Each, frozenset[Whose]] = {Each.MEMBERS: frozenset({"person"}), Each.PARCELS: frozenset({"parcel"})}
_LAW = re.compile(r"([A-Za-z]+[0-9]*)(-[1-9][0-9]*){1,3}")


def covered(form: Form, path: Path, on: date) -> bool:
    """Does the form's purpose cover the field that day?"""
    return _covers(form.purpose, path.path, on)


@lru_cache(maxsize=4096)
def _covers(purpose: Purpose, path: str, on: date) -> bool:
    return coverage_of(purpose, on).covers(path)


def faults_of_form(form: Form, may_read: Callable[[Path, Purpose], bool], on: date) -> list[Fault]:
    """All that stands against a declaration. `may_read`: could an account of the agency read the field for the purpose?"""
    faults = [] if not form.code.startswith(RESERVED) else [_RESERVED]
    for i, law in enumerate(form.laws):
        found = _LAW.fullmatch(law)
        if found is None or found[1] not in LAWS:
            known = ", ".join(LAWS)
            faults.append(
                Fault(
                    f"/laws/{i}",
                    "law-unknown",
                    f"law and article, as SA-11; known: {known}",
                    "须为已知法律的条款，如 SA-11",
                )
            )
    for name, keys in _keys(form):
        seen: set[str] = set()
        for pointer, key in keys:
            if key in seen:
                faults.append(Fault(f"{pointer}/key", "key-repeated", f"stands in {name} already", "键重复"))
            seen.add(key)
    for pointer, field, each in form.everything:
        faults += _faults_of_field(form, pointer, field, each, may_read, on)
    return faults


_RESERVED = Fault("path:form_code", "code-reserved", "F-… are the platform's own forms", "F- 开头的编号为平台内置表单")


def _keys(form: Form) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Keys that must differ from one another."""
    tops = [(f"/fields/{i}", field.key) for i, field in enumerate(form.fields)]
    yield "the form", tops + [(f"/groups/{g}", group.key) for g, group in enumerate(form.groups)]
    for g, group in enumerate(form.groups):
        yield "the group", [(f"/groups/{g}/fields/{i}", field.key) for i, field in enumerate(group.fields)]


def _faults_of_field(
    form: Form,
    pointer: str,
    field: FormField,
    each: Each | None,
    may_read: Callable[[Path, Purpose], bool],
    on: date,
) -> list[Fault]:
    found = resolve(field.path)
    if found is None:
        en, zh = "no such field: see /v1/registry/form-fields", "登记库无此字段，见 /v1/registry/form-fields"
        return [Fault(f"{pointer}/path", "path-unknown", en, zh)]
    whose, path = found
    if whose not in (_OF_EACH[each] if each else _OF_SUBJECT[form.subject]):
        en, zh = "does not stand in this place of a form of this subject", "该字段不能用于此处"
        return [Fault(f"{pointer}/path", "path-misplaced", en, zh)]
    faults = []
    if not covered(form, path, on):
        en = f"the purpose {form.purpose} does not cover this field (PIPL art. 6)"
        faults.append(
            Fault(f"{pointer}/path", "not-covered", en, f"用途 {form.purpose} 不涵盖该字段（个人信息保护法第六条）")
        )
    if not may_read(path, form.purpose):
        en, zh = "no account of this agency may read this field for this purpose", "该部门账号无权为此用途查看该字段"
        faults.append(Fault(f"{pointer}/path", "agency-may-not-read", en, zh))
    return faults + _faults_of_codes(pointer, field, path)


def _faults_of_codes(pointer: str, field: FormField, path: Path) -> list[Fault]:
    if field.codes is None:
        return []
    ours = codes_of(path)
    if ours is None:
        return [Fault(f"{pointer}/codes", "not-coded", "this field has no codes", "该字段不是代码字段")]
    faults = [
        Fault(f"{pointer}/codes/{code}", "code-unknown", "not a code of this field", "不是该字段的代码")
        for code in field.codes
        if code not in ours
    ]
    if field.otherwise is None and (rest := [code for code in ours if code not in field.codes]):
        listed = ", ".join(rest[:20])
        faults.append(
            Fault(f"{pointer}/codes", "codes-left-out", f"says nothing of {listed}", f"未对应的代码：{listed}")
        )
    return faults


def codes_of(path: Path) -> tuple[str, ...] | None:
    """The codes that a value of the field has."""
    if path.kind == "bool":
        return ("true", "false")
    return tuple(path.codes.labels) if path.codes else None


def mapped(field: FormField, value: Any) -> Any:
    """The value in the agency's own codes."""
    if field.codes is None or value is None:
        return value
    if isinstance(value, list):
        return [mapped(field, each) for each in value]
    code = str(value).lower() if isinstance(value, bool) else str(value)
    return field.codes.get(code, field.otherwise)


# Answering


class Freshness(StrEnum):
    FRESH = "fresh"
    STALE = "stale"
    MISSING = "missing"
    BEING_CORRECTED = "being-corrected"
    """A change of it is asked for, and not decided yet."""
    WITHHELD = "withheld"


TO_ASK = (Freshness.MISSING, Freshness.STALE)


@dataclass(frozen=True, slots=True)
class Told:
    """Where a value comes from: who said it, when it was recorded, since when it holds. `recorded_at` None: kept up to date by another
    service."""

    source: str
    recorded_at: datetime | None
    valid_from: date | None


def stale_on(path: Path, told: Told | None, confirmed_at: datetime | None, on: date) -> date | None:
    """The first day on which the value is stale, by the parameters of day `on`; None: never. It counts from the last word on it."""
    days = max_age_of(path.path, on).days
    if days is None or told is None or told.recorded_at is None:
        return None
    last = max(told.recorded_at, confirmed_at) if confirmed_at else told.recorded_at
    return today(last) + timedelta(days + 1)


def freshness(known: bool, asked: bool, stale: date | None, on: date) -> Freshness:
    """`asked`: is a change of it asked for?"""
    if asked:
        return Freshness.BEING_CORRECTED
    if not known:
        return Freshness.MISSING
    return Freshness.STALE if stale is not None and stale <= on else Freshness.FRESH


_CHANNELS: Mapping[str, str] = {
    "police feed": "hukou-feed",
    "hukou feed": "hukou-feed",
    "roster": "roster",
    "staff": "desk",
    "family": "desk",
    "self": "desk",
    "grid report": "grid",
    "jobs": "jobs",
}


def channel_of(source: str) -> str:
    """By which way a fact came in: hukou-feed, roster, desk, grid, jobs; `other` for sources that staff wrote in their own words."""
    return _CHANNELS.get(source.strip().lower(), "other")


def faults_of_confirming(chosen: Sequence[tuple[int, Freshness, bool]]) -> list[Fault]:
    """What cannot be confirmed (index, how fresh it is, does the caller answer for it?): nobody says of a value that it does not see, or
    that somebody calls wrong, that it is right."""
    faults = []
    for i, fresh, owns in chosen:
        if fresh in (Freshness.WITHHELD, Freshness.MISSING):
            faults.append(Fault(f"/fields/{i}", "no-value", "no value is shown here", "该字段没有可确认的值"))
        elif fresh is Freshness.BEING_CORRECTED:
            faults.append(Fault(f"/fields/{i}", "being-corrected", "a change is asked for", "该字段有待审核的更正"))
        elif not owns:
            faults.append(
                Fault(f"/fields/{i}", "not-the-owner", "somebody else answers for it", "该字段由其他部门负责")
            )
    return faults
