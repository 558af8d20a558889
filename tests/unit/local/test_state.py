"""State, keys and accounts of a run: made once at random, kept, never half-written."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from deploy.local import files, identity, state
from deploy.local.console import StartError
from deploy.local.state import OWN, SERVICES, State


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_state_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    made = State(ports={"kafka": 1}, database=OWN, demo_loaded=True)
    state.save(tmp_path / "state.json", made)
    assert state.load(tmp_path / "state.json") == made
    assert _mode(tmp_path / "state.json") == 0o600


def test_two_runs_share_no_name_password_or_cluster() -> None:
    one, two = State(), State()
    assert one.prefix != two.prefix
    assert one.kafka_cluster != two.kafka_cluster
    assert len(
        {one.admin_password, two.admin_password, *one.passwords.values(), *two.passwords.values()}
    ) == 2 + 2 * len(SERVICES)


def test_the_cluster_id_is_what_kafkas_tools_take() -> None:
    for _ in range(200):
        identifier = State().kafka_cluster
        assert len(identifier) == 22
        assert not identifier.startswith("-")


def test_a_service_that_came_later_gets_a_password(tmp_path: Path) -> None:
    files.write_json(tmp_path / "state.json", {"passwords": {"registry": "kept"}, "unknown": 1})
    loaded = state.load(tmp_path / "state.json")
    assert loaded.passwords["registry"] == "kept"
    assert set(loaded.passwords) == set(SERVICES)


def test_a_damaged_state_is_one_clear_line(tmp_path: Path) -> None:
    for text in ("{", "[]"):
        (tmp_path / "state.json").write_text(text)
        with pytest.raises(StartError, match="damaged"):
            state.load(tmp_path / "state.json")


def test_data_does_not_move_to_another_server(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="DATABASE_URL now says h:1"):
        state.refuse_move(State(database=OWN, broker=OWN), "h:1", OWN, tmp_path)
    with pytest.raises(StartError, match="KAFKA_BOOTSTRAP_SERVERS now says its own"):
        state.refuse_move(State(database=OWN, broker="h:9092"), OWN, OWN, tmp_path)
    state.refuse_move(State(), "h:1", "h:9092", tmp_path)


def test_credentials_are_made_once_and_added_to(tmp_path: Path) -> None:
    path = tmp_path / "credentials.json"
    bare = identity.ensure_credentials(path, demo=False)
    assert [(each["role"], each["kind"], each["place"]) for each in bare] == [
        ("developer", "client", None),
        ("admin", "staff", None),
    ]
    full = identity.ensure_credentials(path, demo=True)
    assert full[:2] == bare
    assert {each["role"]: each["place"] for each in full[2:]} == {
        "community-cadre": "522731003012",
        "block-head": "522731003012/1/1",
        "street-welfare-clerk": "522731003",
        "employment-service": "522731",
        "partner-agency": "522731",
        "app-backend": "522731",
    }
    assert identity.ensure_credentials(path, demo=True) == full == json.loads(path.read_text())
    assert _mode(path) == 0o600
    assert len({each["secret"] for each in full}) == len(full)


def test_keys_are_made_once_and_never_anew_over_data(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    identity.ensure_keys(path, first=True)
    made = path.read_text()
    identity.ensure_keys(path, first=False)
    assert path.read_text() == made
    assert _mode(path) == 0o600
    path.unlink()
    with pytest.raises(StartError, match="missing"):
        identity.ensure_keys(path, first=False)


def test_the_kernel_takes_the_keys(tmp_path: Path) -> None:
    from shared.privacy import KeyRing

    identity.ensure_keys(tmp_path / "keys.json", first=True)
    assert KeyRing(json.loads((tmp_path / "keys.json").read_text())).current == "k1"


def test_the_signing_key_signs(tmp_path: Path) -> None:
    from joserfc import jwt
    from joserfc.jwk import OKPKey

    identity.ensure_signing_key(tmp_path / "key.json")
    made = json.loads((tmp_path / "key.json").read_text())
    identity.ensure_signing_key(tmp_path / "key.json")
    assert json.loads((tmp_path / "key.json").read_text()) == made
    key = OKPKey.import_key(made)
    token = jwt.encode({"alg": "Ed25519"}, {"sub": "x"}, key, algorithms=["Ed25519"])
    assert jwt.decode(token, key, algorithms=["Ed25519"]).claims == {"sub": "x"}
    assert _mode(tmp_path / "key.json") == 0o600


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    files.write_json(path, {"a": 1})
    with pytest.raises(TypeError):
        files.write_json(path, {"a": object()})
    with pytest.raises(UnicodeEncodeError):
        files.write(path, "\ud800")
    assert files.read_json(path) == {"a": 1}
    assert list(tmp_path.iterdir()) == [path]
