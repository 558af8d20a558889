"""What a code list is. Pure.

A list of a standard carries its number and edition; `source` says where our copy comes from. Sources tagged [M] are from memory: put
the checked list beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from shared.validation import Wrong


@dataclass(frozen=True, slots=True)
class Label:
    """What a code means."""

    zh: str
    en: str

    def of(self, language: str) -> str:
        """In `zh` or `en`."""
        return self.zh if language == "zh" else self.en


def table(text: str) -> dict[str, Label]:
    """Labels by code, in order. A line: code, Chinese, English; the first two without blanks."""
    rows = (line.split(maxsplit=2) for line in text.strip().splitlines())
    return {code: Label(zh, en) for code, zh, en in rows}


@dataclass(frozen=True, eq=False)
class CodeList:
    """Codes and what they mean. `standard` and `edition` are empty where no national standard lists it."""

    name: str
    title: Label
    standard: str
    edition: str
    source: str
    labels: Mapping[str, Label] = field(repr=False)

    @cached_property
    def codes(self) -> frozenset[str]:
        return frozenset(self.labels)

    @cached_property
    def version(self) -> int:
        """Another number for another content."""
        content = repr((self.title, self.standard, self.edition, self.source, sorted(self.labels.items(), key=str)))
        return int.from_bytes(sha256(content.encode()).digest()[:6])

    def checked(self, code: str) -> str:
        """The code. Raises Wrong where the list lacks it."""
        if code not in self.codes:
            where = f"/v1/registry/code-lists/{self.name}"
            known = f" ({self.standard})" if self.standard else ""
            raise Wrong(
                f"{self.name}-unknown",
                f"not in the code list {self.name}{known}: see {where}",
                f"不在码表“{self.title.zh}”{known}之内，见 {where}",
            )
        return code
