"""Jobs' own knobs: none beside those of every service."""

from __future__ import annotations

from shared.settings import Settings


class JobsSettings(Settings):
    """As every service's. Ages and limits are dated rows in `parameters`, not settings."""
