"""grid

Before:
Made: 2026-11-24 12:24:11.770654
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
        "cell_plans",
        sa.Column("community_code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.CheckConstraint("community_code ~ '^[0-9]{12}$'", name=op.f("ck_cell_plans_code")),
        sa.PrimaryKeyConstraint("community_code", name=op.f("pk_cell_plans")),
    )
    op.create_table(
        "community_copies",
        sa.Column("community_code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("community_code", name=op.f("pk_community_copies")),
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
        "households",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("assigned_community", sa.Text(), nullable=True),
        sa.Column("cell_code", sa.Text(), nullable=True),
        sa.Column("head_staff_id", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("copy_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("community_code", sa.Text(), nullable=True),
        sa.Column("estate", sa.Text(), nullable=True),
        sa.Column("block", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("flat", sa.Text(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("without_work_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("without_work", sa.Boolean(), nullable=True),
        sa.Column("without_work_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('settled', 'ended', 'withdrawn')", name=op.f("ck_households_state")),
        sa.CheckConstraint("(state is null) = (copy_version = 0)", name=op.f("ck_households_copy")),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_households")),
    )
    op.create_index(
        op.f("ix_households_community_code_households_estate_households_block_households_unit"),
        "households",
        ["community_code", "estate", "block", "unit"],
        unique=False,
    )
    op.create_index(
        op.f("ix_households_head_staff_id"),
        "households",
        ["head_staff_id"],
        unique=False,
        postgresql_where=sa.text("head_staff_id is not null"),
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
        "cells",
        sa.Column("cell_code", sa.Text(), nullable=False),
        sa.Column("community_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("head_staff_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "cell_code ~ '^[0-9]{15}([0-9]{2})?$' and starts_with(cell_code, community_code)",
            name=op.f("ck_cells_code"),
        ),
        sa.ForeignKeyConstraint(
            ["community_code"], ["cell_plans.community_code"], name=op.f("fk_cells_community_code")
        ),
        sa.PrimaryKeyConstraint("cell_code", name=op.f("pk_cells")),
    )
    op.create_index(op.f("ix_cells_community_code"), "cells", ["community_code"], unique=False)
    op.create_table(
        "placements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("cell_code", sa.Text(), nullable=False),
        sa.Column("head_staff_id", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["household_id"], ["households.household_id"], name=op.f("fk_placements_household_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placements")),
    )
    op.create_index(op.f("ix_placements_household_id"), "placements", ["household_id"], unique=False)
    op.create_index(
        "uq_placements_now",
        "placements",
        ["household_id"],
        unique=True,
        postgresql_where=sa.text("valid_to is null and retracted_at is null"),
    )
    op.create_table(
        "unit_copies",
        sa.Column("community_code", sa.Text(), nullable=False),
        sa.Column("estate", sa.Text(), nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_code"], ["community_copies.community_code"], name=op.f("fk_unit_copies_community_code")
        ),
        sa.PrimaryKeyConstraint("community_code", "estate", "block", "unit", name=op.f("pk_unit_copies")),
    )
    op.create_table(
        "visits",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("community_code", sa.Text(), nullable=False),
        sa.Column("cell_code", sa.Text(), nullable=True),
        sa.Column("head_staff_id", sa.Text(), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("completed_by", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'done') = (visited_on is not null and outcome is not null and completed_by is not null)",
            name=op.f("ck_visits_done"),
        ),
        sa.CheckConstraint("outcome in ('met', 'not-home', 'wrong-address')", name=op.f("ck_visits_outcome")),
        sa.CheckConstraint("reason in ('first-visit', 'without-work')", name=op.f("ck_visits_reason")),
        sa.CheckConstraint("status in ('requested', 'overdue', 'done', 'cancelled')", name=op.f("ck_visits_status")),
        sa.ForeignKeyConstraint(["household_id"], ["households.household_id"], name=op.f("fk_visits_household_id")),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_visits")),
    )
    op.create_index(
        op.f("ix_visits_community_code_visits_due_on_visits_visit_id"),
        "visits",
        ["community_code", "due_on", "visit_id"],
        unique=False,
    )
    op.create_index(op.f("ix_visits_due_on_visits_visit_id"), "visits", ["due_on", "visit_id"], unique=False)
    op.create_index(
        op.f("ix_visits_head_staff_id_visits_due_on_visits_visit_id"),
        "visits",
        ["head_staff_id", "due_on", "visit_id"],
        unique=False,
    )
    op.create_index(op.f("ix_visits_household_id"), "visits", ["household_id"], unique=False)
    op.create_index(
        "uq_visits_asked",
        "visits",
        ["household_id", "reason", "occasion"],
        unique=True,
        postgresql_where=sa.text("status <> 'cancelled'"),
    )
    op.create_table(
        "cell_units",
        sa.Column("community_code", sa.Text(), nullable=False),
        sa.Column("estate", sa.Text(), nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("cell_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cell_code"], ["cells.cell_code"], name=op.f("fk_cell_units_cell_code"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("community_code", "estate", "block", "unit", name=op.f("pk_cell_units")),
    )
    op.create_index(op.f("ix_cell_units_cell_code"), "cell_units", ["cell_code"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_cell_units_cell_code"), table_name="cell_units")
    op.drop_table("cell_units")
    op.drop_index("uq_visits_asked", table_name="visits", postgresql_where=sa.text("status <> 'cancelled'"))
    op.drop_index(op.f("ix_visits_household_id"), table_name="visits")
    op.drop_index(op.f("ix_visits_head_staff_id_visits_due_on_visits_visit_id"), table_name="visits")
    op.drop_index(op.f("ix_visits_due_on_visits_visit_id"), table_name="visits")
    op.drop_index(op.f("ix_visits_community_code_visits_due_on_visits_visit_id"), table_name="visits")
    op.drop_table("visits")
    op.drop_table("unit_copies")
    op.drop_index(
        "uq_placements_now",
        table_name="placements",
        postgresql_where=sa.text("valid_to is null and retracted_at is null"),
    )
    op.drop_index(op.f("ix_placements_household_id"), table_name="placements")
    op.drop_table("placements")
    op.drop_index(op.f("ix_cells_community_code"), table_name="cells")
    op.drop_table("cells")
    op.drop_index(op.f("ix_timers_due_at"), table_name="timers")
    op.drop_table("timers")
    op.drop_table("outbox")
    op.drop_index(op.f("ix_inbox_received_at"), table_name="inbox")
    op.drop_table("inbox")
    op.drop_index(op.f("ix_idempotency_keys_created_at"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_index(
        op.f("ix_households_head_staff_id"),
        table_name="households",
        postgresql_where=sa.text("head_staff_id is not null"),
    )
    op.drop_index(
        op.f("ix_households_community_code_households_estate_households_block_households_unit"), table_name="households"
    )
    op.drop_table("households")
    op.drop_index("ix_dead_letters_open", table_name="dead_letters", postgresql_where=sa.text("status = 'open'"))
    op.drop_index(op.f("ix_dead_letters_failed_at_dead_letters_event_id"), table_name="dead_letters")
    op.drop_table("dead_letters")
    op.drop_table("community_copies")
    op.drop_table("cell_plans")
