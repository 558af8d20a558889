"""Counters of figures, and facts that a household split off another has had since

Before: 0014
Made: 2026-11-29 11:40:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_HOT = {"autovacuum_vacuum_scale_factor": "0.02", "autovacuum_vacuum_threshold": "500"}
_OF_SPLITS = """
insert into household_facts (household_id, fact, value, valid_from, recorded_at, source, recorded_by)
select h.household_id, f.key, f.value, h.settled_on, e.recorded_at, e.source, e.recorded_by
  from life_events e join households h on h.household_id = e.into_id cross join jsonb_each(h.facts) as f
 where e.kind = 'split' and h.status <> 'withdrawn'
   and not exists (select from household_facts there where there.household_id = h.household_id and there.fact = f.key)
"""
_WAITING = """
insert into figures_waiting (household_id, since)
select household_id, coalesce(least((select min(recorded_at) from life_events e where e.household_id = h.household_id),
                                    (select min(recorded_at) from life_events e where e.into_id = h.household_id)), changed_at)
  from households h where kind = 'coliving' order by community_code, household_id
"""


def upgrade() -> None:
    op.create_table(
        "figures_waiting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figures_waiting")),
        postgresql_with=_HOT,
    )
    op.create_table(
        "household_figures",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("community_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("estates", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("blocks", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("whats", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("days", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.Column("numbers", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_household_figures")),
    )
    op.create_index(op.f("ix_household_figures_next_on"), "household_figures", ["next_on"], unique=False)
    op.create_table(
        "block_figures",
        sa.Column("community_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("span", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("estate", sa.Text(), nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("span in ('year', 'month', 'day')", name=op.f("ck_block_figures_span")),
        sa.PrimaryKeyConstraint(
            "community_code", "kind", "span", "since", "estate", "block", "what", name=op.f("pk_block_figures")
        ),
        postgresql_with=_HOT,
    )
    op.execute(_OF_SPLITS)
    op.execute(_WAITING)


def downgrade() -> None:
    op.drop_table("block_figures")
    op.drop_index(op.f("ix_household_figures_next_on"), table_name="household_figures")
    op.drop_table("household_figures")
    op.drop_table("figures_waiting")
