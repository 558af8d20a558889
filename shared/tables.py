"""Tables that every service has in its own database: outbox, inbox, dead letters, stored answers, timers."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Instant = DateTime(timezone=True)
HOT = {"autovacuum_vacuum_scale_factor": "0.02", "autovacuum_vacuum_threshold": "500"}
"""Storage parameters of tables whose rows come and go: vacuumed early, so that they stay small."""


def one_of(column: str, kinds: Iterable[StrEnum]) -> CheckConstraint:
    """The database holds a column to the same set as the domain."""
    return CheckConstraint(f"{column} in ({', '.join(repr(str(kind)) for kind in kinds)})", name=column)


def kernel_metadata() -> MetaData:
    """Metadata that holds the kernel's tables; a service adds its own."""
    metadata = MetaData(naming_convention=NAMING)
    Table(
        "outbox",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("event_id", Uuid, nullable=False),
        Column("type", Text, nullable=False),
        Column("topic", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("occurred_at", Instant, nullable=False),
        Column("traceparent", Text),
        Column("data", Text, nullable=False),
        postgresql_with=HOT,
    )
    Table(
        "inbox",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("received_at", Instant, nullable=False),
        Index(None, "received_at"),
        postgresql_with=HOT,
    )
    Table(
        "dead_letters",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("type", Text, nullable=False),
        Column("topic", Text, nullable=False),
        Column("partition", Integer, nullable=False),
        Column("offset", BigInteger, nullable=False),
        Column("key", Text, nullable=False),
        Column("version", Integer),
        Column("occurred_at", Instant, nullable=False),
        Column("traceparent", Text),
        Column("data", LargeBinary, nullable=False),
        Column("reason", Text, nullable=False),
        Column("status", Text, nullable=False, server_default=text("'open'")),
        Column("overtaken", Boolean, nullable=False, server_default=text("false")),
        Column("attempts", Integer, nullable=False, server_default=text("1")),
        Column("failed_at", Instant, nullable=False),
        Column("settled_at", Instant),
        Column("settled_by", Text),
        CheckConstraint("status in ('open', 'applied', 'discarded', 'superseded')", name="status"),
        Index("ix_dead_letters_open", "topic", "key", postgresql_where=text("status = 'open'")),
        Index(None, "failed_at", "event_id"),
    )
    Table(
        "idempotency_keys",
        metadata,
        Column("scope", LargeBinary, primary_key=True),
        Column("fingerprint", LargeBinary, nullable=False),
        Column("status", SmallInteger, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("created_at", Instant, nullable=False),
        Index(None, "created_at"),
        postgresql_with=HOT,
    )
    Table(
        "timers",
        metadata,
        Column("kind", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("due_at", Instant, nullable=False),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Column("problem", Text),
        Index(None, "due_at"),
        postgresql_with=HOT,
    )
    return metadata
