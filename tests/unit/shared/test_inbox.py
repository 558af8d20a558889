"""Which events of a batch are handled together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import now
from shared.contracts.grid import HouseholdAssigned, VisitRequested
from shared.db import Transaction
from shared.events import Received
from shared.ids import new_id
from shared.inbox import Handlers, _grouped

A, B = (f"00-{digit * 32}-00000000000000aa-01" for digit in "ab")


async def assigned(tx: Transaction, events: Sequence[Any]) -> None: ...


async def requested(tx: Transaction, events: Sequence[Any]) -> None: ...


HANDLERS: Handlers = {HouseholdAssigned: assigned, VisitRequested: requested}


def event(key: str, trace: str | None = A, kind: Any = HouseholdAssigned, offset: int = 0) -> Received:
    return Received(new_id(), kind.type, kind.topic, 0, offset, key, now(), trace, b"{}")


def keys(batch: list[Received]) -> list[list[str]]:
    return [[e.key for e in group] for group in _grouped(HANDLERS, batch)]


@pytest.mark.parametrize(
    ("batch", "groups"),
    [
        pytest.param([event("1"), event("2"), event("1")], [["1", "2", "1"]], id="one trace: together"),
        pytest.param([event("1", None), event("2", None)], [["1", "2"]], id="no trace is one too"),
        pytest.param([event("1", A), event("2", B), event("3", A)], [["1", "3"], ["2"]], id="a trace each"),
        pytest.param([event("1"), event("2", kind=VisitRequested)], [["1"], ["2"]], id="a handler each"),
        pytest.param([event("1", A), event("1", B), event("1", A)], [["1"], ["1"], ["1"]], id="one aggregate in order"),
    ],
)
def test_events_of_a_handler_and_trace_are_handled_together(batch: list[Received], groups: list[list[str]]) -> None:
    assert keys(batch) == groups


@given(st.lists(st.tuples(st.sampled_from("123"), st.sampled_from([A, B, None])), max_size=20))
def test_no_event_is_lost_and_each_aggregate_keeps_its_order(drawn: list[tuple[str, str | None]]) -> None:
    batch = [event(key, trace, offset=n) for n, (key, trace) in enumerate(drawn)]
    groups = list(_grouped(HANDLERS, batch))
    flat = [e for group in groups for e in group]
    assert sorted(e.offset for e in flat) == list(range(len(batch)))
    for key in "123":
        assert [e.offset for e in flat if e.key == key] == [e.offset for e in batch if e.key == key]
    assert all(len({e.traceparent for e in group}) == 1 for group in groups)
