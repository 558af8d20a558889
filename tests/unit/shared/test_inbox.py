"""Which events of a batch are handled together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import outbox
from shared.clock import now
from shared.contracts.grid import HouseholdAssigned, VisitRequested
from shared.contracts.jobs import HouseholdWithoutWorkFound
from shared.db import Transaction
from shared.events import Received
from shared.ids import new_id
from shared.inbox import Handlers, _grouped, _handle

A, B = (f"00-{digit * 32}-00000000000000aa-01" for digit in "ab")


async def assigned(tx: Transaction, events: Sequence[Any]) -> None: ...


async def requested(tx: Transaction, events: Sequence[Any]) -> None: ...


HANDLERS: Handlers = {HouseholdAssigned: assigned, VisitRequested: requested}


def event(key: str, trace: str | None = A, kind: Any = HouseholdAssigned, offset: int = 0) -> Received:
    return Received(new_id(), kind.type, kind.topic, 0, offset, key, now(), trace, b"{}")


def keys(batch: list[Received]) -> list[list[str]]:
    return [[e.key for e in group] for group in _grouped(HANDLERS, batch).values()]


@pytest.mark.parametrize(
    ("batch", "groups"),
    [
        pytest.param([event("1"), event("2", B), event("1", None)], [["1", "2", "1"]], id="whatever the trace: together"),
        pytest.param([event("1"), event("2", kind=VisitRequested), event("3")], [["1", "3"], ["2"]], id="a handler each"),
    ],
)  # fmt: skip
def test_events_of_a_handler_are_handled_together(batch: list[Received], groups: list[list[str]]) -> None:
    assert keys(batch) == groups


@given(st.lists(st.tuples(st.sampled_from("123"), st.sampled_from([HouseholdAssigned, VisitRequested])), max_size=20))
def test_no_event_is_lost_and_each_aggregate_keeps_its_order(drawn: list[tuple[str, Any]]) -> None:
    batch = [event(key, kind=kind, offset=n) for n, (key, kind) in enumerate(drawn)]
    groups = list(_grouped(HANDLERS, batch).values())
    assert sorted(e.offset for group in groups for e in group) == list(range(len(batch)))
    for group in groups:
        assert [e.offset for e in group] == sorted(e.offset for e in group)


def household(key: str, trace: str | None) -> Received:
    said = HouseholdWithoutWorkFound(
        version=1, household_id=key, community_code="522731003012", without_work=True, since=now()
    )
    return Received(new_id(), said.type, said.topic, 0, 0, key, now(), trace, said.model_dump_json().encode())


def visit_of(household_id: str) -> VisitRequested:
    return VisitRequested(
        version=1,
        visit_id=new_id(),
        household_id=household_id,
        community_code="522731003012",
        reason="without-work",
        status="requested",
        cell_code=None,
        head_staff_id=None,
        due_on=now().date(),
        provisional=False,
    )


async def test_what_is_said_goes_on_with_the_trace_of_what_it_is_about() -> None:
    tx = Transaction(Mock(), now())

    async def visits(tx: Transaction, events: Sequence[Any]) -> None:
        for said in events:
            outbox.emit(tx, visit_of(said.household_id))
        outbox.emit(tx, visit_of("another"))

    await _handle(tx, {HouseholdWithoutWorkFound: visits}, [household("1", A), household("2", B)])
    assert [trace and trace[:35] for _, trace in tx.events] == [A[:35], B[:35], A[:35]]
    assert tx.events[0][1] != A, "a step of its own in the trace"
