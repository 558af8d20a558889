"""Tables of agency forms."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.registry.forms.domain import FormStatus
from shared.tables import Instant, one_of

OWNERS = ("person", "household", "parcel", "membership", "occupancy")


def form_tables(metadata: MetaData) -> None:
    """Adds `forms` (versions that agencies declared), `form_fillings` and `form_provisions` (of whom which facts were given to whom for
    what: the record of providing, 网络数据安全管理条例 art. 12, kept for three years or more; no values), `form_corrections` (which change
    request came from which field of a filling) and `fact_confirmations` (who last said that a fact is right)."""
    Table(
        "forms",
        metadata,
        Column("form_code", Text, primary_key=True),
        Column("version", Integer, primary_key=True),
        Column("status", Text, nullable=False),
        Column("agency", Text, nullable=False),
        Column("division", Text, nullable=False),
        Column("content", JSONB, nullable=False),
        Column("declared_by", Text, nullable=False),
        Column("declared_at", Instant, nullable=False),
        Column("decided_by", Text),
        Column("decided_at", Instant),
        Column("decided_because", Text),
        one_of("status", FormStatus),
        Index("uq_forms_in_force", "form_code", unique=True, postgresql_where=text("status = 'in-force'")),
        Index("uq_forms_proposed", "form_code", unique=True, postgresql_where=text("status = 'proposed'")),
    )

    Table(
        "form_fillings",
        metadata,
        Column("filling_id", Uuid, primary_key=True),
        Column("form_code", Text, nullable=False),
        Column("form_version", Integer, nullable=False),
        Column("agency", Text, nullable=False),
        Column("purpose", Text, nullable=False),
        Column("for_agency", Boolean, nullable=False),
        Column("case_ref", Text),
        Column("person_id", Uuid, ForeignKey("persons.person_id")),
        Column("household_id", Uuid, ForeignKey("households.household_id")),
        Column("made_by", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("made_at", Instant, nullable=False),
        Column("given_at", Instant, nullable=False),
        CheckConstraint("(person_id is null) <> (household_id is null)", name="subject"),
        Index(None, "form_code", "filling_id"),
        Index(None, "person_id", postgresql_where=text("person_id is not null")),
        Index(None, "household_id", postgresql_where=text("household_id is not null")),
    )

    Table(
        "form_provisions",
        metadata,
        Column("filling_id", Uuid, ForeignKey("form_fillings.filling_id"), primary_key=True),
        Column("owner", Text, primary_key=True),
        Column("owner_id", Uuid, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("facts", ARRAY(Text), nullable=False),
        Column("told", ARRAY(Instant), nullable=False),
        CheckConstraint(f"owner in {OWNERS}", name="owner"),
        Index(None, "owner_id"),
    )

    Table(
        "form_corrections",
        metadata,
        Column("request_id", Uuid, ForeignKey("change_requests.request_id"), primary_key=True),
        Column("filling_id", Uuid, ForeignKey("form_fillings.filling_id"), nullable=False),
        Column("key", Text, nullable=False),
        Index(None, "filling_id"),
    )

    Table(
        "fact_confirmations",
        metadata,
        Column("person_id", Uuid, ForeignKey("persons.person_id"), primary_key=True),
        Column("fact", Text, primary_key=True),
        Column("confirmed_by", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("confirmed_at", Instant, nullable=False),
    )
