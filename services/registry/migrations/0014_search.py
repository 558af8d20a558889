"""Search of people: what a name is found by, and households of a community in whatever status

Before: 0013
Made: 2026-11-29 01:05:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.registry.search.domain import name_keys

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_AT_ONCE = 20_000
_NAMED = sa.text("select person_id, name from persons where person_id > :after order by person_id limit :number")
_KEYED = sa.text(
    """update persons p set name_keys = g.keys from unnest(cast(:ids as uuid[]), cast(:keys as text[])) as g(person_id, keys)
        where p.person_id = g.person_id"""
)


def upgrade() -> None:
    op.add_column("persons", sa.Column("name_keys", sa.Text(), nullable=True))
    _key_names()
    op.alter_column("persons", "name_keys", nullable=False)
    op.execute("set local maintenance_work_mem = '256MB'")
    op.create_index(
        "ix_persons_name_keys",
        "persons",
        [sa.literal_column("string_to_array(split_part(name_keys, '|', 2), ' ')")],
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": "1024"},
    )
    op.execute("analyze persons")
    op.drop_index("ix_households_settled", table_name="households")
    op.create_index(
        "ix_households_coliving",
        "households",
        ["community_code", "household_id"],
        unique=False,
        postgresql_where=sa.text("kind = 'coliving'"),
    )


def _key_names() -> None:
    """Those who are there already."""
    connection = op.get_bind()
    after = "00000000-0000-0000-0000-000000000000"
    while rows := connection.execute(_NAMED, {"after": after, "number": _AT_ONCE}).all():
        ids, names = zip(*rows, strict=True)
        connection.execute(_KEYED, {"ids": list(ids), "keys": [name_keys(name) for name in names]})
        after = ids[-1]


def downgrade() -> None:
    op.drop_index("ix_households_coliving", table_name="households", postgresql_where=sa.text("kind = 'coliving'"))
    op.create_index(
        "ix_households_settled",
        "households",
        ["community_code", "household_id"],
        unique=False,
        postgresql_where=sa.text("kind = 'coliving' and status = 'settled'"),
    )
    op.drop_index("ix_persons_name_keys", table_name="persons", postgresql_using="gin")
    op.drop_column("persons", "name_keys")
