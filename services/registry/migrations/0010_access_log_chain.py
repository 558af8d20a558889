"""Access log: on which basis, of how many, from where; numbers and links of the chain

Before: 0009
Made: 2026-11-29 01:05:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_NEW = (
    ("kind", sa.Text()),
    ("place", sa.Text()),
    ("legal_basis", sa.Text()),
    ("law_ref", sa.Text()),
    ("consent_id", sa.Uuid()),
    ("results", sa.Integer()),
    ("seal_no", sa.BigInteger()),
    ("link", sa.LargeBinary()),
)
_BY_PERSON = "ix_access_log_person_id_access_log_read_at"


def upgrade() -> None:
    for name, kind in _NEW:
        op.add_column("access_log", sa.Column(name, kind, nullable=True))
    op.alter_column("access_log", "person_id", existing_type=sa.Uuid(), nullable=True)
    op.drop_index(op.f(_BY_PERSON), table_name="access_log")
    op.create_index(op.f("ix_access_log_person_id_access_log_id"), "access_log", ["person_id", "id"], unique=False)
    op.create_index(
        op.f("ix_access_log_reader_access_log_read_at_access_log_id"),
        "access_log",
        ["reader", "read_at", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_access_log_read_at_access_log_id"), "access_log", ["read_at", "id"], unique=False)
    op.create_index(
        "ix_access_log_unsealed", "access_log", ["id"], unique=False, postgresql_where=sa.text("seal_no is null")
    )
    op.create_index(
        "uq_access_log_seal_no",
        "access_log",
        ["seal_no"],
        unique=True,
        postgresql_where=sa.text("seal_no is not null"),
    )


def downgrade() -> None:
    op.drop_index("uq_access_log_seal_no", table_name="access_log", postgresql_where=sa.text("seal_no is not null"))
    op.drop_index("ix_access_log_unsealed", table_name="access_log", postgresql_where=sa.text("seal_no is null"))
    op.drop_index(op.f("ix_access_log_read_at_access_log_id"), table_name="access_log")
    op.drop_index(op.f("ix_access_log_reader_access_log_read_at_access_log_id"), table_name="access_log")
    op.drop_index(op.f("ix_access_log_person_id_access_log_id"), table_name="access_log")
    op.create_index(op.f(_BY_PERSON), "access_log", ["person_id", "read_at"], unique=False)
    op.execute("delete from access_log where person_id is null")
    op.alter_column("access_log", "person_id", existing_type=sa.Uuid(), nullable=False)
    for name, _ in reversed(_NEW):
        op.drop_column("access_log", name)
