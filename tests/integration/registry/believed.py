"""What the registry's tables say and hold to be true, to be compared before and after."""

from __future__ import annotations

from typing import Any

from tests.support.clients import Service

_TABLES = {
    "persons": "select person_id, status, name, sex, birth_on, died_on, id_number_lookup, phone_lookup, household_id, merged_into,"
    " facts from persons order by 1",
    "households": "select household_id, kind, status, dwelling_id, head_person_id, hukou_division from households order by 1",
    "memberships": "select household_id, person_id, relation, valid_from, valid_to from memberships where retracted_at is null"
    " order by 1, 2, 4",
    "alarms": "select kind, ground, person_id, other_id, household_ids, since from alarms where cleared_at is null order by 3, 1, 4, 5",
    "registers": "select household_id, value, valid_from, valid_to from household_facts where retracted_at is null and fact = 'hukou'"
    " order by 1, 3",
    "occupancies": "select household_id, dwelling_id, valid_from, valid_to from occupancies where retracted_at is null order by 1, 3",
    "facts": "select person_id, fact, value, valid_from, valid_to from person_facts where retracted_at is null"
    " and fact not in ('name', 'id_number', 'phone', 'birth') order by 1, 2, 4",
}


async def believed(registry: Service) -> dict[str, list[Any]]:
    """Rows of people, households and their history; but for versions, instants, and numbers sealed anew."""
    pool = registry.database.pool
    rows = {table: [tuple(row.values()) for row in await pool.fetch(text)] for table, text in _TABLES.items()}
    # A fact that is null says: not known; so does one of which there is no row.
    rows["facts"] = [row for row in rows["facts"] if row[2] is not None]
    rows["persons"] = [(*row[:-1], {f: v for f, v in row[-1].items() if v is not None}) for row in rows["persons"]]
    return rows
