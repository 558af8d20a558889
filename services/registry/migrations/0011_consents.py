"""Consents: what was given, and what ended it

Before: 0010
Made: 2026-11-29 01:30:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_PURPOSES = (
    "'transfer', 'dibao-review', 'benefit-payment', 'insurance', 'employment', 'home-visit', 'correction', 'emergency'"
)


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("told", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("law_ref", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("guardian_relation", sa.Text(), nullable=True),
        sa.Column("guardian_id", sa.Uuid(), nullable=True),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"purpose in ({_PURPOSES})", name=op.f("ck_consents_purpose")),
        sa.CheckConstraint("form in ('written', 'electronic', 'recorded')", name=op.f("ck_consents_form")),
        sa.CheckConstraint(
            "guardian_relation in ('father', 'mother', 'other-guardian')", name=op.f("ck_consents_guardian_relation")
        ),
        sa.CheckConstraint("guardian_id is null or guardian_relation is not null", name=op.f("ck_consents_guardian")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.person_id"], name=op.f("fk_consents_person_id")),
        sa.ForeignKeyConstraint(["guardian_id"], ["persons.person_id"], name=op.f("fk_consents_guardian_id")),
        sa.ForeignKeyConstraint(["replaces"], ["consents.consent_id"], name=op.f("fk_consents_replaces")),
        sa.PrimaryKeyConstraint("consent_id", name=op.f("pk_consents")),
    )
    op.create_index(
        op.f("ix_consents_person_id_consents_purpose_consents_told"),
        "consents",
        ["person_id", "purpose", "told"],
        unique=False,
    )
    op.create_table(
        "consent_endings",
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status in ('withdrawn', 'replaced')", name=op.f("ck_consent_endings_status")),
        sa.ForeignKeyConstraint(["consent_id"], ["consents.consent_id"], name=op.f("fk_consent_endings_consent_id")),
        sa.PrimaryKeyConstraint("consent_id", name=op.f("pk_consent_endings")),
    )


def downgrade() -> None:
    op.drop_table("consent_endings")
    op.drop_index(op.f("ix_consents_person_id_consents_purpose_consents_told"), table_name="consents")
    op.drop_table("consents")
