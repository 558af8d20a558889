"""SQL that all topics of the grid share: the place filter, widened for block heads.

In every store `get_` raises NotFound, `find_` may be None, `load_` locks for change, `list_` is a page. What an actor's place does not
cover is as if it were not there.
"""

from __future__ import annotations

from shared import places
from shared.auth import Actor


def seen(actor: Actor, first: int, alias: str = "h", head: str | None = None) -> str:
    """`shared.places.seen`, with four parameters (`place_of`): a block head (楼长) sees the own block, and what it answers for as head
    (`head`: SQL of the row's head)."""
    return places.seen(actor.place, first, alias, f"{head or f'{alias}.head_staff_id'} = ${first + 3}::text")


def place_of(actor: Actor) -> tuple[str, str | None, str | None, str | None]:
    """Parameters of `seen`."""
    return *places.place_of(actor.place), actor.subject if actor.kind == "staff" else None
