"""jobs

Before:
Made: 2026-11-24 12:25:28.994875
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
        sa.CheckConstraint("state in ('settled', 'ended', 'withdrawn')", name=op.f("ck_household_copies_state")),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_household_copies")),
    )
    op.create_index("ix_household_copies_place", "household_copies", ["community_code", "household_id"], unique=False)
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
        "person_copies",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("labour_class", sa.Text(), nullable=True),
        sa.Column("work", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "labour_class in ('SKILLED', 'ORDINARY', 'WEAK_HALF', 'LOST', 'NONE')",
            name=op.f("ck_person_copies_labour_class"),
        ),
        sa.CheckConstraint("sex in ('1', '2')", name=op.f("ck_person_copies_sex")),
        sa.CheckConstraint("state in ('resident', 'deceased', 'withdrawn')", name=op.f("ck_person_copies_state")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_copies")),
    )
    op.create_index(op.f("ix_person_copies_household_id"), "person_copies", ["household_id"], unique=False)
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
        "workers",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_workers")),
    )
    op.create_table(
        "employments",
        sa.Column("employment_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=True),
        sa.Column("employer_kind", sa.Text(), nullable=True),
        sa.Column("employer", sa.Text(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("end_recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_recorded_by", sa.Text(), nullable=True),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'withdrawn') = (retracted_at is not null)", name=op.f("ck_employments_retracted")
        ),
        sa.CheckConstraint(
            "employer_kind in ('public', 'enterprise', 'other')", name=op.f("ck_employments_employer_kind")
        ),
        sa.CheckConstraint(
            "end_reason in ('left', 'dismissed', 'contract-ended', 'retired', 'death')",
            name=op.f("ck_employments_end_reason"),
        ),
        sa.CheckConstraint(
            "form in ('enterprise', 'workshop', 'public-post', 'self-employed', 'dispatched', 'migrant', 'farming', 'other')",
            name=op.f("ck_employments_form"),
        ),
        sa.CheckConstraint("source in ('stated', 'recorded')", name=op.f("ck_employments_source")),
        sa.CheckConstraint("status in ('standing', 'ended', 'withdrawn')", name=op.f("ck_employments_status")),
        sa.CheckConstraint("(ended_on is null) = (end_reason is null)", name=op.f("ck_employments_end")),
        sa.CheckConstraint("ended_on >= started_on", name=op.f("ck_employments_days")),
        sa.ForeignKeyConstraint(["person_id"], ["person_copies.person_id"], name=op.f("fk_employments_person_id")),
        sa.PrimaryKeyConstraint("employment_id", name=op.f("pk_employments")),
    )
    op.create_index(
        "ix_employments_household",
        "employments",
        ["household_id"],
        unique=False,
        postgresql_where=sa.text("status <> 'withdrawn'"),
    )
    op.create_index(op.f("ix_employments_person_id"), "employments", ["person_id"], unique=False)
    op.create_table(
        "households",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("without_work_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(standing = 'without-work') = (without_work_since is not null)", name=op.f("ck_households_since")
        ),
        sa.CheckConstraint(
            "standing in ('without-work', 'in-work', 'no-labour', 'undetermined')", name=op.f("ck_households_standing")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household_copies.household_id"], name=op.f("fk_households_household_id")
        ),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_households")),
    )
    op.create_index(
        "ix_households_without_work",
        "households",
        ["household_id"],
        unique=False,
        postgresql_where=sa.text("standing = 'without-work'"),
    )
    op.create_table(
        "seekers",
        sa.Column("seeker_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_because", sa.Text(), nullable=True),
        sa.CheckConstraint("(status = 'seeking') = (closed_at is null)", name=op.f("ck_seekers_closed")),
        sa.CheckConstraint("status in ('seeking', 'placed', 'ended')", name=op.f("ck_seekers_status")),
        sa.ForeignKeyConstraint(["person_id"], ["person_copies.person_id"], name=op.f("fk_seekers_person_id")),
        sa.PrimaryKeyConstraint("seeker_id", name=op.f("pk_seekers")),
    )
    op.create_index(op.f("ix_seekers_person_id"), "seekers", ["person_id"], unique=False)
    op.create_index(
        "ix_seekers_seeking", "seekers", ["seeker_id"], unique=False, postgresql_where=sa.text("status = 'seeking'")
    )
    op.create_index(
        "uq_seekers_open", "seekers", ["person_id"], unique=True, postgresql_where=sa.text("status = 'seeking'")
    )


def downgrade() -> None:
    op.drop_index("uq_seekers_open", table_name="seekers", postgresql_where=sa.text("status = 'seeking'"))
    op.drop_index("ix_seekers_seeking", table_name="seekers", postgresql_where=sa.text("status = 'seeking'"))
    op.drop_index(op.f("ix_seekers_person_id"), table_name="seekers")
    op.drop_table("seekers")
    op.drop_index(
        "ix_households_without_work", table_name="households", postgresql_where=sa.text("standing = 'without-work'")
    )
    op.drop_table("households")
    op.drop_index(op.f("ix_employments_person_id"), table_name="employments")
    op.drop_index(
        "ix_employments_household", table_name="employments", postgresql_where=sa.text("status <> 'withdrawn'")
    )
    op.drop_table("employments")
    op.drop_table("workers")
    op.drop_index(op.f("ix_timers_due_at"), table_name="timers")
    op.drop_table("timers")
    op.drop_index(op.f("ix_person_copies_household_id"), table_name="person_copies")
    op.drop_table("person_copies")
    op.drop_table("outbox")
    op.drop_index(op.f("ix_inbox_received_at"), table_name="inbox")
    op.drop_table("inbox")
    op.drop_index(op.f("ix_idempotency_keys_created_at"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_index("ix_household_copies_place", table_name="household_copies")
    op.drop_table("household_copies")
    op.drop_index("ix_dead_letters_open", table_name="dead_letters", postgresql_where=sa.text("status = 'open'"))
    op.drop_index(op.f("ix_dead_letters_failed_at_dead_letters_event_id"), table_name="dead_letters")
    op.drop_table("dead_letters")
