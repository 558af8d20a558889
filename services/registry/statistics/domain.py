"""How the registry sorts people into its figures. Pure."""

from __future__ import annotations

MEMBER, PROBATIONARY = "01", "02"
"""中共党员 and 中共预备党员, GB/T 4762."""

ADULT, OLD = 16, 60
"""Ages between which people are of working age (劳动年龄), both included."""
