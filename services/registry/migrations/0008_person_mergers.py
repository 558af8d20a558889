"""People who were entered twice

Before: 0007
Made: 2026-11-29 01:20:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_STATUS = "ck_persons_status"


def upgrade() -> None:
    op.add_column("persons", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_persons_merged_into_persons"), "persons", "persons", ["merged_into"], ["person_id"])
    op.drop_constraint(op.f(_STATUS), "persons")
    op.create_check_constraint(
        op.f(_STATUS),
        "persons",
        "status in ('resident', 'away', 'moved-out', 'deceased', 'withdrawn', 'merged')",
    )
    op.create_check_constraint(op.f("ck_persons_merged"), "persons", "(status = 'merged') = (merged_into is not null)")
    op.create_table(
        "person_mergers",
        sa.Column("merger_id", sa.Uuid(), nullable=False),
        sa.Column("gone_id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("both_lived", sa.Boolean(), nullable=False),
        sa.Column("taken_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("merged_by", sa.Text(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unmerged_by", sa.Text(), nullable=True),
        sa.Column("unmerged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unmerged_because", sa.Text(), nullable=True),
        sa.CheckConstraint("gone_id <> kept_id", name=op.f("ck_person_mergers_two")),
        sa.ForeignKeyConstraint(["gone_id"], ["persons.person_id"], name=op.f("fk_person_mergers_gone_id_persons")),
        sa.ForeignKeyConstraint(["kept_id"], ["persons.person_id"], name=op.f("fk_person_mergers_kept_id_persons")),
        sa.PrimaryKeyConstraint("merger_id", name=op.f("pk_person_mergers")),
    )
    op.create_index(
        "uq_person_mergers_gone",
        "person_mergers",
        ["gone_id"],
        unique=True,
        postgresql_where=sa.text("unmerged_at is null"),
    )
    op.create_index(op.f("ix_person_mergers_kept_id"), "person_mergers", ["kept_id"])


def downgrade() -> None:
    op.drop_table("person_mergers")
    op.drop_constraint(op.f("ck_persons_merged"), "persons")
    op.drop_constraint(op.f(_STATUS), "persons")
    op.create_check_constraint(
        op.f(_STATUS), "persons", "status in ('resident', 'away', 'moved-out', 'deceased', 'withdrawn')"
    )
    op.drop_column("persons", "merged_into")
