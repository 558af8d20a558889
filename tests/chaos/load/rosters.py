"""One more client: it brings communities in by roster, a fresh file every so often, and now and then the same file again."""

from __future__ import annotations

import csv
import io
from datetime import date
from random import Random
from threading import Event
from uuid import UUID

from tests.chaos.load.caller import Caller
from tests.chaos.load.ledger import Act
from tests.chaos.load.people import Kind, Member, family, person
from tests.chaos.load.places import Flat, code_of, flats, name_of, put_community

_HEADERS = (
    "户主",
    "姓名",
    "身份证号",
    "与户主关系",
    "安置点",
    "楼栋",
    "单元",
    "房号",
    "劳动能力",
    "就业状况",
    "入住日期",
)
_WORK = {"worker": "已就业", "idle": "无"}
_HOUSEHOLDS = 24
_AGAIN = 0.3


class RosterClient:
    """The n-th of `of` clients. `pause`: seconds between rosters on the average."""

    def __init__(self, n: int, of: int, caller: Caller, drawn: Random, pause: float, day: date) -> None:
        self._n, self._of = n, of
        self._caller = caller
        self._drawn = drawn
        self._pause = pause
        self._day = day
        self._people = 0

    def run(self, stop: Event) -> None:
        """Sends rosters until stopped; the one under way is sent to its end."""
        nth = 0
        while not stop.wait(self._drawn.uniform(0.2, 1.8) * self._pause):
            nth += 1
            self._send(code_of(self._n, nth))
        self._caller.close()

    def _send(self, code: str) -> None:
        if not put_community(self._caller, code, 1, 3):
            return
        homes = [([self._newcomer(k) for k in family(self._drawn)], at) for at in list(flats(code, 1, 3))[:_HOUSEHOLDS]]
        about = {"homes": [{"at": at, "people": [m.about() for m in members]} for members, at in homes]}
        file = roster(homes, self._day)
        while True:
            key = str(UUID(int=self._drawn.getrandbits(128), version=4))
            self._caller.do(Act("roster", key, "POST", "/v1/registry/imports", about, file=file))
            if self._drawn.random() > _AGAIN:
                return

    def _newcomer(self, kind: Kind) -> Member:
        self._people += 1
        return person(self._n + (self._people - 1) * self._of, kind)


def roster(homes: list[tuple[list[Member], Flat]], day: date) -> str:
    """花名册 as CSV."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADERS)
    for members, (code, block, unit, flat) in homes:
        for n, member in enumerate(members):
            labour = "普通劳动力" if member.able else "无劳动力"
            relation = "子" if n else "户主"
            place = (name_of(code), f"{block}栋", f"{unit}单元", flat)
            work = _WORK.get(member.kind, "")
            writer.writerow((members[0].name, member.name, member.id_number, relation, *place, labour, work, day))
    return out.getvalue()
