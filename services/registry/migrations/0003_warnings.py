"""How many of an import's remarks are warnings.

Before: 0002
Made: 2026-11-24 19:53:00.344356
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("warnings_total", sa.Integer(), server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    op.drop_column("imports", "warnings_total")
