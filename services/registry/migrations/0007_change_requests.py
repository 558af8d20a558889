"""Change requests

Before: 0006
Made: 2026-11-29 01:00:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change_requests",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("asked_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_because", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status in ('open', 'approved', 'refused', 'withdrawn')", name=op.f("ck_change_requests_status")
        ),
        sa.CheckConstraint("(status = 'open') = (decided_at is null)", name=op.f("ck_change_requests_decided")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.person_id"], name=op.f("fk_change_requests_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_change_requests")),
    )
    op.create_index(op.f("ix_change_requests_person_id"), "change_requests", ["person_id"])
    op.create_index(
        "ix_change_requests_open", "change_requests", ["request_id"], postgresql_where=sa.text("status = 'open'")
    )


def downgrade() -> None:
    op.drop_table("change_requests")
