"""Statistics know how many people a household has: guessed from a sample, it came to three times as many

Before: 0020
Made: 2026-11-29 15:30:00
"""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Four people to a household. ANALYZE makes use of it the next time it runs.
    op.execute("alter table persons alter column household_id set (n_distinct = -0.25)")


def downgrade() -> None:
    op.execute("alter table persons alter column household_id reset (n_distinct)")
