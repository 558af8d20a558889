"""registry

Before:
Made: 2026-11-24 12:08:42.737782
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
        "access_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("case_ref", sa.Text(), nullable=True),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
    )
    op.create_index(
        op.f("ix_access_log_person_id_access_log_read_at"), "access_log", ["person_id", "read_at"], unique=False
    )
    op.create_table(
        "communities",
        sa.Column("community_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("community_code ~ '^[0-9]{12}$'", name=op.f("ck_communities_code")),
        sa.PrimaryKeyConstraint("community_code", name=op.f("pk_communities")),
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
        "persons",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("id_number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id_number_lookup", sa.LargeBinary(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_lookup", sa.LargeBinary(), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("work_copy", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("work_copy_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sex in ('1', '2')", name=op.f("ck_persons_sex")),
        sa.CheckConstraint("status in ('resident', 'deceased', 'withdrawn')", name=op.f("ck_persons_status")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_persons")),
        sa.UniqueConstraint("id_number_lookup", name=op.f("uq_persons_id_number_lookup")),
    )
    op.create_index(op.f("ix_persons_household_id"), "persons", ["household_id"], unique=False)
    op.create_index(
        op.f("ix_persons_phone_lookup"),
        "persons",
        ["phone_lookup"],
        unique=False,
        postgresql_where=sa.text("phone_lookup is not null"),
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
        "estates",
        sa.Column("community_code", sa.Text(), nullable=False),
        sa.Column("estate", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_code"], ["communities.community_code"], name=op.f("fk_estates_community_code")
        ),
        sa.PrimaryKeyConstraint("community_code", "estate", name=op.f("pk_estates")),
    )
    op.create_table(
        "person_facts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.person_id"], name=op.f("fk_person_facts_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_facts")),
    )
    op.create_index(
        op.f("ix_person_facts_person_id_person_facts_fact"), "person_facts", ["person_id", "fact"], unique=False
    )
    op.create_table(
        "person_keys",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.person_id"], name=op.f("fk_person_keys_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_keys")),
    )
    op.create_table(
        "dwellings",
        sa.Column("dwelling_id", sa.Uuid(), nullable=False),
        sa.Column("community_code", sa.Text(), nullable=False),
        sa.Column("estate", sa.Text(), nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("flat", sa.Text(), nullable=False),
        sa.Column("area_m2", sa.Numeric(precision=7, scale=2), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_code", "estate"],
            ["estates.community_code", "estates.estate"],
            name=op.f("fk_dwellings_community_code_estate"),
        ),
        sa.PrimaryKeyConstraint("dwelling_id", name=op.f("pk_dwellings")),
        sa.UniqueConstraint(
            "community_code",
            "estate",
            "block",
            "unit",
            "flat",
            name=op.f("uq_dwellings_community_code_estate_block_unit_flat"),
        ),
    )
    op.create_table(
        "households",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("coliving_id", sa.Uuid(), nullable=False),
        sa.Column("community_code", sa.Text(), nullable=False),
        sa.Column("dwelling_id", sa.Uuid(), nullable=True),
        sa.Column("estate", sa.Text(), nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("flat", sa.Text(), nullable=False),
        sa.Column("hukou_division", sa.Text(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=False),
        sa.Column("head_person_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("without_work", sa.Boolean(), nullable=True),
        sa.Column("without_work_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("without_work_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('hukou', 'coliving', 'flat')", name=op.f("ck_households_kind")),
        sa.CheckConstraint("status in ('settled', 'ended', 'withdrawn')", name=op.f("ck_households_status")),
        sa.ForeignKeyConstraint(
            ["community_code"], ["communities.community_code"], name=op.f("fk_households_community_code")
        ),
        sa.ForeignKeyConstraint(["dwelling_id"], ["dwellings.dwelling_id"], name=op.f("fk_households_dwelling_id")),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_households")),
    )
    op.create_index(op.f("ix_households_coliving_id"), "households", ["coliving_id"], unique=False)
    op.create_index(
        "ix_households_place",
        "households",
        ["community_code", "block", "household_id"],
        unique=False,
        postgresql_where=sa.text("kind = 'coliving'"),
    )
    op.create_table(
        "household_facts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.household_id"], name=op.f("fk_household_facts_household_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_facts")),
    )
    op.create_index(
        op.f("ix_household_facts_household_id_household_facts_fact"),
        "household_facts",
        ["household_id", "fact"],
        unique=False,
    )
    op.create_table(
        "memberships",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.household_id"], name=op.f("fk_memberships_household_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.person_id"], name=op.f("fk_memberships_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_household_id"), "memberships", ["household_id"], unique=False)
    op.create_index(
        "uq_memberships_now",
        "memberships",
        ["person_id", "kind"],
        unique=True,
        postgresql_where=sa.text("valid_to is null and retracted_at is null"),
    )
    op.create_table(
        "occupancies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dwelling_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["dwelling_id"], ["dwellings.dwelling_id"], name=op.f("fk_occupancies_dwelling_id")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.household_id"], name=op.f("fk_occupancies_household_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occupancies")),
    )
    op.create_index(op.f("ix_occupancies_household_id"), "occupancies", ["household_id"], unique=False)
    op.create_index(
        "uq_occupancies_now",
        "occupancies",
        ["dwelling_id"],
        unique=True,
        postgresql_where=sa.text("valid_to is null and retracted_at is null"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_occupancies_now",
        table_name="occupancies",
        postgresql_where=sa.text("valid_to is null and retracted_at is null"),
    )
    op.drop_index(op.f("ix_occupancies_household_id"), table_name="occupancies")
    op.drop_table("occupancies")
    op.drop_index(
        "uq_memberships_now",
        table_name="memberships",
        postgresql_where=sa.text("valid_to is null and retracted_at is null"),
    )
    op.drop_index(op.f("ix_memberships_household_id"), table_name="memberships")
    op.drop_table("memberships")
    op.drop_index(op.f("ix_household_facts_household_id_household_facts_fact"), table_name="household_facts")
    op.drop_table("household_facts")
    op.drop_index("ix_households_place", table_name="households", postgresql_where=sa.text("kind = 'coliving'"))
    op.drop_index(op.f("ix_households_coliving_id"), table_name="households")
    op.drop_table("households")
    op.drop_table("dwellings")
    op.drop_table("person_keys")
    op.drop_index(op.f("ix_person_facts_person_id_person_facts_fact"), table_name="person_facts")
    op.drop_table("person_facts")
    op.drop_table("estates")
    op.drop_index(op.f("ix_timers_due_at"), table_name="timers")
    op.drop_table("timers")
    op.drop_index(
        op.f("ix_persons_phone_lookup"), table_name="persons", postgresql_where=sa.text("phone_lookup is not null")
    )
    op.drop_index(op.f("ix_persons_household_id"), table_name="persons")
    op.drop_table("persons")
    op.drop_table("outbox")
    op.drop_index(op.f("ix_inbox_received_at"), table_name="inbox")
    op.drop_table("inbox")
    op.drop_index(op.f("ix_idempotency_keys_created_at"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_index("ix_dead_letters_open", table_name="dead_letters", postgresql_where=sa.text("status = 'open'"))
    op.drop_index(op.f("ix_dead_letters_failed_at_dead_letters_event_id"), table_name="dead_letters")
    op.drop_table("dead_letters")
    op.drop_table("communities")
    op.drop_index(op.f("ix_access_log_person_id_access_log_read_at"), table_name="access_log")
    op.drop_table("access_log")
