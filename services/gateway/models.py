"""Tables of the gateway."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text, Uuid, text

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

app_accounts = Table(
    "app_accounts",
    metadata,
    Column("binding_id", Uuid, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("bound_at", Instant, nullable=False),
    Column("bound_by", Text, nullable=False),
    Column("revoked_at", Instant),
    Column("revoked_by", Text),
    Column("revoked_because", Text),
    Index("uq_app_accounts_now", "issuer", "account", unique=True, postgresql_where=text("revoked_at is null")),
    Index(None, "person_id"),
)
