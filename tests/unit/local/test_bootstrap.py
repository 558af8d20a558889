"""The bootstrap: standard library only, downloads in parts, and one line where it cannot go on."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import bootstrap
from deploy.local.options import ROOT

SCRIPT = ROOT / "deploy" / "local" / "python.sh"


def test_imports_nothing_but_the_standard_library() -> None:
    tree = ast.parse(Path(bootstrap.__file__).read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_parts_hold_every_requirement_with_its_hashes_once() -> None:
    text = bootstrap.LOCK.read_text()
    parts = bootstrap.parts(text)
    lines = [line for part in parts for line in part.splitlines()]
    assert sum("==" in line for line in lines) == sum(
        "==" in line and not line.startswith("#") for line in text.splitlines()
    )
    assert sum("--hash" in line for line in lines) == text.count("--hash=sha256")
    assert not any(line.lstrip().startswith("#") for line in lines)
    assert max(sum("==" in line for line in part.splitlines()) for part in parts) <= 8


def test_the_lock_names_no_index() -> None:
    assert "://" not in bootstrap.LOCK.read_text()


def test_a_lock_that_changed_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(bootstrap, "UNFINISHED", tmp_path / "unfinished")
    assert not bootstrap.stamped("aa", "3.11")
    (tmp_path / "stamp").write_text("aa 3.11\n")
    assert bootstrap.stamped("aa", "3.11")
    assert not bootstrap.stamped("bb", "3.11")
    assert not bootstrap.stamped("aa", "3.12")
    (tmp_path / "unfinished").touch()
    assert not bootstrap.stamped("aa", "3.11")


def _pick(path: Path, *arguments: str, python: str = "") -> subprocess.CompletedProcess[str]:
    env = {"PATH": f"{path}", "PYTHON": python}
    return subprocess.run(["/bin/sh", SCRIPT, *arguments], env=env, capture_output=True, text=True, check=False)


def _fake(folder: Path, name: str, does: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{does}\n")
    (folder / name).chmod(0o755)


def test_takes_the_first_python_that_runs_and_fits(tmp_path: Path) -> None:
    _fake(tmp_path, "python3.13", "echo no such version >&2; exit 127")
    _fake(tmp_path, "python3.12", f'exec {sys.executable} "$@"')
    _fake(tmp_path, "python3", "exit 1")
    (tmp_path / "script.py").write_text("import sys; print('ran', sys.argv[1:])")
    assert _pick(tmp_path, str(tmp_path / "script.py"), "a b").stdout == "ran ['a b']\n"


def test_says_what_is_needed_where_none_fits(tmp_path: Path) -> None:
    _fake(tmp_path, "python3", "exit 1")
    picked = _pick(tmp_path, "x.py")
    assert picked.returncode == 1
    assert picked.stderr == "anju: no Python 3.11, 3.12 or 3.13 was found: install one, or set PYTHON to where it is.\n"


def test_a_python_that_was_named_and_does_not_fit_is_refused(tmp_path: Path) -> None:
    _fake(tmp_path, "old", 'case "$2" in *print*) echo "is Python 3.9";; *) exit 1;; esac')
    for python, word in (("old", "is Python 3.9"), ("absent", "does not run")):
        picked = _pick(tmp_path, "x.py", python=python)
        assert picked.returncode == 1
        assert picked.stderr.startswith(f"anju: PYTHON={python} {word}; Python 3.11, 3.12 or 3.13 is needed")
        assert picked.stderr.count("\n") == 1
