"""The shape of the repository: what keeps the books readable and the import contracts complete."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = [path for top in ("shared", "services", "deploy") for path in sorted((ROOT / top).rglob("*.py"))]
HAND_WRITTEN = [path for path in CODE if "migrations" not in path.parts]


@pytest.mark.parametrize("path", HAND_WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_read_at_one_sitting(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


def test_every_topic_is_a_package_so_that_import_contracts_see_it() -> None:
    folders = {path.parent for path in HAND_WRITTEN if path.is_relative_to(ROOT / "services")}
    missing = [folder for folder in folders if not (folder / "__init__.py").exists()]
    assert missing == [], "import-linter passes over folders without __init__.py"


def test_no_drawer_for_leftovers() -> None:
    assert [path for path in CODE if path.stem in ("utils", "util", "helpers", "common", "misc")] == []


def test_clocks_are_read_at_the_edge_only() -> None:
    """Time comes in by `tx.now`; only `shared.clock` reads the system's."""
    readers = ("datetime.now", "date.today", "time.time()", "utcnow")
    allowed = {"shared/clock.py", "shared/auth.py"}
    found = [
        str(path.relative_to(ROOT))
        for path in HAND_WRITTEN
        if not path.is_relative_to(ROOT / "deploy")
        and str(path.relative_to(ROOT)) not in allowed
        and any(reader in path.read_text("utf-8") for reader in readers)
    ]
    assert found == []


def test_nobody_below_the_edge_commits() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in HAND_WRITTEN
        if path.stem in ("service", "store", "domain", "handlers") and ".commit(" in path.read_text("utf-8")
    ]
    assert found == []
