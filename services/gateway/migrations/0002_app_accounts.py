"""App accounts that act for residents

Before: 0001
Made: 2026-11-29 01:40:00.000000
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "app_accounts",
        sa.Column("binding_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bound_by", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.Column("revoked_because", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("binding_id", name=op.f("pk_app_accounts")),
    )
    op.create_index(op.f("ix_app_accounts_person_id"), "app_accounts", ["person_id"], unique=False)
    op.create_index(
        "uq_app_accounts_now",
        "app_accounts",
        ["issuer", "account"],
        unique=True,
        postgresql_where=sa.text("revoked_at is null"),
    )


def downgrade() -> None:
    op.drop_index("uq_app_accounts_now", table_name="app_accounts", postgresql_where=sa.text("revoked_at is null"))
    op.drop_index(op.f("ix_app_accounts_person_id"), table_name="app_accounts")
    op.drop_table("app_accounts")
