"""Household copies keep whether a household is registered poor

Before: 0001
Made: 2026-11-24 15:37:40.008594
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("household_copies", sa.Column("registered_poor", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("household_copies", "registered_poor")
