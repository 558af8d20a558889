"""An address in one line, read into its parts: 新民社区3栋2单元501, 惠水县新民社区 3-2-501. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict

from services.registry.search.domain import DoorOf
from shared.imports.values import community_key, door, floor
from shared.validation import Wrong

_ABOVE = re.compile("(?:[^0-9]{1,12}?(?:省|自治区|自治州|州|市|县|区|镇|乡|街道|办事处))+")
"""Divisions that stand before the community: what they say, its name says already."""
_FLOOR = re.compile("(?P<rest>.*?)(?P<floor>[0-9一二三四五六七八九十]{1,3}[楼层])")


def read_address(text: str, communities: Iterable[tuple[str, str]], only: bool) -> tuple[str | None, DoorOf]:
    """The community's code and the door. `communities`: names and codes that may be meant; `only`: one is meant if none is named (and
    the code is None). Raises Wrong: community-unknown, community-ambiguous, address-format, and those of `shared.imports.values`."""
    written = community_key(text)
    named = [(community_key(name), code) for name, code in communities]
    found = {(key, code) for key, code in [*named, *((code, code) for _, code in named)] if key in written}
    longest = max((len(key) for key, _ in found), default=0)
    # Two communities of one name are told apart by nobody; of 新民社区 and 大新民社区 the longer is meant.
    meant = {code: key for key, code in found if len(key) == longest}
    if len(meant) > 1:
        raise Wrong(
            "community-ambiguous",
            "several communities have this name: give the code",
            "有多个同名社区，请填写社区代码",
        )
    if not meant:
        if not only:
            raise Wrong(
                "community-unknown",
                "names no community that you see: begin with its name or code",
                "未找到您管辖范围内的社区，请以社区名称或代码开头",
            )
        return None, _door_of(written)
    ((code, key),) = meant.items()
    before, _, behind = written.partition(key)
    if before and not _ABOVE.fullmatch(before):
        raise _unread()
    return code, _door_of(behind) if behind else DoorOf()


def _door_of(text: str) -> DoorOf:
    text = text.strip(",，.。、-—")
    if whole := door(text):
        return DoorOf(**asdict(whole))
    level = _FLOOR.fullmatch(text)
    rest = door(level["rest"]) if level and level["rest"] else None
    if level is None or (level["rest"] and (rest is None or rest.flat)):
        raise _unread()
    return DoorOf(**{**(asdict(rest) if rest else {}), "floor": floor(level["floor"])})


def _unread() -> Wrong:
    return Wrong(
        "address-format",
        "cannot be read: write it as 3栋2单元501 behind the community's name, or give its parts one by one",
        "无法识别地址，请在社区名称后按“3栋2单元501”的格式填写，或分项填写",
    )
