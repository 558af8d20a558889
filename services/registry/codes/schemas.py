"""How a code is taken in a body, and how code lists are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from services.registry.codes.domain import CodeList
from shared.http import View


@dataclass(frozen=True, slots=True)
class Of:
    """`Annotated[str, Of(ETHNIC)]`: a code of that list. On the OpenAPI page its codes are the enum, and `x-code-list` names the list."""

    codes: CodeList

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.codes.checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        titles = f"{self.codes.title.zh} {self.codes.standard}".strip()
        shown = {"enum": list(self.codes.labels), "x-code-list": self.codes.name, "description": titles}
        return {**handler(schema), **shown}


class CodeView(View):
    code: str
    label: str
    """In the language of Accept-Language (zh, en)."""


class CodeListRow(View):
    name: str
    title: str
    standard: str | None
    """Number of the national standard; null: a list of the platform."""
    edition: str | None
    codes: int


class CodeListView(View):
    name: str
    title: str
    standard: str | None
    edition: str | None
    source: str
    """Where our copy comes from; [M]: from memory, not compared with the standard yet; [?]: local or unsure."""
    codes: list[CodeView]
