"""What was applied for before a settling was taken back, and what after

Before: 0001
Made: 2026-11-24 21:15:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    filed_at = sa.Column("filed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
    op.add_column("cases", filed_at)
    op.execute("update cases set filed_at = applied_at")


def downgrade() -> None:
    op.drop_column("cases", "filed_at")
