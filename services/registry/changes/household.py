"""Changes of what is recorded of the household in which a person lives, asked for in the person's name: fields `household:…`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from services.registry import store as history
from services.registry.changes.domain import HOUSEHOLD, since_days
from services.registry.households.service import change_facts
from services.registry.store import rows_by_id
from shared.auth import Actor
from shared.db import Row, Transaction
from shared.errors import Fault


def are_asked(fields: Collection[str]) -> bool:
    """Are facts of a household among these fields?"""
    return any(field.startswith(HOUSEHOLD) for field in fields)


async def with_facts(tx: Transaction, row: Row, fields: Collection[str]) -> Row:
    """A person's row, with `household_facts` by field where some are among these fields. (Who locks a person has locked its household.)"""
    if not are_asked(fields):
        return row
    home = (await rows_by_id(tx, "households", [row["household_id"]]))[row["household_id"]]
    facts = {f"{HOUSEHOLD}{name}": value for name, value in home["facts"].items()}
    return {**row, "household_facts": facts}


def parted(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is of the person, and of its household (by the names of its facts)."""
    home = {f.removeprefix(HOUSEHOLD): value for f, value in values.items() if f.startswith(HOUSEHOLD)}
    return {f: value for f, value in values.items() if not f.startswith(HOUSEHOLD)}, home


async def make(
    tx: Transaction,
    actor: Actor,
    household_id: str,
    values: Mapping[str, Any],
    valid_from: date | None,
    source: str,
    by: str,
) -> list[Fault]:
    """Records the values, and says them. What to look at: facts of which a later value is known. Raises HouseholdNotFound, IllegalMove."""
    held = await history.held_since(tx, "household", household_id)
    warnings: list[Fault] = []
    for since, names in since_days(values, valid_from, held, tx.today).items():
        given = {name: values[name] for name in names}
        warnings += await change_facts(tx, actor, household_id, lambda _: None, given, since, source, by)
    return warnings
