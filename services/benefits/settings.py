"""Benefits' own knobs: none yet. What a province or county sets for itself is a row of `parameters`, not a setting."""

from __future__ import annotations

from shared.settings import Settings


class BenefitsSettings(Settings):
    """Settings of the benefits service."""
