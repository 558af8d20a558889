"""What a person's cells mean that are no words: name, numbers, dates. Pure; refusals are `Wrong`, which never shows the text."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from shared.identity import IdCheck, check_id_number, normalise_phone
from shared.imports.values import compact, free_name, tidy
from shared.validation import Wrong

_HAN = "[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
_DOT = re.compile(f"(?<={_HAN}) ?[.·•‧∙⋅・] ?(?={_HAN})")
_BLANK = re.compile(f"(?<={_HAN}) (?={_HAN})")
_MARKS = re.compile(r"[-'`\u2018\u2019\u2010-\u2015]")
_SERIAL = re.compile("[1-7][0-9]{4}")
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
_DATE = re.compile(
    r"([0-9]{4})(?:年|[-/.])([0-9]{1,2})(?:(?:月|[-/.])([0-9]{1,2})日?|月?)(?:[ T]?00:00(?::00(?:\.0+)?)?)?"
)
_LOST_ZERO = re.compile(r"[0-9]{4}\.1")
"""2019.10 held as a number looks like this: January or October."""
_DIGITS = re.compile("([0-9]{4})([0-9]{2})([0-9]{2})?")


def person_name(text: str) -> str:
    """王 芳 → 王芳, 阿依古丽.买买提 → 阿依古丽·买买提. Wrong: name-without-letter and those of `free_name`."""
    name = _DOT.sub("·", _BLANK.sub("", tidy(text)))
    if not any(map(str.isalpha, name)):
        raise Wrong("name-without-letter", "is no name: it has no letter", "不是姓名：没有文字")
    return free_name(name)


def id_number(text: str, on: date, known_areas: frozenset[str]) -> IdCheck:
    """As `check_id_number`, which says what is wrong; blanks, hyphens and apostrophes within are taken off."""
    return check_id_number(_MARKS.sub("", compact(text)), on, known_areas)


def phone(text: str) -> str | None:
    """As `normalise_phone`. None for 无. Wrong: phone-format."""
    written = tidy(text).replace("—", "-").replace("–", "-")
    return None if written in ("无", "没有", "0") else normalise_phone(written)


@lru_cache(maxsize=65536)
def day(text: str) -> tuple[date, bool]:
    """2019-06-01, 2019/6/1, 2019.6.1, 2019年6月1日, 20190601; of 2019年6月 and 201906 the first day, and True: the day is not said.

    Wrong: date-format, date-impossible, date-out-of-range.
    """
    written = tidy(text)
    found = _DATE.fullmatch(re.sub("(?<=[年月/.-]) | (?=[年月日/.-])", "", written)) or _DIGITS.fullmatch(written)
    if _SERIAL.fullmatch(written):
        raise Wrong(
            "date-format",
            "is a spreadsheet's count of days: format the column as a date and save again, or write 2019-06-01",
            "是表格软件的日期序号：请将该列设为日期格式后重新保存，或填写如 2019-06-01",
        )
    if not found or _LOST_ZERO.fullmatch(written):
        raise Wrong(
            "date-format",
            "not a date: write it as 2019-06-01 or 2019年6月1日",
            "无法识别日期，请填写如 2019-06-01 或 2019年6月1日",
        )
    try:
        read = date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        raise Wrong("date-impossible", "this day does not exist", "该日期不存在") from None
    if not _FIRST_DAY <= read <= _LAST_DAY:
        raise Wrong("date-out-of-range", "lies before 1900 or after 2199", "日期应在 1900 年至 2199 年之间")
    return read, found[3] is None


def past_day(text: str, on: date) -> tuple[date, bool]:
    """A day of something that has happened: as `day`. Wrong also: date-in-future."""
    read, is_month = day(text)
    if read > on:
        raise Wrong("date-in-future", "lies in the future", "日期晚于今天")
    return read, is_month
