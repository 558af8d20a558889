"""The registry's own knobs."""

from __future__ import annotations

from pydantic import Field

from shared.settings import Settings

DEMO_AREA = "522799"
"""An area code that is assigned to nobody: identity numbers of the demo have it."""


class RegistrySettings(Settings):
    """`demo` is on where the demo community is loaded: its area code is then no warning."""

    demo: bool = False
    registry_chunk_people: int = Field(default=2000, ge=1)
    """People of a roster who come in together: enough for set-based statements, few enough that nobody waits long for a lock."""

    registry_export_most_rows: int = Field(default=500_000, ge=1)
    """Rows of a file that a list is exported to (a sheet of a workbook holds 1,048,575)."""
    registry_export_chunk_rows: int = Field(default=2000, ge=1)
    registry_exports_at_once: int = Field(default=3, ge=1)
    """Exports of one account that are not finished."""

    @property
    def known_areas(self) -> frozenset[str]:
        """Area codes of identity numbers that are known beside the national table."""
        return frozenset({DEMO_AREA}) if self.demo else frozenset()
