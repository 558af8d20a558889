"""Erasing people: what is left of them, and what stands against it."""
