"""What is recorded of who a person is and of its facts, as one picture; and a change of it, made on both axes of history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.registry import store as history
from services.registry.changes import store
from services.registry.changes.domain import BIRTH, IDENTITY, MERGED, NAME, SEALED, since_days
from services.registry.duplicates.service import suggest
from services.registry.persons import store as persons
from services.registry.persons.domain import ID_NUMBER, present_groups
from services.registry.service import later_known, person_state
from services.registry.sight import Sealed, kept
from services.registry.statistics.store import count_again
from shared import outbox
from shared.auth import Place
from shared.contracts.registry import PersonFactsChanged
from shared.db import Row, Transaction
from shared.errors import Fault
from shared.identity import check_id_number
from shared.privacy import KeyRing


def recorded(sealed: Sealed, row: Row, fields: Sequence[str]) -> dict[str, Any]:
    """What is recorded now of these fields; a fact group that is not known is missing."""
    facts = {**row["facts"], **row.get("household_facts", {})}
    known = {field: facts[field] for field in fields if field in facts}
    for field in IDENTITY.intersection(fields):
        match field:
            case "name":
                known[field] = row["name"]
            case "birth":
                known[field] = _birth(row["sex"], row["birth_on"])
            case _:
                known[field] = sealed.open(field)
    if MERGED in fields:
        known[MERGED] = row["merged_into"]
    return known


def _birth(sex: str, birth_on: date) -> dict[str, str]:
    return {"sex": sex, "birth_on": birth_on.isoformat()}


async def make(
    tx: Transaction,
    keys: KeyRing,
    sealed: Sealed,
    row: Row,
    after: Mapping[str, Any],
    valid_from: date | None,
    source: str,
    by: str,
    since_elsewhere: Mapping[str, date] | None = None,
) -> list[Fault]:
    """Records the values, on both axes, and says them. What to look at: fields of which a later value is known, and goes on to hold."""
    person_id = row["person_id"]
    values = dict(after)
    if values.get(ID_NUMBER):
        check = check_id_number(values[ID_NUMBER], tx.today)
        if (check.sex, check.birth_on) != (row["sex"], row["birth_on"]):
            values[BIRTH] = _birth(check.sex, check.birth_on)
    before = recorded(sealed, row, list(values))
    first = [(person_id, field, _kept(row, field, before[field])) for field in values if field in IDENTITY]
    await history.keep_first(tx, first)
    held = {**(since_elsewhere or {}), **await history.held_since(tx, "person", person_id)}
    if BIRTH in values and ID_NUMBER in values:
        held[BIRTH] = held[ID_NUMBER]
    columns = {field: columns_of(keys, sealed, field, value) for field, value in values.items() if field in IDENTITY}
    present: dict[str, Any] = {}
    later: list[str] = []
    for since, fields in since_days(values, valid_from, held, tx.today).items():
        holding, waiting = present_groups(before, {field: values[field] for field in fields}, held, since)
        present |= holding
        later += waiting
        rows = [(person_id, field, _kept(columns.get(field, {}), field, values[field])) for field in fields]
        await history.record_facts(tx, "person", rows, since, source, by)
    facts = {**row["facts"], **{field: value for field, value in present.items() if field not in IDENTITY}}
    changed = {**row, "facts": facts, "version": row["version"] + 1}
    for field in present:
        changed |= columns.get(field, {})
    await persons.set_person(tx, person_id, changed["version"], row["status"], row["died_on"], facts)
    await store.set_identity(tx, person_id, changed)
    await count_again(tx, [], [person_id])
    outbox.emit(tx, person_state(PersonFactsChanged, changed))
    if not IDENTITY.isdisjoint(present):
        await suggest(tx, [person_id], Place())
    return later_known([field for field in later if field != BIRTH], held)


def _kept(row: Mapping[str, Any], field: str, value: Any) -> Any:
    """A value as the history keeps it: numbers as they are sealed in the person's row."""
    return kept(row[f"{field}_sealed"]) if field in SEALED else value


def columns_of(keys: KeyRing, sealed: Sealed, field: str, value: Any) -> dict[str, Any]:
    """Columns of the person's row for a value."""
    if field == NAME:
        return {"name": value}
    if field == BIRTH:
        return {"sex": value["sex"], "birth_on": date.fromisoformat(value["birth_on"])}
    if value is None:
        return {f"{field}_sealed": None, f"{field}_lookup": None}
    return {f"{field}_sealed": sealed.seal(value, field), f"{field}_lookup": keys.lookup_hash(field, value)}
