"""benefits

Before:
Made: 2026-11-24 13:07:44.524295
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assessments",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("one_of", sa.Boolean(), nullable=False),
        sa.Column("missing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("from_division", sa.Text(), nullable=True),
        sa.Column("to_division", sa.Text(), nullable=True),
        sa.Column("fund_moves", sa.Boolean(), nullable=True),
        sa.Column("notes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("based_on", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(person_id is null) = (scheme = 'dibao')", name=op.f("ck_assessments_household_scheme")),
        sa.CheckConstraint(
            "outcome in ('transfer', 'change', 'keep', 'not-applicable', 'undetermined')",
            name=op.f("ck_assessments_outcome"),
        ),
        sa.CheckConstraint(
            "scheme in ('110', '170', '210', '310', '390', '410', '510', 'dibao')", name=op.f("ck_assessments_scheme")
        ),
        sa.CheckConstraint("subject_id = coalesce(person_id, household_id)", name=op.f("ck_assessments_subject")),
        sa.PrimaryKeyConstraint("subject_id", "scheme", name=op.f("pk_assessments")),
    )
    op.create_index(op.f("ix_assessments_household_id"), "assessments", ["household_id"], unique=False)
    op.create_table(
        "cases",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("one_of", sa.Boolean(), nullable=False),
        sa.Column("missing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("based_on", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("law", sa.Text(), nullable=True),
        sa.Column("article", sa.Text(), nullable=True),
        sa.Column("from_division", sa.Text(), nullable=True),
        sa.Column("to_division", sa.Text(), nullable=True),
        sa.Column("move_class", sa.Text(), nullable=True),
        sa.Column("fund_moves", sa.Boolean(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_by", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=True),
        sa.Column("ended_note", sa.Text(), nullable=True),
        sa.CheckConstraint("(person_id is null) = (scheme = 'dibao')", name=op.f("ck_cases_household_scheme")),
        sa.CheckConstraint("(status = 'withdrawn') = (ended_because is not null)", name=op.f("ck_cases_ended")),
        sa.CheckConstraint("channel in ('community-window', 'online', 'agency')", name=op.f("ck_cases_channel")),
        sa.CheckConstraint("decision in ('confirm', 'overturn')", name=op.f("ck_cases_decision")),
        sa.CheckConstraint(
            "ended_because in ('withdraw', 'person-died', 'household-ended', 'household-withdrawn')",
            name=op.f("ck_cases_ended_because"),
        ),
        sa.CheckConstraint("kind in ('transfer', 'change')", name=op.f("ck_cases_kind")),
        sa.CheckConstraint(
            "move_class in ('INTRA_COUNTY', 'INTRA_PREFECTURE', 'INTRA_PROVINCE', 'INTER_PROVINCE')",
            name=op.f("ck_cases_move_class"),
        ),
        sa.CheckConstraint(
            "scheme in ('110', '170', '210', '310', '390', '410', '510', 'dibao')", name=op.f("ck_cases_scheme")
        ),
        sa.CheckConstraint(
            "status <> 'open' or (kind is not null and law is not null and article is not null)",
            name=op.f("ck_cases_basis"),
        ),
        sa.CheckConstraint(
            "status <> 'refused' or (decision is not null and decision = 'confirm')",
            name=op.f("ck_cases_refused_by_hand"),
        ),
        sa.CheckConstraint(
            "status in ('open', 'refusal-proposed', 'refused', 'withdrawn')", name=op.f("ck_cases_status")
        ),
        sa.CheckConstraint("(decision is null) = (decided_by is null)", name=op.f("ck_cases_decided_by")),
        sa.CheckConstraint("subject_id = coalesce(person_id, household_id)", name=op.f("ck_cases_subject")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_cases")),
    )
    op.create_index(op.f("ix_cases_household_id"), "cases", ["household_id"], unique=False)
    op.create_index(
        "uq_cases_pending",
        "cases",
        ["subject_id", "scheme"],
        unique=True,
        postgresql_where=sa.text("status in ('open', 'refusal-proposed')"),
    )
    op.create_table(
        "dead_letters",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("overtaken", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status in ('open', 'applied', 'discarded', 'superseded')", name=op.f("ck_dead_letters_status")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_dead_letters")),
    )
    op.create_index(
        op.f("ix_dead_letters_failed_at_dead_letters_event_id"), "dead_letters", ["failed_at", "event_id"], unique=False
    )
    op.create_index(
        "ix_dead_letters_open",
        "dead_letters",
        ["topic", "key"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "household_copies",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("community_code", sa.Text(), nullable=False),
        sa.Column("estate", sa.Text(), nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("flat", sa.Text(), nullable=False),
        sa.Column("members", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("dibao", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("assessed_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("state in ('settled', 'ended', 'withdrawn')", name=op.f("ck_household_copies_state")),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_household_copies")),
    )
    op.create_index(
        op.f("ix_household_copies_community_code_household_copies_estate_household_copies_block"),
        "household_copies",
        ["community_code", "estate", "block"],
        unique=False,
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("scope", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_idempotency_keys")),
        postgresql_with={"autovacuum_vacuum_scale_factor": "0.02", "autovacuum_vacuum_threshold": "500"},
    )
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_inbox")),
        postgresql_with={"autovacuum_vacuum_scale_factor": "0.02", "autovacuum_vacuum_threshold": "500"},
    )
    op.create_index(op.f("ix_inbox_received_at"), "inbox", ["received_at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        postgresql_with={"autovacuum_vacuum_scale_factor": "0.02", "autovacuum_vacuum_threshold": "500"},
    )
    op.create_table(
        "parameters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("prefix ~ '^[0-9]{0,12}$'", name=op.f("ck_parameters_prefix")),
        sa.CheckConstraint("source <> ''", name=op.f("ck_parameters_source")),
        sa.PrimaryKeyConstraint("name", "prefix", "valid_from", name=op.f("pk_parameters")),
    )
    op.create_table(
        "person_copies",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("state in ('resident', 'deceased', 'withdrawn')", name=op.f("ck_person_copies_state")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_copies")),
    )
    op.create_table(
        "timers",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_timers")),
        postgresql_with={"autovacuum_vacuum_scale_factor": "0.02", "autovacuum_vacuum_threshold": "500"},
    )
    op.create_index(op.f("ix_timers_due_at"), "timers", ["due_at"], unique=False)
    op.create_table(
        "work_copies",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("work", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_work_copies")),
    )


def downgrade() -> None:
    op.drop_table("work_copies")
    op.drop_index(op.f("ix_timers_due_at"), table_name="timers")
    op.drop_table("timers")
    op.drop_table("person_copies")
    op.drop_table("parameters")
    op.drop_table("outbox")
    op.drop_index(op.f("ix_inbox_received_at"), table_name="inbox")
    op.drop_table("inbox")
    op.drop_index(op.f("ix_idempotency_keys_created_at"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_index(
        op.f("ix_household_copies_community_code_household_copies_estate_household_copies_block"),
        table_name="household_copies",
    )
    op.drop_table("household_copies")
    op.drop_index("ix_dead_letters_open", table_name="dead_letters", postgresql_where=sa.text("status = 'open'"))
    op.drop_index(op.f("ix_dead_letters_failed_at_dead_letters_event_id"), table_name="dead_letters")
    op.drop_table("dead_letters")
    op.drop_index(
        "uq_cases_pending", table_name="cases", postgresql_where=sa.text("status in ('open', 'refusal-proposed')")
    )
    op.drop_index(op.f("ix_cases_household_id"), table_name="cases")
    op.drop_table("cases")
    op.drop_index(op.f("ix_assessments_household_id"), table_name="assessments")
    op.drop_table("assessments")
