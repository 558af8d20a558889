"""People who moved out

Before: 0003
Made: 2026-11-24 23:55:00
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _allow("resident", "moved-out", "deceased", "withdrawn")


def downgrade() -> None:
    _allow("resident", "deceased", "withdrawn")


def _allow(*states: str) -> None:
    names = ", ".join(f"'{state}'" for state in states)
    op.drop_constraint(op.f("ck_person_copies_state"), "person_copies")
    op.create_check_constraint(op.f("ck_person_copies_state"), "person_copies", f"state in ({names})")
