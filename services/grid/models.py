"""Tables of the grid.

`households` holds what the registry and jobs last said of a household (each with its version: an older word changes nothing) and the
grid's own answer: the cell and head it has now. `placements` is the record of cells and heads it had, on two axes: `valid_from`/
`valid_to` say when it was so (days, `valid_to` excluded), `recorded_at`/`retracted_at` when we held it to be so.
"""

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
    Table,
    Text,
    Uuid,
    text,
)

from services.grid.households.domain import HouseholdState
from services.grid.visits.domain import Outcome, Reason, VisitStatus
from shared.imports.models import import_tables
from shared.tables import Instant, kernel_metadata, one_of

metadata = kernel_metadata()
import_tables(metadata)


cell_plans = Table(
    "cell_plans",
    metadata,
    Column("community_code", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", Text, nullable=False),
    CheckConstraint("community_code ~ '^[0-9]{12}$'", name="code"),
)

cells = Table(
    "cells",
    metadata,
    Column("cell_code", Text, primary_key=True),
    Column("community_code", Text, ForeignKey("cell_plans.community_code"), nullable=False),
    Column("name", Text, nullable=False),
    Column("head_staff_id", Text),
    CheckConstraint("cell_code ~ '^[0-9]{15}([0-9]{2})?$' and starts_with(cell_code, community_code)", name="code"),
    Index(None, "community_code"),
)

cell_units = Table(
    "cell_units",
    metadata,
    Column("community_code", Text, primary_key=True),
    Column("estate", Text, primary_key=True),
    Column("block", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("cell_code", Text, ForeignKey("cells.cell_code", ondelete="CASCADE"), nullable=False),
    Index(None, "cell_code"),
)

community_copies = Table(
    "community_copies",
    metadata,
    Column("community_code", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
)

unit_copies = Table(
    "unit_copies",
    metadata,
    Column("community_code", Text, ForeignKey("community_copies.community_code"), primary_key=True),
    Column("estate", Text, primary_key=True),
    Column("block", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
)

households = Table(
    "households",
    metadata,
    Column("household_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False, server_default=text("0")),
    Column("assigned_community", Text),
    Column("cell_code", Text),
    Column("head_staff_id", Text),
    Column("changed_at", Instant, nullable=False),
    Column("copy_version", Integer, nullable=False, server_default=text("0")),
    Column("state", Text),
    Column("community_code", Text),
    Column("estate", Text),
    Column("block", Text),
    Column("unit", Text),
    Column("flat", Text),
    Column("settled_on", Date),
    Column("without_work_version", Integer, nullable=False, server_default=text("0")),
    Column("without_work", Boolean),
    Column("without_work_since", Instant),
    one_of("state", HouseholdState),
    CheckConstraint("(state is null) = (copy_version = 0)", name="copy"),
    Index(None, "community_code", "estate", "block", "unit"),
    Index(None, "head_staff_id", postgresql_where=text("head_staff_id is not null")),
)

placements = Table(
    "placements",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("household_id", Uuid, ForeignKey("households.household_id"), nullable=False),
    Column("cell_code", Text, nullable=False),
    Column("head_staff_id", Text),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("recorded_at", Instant, nullable=False),
    Column("retracted_at", Instant),
    Index(None, "household_id"),
    Index(
        "uq_placements_now",
        "household_id",
        unique=True,
        postgresql_where=text("valid_to is null and retracted_at is null"),
    ),
)

visits = Table(
    "visits",
    metadata,
    Column("visit_id", Uuid, primary_key=True),
    Column("household_id", Uuid, ForeignKey("households.household_id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("occasion", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("community_code", Text, nullable=False),
    Column("cell_code", Text),
    Column("head_staff_id", Text),
    Column("asked_on", Date, nullable=False),
    Column("working_days", Integer, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("visited_on", Date),
    Column("outcome", Text),
    Column("completed_by", Text),
    Column("changed_at", Instant, nullable=False),
    one_of("reason", Reason),
    one_of("status", VisitStatus),
    one_of("outcome", Outcome),
    CheckConstraint(
        "(status = 'done') = (visited_on is not null and outcome is not null and completed_by is not null)", name="done"
    ),
    Index(
        "uq_visits_asked",
        "household_id",
        "reason",
        "occasion",
        unique=True,
        postgresql_where=text("status <> 'cancelled'"),
    ),
    Index(None, "household_id"),
    Index(None, "due_on", "visit_id"),
    Index(None, "community_code", "due_on", "visit_id"),
    Index(None, "head_staff_id", "due_on", "visit_id"),
)
