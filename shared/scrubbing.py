"""What a log line or an error may never show (个人信息保护法 art. 51): numbers that look like a person's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from structlog.typing import EventDict

_GAP = "[ \u3000-]?"
_HEX = "[0-9A-Fa-f]"
_UUID = rf"{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}"
_TRACE = rf"(?<![0-9A-Za-z])(?=[0-9]*[A-Fa-f])(?:{_HEX}{{64}}|{_HEX}{{32}}(?:-{_HEX}{{16}})?)(?![0-9A-Za-z])"
# A digit may also follow the last digit of an escaped character: %B7, \xb7, \u53f7.
_START = rf"(?:(?<!\d)|(?<=%{_HEX}{{2}})|(?<=\\x{_HEX}{{2}})|(?<=\\u{_HEX}{{4}}))"
_ID = rf"\d{{6}}{_GAP}\d{{8}}{_GAP}\d{{3}}[\dXxＸｘ]|\d{{8}}[01０１]\d[0-3０-３]\d{{4}}"  # 18, and 15 of old
_ACCOUNT = r"\d{16,}|\d{4}(?:[ -]\d{4}){3}(?:[ -]?\d{1,3})?|\d{6}[ -]\d{10,13}"
_MOBILE = rf"(?:(?:\+|00)?86{_GAP})?[1１][3-9３-９]\d{_GAP}\d{{4}}{_GAP}\d{{4}}"
_LANDLINE = rf"0(?:10|2\d|[3-9]\d\d){_GAP}[2-8]\d{{6,7}}"
_PERSONAL = rf"(?P<id>{_ID})|(?P<account>{_ACCOUNT})|(?P<phone>{_MOBILE}|{_LANDLINE})"
_PATTERNS = re.compile(rf"(?=[\d+A-Fa-f])(?:{_UUID}|{_TRACE}|{_START}(?:{_PERSONAL})(?!\d))")
_PLACEHOLDERS = {"id": "[id-number]", "account": "[account]", "phone": "[phone]"}
_ENOUGH_DIGITS = re.compile(r"(?:\d[^\d\n]?){9}\d")
_NEVER_LOGGED = frozenset(
    {"password", "secret", "client_secret", "token", "access_token", "refresh_token", "authorization"}
    | {"id_number", "birth_certificate", "phone", "bank_account", "full_name", "birth_on", "address"}
)
_STRUCTLOG_OWN = frozenset({"exc_info", "_record", "_from_structlog"})


def scrub(text: str) -> str:
    """The text with everything that looks like an identity number, a mainland phone or a bank account replaced.

    Leans to removing too much (a 16-digit count goes too); UUIDs and hex traces stay. Names cannot be seen this way.
    """
    return _PATTERNS.sub(_replacement, text) if _ENOUGH_DIGITS.search(text) else text


def _replacement(match: re.Match[str]) -> str:
    return _PLACEHOLDERS.get(match.lastgroup or "", match[0])


def scrub_event(logger: Any, method: str, event_dict: EventDict) -> EventDict:
    """structlog processor: scrubs texts, keys and whole numbers at any depth; hides fields that are personal by name.

    Stands after the exception formatter and before the renderer. `exc_info` passes as it is.
    """
    return {key: value if key in _STRUCTLOG_OWN else _scrub_field(key, value) for key, value in event_dict.items()}


def _scrub_field(key: Any, value: Any) -> Any:
    return "[removed]" if key in _NEVER_LOGGED and value is not None else _scrub_value(value)


def _scrub_value(value: Any) -> Any:
    match value:
        case str():
            return scrub(value)
        case None | bool():
            return value
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case int() | float():
            return _scrub_number(value)
        case Mapping():
            return {_scrub_value(key): _scrub_field(key, item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_scrub_value(item) for item in value]
    return scrub(repr(value))


def _scrub_number(value: float) -> int | float | str:
    """Spreadsheets hand phone and account numbers over as numbers."""
    if isinstance(value, float) and not value.is_integer():
        return value
    text = str(int(value))
    clean = scrub(text)
    return value if clean == text else clean
