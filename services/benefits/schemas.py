"""Shapes that all topics of benefits take and show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.http import View


class LawView(View):
    law: str
    article: str


class ReasonView(View):
    """Why: a stable slug, its law and article (and further ones), and a sentence in the language asked for."""

    slug: str
    law: str
    article: str
    also: list[LawView]
    detail: str
    supplied_by: list[str]
    """Of a reason `unknown:<fact>`: who can supply the fact."""


class MissingView(View):
    """A fact that could change the outcome, and who can supply it."""

    fact: str
    supplied_by: list[str]


def reason_view(record: Mapping[str, Any], language: str) -> ReasonView:
    """A reason as it is kept (`store.reason_records`), in `zh` or `en`."""
    return ReasonView.model_validate({**record, "detail": record[f"detail_{language}"]})
