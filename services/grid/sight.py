"""What a caller sees of a household or visit it may see at all. Which rows it may see is the place filter's matter (`store.seen`).

The grid holds no names of residents. The grid centre supervises matters and dates; links to people are hidden from it (domain
reference §11.4). The heads of cells are public: a grid's name and worker are to be published.
"""

from __future__ import annotations

from typing import TypeVar

from shared.auth import Actor, Role

T = TypeVar("T")


def link_for(actor: Actor, value: T) -> T | None:
    """A link to people (a household, its flat, who visits it): None for the grid centre."""
    return None if actor.role is Role.GRID_CENTRE else value
