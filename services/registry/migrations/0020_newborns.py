"""Newborns: people who have no ID number yet, and are known by their birth certificate

Before: 0014
Made: 2026-11-29 11:25:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_CHECKS = {
    "id_number": "(id_number_sealed is null) = (id_number_lookup is null)",
    "birth_certificate": "(birth_certificate_sealed is null) = (birth_certificate_lookup is null)",
    "known_by": "id_number_lookup is not null or birth_certificate_lookup is not null or status = 'merged'",
}
_HAS_CERTIFICATE = sa.text("birth_certificate_lookup is not null")
_HAS_NO_NUMBER = sa.text("id_number_lookup is null")


def upgrade() -> None:
    op.add_column("persons", sa.Column("birth_certificate_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("persons", sa.Column("birth_certificate_lookup", sa.LargeBinary(), nullable=True))
    op.alter_column("persons", "id_number_sealed", nullable=True)
    op.alter_column("persons", "id_number_lookup", nullable=True)
    for name, condition in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_persons_{name}"), "persons", condition)
    op.create_index(
        "uq_persons_birth_certificate_lookup",
        "persons",
        ["birth_certificate_lookup"],
        unique=True,
        postgresql_where=_HAS_CERTIFICATE,
    )
    op.create_index("ix_persons_without_number", "persons", ["household_id"], postgresql_where=_HAS_NO_NUMBER)


def downgrade() -> None:
    """Fails while there is anybody without a number: nobody is dropped."""
    op.drop_index("ix_persons_without_number", table_name="persons", postgresql_where=_HAS_NO_NUMBER)
    op.drop_index("uq_persons_birth_certificate_lookup", table_name="persons", postgresql_where=_HAS_CERTIFICATE)
    for name in _CHECKS:
        op.drop_constraint(op.f(f"ck_persons_{name}"), "persons")
    op.alter_column("persons", "id_number_lookup", nullable=False)
    op.alter_column("persons", "id_number_sealed", nullable=False)
    op.drop_column("persons", "birth_certificate_lookup")
    op.drop_column("persons", "birth_certificate_sealed")
