"""Tables of where blocks stand, and of flats that are kept for a household."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
    text,
)

from services.registry.reservations.domain import EndedBecause
from shared.tables import Instant


def reservation_tables(metadata: MetaData) -> None:
    """Adds `block_points` (degrees of CGCS2000, EPSG:4490) and `reservations` (for a household of the registry, or one that comes by an
    agreement; one that ran out keeps nothing, and is ended when the flat is reserved again)."""
    Table(
        "block_points",
        metadata,
        Column("community_code", Text, primary_key=True),
        Column("estate", Text, primary_key=True),
        Column("block", Text, primary_key=True),
        Column("lon", Numeric(9, 6), nullable=False),
        Column("lat", Numeric(9, 6), nullable=False),
        ForeignKeyConstraint(["community_code", "estate"], ["estates.community_code", "estates.estate"]),
    )

    Table(
        "reservations",
        metadata,
        Column("reservation_id", Uuid, primary_key=True),
        Column("dwelling_id", Uuid, ForeignKey("dwellings.dwelling_id"), nullable=False),
        Column("household_id", Uuid, ForeignKey("households.household_id")),
        Column("agreement_no", Text),
        Column("people", Integer, nullable=False),
        Column("reserved_at", Instant, nullable=False),
        Column("expires_at", Instant, nullable=False),
        Column("reserved_by", Text, nullable=False),
        Column("ended_at", Instant),
        Column("ended_because", Text),
        Column("taken_by", Uuid, ForeignKey("households.household_id")),
        CheckConstraint("(household_id is null) <> (agreement_no is null)", name="for_whom"),
        CheckConstraint("(ended_at is null) = (ended_because is null)", name="ended"),
        CheckConstraint(f"ended_because in {tuple(str(reason) for reason in EndedBecause)}", name="ended_because"),
        Index("uq_reservations_open", "dwelling_id", unique=True, postgresql_where=text("ended_at is null")),
        Index(None, "dwelling_id"),
    )
