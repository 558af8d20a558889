"""Flats to live in: each client puts communities of its own, with their grid cells, whenever it has used up the last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.chaos.load.caller import Caller
from tests.chaos.load.ledger import Act

Flat = tuple[str, str, str, str]
"""Community, block, unit, flat."""
_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_UNITS = ("1", "2")
_PER_FLOOR = 4


def code_of(client: int, nth: int) -> str:
    """The client's n-th community: a street for each client."""
    return f"522731{client + 100:03d}{nth:03d}"


def name_of(code: str) -> str:
    """No two communities have one."""
    return "安居" + code[6:].translate(_DIGITS) + "社区"


def flats(code: str, blocks: int, floors: int) -> Iterator[Flat]:
    """All of a community, floor by floor."""
    for floor in range(1, floors + 1):
        for n in range(1, _PER_FLOOR + 1):
            for block in range(1, blocks + 1):
                for unit in _UNITS:
                    yield code, str(block), unit, f"{floor}0{n}"


def _plan(code: str, blocks: int, floors: int) -> dict[str, Any]:
    storeys = [
        {"floor": floor, "flats": [{"flat": f"{floor}0{n}"} for n in range(1, _PER_FLOOR + 1)]}
        for floor in range(1, floors + 1)
    ]
    units = [{"unit": unit, "floors": storeys} for unit in _UNITS]
    return {"name": name_of(code), "blocks": [{"block": str(n), "units": units} for n in range(1, blocks + 1)]}


def _cells(code: str, blocks: int) -> dict[str, Any]:
    """A cell for each unit."""
    places = [(str(block), unit) for block in range(1, blocks + 1) for unit in _UNITS]
    cells = [
        {"code": f"{code}{n:03d}", "name": f"{block}栋{unit}单元", "units": [{"block": block, "unit": unit}]}
        for n, (block, unit) in enumerate(places, 1)
    ]
    return {"cells": cells}


def put_community(caller: Caller, code: str, blocks: int, floors: int) -> bool:
    """Puts the community and its cells; are both there for sure?"""
    about = {"community": code, "units": blocks * len(_UNITS)}
    plan = Act(
        "community", f"community-{code}", "PUT", f"/v1/registry/communities/{code}", about, _plan(code, blocks, floors)
    )
    cells = Act("cells", f"cells-{code}", "PUT", f"/v1/grid/communities/{code}/cells", about, _cells(code, blocks))
    return all((answer := caller.do(act, confirm=_there)) and answer.done for act in (plan, cells))


def _there(view: dict[str, Any]) -> bool:
    return bool(view["version"] > 0)


class Places:
    """Flats of one client that nobody lives in."""

    def __init__(self, client: int, caller: Caller, blocks: int = 4, floors: int = 16) -> None:
        self._client = client
        self._caller = caller
        self._size = blocks, floors
        self._made = 0
        self._free: list[Flat] = []

    def take(self) -> Flat | None:
        """A flat; None where a community was wanted for it and may not be there."""
        if not self._free:
            self._made += 1
            code = code_of(self._client, self._made)
            if not put_community(self._caller, code, *self._size):
                return None
            self._free = list(flats(code, *self._size))[::-1]
        return self._free.pop()

    def give_back(self, flat: Flat) -> None:
        """Nobody lives there any more."""
        self._free.insert(0, flat)
