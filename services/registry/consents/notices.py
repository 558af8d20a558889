"""Notices (告知书) by purpose, as dated rows; pure data.

Shown before data are taken, for statutory work too (个人信息保护法 arts. 17, 30, 35).

What a notice says (who, purpose, way, kinds, keeping time, rights; of sensitive data why they are needed and what it means) stands in the
text of its id, which the county publishes; a changed text is one more row. `asks_again`: purpose, way or kinds changed, so that consents to
earlier ones stand no longer (art. 14 para. 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.registry.persons.domain import Purpose


@dataclass(frozen=True, slots=True)
class Notice:
    """A version of the notice of a purpose."""

    notice_id: str
    purpose: Purpose
    valid_from: date
    text_id: str
    asks_again: bool = False


_PIPL = date(2021, 11, 1)

NOTICES: tuple[Notice, ...] = tuple(
    Notice(f"{purpose}-1", purpose, _PIPL, f"notice.{purpose}.1") for purpose in Purpose
)
