"""The two axes of history, as columns: when a fact holds (days, `valid_to` excluded), and when we knew it."""

from __future__ import annotations

from sqlalchemy import Column, Date, Text, text

from shared.tables import Instant

_KNOWN = (
    ("valid_from", Date, False),
    ("valid_to", Date, True),
    ("recorded_at", Instant, False),
    ("retracted_at", Instant, True),
    ("source", Text, False),
    ("recorded_by", Text, False),
)


def axes() -> list[Column[object]]:
    return [Column(name, kind, nullable=nullable) for name, kind, nullable in _KNOWN]


NOW = text("valid_to is null and retracted_at is null")
