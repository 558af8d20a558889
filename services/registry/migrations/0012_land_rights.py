"""Land rights: parcels, their facts and holders, to whom their use is passed on

Before: 0011
Made: 2026-11-29 01:10:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _axes() -> list[sa.Column[object]]:
    return [
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "parcels",
        sa.Column("parcel_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("certificate_no", sa.Text(), nullable=False),
        sa.Column("village", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status in ('held', 'ended', 'withdrawn')", name=op.f("ck_parcels_status")),
        sa.CheckConstraint("kind in ('farmland', 'forest', 'homestead')", name=op.f("ck_parcels_kind")),
        sa.CheckConstraint("village ~ '^[0-9]{12}$'", name=op.f("ck_parcels_village")),
        sa.PrimaryKeyConstraint("parcel_id", name=op.f("pk_parcels")),
    )
    op.create_index(
        "uq_parcels_certificate_no",
        "parcels",
        ["certificate_no"],
        unique=True,
        postgresql_where=sa.text("status <> 'withdrawn'"),
    )
    op.create_index(op.f("ix_parcels_village_parcels_parcel_id"), "parcels", ["village", "parcel_id"], unique=False)
    op.create_table(
        "parcel_facts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("parcel_id", sa.Uuid(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        *_axes(),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcels.parcel_id"], name=op.f("fk_parcel_facts_parcel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel_facts")),
    )
    op.create_index(
        op.f("ix_parcel_facts_parcel_id_parcel_facts_fact"), "parcel_facts", ["parcel_id", "fact"], unique=False
    )
    op.create_table(
        "parcel_holders",
        sa.Column("parcel_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcels.parcel_id"], name=op.f("fk_parcel_holders_parcel_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.person_id"], name=op.f("fk_parcel_holders_person_id")),
        sa.PrimaryKeyConstraint("parcel_id", "person_id", name=op.f("pk_parcel_holders")),
    )
    op.create_index(op.f("ix_parcel_holders_person_id"), "parcel_holders", ["person_id"], unique=False)
    op.create_table(
        "land_contracts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("parcel_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("agreed_to", sa.Date(), nullable=False),
        sa.Column("price_per_mu", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("share_terms", sa.Text(), nullable=True),
        sa.Column("area_mu", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("written", sa.Boolean(), nullable=False),
        sa.Column("registered", sa.Boolean(), nullable=False),
        sa.Column("ended_because", sa.Text(), nullable=True),
        *_axes(),
        sa.CheckConstraint("mode in ('lease', 'share', 'lent', 'other')", name=op.f("ck_land_contracts_mode")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcels.parcel_id"], name=op.f("fk_land_contracts_parcel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_land_contracts")),
    )
    op.create_index(
        "uq_land_contracts_known",
        "land_contracts",
        ["contract_id"],
        unique=True,
        postgresql_where=sa.text("retracted_at is null"),
    )
    op.create_index(op.f("ix_land_contracts_parcel_id"), "land_contracts", ["parcel_id"], unique=False)
    op.create_index(
        "ix_land_contracts_over",
        "land_contracts",
        ["valid_to"],
        unique=False,
        postgresql_where=sa.text("retracted_at is null"),
    )


def downgrade() -> None:
    op.drop_table("land_contracts")
    op.drop_table("parcel_holders")
    op.drop_table("parcel_facts")
    op.drop_table("parcels")
