"""What was recorded before a settling was taken back, and what after

Before: 0002
Made: 2026-11-24 21:15:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person_copies", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    filed_at = sa.Column("filed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
    op.add_column("employments", filed_at)
    op.execute("update employments set filed_at = recorded_at")


def downgrade() -> None:
    op.drop_column("employments", "filed_at")
    op.drop_column("person_copies", "withdrawn_at")
