"""The table of alarms."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Identity, Index, MetaData, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.alarms.domain import AlarmKind, Ground
from shared.tables import Instant, one_of


def alarm_tables(metadata: MetaData) -> None:
    """Adds `alarms`: `household_ids` in order; `other_id`: the other record, where two are or may be of one person. A row is never changed
    but to be cleared; what is so again later is raised anew."""
    Table(
        "alarms",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("kind", Text, nullable=False),
        Column("ground", Text, nullable=False),
        Column("person_id", Uuid, ForeignKey("persons.person_id"), nullable=False),
        Column("other_id", Uuid, ForeignKey("persons.person_id")),
        Column("household_ids", ARRAY(Uuid), nullable=False),
        Column("since", Date, nullable=False),
        Column("raised_at", Instant, nullable=False),
        Column("cleared_at", Instant),
        one_of("kind", AlarmKind),
        one_of("ground", Ground),
        Index(None, "person_id"),
        Index("ix_alarms_open", "id", postgresql_where=text("cleared_at is null")),
    )
