"""Filling a form: what is read for it, what of it is given, and the record of that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from services.registry.access.service import note_listed
from services.registry.changes.domain import IDENTITY
from services.registry.consents.bases import LegalBasis
from services.registry.consents.service import Grounds, look_at_grounds
from services.registry.forms import store
from services.registry.forms.catalogue import MISSING, Answer, Path, pick, resolve
from services.registry.forms.domain import (
    Each,
    Form,
    FormField,
    Freshness,
    Subject,
    Told,
    covered,
    freshness,
    stale_on,
)
from services.registry.forms.shown import serves, shows, stated
from services.registry.forms.store import Provision
from services.registry.households.domain import HEAD, HouseholdStatus
from services.registry.persons.domain import PersonStatus, Purpose
from services.registry.sight import Sealed, with_marital
from shared.auth import Actor
from shared.db import Row, Transaction
from shared.errors import Fault, Invalid
from shared.ids import new_id
from shared.privacy import KeyRing


class CannotFill(Invalid):
    slug = "cannot-fill"
    title_en, title_zh = "The form cannot be filled like this", "无法按此填表"


@dataclass(frozen=True, slots=True)
class Verified:
    """Who last said that it is right, by role, and when."""

    role: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Filled:
    """A field with its answer. `owner_id`: id of whom or what it is of."""

    field: FormField
    path: Path
    owner_id: str | None
    person_id: str | None
    """Whose data it counts as: its own, or that of who stands for the household."""
    freshness: Freshness
    answer: Answer = MISSING
    fact: str = ""
    """In whose history the value stands."""
    told: Told | None = None
    verified: Verified | None = None
    stale_on: date | None = None
    reason: str | None = None
    """Why it is withheld, or missing."""
    request_id: str | None = None
    """The change that is asked for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A member of the household, or a parcel."""

    owner_id: str
    fields: Sequence[Filled]


@dataclass(frozen=True, slots=True)
class Filling:
    """A form, filled for one person or household."""

    filling_id: str
    person_id: str | None
    household_id: str | None
    fields: Sequence[Filled]
    groups: Mapping[str, Sequence[Entry]]

    @property
    def everything(self) -> Iterable[Filled]:
        yield from self.fields
        for entries in self.groups.values():
            for entry in entries:
                yield from entry.fields


@dataclass(frozen=True, slots=True)
class Subjects:
    """What was read for a form, by id: of whom it is (people or households), everybody in these households, and their parcels."""

    rows: Mapping[str, Row]
    members: Mapping[str, Sequence[Row]]
    parcels: Mapping[str, Sequence[Row]]
    """By who holds them."""

    @property
    def people(self) -> set[str]:
        there = {row["person_id"] for rows in self.members.values() for row in rows}
        return there | {row["person_id"] for row in self.rows.values() if "person_id" in row}


@dataclass
class _Giving:
    """A form being filled: for whom, on which grounds, and what has been given so far."""

    actor: Actor
    form: Form
    purpose: Purpose | None
    today: date
    keys: KeyRing
    grounds: Grounds
    read: dict[str, set[str]] = field(default_factory=dict)
    """By person, paths that were shown of it."""
    _sealed: dict[str, Sealed] = field(default_factory=dict)

    def open(self, row: Row, name: str) -> str | None:
        sealed = self._sealed.setdefault(row["person_id"], Sealed(self.keys, row))
        return sealed.open(name)

    def withheld(self, path: Path, answers_for: str | None) -> str | None:
        """Why the field is not shown. `answers_for`: whose consent it rests on, where it rests on one."""
        if answers_for is None and self.grounds.basis.basis is LegalBasis.CONSENT:
            return "consent-missing"
        if answers_for and (code := self.grounds.against.get(answers_for)):
            return code
        if not covered(self.form, path, self.today):
            return "not-covered"
        return None if shows(self.actor, path, self.purpose) else "not-allowed"


async def fill(
    tx: Transaction,
    actor: Actor,
    keys: KeyRing,
    form: Form,
    ids: Sequence[str],
    case_ref: str | None,
    request_id: str | None,
    again: str | None = None,
) -> list[Filling]:
    """Answers the form for these people or households, and records what was given: in the access log, and as provided by the form.
    `again`: id of the filling that is read once more.

    Raises CannotFill with all reasons; then nothing is given of anybody.
    """
    found = await _read(tx, actor, form, ids)
    giving = await _giving(tx, actor, keys, form, found)
    fillings = [_filled(giving, found, each, again or new_id()) for each in ids]
    await _note(tx, giving, case_ref, request_id)
    provisions = [each for filling in fillings for each in _provisions(found, filling, tx.now)]
    if again:
        await store.give_again(tx, again, form.version, serves(actor, form), provisions)
    else:
        head = (form.code, form.version, form.agency, str(form.purpose))
        made = [(each.filling_id, each.person_id, each.household_id) for each in fillings]
        who = (serves(actor, form), case_ref, actor.subject, str(actor.role))
        await store.add_fillings(tx, head, *who, made, provisions)
    return fillings


async def look(tx: Transaction, actor: Actor, keys: KeyRing, form: Form, filling_id: str, subject: str) -> Filling:
    """A filling as it would be given now, for a decision on it: not to be shown. Raises CannotFill."""
    found = await _read(tx, actor, form, [subject])
    return _filled(await _giving(tx, actor, keys, form, found), found, subject, filling_id)


async def _giving(tx: Transaction, actor: Actor, keys: KeyRing, form: Form, found: Subjects) -> _Giving:
    grounds = await look_at_grounds(tx, sorted(found.people), form.purpose)
    return _Giving(actor, form, stated(actor, form), tx.today, keys, grounds)


# Reading: one statement for the people or households, one for who lives there, one for parcels, however many are asked for


async def _read(tx: Transaction, actor: Actor, form: Form, ids: Sequence[str]) -> Subjects:
    of_person = form.subject is Subject.PERSON
    listed = store.list_people if of_person else store.list_homes
    key = "person_id" if of_person else "household_id"
    rows = {row[key]: row for row in await listed(tx, ids, actor.place)}
    if faults := _faults(form, ids, rows):
        raise CannotFill(faults=faults)
    members: dict[str, list[Row]] = {}
    whose = {(found[0], each) for _, asked, each in form.everything if (found := resolve(asked.path))}
    if not of_person or any(name == "head" or each is Each.MEMBERS for name, each in whose):
        homes = [row["household_id"] for row in rows.values() if not of_person or _lives_there(row)]
        for row in await store.list_members(tx, homes):
            members.setdefault(row["member_of"], []).append(row)
    parcels: dict[str, list[Row]] = {}
    if any(each is Each.PARCELS for _, each in whose):
        holders = list(rows) if of_person else [row["person_id"] for there in members.values() for row in there]
        for row in await store.list_parcels(tx, holders):
            parcels.setdefault(row["held_by"], []).append(row)
    return Subjects(rows, members, parcels)


def _lives_there(row: Row) -> bool:
    return bool(row["member_of"] == row["household_id"])


def _faults(form: Form, ids: Sequence[str], rows: Mapping[str, Row]) -> list[Fault]:
    name = "person_ids" if form.subject is Subject.PERSON else "household_ids"
    faults = []
    for i, each in enumerate(ids):
        pointer, row = f"/{name}/{i}", rows.get(each)
        if each in ids[:i]:
            faults.append(Fault(pointer, "repeated", "stands above already", "重复"))
        if row is None:
            unknown = ("person-unknown", "no such person", "未找到该人员")
            if form.subject is Subject.HOUSEHOLD:
                unknown = ("household-unknown", "no such household", "未找到该住户")
            faults.append(Fault(pointer, *unknown))
        elif row.get("merged_into"):
            into = row["merged_into"]
            faults.append(Fault(pointer, "merged", f"goes on under the id {into}", f"该人员已并入 {into}"))
        elif row.get("status", row["household_status"]) in (PersonStatus.WITHDRAWN, HouseholdStatus.WITHDRAWN):
            faults.append(Fault(pointer, "withdrawn", "was entered by mistake", "登记已撤销"))
    return faults


# Answering


def _filled(giving: _Giving, found: Subjects, each: str, filling_id: str) -> Filling:
    form, row = giving.form, found.rows[each]
    of_person = form.subject is Subject.PERSON
    there = found.members.get(row["household_id"], []) if not of_person or _lives_there(row) else []
    head = next((member for member in there if member["relation"] == HEAD), None)
    answers_for: str | None = each if of_person else head["person_id"] if head else None
    rows = {"person": row if of_person else None, "head": head, "household": row}
    fields = [_of(giving, asked, rows, answers_for) for asked in form.fields]
    holders = [each] if of_person else [member["person_id"] for member in there]
    groups: dict[str, list[Entry]] = {}
    for group in form.groups:
        if group.each is Each.MEMBERS:
            groups[group.key] = [
                Entry(m["person_id"], [_of(giving, asked, {"person": m}, m["person_id"]) for asked in group.fields])
                for m in there
            ]
        else:
            held = {p["parcel_id"]: (p, holder) for holder in holders for p in found.parcels.get(holder, [])}
            groups[group.key] = [
                Entry(parcel_id, [_of(giving, asked, {"parcel": p}, holder) for asked in group.fields])
                for parcel_id, (p, holder) in sorted(held.items())
            ]
    return Filling(filling_id, each if of_person else None, None if of_person else each, fields, groups)


_ID = {"person": "person_id", "household": "household_id", "parcel": "parcel_id"}


def _of(giving: _Giving, asked: FormField, rows: Mapping[str, Row | None], answers_for: str | None) -> Filled:
    resolved = resolve(asked.path)
    assert resolved is not None  # or the form would not have been declared
    whose, path = resolved
    row = rows[whose]
    if row is None:
        return Filled(asked, path, None, None, Freshness.MISSING, reason="no-head")
    if path.of == "person":
        answers_for = row["person_id"]
    owner_id = row[_ID[path.of]]
    if reason := giving.withheld(path, answers_for):
        return Filled(asked, path, owner_id, answers_for, Freshness.WITHHELD, reason=reason)
    if answers_for:
        giving.read.setdefault(answers_for, set()).add(asked.path)
    answer = pick(path, _group(giving, path, row))
    fact = _fact(path, row)
    told = _told(path, row, fact) if answer.known else None
    verified = _verified(path, row, told)
    request_id = _said_of(path, row, "asked", path.asked_as)
    stale = stale_on(path, told, verified.at if verified else None, giving.today)
    fresh = freshness(answer.known, request_id is not None, stale, giving.today)
    return Filled(asked, path, owner_id, answers_for, fresh, answer, fact, told, verified, stale, request_id=request_id)


def _group(giving: _Giving, path: Path, row: Row) -> Any:
    """The group of facts in which the value stands."""
    group = path.group
    if path.of == "parcel":
        if group == "holders":
            return next((h for h in row["facts"]["holders"] if h["person_id"] == row["holder"]), None)
        return row["certificate_no"] if group == "certificate_no" else row["facts"][group]
    if path.of == "household":
        if group == "address":
            return row
        if group == "without_work":  # until jobs finds one, there is none
            return bool(row["without_work"])
        return row[group] if group in ("settled_on", "size") else row["household_facts"].get(group)
    if group in ("id_number", "phone"):
        return giving.open(row, group)
    if group == "work":
        return row["work_copy"] or row["facts"].get("work")
    return row[group] if group in ("name", "sex", "birth_on", "relation") else with_marital(row["facts"]).get(group)


def _fact(path: Path, row: Row) -> str:
    """The name in the history of what the value stands in."""
    return path.by_events if path.by_events and row["facts"].get(path.by_events) is not None else path.fact


def _told(path: Path, row: Row, fact: str) -> Told | None:
    """Where the value comes from. Who a person is, and was never changed, came with the event by which the person came. What holds since
    birth has no first day here: it would tell the day of birth."""
    if path.group == "without_work" or (path.group == "work" and row["work_copy"]):
        return Told("jobs", None, None)
    known = row["household_told"] if path.of == "household" else row["told"]
    said = (known or {}).get(fact)
    if said is None and path.of == "person" and path.fact in IDENTITY:
        said = row["first"]
    if said is None:
        return None
    source, at, since = said
    return Told(source, datetime.fromisoformat(at), _first_day(path, row, since))


def _first_day(path: Path, row: Row, since: str) -> date | None:
    """Since when it holds. What holds since birth has no first day here: it would tell the day of birth."""
    came_on = row["first"][2] if path.of == "person" and path.fact in IDENTITY and row["first"] else ""
    since_birth = since <= came_on or (path.of == "person" and since == str(row["birth_on"]))
    return None if since_birth else date.fromisoformat(since)


def _said_of(path: Path, row: Row, what: str, name: str | None) -> Any:
    """What was `asked` or `confirmed` of a fact."""
    if path.of == "parcel" or name is None:
        return None
    return (row[f"household_{what}" if path.of == "household" else what] or {}).get(name)


def _verified(path: Path, row: Row, told: Told | None) -> Verified | None:
    """What was said of an earlier value is not said of this one."""
    said = _said_of(path, row, "confirmed", path.confirmed_as)
    if said is None or told is None or told.recorded_at is None:
        return None
    role, at = said[0], datetime.fromisoformat(said[1])
    return Verified(role, at) if at >= told.recorded_at else None


# Recording


async def _note(tx: Transaction, giving: _Giving, case_ref: str | None, request_id: str | None) -> None:
    """People of whom the same was read together: the subjects, the heads, who lives with them."""
    alike: dict[frozenset[str], list[str]] = {}
    for person_id, read in giving.read.items():
        alike.setdefault(frozenset(read), []).append(person_id)
    form = giving.form
    for paths, people in alike.items():
        fields = [f"form:{form.code}/{form.version}", *sorted(paths)]
        consents = {person_id: giving.grounds.consents.get(person_id) for person_id in people}
        await note_listed(tx, giving.actor, giving.grounds.basis, consents, form.purpose, case_ref, request_id, fields)


def _provisions(found: Subjects, filling: Filling, now: datetime) -> list[Provision]:
    given: dict[tuple[str, str], dict[str, datetime | None]] = {}
    for each in filling.everything:
        if each.owner_id is None or each.freshness is Freshness.WITHHELD or not each.answer.known:
            continue
        owner = {"relation": "membership", "address": "occupancy"}.get(each.path.group, each.path.of)
        facts = given.setdefault((owner, each.owner_id), {})
        facts[each.fact] = each.told.recorded_at if each.told else None
        if each.path.by_events:  # where no event was told yet, one that is told later is news
            facts.setdefault(each.path.by_events, now)
    versions = _versions(found, filling)
    return [
        Provision(filling.filling_id, *key, versions[_WHAT.get(key[0], key[0]), key[1]], facts)
        for key, facts in given.items()
    ]


_WHAT = {"membership": "person", "occupancy": "household"}


def _versions(found: Subjects, filling: Filling) -> dict[tuple[str, str], int]:
    """Versions of what was read, by kind and id."""
    row = found.rows[filling.person_id or filling.household_id or ""]
    people: Collection[Row] = [*found.members.get(row["household_id"], []), *([row] if filling.person_id else [])]
    parcels = [p for person in people for p in found.parcels.get(person["person_id"], [])]
    return {
        ("household", row["household_id"]): row["household_version"],
        **{("person", person["person_id"]): person["version"] for person in people},
        **{("parcel", parcel["parcel_id"]): parcel["version"] for parcel in parcels},
    }
