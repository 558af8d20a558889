"""What can be done about exports: asked for, looked at, fetched, deleted. Whether an account may see one is found out each time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from services.registry.access.service import note_fetch
from services.registry.consents.service import grounds_of_some
from services.registry.exports import store
from services.registry.exports.columns import COLUMNS
from services.registry.exports.domain import (
    MOST_SHEET_ROWS,
    Asking,
    ExportStatus,
    Format,
    ListName,
    Part,
    against_field,
    against_fields,
    covers,
    unpacked,
)
from services.registry.exports.lists import ExportList, Reading, columns_of
from services.registry.exports.sealed import ExportForgotten, Sealed
from services.registry.persons.domain import Purpose
from services.registry.sight import groups_of, is_sensitive, shows_for
from shared.auth import Actor, Place, Scope
from shared.db import Read, Row, Transaction
from shared.errors import Conflict, Invalid, TooMany
from shared.ids import new_id
from shared.places import place_of, text_of
from shared.privacy import KeyRing


class WrongFields(Invalid):
    slug = "wrong-fields"
    title_en, title_zh = "These columns cannot be exported", "所选列无法导出"


class TooManyExports(TooMany):
    slug = "too-many-exports"
    title_en, title_zh = "Exports of this account are still under way", "该账号尚有未完成的导出任务"


class ExportNotDone(Conflict):
    slug = "export-not-done"
    title_en, title_zh = "There is no file (yet)", "（暂）无文件"


class ConsentWithdrawn(Conflict):
    slug = "consent-withdrawn-since"
    title_en, title_zh = "Somebody in the file has withdrawn the consent since", "文件中有人已撤回同意"


@dataclass(frozen=True, slots=True)
class Wish:
    """An export as it is asked for. `fields`: None is the usual ones."""

    of: ExportList
    fields: Sequence[str] | None
    form: Format
    language: str
    purpose: Purpose | None
    case_ref: str | None


async def ask_for(
    tx: Transaction, actor: Actor, keys: KeyRing, wish: Wish, most_open: int, request_id: str | None
) -> str:
    """Takes an export; its id. What is asked is kept sealed: it may hold names and numbers.

    Raises WrongFields and what the list's filters are refused for, TooManyExports.
    """
    name = wish.of.name
    asking = asking_of(actor, wish.purpose)
    columns = {column.name: column.shows for column in COLUMNS[name].values()}
    fields = wish.fields if wish.fields is not None else usual_fields(name, asking)
    if against := against_fields(fields, columns, asking):
        raise WrongFields(faults=against)
    await wish.of.check(tx, Reading(actor, keys, wish.purpose, columns_of(name, fields)))
    if await store.count_open(tx, actor.subject) >= most_open:
        raise TooManyExports(
            f"Up to {most_open} at once: wait for one to end, or delete one.",
            f"最多同时进行 {most_open} 个，请等待完成或删除后再试。",
            headers={"retry-after": "10"},
        )
    export_id, key = new_id(), keys.new_key()
    said = {
        "list": name,
        "format": wish.form,
        "language": wish.language,
        "fields": fields,
        "purpose": wish.purpose,
        "case_ref": wish.case_ref,
    }
    await store.add_export(tx, export_id, said, actor, text_of(actor.place), request_id, key)
    sealed = Sealed(keys, await store.get_export(tx, export_id, actor.subject))
    asked = json.dumps(wish.of.as_json(), ensure_ascii=False, default=str).encode()
    await store.PARTS.add(tx, export_id, Part.ASKED, [(0, sealed.seal(Part.ASKED, 0, asked))])
    return export_id


def asking_of(actor: Actor, purpose: Purpose | None) -> Asking:
    """What the actor may see of lists, for this purpose."""
    groups = groups_of(actor)
    return Asking(groups, purpose is not None, {g for g in groups if is_sensitive(g) and not shows_for(g, purpose)})


def usual_fields(name: ListName, asking: Asking) -> list[str]:
    """Columns of a list where none are named: of the usual ones, those that the account sees."""
    return [c.name for c in COLUMNS[name].values() if c.usual and not against_field(c.name, c.shows, asking)]


def noted_fields(name: ListName, fields: Sequence[str]) -> list[str]:
    """Of these columns, those of which a read in full is noted."""
    columns = (COLUMNS[name][each] for each in fields)
    return [c.name for c in columns if c.shows.personal or (c.shows.group and is_sensitive(c.shows.group))]


def still_may(row: Row, actor: Actor) -> bool:
    """May the account that asked still see what it asked for: the same columns, in full where they are, of all of that place?"""
    if row["asked_by"]["kind"] != actor.kind or not actor.may(Scope.REGISTRY_READ):
        return False
    purpose = Purpose(row["purpose"]) if row["purpose"] else None
    if purpose and not actor.may(Scope.REGISTRY_UNMASK):
        return False
    if not covers(place_of(actor.place), place_of(Place.parse(row["place"]))):
        return False
    asking = asking_of(actor, purpose)
    columns = {column.name: column.shows for column in COLUMNS[ListName(row["list"])].values()}
    return not against_fields(row["fields"], columns, asking)


async def get_export(read: Read, export_id: str, actor: Actor) -> Row:
    """Raises ExportNotFound, also where another account asked for it, or this one may see less than when it asked."""
    row = await store.get_export(read, export_id, actor.subject)
    if not still_may(row, actor):
        raise store.ExportNotFound
    return row


async def fetch(tx: Transaction, actor: Actor, keys: KeyRing, export_id: str, request_id: str | None) -> Row:
    """Notes that the file is fetched, and finds out whether it still may be: where it rests on consent, all in it must stand by it.

    Raises ExportNotFound, ExportNotDone, ExportForgotten, ConsentWithdrawn.
    """
    await store.load_export(tx, export_id, actor.subject)
    row = await get_export(tx, export_id, actor)
    if row["status"] == ExportStatus.DELETED:
        raise ExportForgotten("Ask for the export again.", "请重新申请导出。")
    if row["status"] != ExportStatus.DONE:
        raise ExportNotDone
    sealed = Sealed(keys, row)
    await store.add_fetch(tx, export_id)
    if row["purpose"]:
        purpose = Purpose(row["purpose"])
        await _refuse_withdrawn(tx, sealed, row, purpose)
        fields = noted_fields(ListName(row["list"]), row["fields"])
        await note_fetch(tx, actor, purpose, row["case_ref"], request_id, fields, row["exported"])
    return row


async def _refuse_withdrawn(tx: Transaction, sealed: Sealed, row: Row, purpose: Purpose) -> None:
    """PIPL art. 15: a consent that was withdrawn carries no reading any more, of a file neither."""
    for n, part in (await store.PARTS.list(tx, row["export_id"], Part.PEOPLE)).items():
        people = unpacked(sealed.open(Part.PEOPLE, n, part))
        _, standing = await grounds_of_some(tx, people, purpose)
        if len(standing) < len(set(people)):
            raise ConsentWithdrawn(
                "Ask for the export again: they are left out.", "请重新导出，已撤回同意者将不在其中。"
            )


async def piece(read: Read, keys: KeyRing, row: Row, n: int) -> bytes:
    """The n-th piece of the file; empty behind the last. Raises ExportForgotten where it was deleted meanwhile."""
    sealed = await store.PARTS.find(read, row["export_id"], Part.FILE, n)
    return b"" if sealed is None else Sealed(keys, row).open(Part.FILE, n, sealed)


async def delete(tx: Transaction, actor: Actor, export_id: str) -> None:
    """The file and what was asked are gone at once; one that is still being made ends. Whoever asked may, whatever it sees by now. Raises
    ExportNotFound."""
    await store.load_export(tx, export_id, actor.subject)
    await store.set_deleted(tx, export_id)


def most_rows(form: Format, most: int) -> int:
    """Rows that a file of this format may have."""
    return min(most, MOST_SHEET_ROWS) if form is Format.XLSX else most
