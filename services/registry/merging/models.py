"""Tables of people who were entered twice, and of who may have been."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.tables import Instant


def merging_tables(metadata: MetaData) -> None:
    """Adds `person_mergers` and `duplicate_pairs`.

        People entered twice: `gone_id` goes on as `kept_id`. `both_lived`: what is told of either is true of the one; else only what is
    told of `kept_id`. `taken_sealed`: fields that came from `gone_id`, before and after, under the key of `kept_id`.

    Who may have been entered twice. Where one is merged or withdrawn by now, the pair is passed over.
    """
    Table(
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
    Table(
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
