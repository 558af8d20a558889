"""Tables of the registry.

History has two axes: `valid_from`/`valid_to` say when a fact holds (days, `valid_to` excluded), `recorded_at`/`retracted_at`
when we knew it. What holds now stands in `persons.facts` and on the rows of `households`, for reading; the history is the record.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.registry.changes.domain import ChangeStatus
from services.registry.codes.platform import CONTRACT_MODE, LAND_KIND
from services.registry.households.domain import HouseholdKind, HouseholdStatus
from services.registry.land.domain import ParcelStatus
from services.registry.life.domain import LifeKind
from services.registry.persons.domain import PersonStatus
from services.registry.reservations.domain import EndedBecause
from shared.imports.models import import_tables
from shared.tables import Instant, kernel_metadata, one_of

metadata = kernel_metadata()
import_tables(metadata)


communities = Table(
    "communities",
    metadata,
    Column("community_code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
    CheckConstraint("community_code ~ '^[0-9]{12}$'", name="code"),
)

estates = Table(
    "estates",
    metadata,
    Column("community_code", Text, ForeignKey("communities.community_code"), primary_key=True),
    Column("estate", Text, primary_key=True),
    Column("name", Text),
)

dwellings = Table(
    "dwellings",
    metadata,
    Column("dwelling_id", Uuid, primary_key=True),
    Column("community_code", Text, nullable=False),
    Column("estate", Text, nullable=False),
    Column("block", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("floor", Integer, nullable=False),
    Column("flat", Text, nullable=False),
    Column("area_m2", Numeric(7, 2)),
    ForeignKeyConstraint(["community_code", "estate"], ["estates.community_code", "estates.estate"]),
    UniqueConstraint("community_code", "estate", "block", "unit", "flat"),
)

block_points = Table(
    "block_points",
    metadata,
    Column("community_code", Text, primary_key=True),
    Column("estate", Text, primary_key=True),
    Column("block", Text, primary_key=True),
    Column("lon", Numeric(9, 6), nullable=False),
    Column("lat", Numeric(9, 6), nullable=False),
    ForeignKeyConstraint(["community_code", "estate"], ["estates.community_code", "estates.estate"]),
)
"""Where blocks stand: degrees of CGCS2000 (EPSG:4490)."""

persons = Table(
    "persons",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sex", Text, nullable=False),
    Column("birth_on", Date, nullable=False),
    Column("died_on", Date),
    Column("id_number_sealed", LargeBinary, nullable=False),
    Column("id_number_lookup", LargeBinary, nullable=False, unique=True),
    Column("phone_sealed", LargeBinary),
    Column("phone_lookup", LargeBinary),
    Column("household_id", Uuid, nullable=False),
    Column("merged_into", Uuid, ForeignKey("persons.person_id")),
    Column("facts", JSONB, nullable=False),
    Column("work_copy", JSONB),
    Column("work_copy_version", Integer, nullable=False, server_default=text("0")),
    Column("registered_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
    Column("changed_at", Instant, nullable=False),
    one_of("status", PersonStatus),
    CheckConstraint("(status = 'merged') = (merged_into is not null)", name="merged"),
    CheckConstraint("sex in ('1', '2')", name="sex"),
    Index(None, "household_id"),
    Index("ix_persons_birth_on_name", "birth_on", "name"),
    Index(None, "phone_lookup", postgresql_where=text("phone_lookup is not null")),
)

person_keys = Table(
    "person_keys",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.person_id"), primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)

_LIVED_IN = f"kind = '{HouseholdKind.COLIVING}' and status = '{HouseholdStatus.SETTLED}'"

households = Table(
    "households",
    metadata,
    Column("household_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("coliving_id", Uuid, nullable=False),
    Column("community_code", Text, ForeignKey("communities.community_code"), nullable=False),
    Column("dwelling_id", Uuid, ForeignKey("dwellings.dwelling_id")),
    Column("estate", Text, nullable=False),
    Column("block", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("flat", Text, nullable=False),
    Column("hukou_division", Text),
    Column("settled_on", Date, nullable=False),
    Column("head_person_id", Uuid),
    Column("facts", JSONB, nullable=False),
    Column("without_work", Boolean),
    Column("without_work_since", Instant),
    Column("without_work_version", Integer, nullable=False, server_default=text("0")),
    Column("changed_at", Instant, nullable=False),
    one_of("kind", HouseholdKind),
    one_of("status", HouseholdStatus),
    Index("ix_households_settled", "community_code", "household_id", postgresql_where=text(_LIVED_IN)),
    Index(None, "coliving_id"),
)

_KNOWN = (
    ("valid_from", Date, False),
    ("valid_to", Date, True),
    ("recorded_at", Instant, False),
    ("retracted_at", Instant, True),
    ("source", Text, False),
    ("recorded_by", Text, False),
)


def _axes() -> list[Column[object]]:
    return [Column(name, kind, nullable=nullable) for name, kind, nullable in _KNOWN]


NOW = text("valid_to is null and retracted_at is null")

memberships = Table(
    "memberships",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("household_id", Uuid, ForeignKey("households.household_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("person_id", Uuid, ForeignKey("persons.person_id"), nullable=False),
    Column("relation", Text, nullable=False),
    *_axes(),
    Index("uq_memberships_now", "person_id", "kind", unique=True, postgresql_where=NOW),
    Index(None, "person_id"),
    Index(None, "household_id"),
)

occupancies = Table(
    "occupancies",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("dwelling_id", Uuid, ForeignKey("dwellings.dwelling_id"), nullable=False),
    Column("household_id", Uuid, ForeignKey("households.household_id"), nullable=False),
    *_axes(),
    Index("uq_occupancies_now", "dwelling_id", unique=True, postgresql_where=NOW),
    Index(None, "dwelling_id"),
    Index(None, "household_id"),
)

reservations = Table(
    "reservations",
    metadata,
    Column("reservation_id", Uuid, primary_key=True),
    Column("dwelling_id", Uuid, ForeignKey("dwellings.dwelling_id"), nullable=False),
    Column("household_id", Uuid, ForeignKey("households.household_id")),
    Column("agreement_no", Text),
    Column("people", Integer, nullable=False),
    Column("reserved_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("reserved_by", Text, nullable=False),
    Column("ended_at", Instant),
    Column("ended_because", Text),
    Column("taken_by", Uuid, ForeignKey("households.household_id")),
    CheckConstraint("(household_id is null) <> (agreement_no is null)", name="for_whom"),
    CheckConstraint("(ended_at is null) = (ended_because is null)", name="ended"),
    CheckConstraint(f"ended_because in {tuple(str(reason) for reason in EndedBecause)}", name="ended_because"),
    Index("uq_reservations_open", "dwelling_id", unique=True, postgresql_where=text("ended_at is null")),
    Index(None, "dwelling_id"),
)
"""Flats that are kept for a household of the registry, or for one that comes by an agreement. One that ran out keeps nothing, and is ended
when the flat is reserved again."""

life_events = Table(
    "life_events",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("told", BigInteger, Identity(always=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("household_id", Uuid, ForeignKey("households.household_id"), nullable=False),
    Column("into_id", Uuid, ForeignKey("households.household_id")),
    Column("hukou_id", Uuid, ForeignKey("households.household_id")),
    Column("dwelling_id", Uuid, ForeignKey("dwellings.dwelling_id")),
    Column("people", ARRAY(Uuid), nullable=False),
    Column("relations", ARRAY(Text), nullable=False),
    Column("in_hukou", ARRAY(Boolean), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("retracted_at", Instant),
    Column("source", Text, nullable=False),
    Column("evidence", Text),
    Column("recorded_by", Text, nullable=False),
    Column("retracted_by", Text),
    Column("retracted_because", Text),
    one_of("kind", LifeKind),
    CheckConstraint("cardinality(people) = cardinality(relations)", name="relations"),
    CheckConstraint("cardinality(people) = cardinality(in_hukou)", name="in_hukou"),
    Index(None, "household_id"),
    Index(None, "into_id", postgresql_where=text("into_id is not null")),
)
"""What was told of households and people. `memberships`, `occupancies` and the facts `status` and `residence` are what it comes to
(`life.domain.replay`)."""

person_facts = Table(
    "person_facts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("person_id", Uuid, ForeignKey("persons.person_id"), nullable=False),
    Column("fact", Text, nullable=False),
    Column("value", JSONB),
    *_axes(),
    Index(None, "person_id", "fact"),
)

change_requests = Table(
    "change_requests",
    metadata,
    Column("request_id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("persons.person_id"), nullable=False),
    Column("status", Text, nullable=False),
    Column("fields", ARRAY(Text), nullable=False),
    Column("asked_sealed", LargeBinary, nullable=False),
    Column("valid_from", Date),
    Column("source", Text, nullable=False),
    Column("evidence", Text),
    Column("reason", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Instant),
    Column("decided_because", Text),
    one_of("status", ChangeStatus),
    CheckConstraint("(status = 'open') = (decided_at is null)", name="decided"),
    Index(None, "person_id"),
    Index("ix_change_requests_open", "request_id", postgresql_where=text("status = 'open'")),
)
"""Changes asked for. The values before and after are sealed under the person's key."""

person_mergers = Table(
    "person_mergers",
    metadata,
    Column("merger_id", Uuid, primary_key=True),
    Column("gone_id", Uuid, ForeignKey("persons.person_id"), nullable=False),
    Column("kept_id", Uuid, ForeignKey("persons.person_id"), nullable=False),
    Column("both_lived", Boolean, nullable=False),
    Column("taken_sealed", LargeBinary, nullable=False),
    Column("source", Text, nullable=False),
    Column("evidence", Text),
    Column("merged_by", Text, nullable=False),
    Column("merged_at", Instant, nullable=False),
    Column("unmerged_by", Text),
    Column("unmerged_at", Instant),
    Column("unmerged_because", Text),
    CheckConstraint("gone_id <> kept_id", name="two"),
    Index("uq_person_mergers_gone", "gone_id", unique=True, postgresql_where=text("unmerged_at is null")),
    Index(None, "kept_id"),
)
"""People entered twice: `gone_id` goes on as `kept_id`. `both_lived`: what is told of either is true of the one; else only what is told of
`kept_id`. `taken_sealed`: fields that came from `gone_id`, before and after, under the key of `kept_id`."""

duplicate_pairs = Table(
    "duplicate_pairs",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.person_id"), primary_key=True),
    Column("other_id", Uuid, ForeignKey("persons.person_id"), primary_key=True),
    Column("likenesses", ARRAY(Text), nullable=False),
    Column("found_at", Instant, nullable=False),
    Column("dismissed_at", Instant),
    Column("dismissed_by", Text),
    Column("dismissed_because", Text),
    CheckConstraint("person_id < other_id", name="order"),
    Index(None, "other_id"),
)
"""Who may have been entered twice. Where one is merged or withdrawn by now, the pair is passed over."""

household_facts = Table(
    "household_facts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("household_id", Uuid, ForeignKey("households.household_id"), nullable=False),
    Column("fact", Text, nullable=False),
    Column("value", JSONB),
    *_axes(),
    Index(None, "household_id", "fact"),
)

parcels = Table(
    "parcels",
    metadata,
    Column("parcel_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("certificate_no", Text, nullable=False),
    Column("village", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("ended_on", Date),
    Column("registered_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    one_of("status", ParcelStatus),
    CheckConstraint(f"kind in {tuple(LAND_KIND.labels)}", name="kind"),
    CheckConstraint("village ~ '^[0-9]{12}$'", name="village"),
    Index("uq_parcels_certificate_no", "certificate_no", unique=True, postgresql_where=text("status <> 'withdrawn'")),
    Index(None, "village", "parcel_id"),
)
"""Land rights. `facts` (right, holders, homestead) and the columns beside it are what holds now; `parcel_facts` is the record."""

parcel_facts = Table(
    "parcel_facts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("parcel_id", Uuid, ForeignKey("parcels.parcel_id"), nullable=False),
    Column("fact", Text, nullable=False),
    Column("value", JSONB),
    *_axes(),
    Index(None, "parcel_id", "fact"),
)

parcel_holders = Table(
    "parcel_holders",
    metadata,
    Column("parcel_id", Uuid, ForeignKey("parcels.parcel_id"), primary_key=True),
    Column("person_id", Uuid, ForeignKey("persons.person_id"), primary_key=True),
    Index(None, "person_id"),
)
"""Who holds a right now: the way from a person to the parcels."""

land_contracts = Table(
    "land_contracts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("contract_id", Uuid, nullable=False),
    Column("parcel_id", Uuid, ForeignKey("parcels.parcel_id"), nullable=False),
    Column("mode", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("agreed_to", Date, nullable=False),
    Column("price_per_mu", Numeric(10, 2)),
    Column("share_terms", Text),
    Column("area_mu", Numeric(10, 2)),
    Column("written", Boolean, nullable=False),
    Column("registered", Boolean, nullable=False),
    Column("ended_because", Text),
    *_axes(),
    CheckConstraint(f"mode in {tuple(CONTRACT_MODE.labels)}", name="mode"),
    Index("uq_land_contracts_known", "contract_id", unique=True, postgresql_where=text("retracted_at is null")),
    Index(None, "parcel_id"),
    Index("ix_land_contracts_over", "valid_to", postgresql_where=text("retracted_at is null")),
)
"""To whom the use of a parcel is passed on. `agreed_to`: the last day that was agreed; `valid_to` may come before."""

access_log = Table(
    "access_log",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("reader", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("case_ref", Text),
    Column("fields", ARRAY(Text), nullable=False),
    Column("request_id", Text),
    Column("read_at", Instant, nullable=False),
    Index(None, "person_id", "read_at"),
)
