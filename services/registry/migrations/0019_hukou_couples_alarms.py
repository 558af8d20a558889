"""Hukou households of their own, marriages and divorces, and alarms of people in two households

Before: 0014
Made: 2026-11-29 12:00:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_BEFORE = (
    "settled",
    "moved",
    "died",
    "born",
    "joined",
    "left",
    "away",
    "returned",
    "head-changed",
    "relations-changed",
    "split",
    "merged",
)
_NEW = (
    "hukou-joined",
    "hukou-left",
    "hukou-head-changed",
    "hukou-relations-changed",
    "hukou-split",
    "hukou-merged",
    "hukou-moved",
    "married",
    "divorced",
    "widowed",
)
_NOW = "valid_to is null and retracted_at is null"
_STOOD = """
update life_events e set details = jsonb_build_object('division', k.hukou_division)
  from households k where k.household_id = e.hukou_id and e.kind = 'settled'
"""
_STANDS = """
insert into household_facts (household_id, fact, value, valid_from, recorded_at, source, recorded_by)
select e.hukou_id, 'hukou', e.details, e.happened_on, e.recorded_at, e.source, e.recorded_by
  from life_events e where e.hukou_id is not null and e.details is not null and e.retracted_at is null
"""


def upgrade() -> None:
    op.add_column("life_events", sa.Column("details", postgresql.JSONB(), nullable=True))
    _allow_kinds(*_BEFORE, *_NEW)
    op.execute(_STOOD)
    op.execute(_STANDS)
    op.drop_index("uq_memberships_now", table_name="memberships")
    _one_membership(f"{_NOW} and kind <> 'hukou'")
    op.create_index(
        "uq_memberships_hukou",
        "memberships",
        ["person_id", "household_id"],
        unique=True,
        postgresql_where=sa.text(f"{_NOW} and kind = 'hukou'"),
    )
    op.create_index(
        "ix_households_hukou",
        "households",
        ["community_code", "household_id"],
        unique=False,
        postgresql_where=sa.text("kind = 'hukou'"),
    )
    op.create_table(
        "alarms",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=True),
        sa.Column("household_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('two-hukou', 'two-dibao')", name=op.f("ck_alarms_kind")),
        sa.CheckConstraint("ground in ('member', 'duplicate', 'merged')", name=op.f("ck_alarms_ground")),
        sa.ForeignKeyConstraint(["other_id"], ["persons.person_id"], name=op.f("fk_alarms_other_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.person_id"], name=op.f("fk_alarms_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index(op.f("ix_alarms_person_id"), "alarms", ["person_id"], unique=False)
    op.create_index("ix_alarms_open", "alarms", ["id"], unique=False, postgresql_where=sa.text("cleared_at is null"))


def _allow_kinds(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_life_events_kind"), "life_events")
    names = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_life_events_kind"), "life_events", f"kind in ({names})")


def _one_membership(where: str) -> None:
    op.create_index(
        "uq_memberships_now", "memberships", ["person_id", "kind"], unique=True, postgresql_where=sa.text(where)
    )


def downgrade() -> None:
    op.drop_table("alarms")
    op.drop_index("ix_households_hukou", table_name="households", postgresql_where=sa.text("kind = 'hukou'"))
    op.drop_index("uq_memberships_hukou", table_name="memberships")
    op.drop_index("uq_memberships_now", table_name="memberships")
    _one_membership(_NOW)
    op.execute("delete from household_facts where fact = 'hukou'")
    _allow_kinds(*_BEFORE)
    op.drop_column("life_events", "details")
