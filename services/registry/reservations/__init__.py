"""Flats that are kept for a household before it moves in (分房预留)."""
