"""The registry's own knobs."""

from __future__ import annotations

from pydantic import Field

from shared.settings import Settings


class RegistrySettings(Settings):
    """`registry_known_areas`: area codes of identity numbers that are known beside the national table; in the environment a JSON list.
    Where the demo community is loaded, its own: without, each of its numbers would be a warning."""

    registry_known_areas: frozenset[str] = frozenset()
    registry_chunk_people: int = Field(default=2000, ge=1)
    """People of a roster who come in together: enough for set-based statements, few enough that nobody waits long for a lock."""

    registry_export_most_rows: int = Field(default=500_000, ge=1)
    """Rows of a file that a list is exported to (a sheet of a workbook holds 1,048,575)."""
    registry_export_chunk_rows: int = Field(default=2000, ge=1)
    registry_exports_at_once: int = Field(default=3, ge=1)
    """Exports of one account that are not finished."""
    registry_erases_people: bool = False
    """Are people erased by themselves when their time is over (`GET /v1/registry/retention`)? To be set when the county has confirmed the
    periods: erasing is not to be undone."""
