"""Lists as files

Before: 0014
Made: 2026-11-29 11:50:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_COUNTS = ("rows", "rows_read", "exported", "without_consent", "gone", "chunks", "fetches", "attempts")


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("case_ref", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("asked_by", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        *(sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False) for name in _COUNTS),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("list in ('persons', 'households', 'vacancies')", name=op.f("ck_exports_list")),
        sa.CheckConstraint("format in ('csv', 'xlsx', 'parquet')", name=op.f("ck_exports_format")),
        sa.CheckConstraint(
            "status in ('queued', 'running', 'done', 'failed', 'deleted')", name=op.f("ck_exports_status")
        ),
        sa.CheckConstraint("language in ('zh', 'en')", name=op.f("ck_exports_language")),
        sa.CheckConstraint("(status = 'failed') = (problem is not null)", name=op.f("ck_exports_problem")),
        sa.CheckConstraint("status <> 'deleted' or key_id is null", name=op.f("ck_exports_deleted")),
        sa.PrimaryKeyConstraint("export_id", name=op.f("pk_exports")),
    )
    op.create_index(
        "ix_exports_kept", "exports", ["asked_at"], unique=False, postgresql_where=sa.text("key_id is not null")
    )
    op.create_index(
        "ix_exports_open",
        "exports",
        ["export_id"],
        unique=False,
        postgresql_where=sa.text("status in ('queued', 'running')"),
    )
    op.create_index(op.f("ix_exports_subject_exports_export_id"), "exports", ["subject", "export_id"], unique=False)
    op.create_table(
        "export_parts",
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("part in ('asked', 'ids', 'chunk', 'people', 'file')", name=op.f("ck_export_parts_part")),
        sa.ForeignKeyConstraint(["export_id"], ["exports.export_id"], name=op.f("fk_export_parts_export_id")),
        sa.PrimaryKeyConstraint("export_id", "part", "n", name=op.f("pk_export_parts")),
    )


def downgrade() -> None:
    op.drop_table("export_parts")
    op.drop_table("exports")
