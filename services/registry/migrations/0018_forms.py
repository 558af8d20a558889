"""Agency forms: what they ask for, and what was given by them

Before: 0014
Made: 2026-11-29 11:30:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_WHERE_STATUS = "status in ('proposed', 'in-force', 'refused', 'replaced', 'retired')"


def upgrade() -> None:
    op.create_table(
        "forms",
        sa.Column("form_code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("declared_by", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_because", sa.Text(), nullable=True),
        sa.CheckConstraint(_WHERE_STATUS, name=op.f("ck_forms_status")),
        sa.PrimaryKeyConstraint("form_code", "version", name=op.f("pk_forms")),
    )
    for status in ("in-force", "proposed"):
        op.create_index(
            f"uq_forms_{status.replace('-', '_')}",
            "forms",
            ["form_code"],
            unique=True,
            postgresql_where=sa.text(f"status = '{status}'"),
        )
    op.create_table(
        "form_fillings",
        sa.Column("filling_id", sa.Uuid(), nullable=False),
        sa.Column("form_code", sa.Text(), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("for_agency", sa.Boolean(), nullable=False),
        sa.Column("case_ref", sa.Text(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(person_id is null) <> (household_id is null)", name=op.f("ck_form_fillings_subject")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.person_id"], name=op.f("fk_form_fillings_person_id")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.household_id"], name=op.f("fk_form_fillings_household_id")
        ),
        sa.PrimaryKeyConstraint("filling_id", name=op.f("pk_form_fillings")),
    )
    op.create_index(
        op.f("ix_form_fillings_form_code_form_fillings_filling_id"),
        "form_fillings",
        ["form_code", "filling_id"],
        unique=False,
    )
    for subject in ("person_id", "household_id"):
        op.create_index(
            op.f(f"ix_form_fillings_{subject}"),
            "form_fillings",
            [subject],
            unique=False,
            postgresql_where=sa.text(f"{subject} is not null"),
        )
    op.create_table(
        "form_provisions",
        sa.Column("filling_id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("told", postgresql.ARRAY(sa.DateTime(timezone=True)), nullable=False),
        sa.CheckConstraint(
            "owner in ('person', 'household', 'parcel', 'membership', 'occupancy')",
            name=op.f("ck_form_provisions_owner"),
        ),
        sa.ForeignKeyConstraint(
            ["filling_id"], ["form_fillings.filling_id"], name=op.f("fk_form_provisions_filling_id")
        ),
        sa.PrimaryKeyConstraint("filling_id", "owner", "owner_id", name=op.f("pk_form_provisions")),
    )
    op.create_index(op.f("ix_form_provisions_owner_id"), "form_provisions", ["owner_id"], unique=False)
    op.create_table(
        "form_corrections",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("filling_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["change_requests.request_id"], name=op.f("fk_form_corrections_request_id")
        ),
        sa.ForeignKeyConstraint(
            ["filling_id"], ["form_fillings.filling_id"], name=op.f("fk_form_corrections_filling_id")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_form_corrections")),
    )
    op.create_index(op.f("ix_form_corrections_filling_id"), "form_corrections", ["filling_id"], unique=False)
    op.create_table(
        "fact_confirmations",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.person_id"], name=op.f("fk_fact_confirmations_person_id")),
        sa.PrimaryKeyConstraint("person_id", "fact", name=op.f("pk_fact_confirmations")),
    )


def downgrade() -> None:
    for table in ("fact_confirmations", "form_corrections", "form_provisions", "form_fillings", "forms"):
        op.drop_table(table)
