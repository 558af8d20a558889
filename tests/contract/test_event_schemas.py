"""Events keep their promise: what was published once stays readable."""

from __future__ import annotations

import re

import pytest

from shared.events import REGISTRY, asyncapi, topics
from tests.support.contracts import breaks, schemas, stored

CURRENT = schemas()
PERSONAL = re.compile(r"name$|id_number|phone|account|bank|health|disab|illness|card")


@pytest.mark.parametrize("name", sorted(CURRENT))
def test_an_event_is_as_stored(name: str) -> None:
    there = stored()
    assert name in there, "a new event: store its schema with `python -m tests.support.contracts`"
    assert breaks(there[name], CURRENT[name]) == []


def test_no_stored_event_is_gone() -> None:
    assert set(stored()) <= set(CURRENT)


@pytest.mark.parametrize("name", sorted(CURRENT))
def test_an_event_has_no_field_for_personal_data(name: str) -> None:
    fields = {field for cls in REGISTRY[name].__mro__ for field in getattr(cls, "__annotations__", {})}
    community_name = {"name"} if name == "registry.community-changed.v1" else set()
    assert [field for field in fields - community_name if PERSONAL.search(field)] == []


def test_the_asyncapi_document_names_every_topic_and_event() -> None:
    document = asyncapi("Anju", "1")
    assert document["asyncapi"] == "3.0.0"
    assert sorted(document["channels"]) == topics()
    assert sorted(document["components"]["messages"]) == sorted(REGISTRY)


@pytest.mark.parametrize(
    ("old", "new", "broken"),
    [
        ({"properties": {"a": {"type": "string"}}}, {"properties": {"a": {"type": "string"}, "b": {}}}, False),
        ({"properties": {"a": {"type": "string"}}}, {"properties": {"a": {"type": "integer"}}}, True),
        ({"properties": {"a": {}}}, {"properties": {}}, True),
        ({"required": ["a"]}, {"required": ["a", "b"]}, True),
        ({"a": {"enum": ["x"]}}, {"a": {"enum": ["x", "y"]}}, False),
        ({"a": {"enum": ["x", "y"]}}, {"a": {"enum": ["x"]}}, True),
    ],
)
def test_what_counts_as_a_break(old: dict[str, object], new: dict[str, object], broken: bool) -> None:
    assert bool(breaks(old, new)) is broken
