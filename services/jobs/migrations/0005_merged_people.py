"""People who were entered twice

Before: 0004
Made: 2026-11-29 01:20:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MERGED = sa.text("merged_into is not null")


def upgrade() -> None:
    op.add_column("person_copies", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_check_constraint(
        op.f("ck_person_copies_merged"), "person_copies", "merged_into is null or state = 'withdrawn'"
    )
    op.create_index(
        op.f("ix_person_copies_merged_into"), "person_copies", ["merged_into"], unique=False, postgresql_where=_MERGED
    )
    op.create_index(
        "ix_person_copies_merged_from", "person_copies", ["household_id"], unique=False, postgresql_where=_MERGED
    )
    op.add_column("employments", sa.Column("duplicate_of", sa.Uuid(), nullable=True))
    _open_spells("seeking", "aside")


def downgrade() -> None:
    op.execute("delete from seekers where status = 'aside'")
    _open_spells("seeking")
    op.drop_column("employments", "duplicate_of")
    op.drop_index("ix_person_copies_merged_from", table_name="person_copies", postgresql_where=_MERGED)
    op.drop_index(op.f("ix_person_copies_merged_into"), table_name="person_copies", postgresql_where=_MERGED)
    op.drop_constraint(op.f("ck_person_copies_merged"), "person_copies")
    op.drop_column("person_copies", "merged_into")


def _open_spells(*statuses: str) -> None:
    """Statuses of a spell that is not closed, beside those of one that is."""
    named = ", ".join(f"'{status}'" for status in statuses)
    op.drop_constraint(op.f("ck_seekers_status"), "seekers")
    op.create_check_constraint(op.f("ck_seekers_status"), "seekers", f"status in ({named}, 'placed', 'ended')")
    op.drop_constraint(op.f("ck_seekers_closed"), "seekers")
    op.create_check_constraint(op.f("ck_seekers_closed"), "seekers", f"(status in ({named})) = (closed_at is null)")
    op.drop_index("uq_seekers_open", table_name="seekers")
    op.create_index(
        "uq_seekers_open",
        "seekers",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text(f"status in ({named})"),
    )
