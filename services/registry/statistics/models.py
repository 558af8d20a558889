"""Tables of the figures; all of them can be made anew from the history."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Identity, Index, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.statistics.domain import Span
from shared.tables import HOT, Instant, one_of


def figure_tables(metadata: MetaData) -> None:
    """Adds `figures_waiting` (co-living households to be counted again, with all that hangs on them: one row or more by whoever changes
    something, taken away by the worker), `household_figures` (what each household is counted as: so many more, or fewer, of `what` in a
    block on a day; `next_on`: the first day on which something changes by itself, an age) and `block_figures` (the same of all households
    together, for spans of days). No foreign keys: checking them would lock the rows that everybody changes."""
    Table(
        "figures_waiting",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("household_id", Uuid, nullable=False),
        Column("since", Instant, nullable=False),
        postgresql_with=HOT,
    )

    Table(
        "household_figures",
        metadata,
        Column("household_id", Uuid, primary_key=True),
        Column("next_on", Date),
        Column("kinds", ARRAY(Text), nullable=False),
        Column("community_codes", ARRAY(Text), nullable=False),
        Column("estates", ARRAY(Text), nullable=False),
        Column("blocks", ARRAY(Text), nullable=False),
        Column("whats", ARRAY(Text), nullable=False),
        Column("days", ARRAY(Date), nullable=False),
        Column("numbers", ARRAY(Integer), nullable=False),
        Index(None, "next_on"),
    )

    Table(
        "block_figures",
        metadata,
        Column("community_code", Text, primary_key=True),
        Column("kind", Text, primary_key=True),
        Column("span", Text, primary_key=True),
        Column("since", Date, primary_key=True),
        Column("estate", Text, primary_key=True),
        Column("block", Text, primary_key=True),
        Column("what", Text, primary_key=True),
        Column("number", Integer, nullable=False),
        one_of("span", Span),
        postgresql_with=HOT,
    )
