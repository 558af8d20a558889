"""The registry's own knobs."""

from __future__ import annotations

from shared.settings import Settings

DEMO_AREA = "522799"
"""An area code that is assigned to nobody: identity numbers of the demo have it."""


class RegistrySettings(Settings):
    """`demo` is on where the demo community is loaded: its area code is then no warning."""

    demo: bool = False

    @property
    def known_areas(self) -> frozenset[str]:
        """Area codes of identity numbers that are known beside the national table."""
        return frozenset({DEMO_AREA}) if self.demo else frozenset()
