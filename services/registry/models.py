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

from services.registry.alarms.models import alarm_tables
from services.registry.axes import NOW, axes
from services.registry.changes.domain import ChangeStatus
from services.registry.consents.domain import Form, Guardianship
from services.registry.exports.models import export_tables
from services.registry.forms.models import form_tables
from services.registry.households.domain import HouseholdKind, HouseholdStatus
from services.registry.land.models import land_tables
from services.registry.life.domain import LifeKind
from services.registry.merging.models import merging_tables
from services.registry.persons.domain import PersonStatus, Purpose, Withheld
from services.registry.reservations.models import reservation_tables
from services.registry.rights.models import rights_tables
from services.registry.statistics.models import figure_tables
from shared.imports.models import import_tables
from shared.tables import Instant, kernel_metadata, one_of

metadata = kernel_metadata()
import_tables(metadata)
form_tables(metadata)
land_tables(metadata)
export_tables(metadata)
merging_tables(metadata)
reservation_tables(metadata)
rights_tables(metadata)
figure_tables(metadata)
alarm_tables(metadata)


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

persons = Table(
    "persons",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_keys", Text, nullable=False),
    Column("sex", Text, nullable=False),
    Column("birth_on", Date, nullable=False),
    Column("died_on", Date),
    Column("id_number_sealed", LargeBinary),
    Column("id_number_lookup", LargeBinary, unique=True),
    Column("birth_certificate_sealed", LargeBinary),
    Column("birth_certificate_lookup", LargeBinary),
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
    Column("withheld", Text),
    one_of("status", PersonStatus),
    one_of("withheld", Withheld),
    CheckConstraint("(status = 'merged') = (merged_into is not null)", name="merged"),
    CheckConstraint("sex in ('1', '2')", name="sex"),
    CheckConstraint("(id_number_sealed is null) = (id_number_lookup is null)", name="id_number"),
    CheckConstraint(
        "(birth_certificate_sealed is null) = (birth_certificate_lookup is null)", name="birth_certificate"
    ),
    # Without ID number is a child that is known by its birth certificate, or an id whose number is that of the one it was merged into.
    CheckConstraint(
        "id_number_lookup is not null or birth_certificate_lookup is not null or status = 'merged'", name="known_by"
    ),
    Index(None, "household_id"),
    Index(
        "uq_persons_birth_certificate_lookup",
        "birth_certificate_lookup",
        unique=True,
        postgresql_where=text("birth_certificate_lookup is not null"),
    ),
    Index("ix_persons_without_number", "household_id", postgresql_where=text("id_number_lookup is null")),
    Index("ix_persons_birth_on_name", "birth_on", "name"),
    Index(None, "phone_lookup", postgresql_where=text("phone_lookup is not null")),
    Index("ix_persons_gone", "person_id", postgresql_where=text("status in ('deceased', 'moved-out', 'withdrawn')")),
    # Names that came in lately are searched one by one until so many kB of them are sorted in, all by whoever brings the next.
    Index(
        "ix_persons_name_keys",
        text("string_to_array(split_part(name_keys, '|', 2), ' ')"),
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": "1024"},
    ),
)

person_keys = Table(
    "person_keys",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.person_id"), primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)

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
    Index(
        "ix_households_coliving",
        "community_code",
        "household_id",
        postgresql_where=text(f"kind = '{HouseholdKind.COLIVING}'"),
    ),
    Index(
        "ix_households_hukou",
        "community_code",
        "household_id",
        postgresql_where=text(f"kind = '{HouseholdKind.HUKOU}'"),
    ),
    Index(None, "coliving_id"),
)
"""A hukou household is found where its head lives: `coliving_id`, and the flat of that household; `hukou_division` is where it stands."""

_ONE_AT_A_TIME = text(f"{NOW} and kind <> '{HouseholdKind.HUKOU}'")
_IN_HUKOU = text(f"{NOW} and kind = '{HouseholdKind.HUKOU}'")
"""Nobody may be in two hukou households; who is stands in two, and is an alarm."""

memberships = Table(
    "memberships",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("household_id", Uuid, ForeignKey("households.household_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("person_id", Uuid, ForeignKey("persons.person_id"), nullable=False),
    Column("relation", Text, nullable=False),
    *axes(),
    Index("uq_memberships_now", "person_id", "kind", unique=True, postgresql_where=_ONE_AT_A_TIME),
    Index("uq_memberships_hukou", "person_id", "household_id", unique=True, postgresql_where=_IN_HUKOU),
    Index(None, "person_id"),
    Index(None, "household_id"),
)

occupancies = Table(
    "occupancies",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("dwelling_id", Uuid, ForeignKey("dwellings.dwelling_id"), nullable=False),
    Column("household_id", Uuid, ForeignKey("households.household_id"), nullable=False),
    *axes(),
    Index("uq_occupancies_now", "dwelling_id", unique=True, postgresql_where=NOW),
    Index(None, "dwelling_id"),
    Index(None, "household_id"),
)

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
    Column("details", JSONB),
    one_of("kind", LifeKind),
    CheckConstraint("cardinality(people) = cardinality(relations)", name="relations"),
    CheckConstraint("cardinality(people) = cardinality(in_hukou)", name="in_hukou"),
    Index(None, "household_id"),
    Index(None, "into_id", postgresql_where=text("into_id is not null")),
)
"""What was told of households and people; `details`: what it says beside, by name (`life.store.event_of`). `memberships`, `occupancies`
and the facts `status` and `residence` are what it comes to (`life.domain.replay`)."""

person_facts = Table(
    "person_facts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("person_id", Uuid, ForeignKey("persons.person_id"), nullable=False),
    Column("fact", Text, nullable=False),
    Column("value", JSONB),
    *axes(),
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

household_facts = Table(
    "household_facts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("household_id", Uuid, ForeignKey("households.household_id"), nullable=False),
    Column("fact", Text, nullable=False),
    Column("value", JSONB),
    *axes(),
    Index(None, "household_id", "fact"),
)

access_log = Table(
    "access_log",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("person_id", Uuid),
    Column("reader", Text, nullable=False),
    Column("kind", Text),
    Column("role", Text, nullable=False),
    Column("place", Text),
    Column("purpose", Text, nullable=False),
    Column("case_ref", Text),
    Column("legal_basis", Text),
    Column("law_ref", Text),
    Column("consent_id", Uuid),
    Column("fields", ARRAY(Text), nullable=False),
    Column("request_id", Text),
    Column("results", Integer),
    Column("read_at", Instant, nullable=False),
    Column("seal_no", BigInteger),
    Column("link", LargeBinary),
    Index(None, "person_id", "id"),
    Index(None, "reader", "read_at", "id"),
    Index(None, "read_at", "id"),
    Index("ix_access_log_unsealed", "id", postgresql_where=text("seal_no is null")),
    Index("uq_access_log_seal_no", "seal_no", unique=True, postgresql_where=text("seal_no is not null")),
)
"""Never changed but by the sealer, who gives each record its number and link (`access.domain`); the oldest are forgotten in the order of
their numbers."""

access_anchors = Table(
    "access_anchors",
    metadata,
    Column("seal_no", BigInteger, primary_key=True),
    Column("link", LargeBinary, nullable=False),
    Column("read_until", Instant, nullable=False),
    Column("cut_at", Instant, nullable=False),
    Column("mark", LargeBinary, nullable=False),
)
"""Where the access log begins since its oldest records were forgotten: number and link of the last of them, when it was of, and the mark of
who holds the key (`access.domain.Anchor`). The last one counts."""

consents = Table(
    "consents",
    metadata,
    Column("consent_id", Uuid, primary_key=True),
    Column("told", BigInteger, Identity(always=True), nullable=False),
    Column("person_id", Uuid, ForeignKey("persons.person_id"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("notice", Text, nullable=False),
    Column("law_ref", Text, nullable=False),
    Column("given_on", Date, nullable=False),
    Column("form", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("guardian_relation", Text),
    Column("guardian_id", Uuid, ForeignKey("persons.person_id")),
    Column("replaces", Uuid, ForeignKey("consents.consent_id")),
    Column("recorded_by", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    one_of("purpose", Purpose),
    one_of("form", Form),
    one_of("guardian_relation", Guardianship),
    CheckConstraint("guardian_id is null or guardian_relation is not null", name="guardian"),
    Index(None, "person_id", "purpose", "told"),
)
"""Rows are only ever added, here and to `consent_endings`."""

consent_endings = Table(
    "consent_endings",
    metadata,
    Column("consent_id", Uuid, ForeignKey("consents.consent_id"), primary_key=True),
    Column("status", Text, nullable=False),
    Column("because", Text),
    Column("recorded_by", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("ended_at", Instant, nullable=False),
    CheckConstraint("status in ('withdrawn', 'replaced')", name="status"),
)
