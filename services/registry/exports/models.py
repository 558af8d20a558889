"""Tables of exports."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.registry.exports.domain import ExportStatus, Format, ListName, Part
from shared.tables import Instant, one_of

_COUNTS = ("rows", "rows_read", "exported", "without_consent", "gone", "chunks", "fetches", "attempts")


def export_tables(metadata: MetaData) -> None:
    """Adds `exports` (`key_id` and `wrapped`: the file's own key; without it what is kept sealed is gone. `rows` met what was asked when it
    began; `rows_read` of them were looked at by now) and `export_parts`."""
    Table(
        "exports",
        metadata,
        Column("export_id", Uuid, primary_key=True),
        Column("list", Text, nullable=False),
        Column("format", Text, nullable=False),
        Column("language", Text, nullable=False),
        Column("fields", ARRAY(Text), nullable=False),
        Column("purpose", Text),
        Column("case_ref", Text),
        Column("status", Text, nullable=False),
        Column("asked_by", JSONB, nullable=False),
        Column("subject", Text, nullable=False),
        Column("place", Text, nullable=False),
        Column("request_id", Text),
        Column("asked_at", Instant, nullable=False),
        Column("changed_at", Instant, nullable=False),
        Column("finished_at", Instant),
        Column("fetched_at", Instant),
        Column("key_id", Text),
        Column("wrapped", LargeBinary),
        *(Column(name, Integer, nullable=False, server_default=text("0")) for name in _COUNTS),
        Column("bytes", BigInteger),
        Column("problem", JSONB),
        one_of("list", ListName),
        one_of("format", Format),
        one_of("status", ExportStatus),
        CheckConstraint("language in ('zh', 'en')", name="language"),
        CheckConstraint("(status = 'failed') = (problem is not null)", name="problem"),
        CheckConstraint("status <> 'deleted' or key_id is null", name="deleted"),
        Index("ix_exports_open", "export_id", postgresql_where=text("status in ('queued', 'running')")),
        Index("ix_exports_kept", "asked_at", postgresql_where=text("key_id is not null")),
        Index(None, "subject", "export_id"),
    )
    Table(
        "export_parts",
        metadata,
        Column("export_id", Uuid, ForeignKey("exports.export_id"), primary_key=True),
        Column("part", Text, primary_key=True),
        Column("n", Integer, primary_key=True),
        Column("sealed", LargeBinary, nullable=False),
        one_of("part", Part),
    )
