"""Events: facts in the past tense, each declared once, in the contracts file of the service that says it.

    class HouseholdSettled(Event, type="registry.household-settled.v1", key="household_id"): ...

`type` is `<owner>.<fact>.v<n>`; `key` names the field that holds the aggregate's id. The topic is `<owner>.<aggregate>`, where
the aggregate is the key's field name without `_id` / `_code`. Unknown fields are ignored, so that optional ones may be added;
any other change is a `.v2` beside the `.v1`. Events carry no name, ID number, phone, account or health fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

_TYPE = re.compile(r"(registry|jobs|grid|benefits|gateway)\.[a-z]+(-[a-z]+)*\.v[1-9][0-9]*")

REGISTRY: dict[str, type[Event]] = {}
"""Every declared event class by its type."""


class Event(BaseModel):
    """Base of all events. `version` is that of the aggregate which the key names, after the change."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: ClassVar[str]
    key: ClassVar[str]
    topic: ClassVar[str]

    version: int

    def __init_subclass__(cls, type: str | None = None, key: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if type is None or key is None:
            return
        if not _TYPE.fullmatch(type):
            raise TypeError(f"{cls.__name__}: the type {type!r} is not <owner>.<fact>.v<n>")
        if type in REGISTRY:
            raise TypeError(f"{cls.__name__}: the type {type!r} is declared already")
        cls.type, cls.key = type, key
        cls.topic = f"{type.split('.')[0]}.{re.sub('_(id|code)$', '', key)}"
        REGISTRY[type] = cls

    @property
    def key_value(self) -> str:
        """Id of the aggregate: the Kafka key."""
        return str(getattr(self, self.key))

    def ids(self) -> Iterator[str]:
        """Of what it is about: the aggregate first, then those whose ids it names."""
        yield self.key_value
        for name in _other_ids(type(self)):
            if value := getattr(self, name):
                yield str(value)


@cache
def _other_ids(kind: type[Event]) -> tuple[str, ...]:
    return tuple(name for name in kind.model_fields if name.endswith("_id") and name != kind.key)


@dataclass(frozen=True, slots=True)
class Received:
    """An event as it came from Kafka: CloudEvents 1.0 attributes, place in the log, and the data still in JSON."""

    id: str
    type: str
    topic: str
    partition: int
    offset: int
    key: str
    time: datetime
    traceparent: str | None
    data: bytes

    def parse(self) -> Event:
        """The event. Raises KeyError for a type nobody declared, pydantic.ValidationError for data that does not fit it."""
        return REGISTRY[self.type].model_validate_json(self.data)


def topics() -> list[str]:
    """All topics of all declared events, without prefix."""
    return sorted({cls.topic for cls in REGISTRY.values()})


def asyncapi(title: str, version: str) -> dict[str, Any]:
    """The AsyncAPI 3.0 document of all declared events: a channel per topic, a message per type."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for name, cls in sorted(REGISTRY.items()):
        schema = cls.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[cls.__name__] = schema
        messages[name] = {
            "name": name,
            "summary": (cls.__doc__ or "").strip().splitlines()[0],
            "contentType": "application/json",
            "headers": {"$ref": "#/components/schemas/CloudEventHeaders"},
            "payload": {"$ref": f"#/components/schemas/{cls.__name__}"},
        }
        channel = channels.setdefault(
            cls.topic,
            {
                "address": cls.topic,
                "messages": {},
                "bindings": {"kafka": {"partitions": 12, "bindingVersion": "0.5.0"}},
            },
        )
        channel["messages"][name] = {"$ref": f"#/components/messages/{name}"}
    for topic, channel in channels.items():
        operations[f"say.{topic}"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{topic}"},
            "messages": [{"$ref": f"#/channels/{topic}/messages/{m}"} for m in channel["messages"]],
        }
    schemas["CloudEventHeaders"] = {
        "type": "object",
        "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"],
        "properties": {
            n: {"type": "string"}
            for n in ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_partitionkey", "traceparent")
        },
    }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": title, "version": version},
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    }
