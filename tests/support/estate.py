"""People of one community as rows of a roster, and as the registry holds them."""

from __future__ import annotations

from typing import Any

from tests.support.clients import Service
from tests.support.people import id_number

NAME = "新民社区"


def row(relation: str, flat: str = "101", birth: str = "19800315", female: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "姓名": "测试人",
        "身份证号": id_number(birth, female),
        "与户主关系": relation,
        "安置点": NAME,
        "楼栋": "1栋",
        "单元": "1单元",
        "房号": flat,
        "入住日期": "2019-06-01",
    } | more


def family(flat: str = "101", **head: Any) -> list[dict[str, Any]]:
    return [
        row("户主", flat, 是否建档立卡="是", 劳动能力="普通劳动力", 就业状况="已就业", 就业形式="扶贫车间", 联系电话="13800005678", **head),
        row("妻", flat, "19820202", True, 民族="布依族"),
        row("长子", flat, "20200101", 劳动能力="无劳动力"),
    ]  # fmt: skip


async def people(service: Service) -> list[dict[str, Any]]:
    rows = await service.database.pool.fetch(
        """select p.*, m.relation, m.valid_from, h.flat as flat_now, h.facts as household_facts from persons p
             join memberships m on m.person_id = p.person_id and m.kind = 'coliving' and m.valid_to is null and m.retracted_at is null
             join households h on h.household_id = p.household_id order by p.birth_on, p.person_id"""
    )
    return [dict(r) for r in rows]
