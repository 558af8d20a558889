"""Tables of imports, in the database of each service that takes files."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    Boolean,
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
from sqlalchemy.dialects.postgresql import JSONB

from shared.tables import Instant, one_of


class ImportStatus(StrEnum):
    """`done`: the last row is in. `failed`: nothing more comes in, and `problem` says why."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Part(StrEnum):
    """What is kept sealed of an import: the file in pieces, its words (names of sheets, unknown headers), what each chunk of rows came
    to, the report in pages."""

    FILE = "file"
    WORDS = "words"
    CHUNK = "chunk"
    REPORT = "report"


_COUNTS = (
    "rows",
    "rows_read",
    "rows_checked",
    "rows_settled",
    "accepted",
    "created",
    "changed",
    "rejected",
    "errors_total",
    "warnings_total",
)


def import_tables(metadata: MetaData) -> None:
    """Adds the tables. `key_id` and `wrapped`: the file's own key; without it what is kept sealed is gone."""
    Table(
        "imports",
        metadata,
        Column("import_id", Uuid, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("dry_run", Boolean, nullable=False),
        Column("uploaded_by", JSONB, nullable=False),
        Column("subject", Text, nullable=False),
        Column("place", Text, nullable=False),
        Column("traceparent", Text),
        Column("uploaded_at", Instant, nullable=False),
        Column("changed_at", Instant, nullable=False),
        Column("finished_at", Instant),
        Column("key_id", Text),
        Column("wrapped", LargeBinary),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        *(Column(name, Integer, nullable=False, server_default=text("0")) for name in _COUNTS),
        Column("problem", JSONB),
        one_of("status", ImportStatus),
        CheckConstraint("(status = 'failed') = (problem is not null)", name="problem"),
        Index("ix_imports_open", "import_id", postgresql_where=text("status in ('queued', 'running')")),
        Index("ix_imports_kept", "uploaded_at", postgresql_where=text("key_id is not null")),
    )
    Table(
        "import_parts",
        metadata,
        Column("import_id", Uuid, ForeignKey("imports.import_id"), primary_key=True),
        Column("part", Text, primary_key=True),
        Column("n", Integer, primary_key=True),
        Column("sealed", LargeBinary, nullable=False),
        one_of("part", Part),
    )
