"""The division that a text names: 522731, 惠水县, 贵州省黔南州惠水县, 浙江杭州西湖区. Pure; by the names of today (`shared.divisions`).

A county may be written without 县 or 市 (惠水, 三都县), a prefecture without its people (黔南州), a province without 省. Such a short name
counts where the text holds nothing else, or where names above or below it stand beside it: 东方红村 is not in 东方市.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from services.registry.imports.codes import ETHNIC_NAMES
from shared import divisions
from shared.imports.values import compact
from shared.validation import Wrong

_COUNTY_DIGITS = 6
_CODE = re.compile("([1-9][0-9]{5}(?:[0-9]{3}){0,2})(?![0-9])")
_SHORT_CODE = re.compile("[1-9][0-9](?:[0-9]{2})?")
_PEOPLES = "|".join(f"{name}族" + ("?" if len(name) > 1 else "") for name in (*ETHNIC_NAMES, "各"))
_OF_PEOPLES = re.compile(f"(.{{2,}}?)(?:{_PEOPLES})+自治(区|州|县|旗)")
_PLAIN_END = re.compile("(.{2,})(?:自治区|省|市|地区|盟|州|县)")
_NO_NAMES = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
_VAGUE = re.compile("[本外县省市州乡镇村区域地国境内异]{2,4}(?:务工|就业)?")


def is_vague(text: str) -> bool:
    """省外, 县内, 本地: says how far, and names no division."""
    return _VAGUE.fullmatch(compact(text)) is not None


@lru_cache(maxsize=65536)
def division(text: str, address: bool = False) -> str:
    """The code (6, 9 or 12 digits) of the division that the text is; of an `address`, that it starts with.

    Raises Wrong: division-unknown, division-ambiguous, division-too-coarse (a province or prefecture).
    """
    written = compact(text)
    code = _CODE.match(written) if address else _CODE.fullmatch(written)
    if code:
        return code[1]
    if _SHORT_CODE.fullmatch(written):
        raise _too_coarse()
    readings = set(_readings(written))
    longest = max((reading.length for reading in readings), default=0) if address else len(written)
    codes = {reading.code for reading in readings if reading.length == longest and _is_sure(reading, written)}
    codes -= {code for code in codes if f"{code}00" in codes}  # 东莞市 is its own only county
    if not codes:
        raise Wrong(
            "division-unknown",
            "names no division that we know: write its code (6, 9 or 12 digits), or its full name from the province down",
            "无法识别行政区划，请填写 6、9 或 12 位区划代码，或自省级起的全称",
        )
    if len(codes) > 1:
        raise Wrong(
            "division-ambiguous",
            "several divisions have this name: write its code (6, 9 or 12 digits), or its full name from the province down",
            "有多个同名行政区划，请填写 6、9 或 12 位区划代码，或自省级起的全称",
        )
    (only,) = codes
    if len(only) < _COUNTY_DIGITS:
        raise _too_coarse()
    return only


def is_known(code: str) -> bool:
    """Is the county of the code in a table?"""
    return divisions.is_known_area(code[:_COUNTY_DIGITS])


def _too_coarse() -> Wrong:
    return Wrong(
        "division-too-coarse",
        "a county is needed: write its name after the prefecture's, or its code (6, 9 or 12 digits)",
        "须精确到县级：请在市州名称后写明县（市、区），或填写 6、9 或 12 位区划代码",
    )


class _Reading(NamedTuple):
    """The text up to `length` read as this division. `names`: of how many divisions; `full`: is the last of them written in full?"""

    code: str
    length: int
    names: int
    full: bool


def _is_sure(reading: _Reading, text: str) -> bool:
    return reading.full or reading.names > 1 or reading.length == len(text)


def _readings(text: str, within: str = "", start: int = 0, names: int = 0) -> Iterator[_Reading]:
    """All ways of reading the text from `start` on as divisions within one another."""
    for end in range(start + 2, min(len(text), start + _longest()) + 1):
        for code, full in _by_name().get(text[start:end], ()):
            if len(code) > len(within) and code.startswith(within) and (len(code) <= _COUNTY_DIGITS or within):
                yield _Reading(code, end, names + 1, full)
                yield from _readings(text, code, end, names + 1)


@cache
def _by_name() -> dict[str, list[tuple[str, bool]]]:
    """Code, and whether the name is full, by name."""
    found: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for line in divisions.TABLE.read_text("utf-8").splitlines()[1:]:
        code, _, name = line.partition(",")
        if name not in _NO_NAMES:
            found[name].append((code, True))
            if len(code) <= _COUNTY_DIGITS:
                for short in _shortened(name):
                    found[short].append((code, False))
    return dict(found)


def _shortened(name: str) -> set[str]:
    """黔南布依族苗族自治州 → 黔南, 黔南州; 惠水县 → 惠水; 广西壮族自治区 → 广西. A city's district (区) is written in full."""
    of_peoples, plain = _OF_PEOPLES.fullmatch(name), _PLAIN_END.fullmatch(name)
    if of_peoples:
        short, kind = of_peoples.groups()
        return {short, f"{short}{kind}"}
    return {plain[1]} if plain else set()


@cache
def _longest() -> int:
    return max(map(len, _by_name()))
