"""The article's figures beside what the platform counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.demo import calibration as figures

ARTICLE: tuple[tuple[str, str, object], ...] = (
    ("households with labour", "figures.households_with_labour", figures.HOUSEHOLDS_WITH_LABOUR),
    ("labour", "figures.labour", figures.LABOUR),
    ("employed", "figures.employed", figures.EMPLOYED),
    ("employed a household", "figures.employed_per_household", "1.7"),
    ("households with someone in work, %", "jobs.household_cover", "100.00"),
    ("in workshops", "figures.in_workshops", figures.WORKSHOP),
    ("of these registered poor", "figures.in_workshops_registered_poor", figures.WORKSHOP_POOR),
    ("in public posts", "figures.in_public_posts", figures.PUBLIC_POSTS),
    ("self-employed", "figures.self_employed", figures.SELF_EMPLOYED),
    ("dispatched", "figures.dispatched", figures.DISPATCHED),
    ("party members", "figures.party_members", figures.PARTY_MEMBERS),
)
"""What it is called, where the community's overview has it, what the article says."""


def show(overview: Mapping[str, Any], console: Console) -> None:
    """A line for each figure."""
    table = Table(box=None, pad_edge=False)
    table.add_column("figure of the article")
    table.add_column("article", justify="right")
    table.add_column("overview", justify="right")
    table.add_column("")
    for name, path, stated in ARTICLE:
        counted = _at(overview, path)
        table.add_row(name, str(stated), str(counted), "ok" if counted == stated else "differs")
    console.print(table)


def _at(overview: Mapping[str, Any], path: str) -> Any:
    """What stands at a path of names; None where there is nothing."""
    found: Any = overview
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
