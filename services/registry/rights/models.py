"""Tables of what people ask for of what is held of them."""

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
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.erasure.domain import Ground, Outcome
from services.registry.rights.domain import Capacity, Kind, Relation, RequestAction, RequestStatus
from shared.tables import Instant, one_of


def rights_tables(metadata: MetaData) -> None:
    """Adds `rights_requests` (`said_sealed`: in the asker's words), `rights_steps` (who did what about one, and why) and `rights_copies`
    (the document of a copy). What is sealed is under the key of the person whom it concerns. A correction is decided as its
    change request is (`changes.store.decide`)."""
    Table(
        "rights_requests",
        metadata,
        Column("request_id", Uuid, primary_key=True),
        Column("person_id", Uuid, ForeignKey("persons.person_id"), nullable=False),
        Column("kind", Text, nullable=False),
        Column("capacity", Text, nullable=False),
        Column("relation", Text),
        Column("applicant_id", Uuid, ForeignKey("persons.person_id")),
        Column("evidence", Text),
        Column("status", Text, nullable=False),
        Column("said_sealed", LargeBinary),
        Column("change_request_id", Uuid, ForeignKey("change_requests.request_id")),
        Column("by_resident", Boolean, nullable=False),
        Column("asked_by", Text, nullable=False),
        Column("asked_at", Instant, nullable=False),
        Column("asked_on", Date, nullable=False),
        Column("working_days", Integer, nullable=False),
        Column("due_on", Date, nullable=False),
        Column("provisional", Boolean, nullable=False),
        Column("answered_at", Instant),
        Column("ground", Text),
        Column("outcome", Text),
        Column("standing", ARRAY(Text), nullable=False, server_default=text("'{}'")),
        Column("kept_until", Date),
        one_of("kind", Kind),
        one_of("capacity", Capacity),
        one_of("relation", Relation),
        one_of("status", RequestStatus),
        one_of("ground", Ground),
        one_of("outcome", Outcome),
        CheckConstraint("(capacity = 'self') = (relation is null)", name="relation_of"),
        CheckConstraint("(kind = 'correction') = (change_request_id is not null)", name="change"),
        CheckConstraint("(ground is null) = (outcome is null)", name="proposed"),
        Index(None, "person_id"),
        Index(None, "change_request_id", postgresql_where=text("change_request_id is not null")),
        Index("ix_rights_requests_open", "due_on", postgresql_where=text("status in ('open', 'proposed')")),
        Index("ix_rights_requests_restricted", "request_id", postgresql_where=text("status = 'restricted'")),
    )

    Table(
        "rights_steps",
        metadata,
        Column("step", BigInteger, Identity(always=True), primary_key=True),
        Column("request_id", Uuid, ForeignKey("rights_requests.request_id"), nullable=False),
        Column("action", Text, nullable=False),
        Column("by", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("at", Instant, nullable=False),
        Column("because_sealed", LargeBinary),
        one_of("action", RequestAction),
        Index(None, "request_id"),
    )

    Table(
        "rights_copies",
        metadata,
        Column("request_id", Uuid, ForeignKey("rights_requests.request_id"), primary_key=True),
        Column("sealed", LargeBinary, nullable=False),
        Column("made_at", Instant, nullable=False),
        Index(None, "made_at"),
    )
