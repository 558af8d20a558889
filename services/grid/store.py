"""SQL that all topics of the grid share: the place filter.

In every store `get_` raises NotFound, `find_` may be None, `load_` locks for change, `list_` is a page. What an actor's place does not
cover is as if it were not there.
"""

from __future__ import annotations

from shared.auth import Actor


def seen(first: int, alias: str = "h", head: str | None = None) -> str:
    """The one place filter: SQL over `alias` that is true for rows that the actor's place covers; takes four parameters from `first`
    on (`place_of`). A block head (楼长) sees the own block, and what it answers for as head (`head`: SQL of the row's head)."""
    own = head or f"{alias}.head_staff_id"
    return (
        f"starts_with({alias}.community_code, ${first}) and (${first + 2}::text is null"
        f" or ({alias}.estate = ${first + 1} and {alias}.block = ${first + 2}) or {own} = ${first + 3}::text)"
    )


def place_of(actor: Actor) -> tuple[str, str | None, str | None, str | None]:
    """Parameters of `seen`."""
    place = actor.place
    return place.division, place.estate, place.block, actor.subject if actor.kind == "staff" else None
