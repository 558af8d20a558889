"""Tables of land rights."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.axes import axes
from services.registry.codes.platform import CONTRACT_MODE, LAND_KIND
from services.registry.land.domain import ParcelStatus
from shared.tables import Instant, one_of


def land_tables(metadata: MetaData) -> None:
    """Adds `parcels` (`facts` right, holders, homestead, and the columns beside them are what holds now), `parcel_facts` (the record of
    it), `parcel_holders` (the way from a person to the parcels it holds now) and `land_contracts` (to whom the use is passed on;
    `agreed_to` is the last day that was agreed, `valid_to` may come before)."""
    Table(
        "parcels",
        metadata,
        Column("parcel_id", Uuid, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("status", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("certificate_no", Text, nullable=False),
        Column("village", Text, nullable=False),
        Column("facts", JSONB, nullable=False),
        Column("ended_on", Date),
        Column("registered_at", Instant, nullable=False),
        Column("changed_at", Instant, nullable=False),
        one_of("status", ParcelStatus),
        CheckConstraint(f"kind in {tuple(LAND_KIND.labels)}", name="kind"),
        CheckConstraint("village ~ '^[0-9]{12}$'", name="village"),
        Index(
            "uq_parcels_certificate_no", "certificate_no", unique=True, postgresql_where=text("status <> 'withdrawn'")
        ),
        Index(None, "village", "parcel_id"),
    )

    Table(
        "parcel_facts",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("parcel_id", Uuid, ForeignKey("parcels.parcel_id"), nullable=False),
        Column("fact", Text, nullable=False),
        Column("value", JSONB),
        *axes(),
        Index(None, "parcel_id", "fact"),
    )

    Table(
        "parcel_holders",
        metadata,
        Column("parcel_id", Uuid, ForeignKey("parcels.parcel_id"), primary_key=True),
        Column("person_id", Uuid, ForeignKey("persons.person_id"), primary_key=True),
        Index(None, "person_id"),
    )

    Table(
        "land_contracts",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("contract_id", Uuid, nullable=False),
        Column("parcel_id", Uuid, ForeignKey("parcels.parcel_id"), nullable=False),
        Column("mode", Text, nullable=False),
        Column("party", Text, nullable=False),
        Column("agreed_to", Date, nullable=False),
        Column("price_per_mu", Numeric(10, 2)),
        Column("share_terms", Text),
        Column("area_mu", Numeric(10, 2)),
        Column("written", Boolean, nullable=False),
        Column("registered", Boolean, nullable=False),
        Column("ended_because", Text),
        *axes(),
        CheckConstraint(f"mode in {tuple(CONTRACT_MODE.labels)}", name="mode"),
        Index("uq_land_contracts_known", "contract_id", unique=True, postgresql_where=text("retracted_at is null")),
        Index(None, "parcel_id"),
        Index("ix_land_contracts_over", "valid_to", postgresql_where=text("retracted_at is null")),
    )
