"""Pairs of people who may have been entered twice

Before: 0008
Made: 2026-11-29 01:45:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duplicate_pairs",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("likenesses", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dismissed_by", sa.Text(), nullable=True),
        sa.Column("dismissed_because", sa.Text(), nullable=True),
        sa.CheckConstraint("person_id < other_id", name=op.f("ck_duplicate_pairs_order")),
        sa.ForeignKeyConstraint(["other_id"], ["persons.person_id"], name=op.f("fk_duplicate_pairs_other_id_persons")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.person_id"], name=op.f("fk_duplicate_pairs_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("person_id", "other_id", name=op.f("pk_duplicate_pairs")),
    )
    op.create_index(op.f("ix_duplicate_pairs_other_id"), "duplicate_pairs", ["other_id"])
    op.create_index(op.f("ix_persons_birth_on_name"), "persons", ["birth_on", "name"])


def downgrade() -> None:
    op.drop_index(op.f("ix_persons_birth_on_name"), table_name="persons")
    op.drop_table("duplicate_pairs")
