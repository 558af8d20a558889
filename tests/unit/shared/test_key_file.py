"""A ring follows its key file; what rotation does to the document."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from shared import privacy, rotation
from shared.privacy import BadKeys, KeyRing, generate_keys, read_keys
from shared.rotation import Refused, add, next_id, others, using, with_key, without, write_keys


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(privacy, "LOOK_SECONDS", 0.0)
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(generate_keys()))
    return path


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(privacy.log, "error", lambda text, **values: lines.append(text))
    return lines


def change(path: Path, document: dict[str, Any]) -> None:
    write_keys(path, document)


def test_a_new_current_key_is_taken_over_without_a_restart(path: Path) -> None:
    ring = KeyRing.load(path)
    old = ring.new_key()
    add(path, None)
    change(path, using(read_keys(path), "k2"))
    new = ring.new_key()
    assert (old.key_id, new.key_id, sorted(ring.known)) == ("k1", "k2", ["k1", "k2"])
    sealed = old.key.encrypt("a", "b")
    assert ring.unwrap(old.wrapped, "k1").decrypt(sealed, "b") == "a"


def test_a_key_that_another_process_used_first_is_looked_for_at_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = KeyRing.load(path)
    ring.new_key()
    monkeypatch.setattr(privacy, "LOOK_SECONDS", 3600.0)
    ring.new_key()
    change(path, using(with_key(read_keys(path), "k2"), "k2"))
    theirs = KeyRing.load(path).new_key()
    assert ring.new_key().key_id == "k1", "it does not look at each use"
    ring.unwrap(theirs.wrapped, theirs.key_id)
    assert ring.new_key().key_id == "k2"


def test_a_retired_key_is_forgotten(path: Path) -> None:
    ring = KeyRing.load(path)
    old = ring.new_key()
    change(path, using(with_key(read_keys(path), "k2"), "k2"))
    change(path, without(read_keys(path), ["k1"]))
    with pytest.raises(BadKeys):
        ring.unwrap(old.wrapped, "k1")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"current": "k1"}', "\udcff"])
def test_a_file_that_is_no_key_document_changes_nothing(path: Path, told: list[str], text: str) -> None:
    ring = KeyRing.load(path)
    before = ring.new_key()
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert ring.new_key().key_id == "k1"
    ring.unwrap(before.wrapped, before.key_id)
    assert "cannot be read" in told[0]


def test_a_file_that_is_gone_for_a_moment_changes_nothing(path: Path, told: list[str]) -> None:
    ring = KeyRing.load(path)
    path.unlink()
    assert ring.new_key().key_id == "k1"
    assert "cannot be read" in told[0]


def test_another_lookup_key_is_never_taken_over(path: Path, told: list[str]) -> None:
    ring = KeyRing.load(path)
    hashed = ring.lookup_hash("id_number", "1")
    path.write_text(json.dumps(generate_keys("k2")))
    assert (ring.new_key().key_id, ring.lookup_hash("id_number", "1")) == ("k1", hashed)
    assert "lookup" in told[0]


def test_the_key_of_a_named_use_outlives_rotation_and_is_no_hash_of_a_value(path: Path) -> None:
    ring = KeyRing.load(path)
    before = ring.derived("access-log")
    change(path, without(using(with_key(read_keys(path), "k2"), "k2"), ["k1"]))
    ring.new_key()
    assert ring.known == {"k2"}
    assert ring.derived("access-log") == before
    assert (
        len(
            {before, ring.derived("other"), ring.lookup_hash("", "access-log"), ring.lookup_hash("anju/access-log", "")}
        )
        == 4
    )


# The document


def test_a_key_that_was_added_and_not_used_is_not_added_twice(path: Path) -> None:
    assert [add(path, None), add(path, "other")] == ["k2", "k2"]
    assert others(read_keys(path)) == ["k2"]


@pytest.mark.parametrize(("known", "after"), [(["k1"], "k2"), (["k9", "k10"], "k11"), (["2026-11"], "k1"), ([], "k1")])
def test_ids_go_on_after_the_highest(known: list[str], after: str) -> None:
    assert next_id(known) == after


@pytest.mark.parametrize("key_id", ["k1", "", "a b", "x'); drop table persons; --", "k" * 41])
def test_an_id_is_new_and_plain(path: Path, key_id: str) -> None:
    with pytest.raises(Refused):
        with_key(read_keys(path), key_id)


def test_the_current_key_is_not_taken_out_nor_an_unknown_one_used(path: Path) -> None:
    with pytest.raises(Refused):
        without(read_keys(path), ["k1"])
    with pytest.raises(Refused):
        using(read_keys(path), "k2")


def test_the_file_is_replaced_whole_and_stays_private(path: Path) -> None:
    path.chmod(0o600)
    write_keys(path, with_key(read_keys(path), "k2"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["keys.json"]
    with pytest.raises(BadKeys):
        write_keys(path, {"current": "k1"})
    assert set(read_keys(path)["master"]) == {"k1", "k2"}


def test_without_all_databases_nothing_is_done(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.endswith("DATABASE_URL")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ANJU_REGISTRY_DATABASE_URL", "postgresql://h/x")
    monkeypatch.setattr("sys.argv", ["rotation", "retire", "--keys", str(path)])
    with pytest.raises(
        SystemExit, match="ANJU_BENEFITS_DATABASE_URL, ANJU_GATEWAY_DATABASE_URL, ANJU_GRID_DATABASE_URL"
    ):
        rotation.main()
