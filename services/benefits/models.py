"""Tables of benefits.

`…_copies` hold what the registry and jobs last said (each with its version: an older word changes nothing), and of that only what
assessments read. `assessments` is benefits' answer, made again from the copies whenever one of them changes. `cases` is the record;
`filed_at` is by the clock of the database, to be compared with the registry's `withdrawn_at`. Of who was entered twice a case keeps the
id it was recorded under (`person_id`), and `subject_id` is the person's whose it is now; `duplicate_of`: set aside, since another case
of that person and scheme is under way.

`parameters` are rows beside the defaults (`assessments.parameters`), or in their place. Each assessment reads them. Days on which known
rows come into force have timers; who puts in a row that holds already makes everybody due again, in the same transaction:
`insert into timers (kind, key, due_at) select 'assess-again', person_id::text, now() from person_copies on conflict …`.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.benefits.assessments.domain import MoveClass, Outcome, Scheme
from services.benefits.cases.domain import (
    ENDINGS,
    PENDING,
    CaseKind,
    CaseStatus,
    Channel,
    Decision,
)
from shared.tables import Instant, kernel_metadata, one_of

metadata = kernel_metadata()


def _listed(kinds: Iterable[StrEnum]) -> str:
    return ", ".join(repr(str(kind)) for kind in kinds)


def _subject(of_household: str) -> tuple[CheckConstraint, CheckConstraint]:
    """Dibao (低保) is a household's, every other scheme a person's."""
    return (
        CheckConstraint(of_household, name="subject"),
        CheckConstraint("(person_id is null) = (scheme = 'dibao')", name="household_scheme"),
    )


household_copies = Table(
    "household_copies",
    metadata,
    Column("household_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("community_code", Text, nullable=False),
    Column("estate", Text, nullable=False),
    Column("block", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("flat", Text, nullable=False),
    Column("members", ARRAY(Uuid), nullable=False),
    Column("dibao", JSONB),
    Column("assessed_version", Integer, nullable=False, server_default=text("0")),
    CheckConstraint("state in ('settled', 'ended', 'withdrawn')", name="state"),
    Index(None, "community_code", "estate", "block"),
)

person_copies = Table(
    "person_copies",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("household_id", Uuid, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("merged_into", Uuid),
    CheckConstraint("state in ('resident', 'deceased', 'withdrawn')", name="state"),
    CheckConstraint("merged_into is null or state = 'withdrawn'", name="merged"),
    Index(None, "merged_into", postgresql_where=text("merged_into is not null")),
)

work_copies = Table(
    "work_copies",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("work", JSONB),
)

parameters = Table(
    "parameters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("prefix", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("value", JSONB, nullable=False),
    Column("source", Text, nullable=False),
    CheckConstraint("prefix ~ '^[0-9]{0,12}$'", name="prefix"),
    CheckConstraint("source <> ''", name="source"),
)

assessments = Table(
    "assessments",
    metadata,
    Column("subject_id", Uuid, primary_key=True),
    Column("scheme", Text, primary_key=True),
    Column("household_id", Uuid, nullable=False),
    Column("person_id", Uuid),
    Column("outcome", Text, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("one_of", Boolean, nullable=False),
    Column("missing", JSONB, nullable=False),
    Column("from_division", Text),
    Column("to_division", Text),
    Column("fund_moves", Boolean),
    Column("notes", JSONB, nullable=False),
    Column("digest", Text, nullable=False),
    Column("based_on", JSONB, nullable=False),
    Column("assessed_at", Instant, nullable=False),
    one_of("scheme", Scheme),
    one_of("outcome", Outcome),
    *_subject("subject_id = coalesce(person_id, household_id)"),
    Index(None, "household_id"),
)

cases = Table(
    "cases",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("scheme", Text, nullable=False),
    Column("household_id", Uuid, nullable=False),
    Column("person_id", Uuid),
    Column("status", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("one_of", Boolean, nullable=False),
    Column("missing", JSONB, nullable=False),
    Column("based_on", JSONB, nullable=False),
    Column("kind", Text),
    Column("law", Text),
    Column("article", Text),
    Column("from_division", Text),
    Column("to_division", Text),
    Column("move_class", Text),
    Column("fund_moves", Boolean),
    Column("applied_at", Instant, nullable=False),
    Column("applied_by", Text, nullable=False),
    Column("decision", Text),
    Column("decided_at", Instant),
    Column("decided_by", Text),
    Column("decision_note", Text),
    Column("ended_at", Instant),
    Column("ended_by", Text),
    Column("ended_because", Text),
    Column("ended_note", Text),
    Column("filed_at", Instant, nullable=False, server_default=text("now()")),
    Column("duplicate_of", Uuid),
    one_of("scheme", Scheme),
    one_of("status", CaseStatus),
    one_of("channel", Channel),
    one_of("kind", CaseKind),
    one_of("move_class", MoveClass),
    one_of("decision", Decision),
    one_of("ended_because", ENDINGS),
    *_subject("person_id is not null or subject_id = household_id"),
    CheckConstraint(f"duplicate_of is null or status in ({_listed(sorted(PENDING))})", name="duplicate"),
    CheckConstraint("status <> 'open' or (kind is not null and law is not null and article is not null)", name="basis"),
    CheckConstraint("(decision is null) = (decided_by is null)", name="decided_by"),
    CheckConstraint("status <> 'refused' or (decision is not null and decision = 'confirm')", name="refused_by_hand"),
    CheckConstraint("(status = 'withdrawn') = (ended_because is not null)", name="ended"),
    Index(
        "uq_cases_pending",
        "subject_id",
        "scheme",
        unique=True,
        postgresql_where=text(f"status in ({_listed(sorted(PENDING))}) and duplicate_of is null"),
    ),
    Index(None, "household_id"),
    Index(None, "person_id", postgresql_where=text("person_id is not null")),
    Index(None, "duplicate_of", postgresql_where=text("duplicate_of is not null")),
)
