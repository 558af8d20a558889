"""Where blocks stand, and flats that are kept for a household

Before: 0012
Made: 2026-11-29 01:25:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "block_points",
        sa.Column("community_code", sa.Text(), nullable=False),
        sa.Column("estate", sa.Text(), nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("lon", sa.Numeric(precision=9, scale=6), nullable=False),
        sa.Column("lat", sa.Numeric(precision=9, scale=6), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_code", "estate"],
            ["estates.community_code", "estates.estate"],
            name=op.f("fk_block_points_community_code_estate"),
        ),
        sa.PrimaryKeyConstraint("community_code", "estate", "block", name=op.f("pk_block_points")),
    )
    op.create_table(
        "reservations",
        sa.Column("reservation_id", sa.Uuid(), nullable=False),
        sa.Column("dwelling_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("agreement_no", sa.Text(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reserved_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=True),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(household_id is null) <> (agreement_no is null)", name=op.f("ck_reservations_for_whom")),
        sa.CheckConstraint("(ended_at is null) = (ended_because is null)", name=op.f("ck_reservations_ended")),
        sa.CheckConstraint(
            "ended_because in ('settled', 'cancelled', 'expired', 'household-gone')",
            name=op.f("ck_reservations_ended_because"),
        ),
        sa.ForeignKeyConstraint(["dwelling_id"], ["dwellings.dwelling_id"], name=op.f("fk_reservations_dwelling_id")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.household_id"], name=op.f("fk_reservations_household_id")
        ),
        sa.ForeignKeyConstraint(["taken_by"], ["households.household_id"], name=op.f("fk_reservations_taken_by")),
        sa.PrimaryKeyConstraint("reservation_id", name=op.f("pk_reservations")),
    )
    op.create_index(
        "uq_reservations_open",
        "reservations",
        ["dwelling_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index(op.f("ix_reservations_dwelling_id"), "reservations", ["dwelling_id"], unique=False)


def downgrade() -> None:
    op.drop_table("reservations")
    op.drop_table("block_points")
