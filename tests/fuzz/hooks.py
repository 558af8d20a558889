"""Puts ids of things that are there into every second request; loaded by schemathesis, see `tests.fuzz`."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import schemathesis

KNOWN = "ANJU_FUZZ_KNOWN"
"""Names the file: ids by the name under which requests give them."""
_ALSO = {"into": "person_id", "spouse": "person_id", "community": "community_code", "division": "community_code"}
"""Fields that hold ids and are called otherwise."""


@cache
def _known() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(Path(os.environ[KNOWN]).read_text("utf-8"))
    return found


@schemathesis.hook
def map_case(context: schemathesis.HookContext, case: schemathesis.Case[Any]) -> schemathesis.Case[Any]:
    """Which ids follows from what was made up, so that a seed repeats a run."""
    drawn = zlib.crc32(repr((case.path_parameters, case.query, case.body)).encode())
    if drawn % 4 == 0:  # and some requests stay as they are
        return case
    for part in (case.path_parameters, case.query, case.body):
        put_known(part, _known(), drawn // 4)
    return case


def put_known(part: Any, known: Mapping[str, Sequence[str]], drawn: int) -> None:
    """Puts ids that are known in the place of those in a body, the query or the path; which ones, `drawn` says."""
    if isinstance(part, dict):
        for name, value in part.items():
            ids = known.get(_ALSO.get(name, str(name))) if isinstance(value, str) else None
            if ids:
                part[name] = ids[(drawn + zlib.crc32(name.encode())) % len(ids)]
            elif isinstance(value, Mapping | list):
                put_known(value, known, drawn)
    elif isinstance(part, list):
        for n, each in enumerate(part):
            put_known(each, known, drawn + n)
