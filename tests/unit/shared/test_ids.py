"""Identifiers: UUIDv7 text that ascends within a process."""

from __future__ import annotations

import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import clock, ids


def test_is_a_canonical_version_7_uuid_of_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "_last_tick", 0)  # other tests of this process may have set the clock ahead
    before = clock.now()
    made = uuid.UUID(ids.new_id())
    after = clock.now() + timedelta(seconds=1)  # a burst of other tests may have run the counter ahead
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    milliseconds = made.int >> 80
    assert before - timedelta(milliseconds=1) <= datetime.fromtimestamp(milliseconds / 1000, UTC) <= after


def test_ascends_strictly_one_by_one_and_in_bulk() -> None:
    made = [ids.new_id() for _ in range(2000)] + ids.new_ids(2000) + [ids.new_id()]
    assert made == sorted(set(made))
    assert all(ids.parse_id(one) == one for one in made)


def test_ascends_when_the_clock_steps_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = ids.new_id()
    monkeypatch.setenv("ANJU_CLOCK_OFFSETS", str(tmp_path))
    (tmp_path / str(os.getpid())).write_text("-3600")
    assert first < ids.new_id()


def test_a_full_counter_carries_into_the_milliseconds(monkeypatch: pytest.MonkeyPatch) -> None:
    full = (1 << 90) - (1 << 60) | (1 << 42) - 1
    monkeypatch.setattr(ids, "_last_tick", full)
    one, two = ids.new_ids(2)
    assert one < two
    assert uuid.UUID(one).int >> 80 == (full >> 42) + 1
    assert (uuid.UUID(one).version, uuid.UUID(one).variant) == (7, uuid.RFC_4122)


def test_threads_never_share_an_id() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [one for batch in pool.map(ids.new_ids, [500] * 16) for one in batch]
    assert len(set(made)) == len(made) == 8000


def test_none_asked_none_made() -> None:
    assert ids.new_ids(0) == []


@given(st.uuids())
def test_parse_gives_lower_case_of_any_version(value: uuid.UUID) -> None:
    assert ids.parse_id(str(value).upper()) == str(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "0198c0de-0000-7000-8000-00000000000",
        "0198c0de-0000-7000-8000-0000000000000",
        "0198c0de000070008000000000000000",
        "{0198c0de-0000-7000-8000-000000000000}",
        "0198c0de-0000-7000-8000-00000000000g",
        "0198c0de-0000-7000-8000-000000000000\n",
        "０198c0de-0000-7000-8000-000000000000",
    ],
)
def test_parse_refuses_other_forms(text: str) -> None:
    with pytest.raises(ids.BadId) as refused:
        ids.parse_id(text)
    assert refused.value.code == "id-malformed"
