"""Tables of jobs.

`person_copies` and `household_copies` are the registry's word, replaced by a newer one; `workers` and `households` are jobs' own
record of the same, with its own version. An employment has two axes: `started_on`/`ended_on` say when it held (days), the `…_at`
columns when we knew its start, its end, and that it was none (`retracted_at`). `filed_at` is by the clock of the database, to be
compared with the registry's `withdrawn_at`.

Of who was entered twice, what was recorded keeps the id it was recorded under; it is the person's whom that id's copy names as
`merged_into`. Where both ids have the same, one is set aside (`duplicate_of`, status `aside`), and an unmerging gives it back.
"""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.jobs.employments.domain import EmployerKind, EmploymentStatus, EndReason, Form, Source
from services.jobs.households.domain import HouseholdState, Standing
from services.jobs.persons.domain import LabourClass, Presence
from services.jobs.seekers.domain import SeekerStatus
from shared.tables import Instant, kernel_metadata, one_of

metadata = kernel_metadata()


person_copies = Table(
    "person_copies",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("household_id", Uuid, nullable=False),
    Column("sex", Text, nullable=False),
    Column("birth_on", Date, nullable=False),
    Column("died_on", Date),
    Column("withdrawn_at", Instant),
    Column("labour_class", Text),
    Column("work", JSONB),
    Column("merged_into", Uuid),
    one_of("state", Presence),
    one_of("labour_class", LabourClass),
    CheckConstraint("sex in ('1', '2')", name="sex"),
    CheckConstraint("merged_into is null or state = 'withdrawn'", name="merged"),
    Index(None, "household_id"),
    Index(None, "merged_into", postgresql_where=text("merged_into is not null")),
    Index("ix_person_copies_merged_from", "household_id", postgresql_where=text("merged_into is not null")),
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
    Column("registered_poor", Boolean),
    one_of("state", HouseholdState),
    Index("ix_household_copies_place", "community_code", "household_id"),
)

workers = Table(
    "workers",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

households = Table(
    "households",
    metadata,
    Column("household_id", Uuid, ForeignKey("household_copies.household_id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("standing", Text, nullable=False),
    Column("without_work_since", Instant),
    Column("changed_at", Instant, nullable=False),
    one_of("standing", Standing),
    CheckConstraint("(standing = 'without-work') = (without_work_since is not null)", name="since"),
    Index("ix_households_without_work", "household_id", postgresql_where=text("standing = 'without-work'")),
)

employments = Table(
    "employments",
    metadata,
    Column("employment_id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person_copies.person_id"), nullable=False),
    Column("household_id", Uuid, nullable=False),
    Column("source", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("division", Text),
    Column("employer_kind", Text),
    Column("employer", Text),
    Column("started_on", Date),
    Column("ended_on", Date),
    Column("end_reason", Text),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("end_recorded_at", Instant),
    Column("end_recorded_by", Text),
    Column("retracted_at", Instant),
    Column("filed_at", Instant, nullable=False, server_default=text("now()")),
    Column("duplicate_of", Uuid),
    one_of("source", Source),
    one_of("form", Form),
    one_of("employer_kind", EmployerKind),
    one_of("end_reason", EndReason),
    one_of("status", EmploymentStatus),
    CheckConstraint("ended_on >= started_on", name="days"),
    CheckConstraint("(ended_on is null) = (end_reason is null)", name="end"),
    CheckConstraint("(status = 'withdrawn') = (retracted_at is not null)", name="retracted"),
    Index(None, "person_id"),
    Index("ix_employments_household", "household_id", postgresql_where=text("status <> 'withdrawn'")),
)

seekers = Table(
    "seekers",
    metadata,
    Column("seeker_id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person_copies.person_id"), nullable=False),
    Column("status", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("closed_because", Text),
    one_of("status", SeekerStatus),
    CheckConstraint("(status in ('seeking', 'aside')) = (closed_at is null)", name="closed"),
    Index("uq_seekers_open", "person_id", unique=True, postgresql_where=text("status in ('seeking', 'aside')")),
    Index(None, "person_id"),
    Index("ix_seekers_seeking", "seeker_id", postgresql_where=text("status = 'seeking'")),
)
