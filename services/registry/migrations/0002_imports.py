"""imports

Before: 0001
Made: 2026-11-24 15:03:58.426773
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_occupancies_dwelling_id"), "occupancies", ["dwelling_id"], unique=False)
    op.create_table(
        "imports",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("uploaded_by", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows_read", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows_checked", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows_settled", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("accepted", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("changed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rejected", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("errors_total", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("(status = 'failed') = (problem is not null)", name=op.f("ck_imports_problem")),
        sa.CheckConstraint("status in ('queued', 'running', 'done', 'failed')", name=op.f("ck_imports_status")),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_imports")),
    )
    op.create_index(
        "ix_imports_kept", "imports", ["uploaded_at"], unique=False, postgresql_where=sa.text("key_id is not null")
    )
    op.create_index(
        "ix_imports_open",
        "imports",
        ["import_id"],
        unique=False,
        postgresql_where=sa.text("status in ('queued', 'running')"),
    )
    op.create_table(
        "import_parts",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("part in ('file', 'words', 'chunk', 'report')", name=op.f("ck_import_parts_part")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.import_id"], name=op.f("fk_import_parts_import_id")),
        sa.PrimaryKeyConstraint("import_id", "part", "n", name=op.f("pk_import_parts")),
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_occupancies_dwelling_id"), table_name="occupancies")
    op.drop_table("import_parts")
    op.drop_index("ix_imports_open", table_name="imports", postgresql_where=sa.text("status in ('queued', 'running')"))
    op.drop_index("ix_imports_kept", table_name="imports", postgresql_where=sa.text("key_id is not null"))
    op.drop_table("imports")
