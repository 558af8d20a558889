"""People who were entered twice

Before: 0002
Made: 2026-11-29 01:30:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_PENDING = "status in ('open', 'refusal-proposed')"
_MERGED, _OF_PERSON, _DUPLICATE = (
    sa.text(f"{column} is not null") for column in ("merged_into", "person_id", "duplicate_of")
)


def upgrade() -> None:
    op.add_column("person_copies", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_check_constraint(
        op.f("ck_person_copies_merged"), "person_copies", "merged_into is null or state = 'withdrawn'"
    )
    op.create_index(
        op.f("ix_person_copies_merged_into"), "person_copies", ["merged_into"], unique=False, postgresql_where=_MERGED
    )
    op.add_column("cases", sa.Column("duplicate_of", sa.Uuid(), nullable=True))
    op.create_check_constraint(op.f("ck_cases_duplicate"), "cases", f"duplicate_of is null or {_PENDING}")
    _subject("person_id is not null or subject_id = household_id")
    _one_pending(f"{_PENDING} and duplicate_of is null")
    op.create_index(op.f("ix_cases_person_id"), "cases", ["person_id"], unique=False, postgresql_where=_OF_PERSON)
    op.create_index(op.f("ix_cases_duplicate_of"), "cases", ["duplicate_of"], unique=False, postgresql_where=_DUPLICATE)


def downgrade() -> None:
    op.execute("delete from cases where duplicate_of is not null")
    op.execute("update cases set subject_id = coalesce(person_id, household_id)")
    op.drop_index(op.f("ix_cases_duplicate_of"), table_name="cases", postgresql_where=_DUPLICATE)
    op.drop_index(op.f("ix_cases_person_id"), table_name="cases", postgresql_where=_OF_PERSON)
    _one_pending(_PENDING)
    _subject("subject_id = coalesce(person_id, household_id)")
    op.drop_constraint(op.f("ck_cases_duplicate"), "cases")
    op.drop_column("cases", "duplicate_of")
    op.drop_index(op.f("ix_person_copies_merged_into"), table_name="person_copies", postgresql_where=_MERGED)
    op.drop_constraint(op.f("ck_person_copies_merged"), "person_copies")
    op.drop_column("person_copies", "merged_into")


def _subject(rule: str) -> None:
    op.drop_constraint(op.f("ck_cases_subject"), "cases")
    op.create_check_constraint(op.f("ck_cases_subject"), "cases", rule)


def _one_pending(which: str) -> None:
    op.drop_index("uq_cases_pending", table_name="cases")
    op.create_index("uq_cases_pending", "cases", ["subject_id", "scheme"], unique=True, postgresql_where=sa.text(which))
