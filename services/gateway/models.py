"""Tables of the gateway."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text, text

from shared.tables import HOT, Instant, kernel_metadata

metadata = kernel_metadata()

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("place", Text),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("local_only", Boolean, nullable=False, server_default=text("false")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("disabled_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Text, nullable=False),
    CheckConstraint("kind in ('client', 'staff')", name="kind"),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Instant),
    Column("failed_at", Instant, nullable=False),
    Index(None, "failed_at"),
    postgresql_with=HOT,
    comment="By a keyed hash of the id that was tried, there or not: an unknown id must answer as a known one does.",
)
