"""How people write a community, a block, a unit, a flat, a floor, an area, an account: what several kinds of files share. Pure.

A reader takes the text of a cell that says something (`says_nothing`) and answers what it means, or raises `Wrong`: a code, and what is
wrong in English and Chinese with the next step, never the text itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shared.shapes import CommunityCode, Name, Part
from shared.validation import Wrong

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_APOSTROPHES = "'`\u2018\u2019\u02bc\u00b4"
_LONG = 16
"""Letters from which a text says something, whatever cannot be seen in it."""
_NOTHING = frozenset({"", "-", "--", "---", "—", "——", "–", "―", "/", "//", "\\", "*", ".", "。", "、", "?"}) | {
    "空", "未知", "不详", "不清楚", "不明", "待定", "待核实", "待补充", "未填", "n/a", "na", "null", "none", "nan", "#n/a"
}  # fmt: skip


def tidy(text: str) -> str:
    """Full-width forms made plain (NFKC), invisible characters gone, every run of blanks one space, apostrophes before and after gone."""
    if text.isascii() and text.isprintable() and " " not in text:  # most cells
        return text.strip(_APOSTROPHES)
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(plain.split()).strip(_APOSTROPHES).strip()


def compact(text: str) -> str:
    """`tidy`, and without any blank."""
    return tidy(text).replace(" ", "")


def says_nothing(text: str) -> bool:
    """Is the cell blank, or does it hold what people write where they know nothing: - / 不详 未知?"""
    return len(text) < _LONG and _is_nothing(text)


@lru_cache(maxsize=4096)
def _is_nothing(text: str) -> bool:
    return compact(text).casefold() in _NOTHING


# numbers

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CHINESE = re.compile("[零〇一二两三四五六七八九十百]{1,9}")


def chinese_number(text: str) -> int | None:
    """十二 → 12, 二十 → 20, 一百零二 → 102, 三零二 → 302; None for anything else."""
    if not _CHINESE.fullmatch(text):
        return None
    if not set(text) & {"十", "百"}:
        return int("".join(str(_DIGITS[c]) for c in text))
    found = re.fullmatch("(?:(.?)百零?)?(?:(.?)十)?(.?)", text)
    if not found or any(part in ("十", "百") for part in found.groups() if part):
        return None
    hundreds = _count(found[1], "百" in text)
    return hundreds * 100 + _count(found[2], "十" in text) * 10 + _count(found[3], False)


def _count(digit: str | None, named: bool) -> int:
    return _DIGITS[digit] if digit else int(named)


def _plain_number(text: str, keep_zeros: bool = False) -> str:
    """Of a part of an address: 第3 → 3, 十二 → 12, 03 → 3."""
    text = text.removeprefix("第")
    number = chinese_number(text)
    if number is not None:
        return str(number)
    return text if keep_zeros or not text.isdigit() else str(int(text))


# parts of an address


@dataclass(frozen=True, slots=True)
class Door:
    """Where a flat is within its community, as written on the door. None: not said."""

    estate: str | None = None
    block: str | None = None
    unit: str | None = None
    flat: str | None = None


PARTS = tuple(field.name for field in fields(Door))

_N = "第?(?:[A-Z]?-?[0-9]{1,4}[A-Z]?|[A-Z]{1,2}|[零〇一二两三四五六七八九十百]{1,5}|[甲乙丙丁戊己庚辛东西南北中])"
_ROOM = "(?:[A-Z]?[0-9]{1,5}[A-Z]?|[零〇一二三四五六七八九]{3,4})"
_GAP = "[-—–,、/.]?"
_BLOCK_END = "(?:号栋|栋楼|号楼|#楼|栋|幢|座|#)"
_UNIT_END = "(?:单元|门洞|号门|门|梯)"
_ROOM_END = "(?:号室|号房|室|号|房|户)?"
_FLOOR = "(?:[0-9一二三四五六七八九十]{1,3}(?:楼|层|F))?"
_WHOLE = re.compile(
    f"(?:(?P<estate>{_N})(?:期|区|组团){_GAP})?(?:(?P<block>{_N}){_BLOCK_END}{_GAP})?(?:(?P<unit>{_N}){_UNIT_END}{_GAP})?"
    f"(?:{_FLOOR}(?P<flat>{_ROOM}){_ROOM_END})?"
)
_OWN = {
    "estate": re.compile(f"(?P<estate>{_N})(?:期|区|组团|号)?"),
    "block": re.compile(f"(?P<block>{_N})(?:{_BLOCK_END}|楼|号)?"),
    "unit": re.compile(f"(?P<unit>{_N})(?:{_UNIT_END}|号)?"),
    "flat": re.compile(f"{_FLOOR}(?P<flat>{_ROOM}){_ROOM_END}"),
}
_ROW = re.compile(f"(?P<block>{_N})-(?P<unit>{_N})-(?P<flat>{_ROOM}){_ROOM_END}")
_PAIR = re.compile(f"(?P<before>{_N})-(?P<behind>[0-9]{{3,5}}[A-Z]?){_ROOM_END}")
_OF_OTHERS = {
    "estate": re.compile("单元|栋|幢|室"),
    "block": re.compile("单元|室"),
    "unit": re.compile("栋|幢|号楼|室"),
    "flat": re.compile("单元|栋|幢|号楼"),
}
_FREE = re.compile(r"(?=.*\w)[\w\-.#()·]+")
_PART: TypeAdapter[str] = TypeAdapter(Part)


def locate(texts: Mapping[str, str | None]) -> tuple[Door, dict[str, Wrong]]:
    """Reads the cells of an address together (texts by part, None where there is no such column): a part is said by its own cell, or by
    one that holds several (1栋2单元302). Also what is wrong, by column.

    Codes: part-format, part-too-long, personal-data, parts-contradict (two cells say different things of one part).
    """
    said: dict[str, dict[str, str]] = {}
    wrong: dict[str, Wrong] = {}
    for column in PARTS:
        text = texts.get(column)
        if text and not says_nothing(text):
            try:
                said[column] = _parts_of(column, text)
            except Wrong as refusal:
                wrong[column] = refusal
    found = {column: said[column][column] for column in PARTS if column in said and column in said[column]}
    for column, parts in said.items():
        if "before" in parts:
            found |= _placed(parts["before"], parts["behind"], found)
        for part in parts.keys() & set(PARTS) - {column}:
            if found.setdefault(part, parts[part]) != parts[part]:
                found.pop(column, None)
                wrong[column] = Wrong(
                    "parts-contradict",
                    "names another block, unit or flat than the cells beside it: correct one of them",
                    "与同行的楼栋、单元或房号不一致，请更正其中一处",
                )
    return Door(**found), wrong


def door(text: str) -> Door | None:
    """What one text says of where a flat is: 3栋2单元501, 二期3栋, 3-2-501; None where it cannot be read. Raises Wrong: part-too-long,
    personal-data."""
    written = compact(text).upper()
    found = _ROW.fullmatch(written) or _WHOLE.fullmatch(written)
    parts = {part: value for part, value in found.groupdict().items() if value} if found else {}
    said = {part: _called(_plain_number(value, part == "flat")) for part, value in parts.items()}
    return Door(**said) if said else None


def _placed(before: str, flat: str, found: Mapping[str, str]) -> dict[str, str]:
    """What 3-302 says: of unit (or block) 3 flat 302 where that is so or nothing else is said, otherwise the flat is called that."""
    if before in (found.get("unit"), found.get("block")):
        return {"flat": flat}
    for part, other in (("unit", "block"), ("block", "unit")):
        if part not in found and other in found:
            return {part: before, "flat": flat}
    return {}


@lru_cache(maxsize=65536)
def _parts_of(column: str, text: str) -> dict[str, str]:
    """What one cell says: its own part, and others that stand in it. Of 3-302 `before` is 3, `behind` 302."""
    written = re.sub(r"(?<=[0-9])\.0+$", "", compact(text).upper())
    for pattern in (_OWN[column], _WHOLE, *((_ROW, _PAIR) if column == "flat" else ())):
        found = pattern.fullmatch(written)
        parts = {part: value for part, value in found.groupdict().items() if value} if found else {}
        if "before" in parts:
            return {"flat": _called(written), "before": _plain_number(parts["before"]), "behind": parts["behind"]}
        if column in parts:
            return {part: _called(_plain_number(value, part == "flat")) for part, value in parts.items()}
    if not _FREE.fullmatch(written) or _OF_OTHERS[column].search(written):
        raise Wrong(
            "part-format",
            "cannot be read: write it as on the door, for example 1栋, 2单元, 302",
            "无法识别，请按门牌填写，如 1栋、2单元、302",
        )
    return {column: _called(written)}


def _called(part: str) -> str:
    return _held_to(_PART, part, Wrong("part-too-long", "has more than 16 characters", "超过 16 个字"))


def floor(text: str) -> int:
    """3, 3层, 三楼, 3F, 负一层, 地下1层, -1. Wrong: floor-format."""
    found = re.fullmatch(r"(负|地下|-|B)?第?(.+?)(?:楼|层|F)?", compact(text).upper())
    body = re.sub(r"\.0+$", "", found[2]) if found else ""
    number = int(body) if re.fullmatch("[0-9]{1,3}", body) else chinese_number(body)
    level = None if found is None or number is None else -number if found[1] else number
    if level is None or not -3 <= level <= 99:
        raise Wrong("floor-format", "not a floor from -3 to 99: write a number", "应为 -3 至 99 的楼层数字")
    return level


# names, codes, areas

_NAME: TypeAdapter[str] = TypeAdapter(Name)
_CODE: TypeAdapter[str] = TypeAdapter(CommunityCode)


def free_name(text: str) -> str:
    """A name of a person or place, as `shared.shapes.Name` takes it. Wrong: name-too-long, name-characters, personal-data."""
    return _held_to(
        _NAME, text, Wrong("name-too-long", "has more than 60 characters: shorten it", "超过 60 个字，请缩短")
    )


_WIDE = str.maketrans("()", "（）")


@lru_cache(maxsize=4096)
def community(text: str) -> str:
    """A community's name (or 12-digit code), without blanks, its brackets as Chinese writes them. Wrong as `free_name`."""
    return free_name(compact(text).translate(_WIDE))


def community_key(name: str) -> str:
    """A community's name (or code) as it is compared: width, case and blanks do not count."""
    return compact(name).casefold()


def codes_by_key(communities: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Codes of communities (name, code) by the keys of the ways of calling them: the name, or the code."""
    found: dict[str, list[str]] = {}
    for name, code in communities:
        for key in {community_key(name), code}:
            found.setdefault(key, []).append(code)
    return found


def community_code(text: str) -> str:
    """The 12-digit code of a community. Wrong: community-code-format."""
    try:
        return _CODE.validate_python(compact(text))
    except ValidationError:
        raise Wrong(
            "community-code-format", "a community's division code has 12 digits", "安置点区划代码应为 12 位数字"
        ) from None


def area_m2(text: str) -> Decimal:
    """80, 80.5, 80㎡, 80平方米: square metres, at most 9999, two decimals. Wrong: area-format."""
    body = re.sub("(?:m2|平方米|平米|平方|平)$", "", compact(text).casefold())
    if not re.fullmatch(r"[0-9]{1,4}(?:\.[0-9]{1,2}0*)?", body):
        raise Wrong(
            "area-format", "not an area in m² with at most two decimals", "应为平方米数，整数不超过四位，小数不超过两位"
        )
    return Decimal(body).quantize(Decimal("0.01"))


def account(text: str) -> str:
    """A staff account. Wrong: account-format."""
    body = compact(text)
    if not re.fullmatch("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}", body):
        raise Wrong(
            "account-format",
            "not an account: latin letters, digits, . _ @ - (an account, not a name)",
            "应为工作人员账号（字母、数字、. _ @ -），而非姓名",
        )
    return body


def _held_to(shape: TypeAdapter[str], text: str, too_long: Wrong) -> str:
    """The text where the shape takes it."""
    try:
        return shape.validate_python(text)
    except ValidationError as error:
        first: Mapping[str, Any] = error.errors()[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, Wrong):
        raise cause
    if first["type"] == "string_too_long":
        raise too_long
    raise Wrong(
        "name-characters", "holds characters that no name has: < > / or control characters", "含有 < > / 或控制字符"
    )
