"""People's rights: requests, copies, records that are withheld, where the access log begins

Before: 0014
Made: 2026-11-29 11:30:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def _one_of(table: str, column: str, kinds: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{kind}'" for kind in kinds.split())
    return sa.CheckConstraint(f"{column} in ({listed})", name=op.f(f"ck_{table}_{column}"))


def upgrade() -> None:
    op.add_column("persons", sa.Column("withheld", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_persons_withheld"), "persons", "withheld in ('restricted', 'erased')")
    op.create_index(
        "ix_persons_gone",
        "persons",
        ["person_id"],
        unique=False,
        postgresql_where=sa.text("status in ('deceased', 'moved-out', 'withdrawn')"),
    )
    op.create_table(
        "access_anchors",
        sa.Column("seal_no", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.Column("read_until", _INSTANT, nullable=False),
        sa.Column("cut_at", _INSTANT, nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seal_no", name=op.f("pk_access_anchors")),
    )
    _requests()
    op.create_table(
        "rights_steps",
        sa.Column("step", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("because_sealed", sa.LargeBinary(), nullable=True),
        _one_of("rights_steps", "action", "ask grant refuse withdraw propose send-back restrict erase lift"),
        sa.ForeignKeyConstraint(
            ["request_id"], ["rights_requests.request_id"], name=op.f("fk_rights_steps_request_id_rights_requests")
        ),
        sa.PrimaryKeyConstraint("step", name=op.f("pk_rights_steps")),
    )
    op.create_index(op.f("ix_rights_steps_request_id"), "rights_steps", ["request_id"], unique=False)
    op.create_table(
        "rights_copies",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["rights_requests.request_id"], name=op.f("fk_rights_copies_request_id_rights_requests")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_rights_copies")),
    )
    op.create_index(op.f("ix_rights_copies_made_at"), "rights_copies", ["made_at"], unique=False)


def _requests() -> None:
    name = "rights_requests"
    op.create_table(
        name,
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=True),
        sa.Column("applicant_id", sa.Uuid(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("said_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("change_request_id", sa.Uuid(), nullable=True),
        sa.Column("by_resident", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("answered_at", _INSTANT, nullable=True),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("standing", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=True),
        _one_of(name, "kind", "copy correction deletion explanation"),
        _one_of(name, "capacity", "self guardian kin"),
        _one_of(name, "relation", "spouse parent child sibling grandparent grandchild other-guardian"),
        _one_of(
            name,
            "status",
            "open proposed granted refused withdrawn restricted erasure-proposed lifted erased",
        ),
        _one_of(name, "ground", "purpose-achieved period-over consent-withdrawn unlawful other-law"),
        _one_of(name, "outcome", "restrict erase"),
        sa.CheckConstraint("(capacity = 'self') = (relation is null)", name=op.f("ck_rights_requests_relation_of")),
        sa.CheckConstraint(
            "(kind = 'correction') = (change_request_id is not null)", name=op.f("ck_rights_requests_change")
        ),
        sa.CheckConstraint("(ground is null) = (outcome is null)", name=op.f("ck_rights_requests_proposed")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.person_id"], name=op.f("fk_rights_requests_person_id_persons")
        ),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["persons.person_id"], name=op.f("fk_rights_requests_applicant_id_persons")
        ),
        sa.ForeignKeyConstraint(
            ["change_request_id"],
            ["change_requests.request_id"],
            name=op.f("fk_rights_requests_change_request_id_change_requests"),
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_rights_requests")),
    )
    op.create_index(op.f("ix_rights_requests_person_id"), name, ["person_id"], unique=False)
    op.create_index(
        op.f("ix_rights_requests_change_request_id"),
        name,
        ["change_request_id"],
        unique=False,
        postgresql_where=sa.text("change_request_id is not null"),
    )
    op.create_index(
        "ix_rights_requests_open",
        name,
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("status in ('open', 'proposed')"),
    )
    op.create_index(
        "ix_rights_requests_restricted",
        name,
        ["request_id"],
        unique=False,
        postgresql_where=sa.text("status = 'restricted'"),
    )


def downgrade() -> None:
    op.drop_table("rights_copies")
    op.drop_table("rights_steps")
    op.drop_table("rights_requests")
    op.drop_table("access_anchors")
    op.drop_index(
        "ix_persons_gone",
        table_name="persons",
        postgresql_where=sa.text("status in ('deceased', 'moved-out', 'withdrawn')"),
    )
    op.drop_constraint(op.f("ck_persons_withheld"), "persons", type_="check")
    op.drop_column("persons", "withheld")
