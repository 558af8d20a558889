"""Life events: what was told of households and people, and for each place where it is asked for the way to it

Before: 0005
Made: 2026-11-24 22:33:25
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_FIRST = """
select distinct on (m.household_id, m.person_id) m.* from memberships m
 where m.kind = 'coliving' and m.retracted_at is null order by m.household_id, m.person_id, m.valid_from, m.id
"""
_IN_HUKOU = """
exists (select from memberships k where k.household_id = u.household_id and k.person_id = m.person_id and k.retracted_at is null)
"""
_COLUMNS = """
insert into life_events (event_id, kind, happened_on, household_id, hukou_id, dwelling_id, people, relations, in_hukou,
       recorded_at, source, recorded_by)
"""
_TOLD_SO_FAR = (
    f"""{_COLUMNS}
        select gen_random_uuid(), 'settled', h.settled_on, h.household_id, u.household_id,
               (select o.dwelling_id from occupancies o where o.household_id = h.household_id and o.retracted_at is null
                 order by o.valid_from, o.id limit 1),
               array_agg(m.person_id order by m.id), array_agg(m.relation order by m.id), array_agg({_IN_HUKOU} order by m.id),
               min(m.recorded_at), min(m.source), min(m.recorded_by)
          from households h join ({_FIRST}) m on m.household_id = h.household_id and m.valid_from <= h.settled_on
          left join households u on u.coliving_id = h.household_id and u.kind = 'hukou'
         where h.kind = 'coliving' and h.status <> 'withdrawn' group by h.household_id, u.household_id""",
    f"""{_COLUMNS}
        select gen_random_uuid(), 'joined', m.valid_from, h.household_id, null, null, array_agg(m.person_id order by m.id),
               array_agg(m.relation order by m.id), array_agg(false), min(m.recorded_at), min(m.source), min(m.recorded_by)
          from households h join ({_FIRST}) m on m.household_id = h.household_id and m.valid_from > h.settled_on
         where h.kind = 'coliving' and h.status <> 'withdrawn' group by h.household_id, m.valid_from""",
    f"""{_COLUMNS}
        select gen_random_uuid(), 'relations-changed', m.valid_from, h.household_id, null, null,
               array_agg(m.person_id order by m.id), array_agg(m.relation order by m.id), array_agg(false),
               min(m.recorded_at), min(m.source), min(m.recorded_by)
          from households h join memberships m on m.household_id = h.household_id and m.retracted_at is null
         where h.kind = 'coliving' and h.status <> 'withdrawn' and m.id not in (select id from ({_FIRST}) f)
         group by h.household_id, m.valid_from""",
    f"""{_COLUMNS}
        select gen_random_uuid(), 'moved', o.valid_from, o.household_id, null, o.dwelling_id, '{{}}', '{{}}', '{{}}',
               o.recorded_at, o.source, o.recorded_by
          from occupancies o
         where o.retracted_at is null
           and exists (select from occupancies e where e.household_id = o.household_id and e.retracted_at is null
                          and (e.valid_from, e.id) < (o.valid_from, o.id))
         order by o.valid_from, o.id""",
    f"""{_COLUMNS}
        select gen_random_uuid(), 'died', p.died_on, p.household_id, null, null, array[p.person_id], array[null::text],
               array[false], coalesce(f.recorded_at, p.changed_at), coalesce(f.source, 'staff'), coalesce(f.recorded_by, '')
          from persons p left join person_facts f
            on f.person_id = p.person_id and f.fact = 'death' and f.retracted_at is null
         where p.status = 'deceased'""",
    """update person_facts set fact = 'status', value = '"deceased"' where fact = 'death'""",
)


def upgrade() -> None:
    op.create_table(
        "life_events",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("told", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=True),
        sa.Column("hukou_id", sa.Uuid(), nullable=True),
        sa.Column("dwelling_id", sa.Uuid(), nullable=True),
        sa.Column("people", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("relations", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("in_hukou", postgresql.ARRAY(sa.Boolean()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("retracted_by", sa.Text(), nullable=True),
        sa.Column("retracted_because", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind in ('settled', 'moved', 'died', 'born', 'joined', 'left', 'away', 'returned', 'head-changed', 'relations-changed', 'split', 'merged')",
            name=op.f("ck_life_events_kind"),
        ),
        sa.CheckConstraint("cardinality(people) = cardinality(in_hukou)", name=op.f("ck_life_events_in_hukou")),
        sa.CheckConstraint("cardinality(people) = cardinality(relations)", name=op.f("ck_life_events_relations")),
        sa.ForeignKeyConstraint(["dwelling_id"], ["dwellings.dwelling_id"], name=op.f("fk_life_events_dwelling_id")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.household_id"], name=op.f("fk_life_events_household_id")
        ),
        sa.ForeignKeyConstraint(["hukou_id"], ["households.household_id"], name=op.f("fk_life_events_hukou_id")),
        sa.ForeignKeyConstraint(["into_id"], ["households.household_id"], name=op.f("fk_life_events_into_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_life_events")),
    )
    op.create_index(op.f("ix_life_events_household_id"), "life_events", ["household_id"], unique=False)
    op.create_index(
        op.f("ix_life_events_into_id"),
        "life_events",
        ["into_id"],
        unique=False,
        postgresql_where=sa.text("into_id is not null"),
    )
    _allow_statuses("resident", "away", "moved-out", "deceased", "withdrawn")
    for statement in _TOLD_SO_FAR:
        op.execute(statement)
    op.create_index(op.f("ix_memberships_person_id"), "memberships", ["person_id"], unique=False)


def _allow_statuses(*statuses: str) -> None:
    op.drop_constraint(op.f("ck_persons_status"), "persons")
    names = ", ".join(f"'{status}'" for status in statuses)
    op.create_check_constraint(op.f("ck_persons_status"), "persons", f"status in ({names})")


def downgrade() -> None:
    op.execute("""update person_facts set fact = 'death' where fact = 'status' and value = '"deceased"'""")
    _allow_statuses("resident", "deceased", "withdrawn")
    op.drop_index(op.f("ix_memberships_person_id"), table_name="memberships")
    op.drop_index(
        op.f("ix_life_events_into_id"), table_name="life_events", postgresql_where=sa.text("into_id is not null")
    )
    op.drop_index(op.f("ix_life_events_household_id"), table_name="life_events")
    op.drop_table("life_events")
