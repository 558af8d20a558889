"""The place filter: what an actor's place does not cover is as if it were not there. Each service applies it in its stores. A resident
has no place: the filter finds nothing for one, and a service that shows residents what is their own says so itself."""

from __future__ import annotations

from shared.auth import Place


def seen(place: Place, first: int, alias: str = "h", also: str = "false") -> str:
    """SQL over `alias` (community_code, estate, block) that is true for rows the place covers; takes the three parameters of `place_of`
    from `first` on. `also`: SQL of rows that are seen beside those of the own block, within the division."""
    code = f"{alias}.community_code"
    # One community is asked for as itself: an index finds it, and the plan made for it is not that of a whole county.
    division = f"{code} = ${first}" if place.is_one_community else f"starts_with({code}, ${first})"
    block = f"{alias}.estate = ${first + 1} and {alias}.block = ${first + 2}"
    return f"{division} and (${first + 2}::text is null or ({block}) or {also})"


def place_of(place: Place) -> tuple[str, str | None, str | None]:
    """Parameters of `seen`: division, estate, block."""
    return place.division, place.estate, place.block


def text_of(place: Place) -> str:
    """As tokens have it (`Place.parse`); everywhere is empty."""
    return place.division if place.block is None else f"{place.division}/{place.estate}/{place.block}"
