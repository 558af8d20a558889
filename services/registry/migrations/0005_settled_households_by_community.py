"""Settled households by community

Before: 0004
Made: 2026-11-24 22:20:36
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index(op.f("ix_households_place"), table_name="households", postgresql_where="(kind = 'coliving'::text)")
    op.create_index(
        "ix_households_settled",
        "households",
        ["community_code", "household_id"],
        unique=False,
        postgresql_where=sa.text("kind = 'coliving' and status = 'settled'"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_households_settled",
        table_name="households",
        postgresql_where=sa.text("kind = 'coliving' and status = 'settled'"),
    )
    op.create_index(
        op.f("ix_households_place"),
        "households",
        ["community_code", "block", "household_id"],
        unique=False,
        postgresql_where="(kind = 'coliving'::text)",
    )
