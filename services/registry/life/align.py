"""SQL by which rows that follow from life events are brought to what the events come to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from services.registry.households.domain import HouseholdKind
from services.registry.life.domain import Living, Stay
from services.registry.life.store import Said
from shared.db import Transaction, columns, json_text

Key = tuple[object, ...]


async def align_stays(
    tx: Transaction, person_ids: Collection[str], kinds: Collection[HouseholdKind], wanted: Iterable[Stay], said: Said
) -> None:
    """Brings the memberships of these people and kinds to what they are now known to have been."""
    rows = await tx.fetch(
        """select * from memberships
            where person_id = any($1::uuid[]) and kind = any($2::text[]) and retracted_at is null""",
        list(person_ids),
        list(kinds),
    )
    there = {
        r["id"]: (
            (r["kind"], r["household_id"], r["person_id"], r["relation"], r["valid_from"], r["valid_to"]),
            Said(r["source"], r["recorded_by"]),
        )
        for r in rows
    }
    await _align(
        tx,
        "memberships",
        ("kind", "household_id", "person_id", "relation", "valid_from", "valid_to"),
        there,
        wanted,
        said,
    )


async def align_livings(tx: Transaction, household_ids: Collection[str], wanted: Iterable[Living], said: Said) -> None:
    """Brings the occupancies of these households to what they are now known to have been."""
    rows = await tx.fetch(
        "select * from occupancies where household_id = any($1::uuid[]) and retracted_at is null", list(household_ids)
    )
    there = {
        r["id"]: (
            (r["household_id"], r["dwelling_id"], r["valid_from"], r["valid_to"]),
            Said(r["source"], r["recorded_by"]),
        )
        for r in rows
    }
    await _align(tx, "occupancies", ("household_id", "dwelling_id", "valid_from", "valid_to"), there, wanted, said)


async def align_facts(
    tx: Transaction,
    ids: Collection[str],
    fact: str,
    wanted: Iterable[Sequence[Any]],
    said: Said,
    owner: Literal["person", "household"] = "person",
) -> None:
    """Brings a fact that follows from life events (of people `status`, `residence`, `marital`; of hukou households `hukou`: id, value,
    since, until) to what it is now known to have been."""
    rows = await tx.fetch(
        f"select * from {owner}_facts where {owner}_id = any($1::uuid[]) and fact = $2 and retracted_at is null",
        list(ids),
        fact,
    )
    there = {
        r["id"]: (
            (r[f"{owner}_id"], fact, json_text(r["value"]), r["valid_from"], r["valid_to"]),
            Said(r["source"], r["recorded_by"]),
        )
        for r in rows
    }
    names = (f"{owner}_id", "fact", "value", "valid_from", "valid_to")
    given = [(owner_id, fact, json_text(value), since, until) for owner_id, value, since, until in wanted]
    await _align(tx, f"{owner}_facts", names, there, given, said)


_TYPES = {
    "kind": "text",
    "household_id": "uuid",
    "person_id": "uuid",
    "dwelling_id": "uuid",
    "relation": "text",
    "fact": "text",
    "value": "text",
    "valid_from": "date",
    "valid_to": "date",
}


async def _align(
    tx: Transaction,
    table: str,
    names: Sequence[str],
    there: Mapping[int, tuple[Key, Said]],
    wanted: Iterable[Key],
    said: Said,
) -> None:
    """Retracts rows (by id: what they say, and who said it) that are not wanted, adds wanted ones that are not there. What merely ends
    on another day than was thought was said by whom it was said before."""
    asked = {tuple(key) for key in wanted}
    gone = {row_id: row for row_id, row in there.items() if row[0] not in asked}
    new = asked - {key for key, _ in there.values()}
    if gone:
        await tx.execute(f"update {table} set retracted_at = $2 where id = any($1::bigint[])", list(gone), tx.now)
    if not new:
        return
    before = {key[:-1]: who for key, who in gone.values()}
    ordered = sorted(new, key=lambda key: (key[-2], str(key)))
    who = [before.get(key[:-1], said) for key in ordered]
    given = ", ".join(f"${n}::{_TYPES[name]}[]" for n, name in enumerate(names, 2))
    taken = ", ".join(f"{name}::jsonb" if name == "value" else name for name in names)
    sources = f"${len(names) + 2}::text[], ${len(names) + 3}::text[]"
    await tx.execute(
        f"""insert into {table} ({", ".join(names)}, source, recorded_by, recorded_at)
            select {taken}, source, recorded_by, $1 from unnest({given}, {sources}) as g({", ".join(names)}, source, recorded_by)""",
        tx.now,
        *columns(ordered, len(names)),
        [each.source for each in who],
        [each.by for each in who],
    )
