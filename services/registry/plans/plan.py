"""What a plan of dwellings says, row by row, and the plan of a community with what a file adds to it. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from services.registry.dwellings.domain import BlockPoint, Flat, Plan
from shared.imports import values
from shared.imports.cells import shown
from shared.imports.fields import CellFault, Severity, row_named
from shared.imports.values import compact, says_nothing
from shared.validation import Wrong

COLUMNS = ("community", "code", "estate", "block", "unit", "floor", "flat", "area", "lon", "lat")
CARRIED = ("community", "code", "estate", "block", "unit", "floor")
"""Blank below the first row that says it: the same as above."""

TEXTS: dict[str, tuple[str, str]] = {
    "required": ("is needed", "此项必填"),
    "flat-repeated": (
        "this flat stands in {there[0]} already: delete one of the rows",
        "该房屋已在{there[1]}出现，请删除其中一行",
    ),
    "floor-unclear": (
        "the floor cannot be read off the flat's number: fill in 楼层",
        "无法从房号判断楼层，请填写楼层",
    ),
    "code-missing": (
        "no community of this name yet: fill in its 12-digit code (区划代码), and it is put in",
        "尚无此安置点：请填写 12 位区划代码，系统将新建该安置点",
    ),
    "code-with-two-names": (
        "this code stands in the file with another name: correct the name or the code",
        "该区划代码在本表中对应另一名称，请更正名称或代码",
    ),
    "name-with-two-codes": (
        "this name stands in the file with another code: correct the code, or give communities of one name names that tell them apart",
        "该安置点名称在本表中对应另一区划代码：请更正代码；同名安置点请以不同名称区分（如冠以乡镇名）",
    ),
    "name-of-another": (
        "a community of this name is in with code {other}: correct the code, or give the new community a name of its own",
        "同名安置点已登记，区划代码为 {other}：请更正代码，或为新安置点另取名称（如冠以乡镇名）",
    ),
    "code-of-another": (
        "this code is that of {name}: correct the code or the name (a plan renames no community)",
        "该区划代码属于“{name}”：请更正代码或名称（房屋名册不能更改安置点名称）",
    ),
    "community-ambiguous": (
        "several communities have this name: fill in the 12-digit code",
        "有多个同名安置点：请填写 12 位区划代码",
    ),
    "community-outside": ("this community lies outside your place", "该安置点不在您的管辖范围内"),
    "above-in-error": (
        "is left to a row above that is not in order: correct that row",
        "此项沿用上方有误的一行，请更正该行",
    ),
    "point-half": ("longitude and latitude go together: fill in this one", "经度与纬度须同时填写，请补填此项"),
    "point-differs": (
        "another place of this block stands in {there[0]}: correct one of them",
        "该楼栋的坐标与{there[1]}不一致，请更正其中一处",
    ),
    "point-outside": (
        "lies where the community cannot be, or longitude and latitude are swapped",
        "坐标超出该安置点所在范围，或经度与纬度填反",
    ),
    "too-many-units": ("more units than a community can have", "单元数超过上限"),
}
"""By code: English, Chinese."""

_UNREAD = "\0"
"""Stands for what a cell says that could not be read; no text has it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row that can be read."""

    sheet: int
    row: int
    flat: Flat
    floor_said: bool
    """Or it was read off the flat's number."""
    point: BlockPoint | None
    """Where its block stands, where the row says it."""
    said: Mapping[str, Any] = field(compare=False)
    """The row's own texts by column."""


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one community. `code` None: named only."""

    name: str
    code: str | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Plans:
    """A file that was read: its communities, each coming in wholly or not at all."""

    rows: int
    parts: tuple[Part, ...]
    against: tuple[CellFault, ...]


def read_plans(rows: Sequence[Mapping[str, Any]], unread: Set[tuple[int, int, str]] = frozenset()) -> Plans:
    """`rows`: sheet, row, and the text of each column (None or blank where there is none), in the order of the file. `unread`: sheet,
    row, column of cells that reading has found wrong, and told: their rows stay out, and those below that leave it to them."""
    above: dict[str, str] = {}
    sheet = None
    against: list[CellFault] = []
    lines: list[tuple[str, str | None, Line]] = []
    for row in rows:
        if row["sheet"] != sheet:
            above, sheet = {}, row["sheet"]
        broken = {name for name in COLUMNS if (sheet, row["row"], name) in unread}
        texts = _with_carried(row, above, broken)
        lost = [name for name in CARRIED if texts[name] == _UNREAD]
        if lost or broken:
            code = "above-in-error"
            against += [_fault(row, name, code, TEXTS[code]) for name in lost if not broken]
            continue
        line, faults = _read(row, texts)
        against += faults
        if line:
            lines.append((values.community(texts["community"]), _code(texts["code"]), line))
    parts, more = _parts(lines)
    return Plans(len(rows), parts, (*against, *more))


def _with_carried(row: Mapping[str, Any], above: dict[str, str], broken: Set[str]) -> dict[str, str]:
    """A column that is blank says what it said above in its sheet; a new community, block or unit begins anew."""
    texts = {name: "" if (text := row.get(name)) is None or says_nothing(text) else text for name in COLUMNS}
    texts |= dict.fromkeys(broken, _UNREAD)
    for n, name in enumerate(CARRIED):
        if texts[name] and texts[name] != above.get(name):
            for deeper in CARRIED[n + 1 :] if name not in ("code", "floor") else ():
                above.pop(deeper, None)
        if texts[name]:
            above[name] = texts[name]
    return texts | {name: texts[name] or above.get(name, "") for name in CARRIED}


def _code(text: str) -> str | None:
    return values.community_code(text) if text else None


def _read(row: Mapping[str, Any], texts: Mapping[str, str]) -> tuple[Line | None, list[CellFault]]:
    door, wrong = values.locate({part: texts[part] or None for part in values.PARTS})
    faults = {column: (error.code, (error.en, error.zh)) for column, error in wrong.items()}
    read: dict[str, Any] = {}
    for column, reader in _READERS.items():
        try:
            read[column] = reader(texts[column]) if texts[column] else None
        except Wrong as error:
            faults[column] = (error.code, (error.en, error.zh))
    said = {"community": texts["community"], "block": door.block, "unit": door.unit, "flat": door.flat}
    for column, value in said.items():
        if not value:
            faults.setdefault(column, ("required", TEXTS["required"]))
    floor = read.get("floor") if texts["floor"] else floor_of(door.flat or "")
    if floor is None and "floor" not in faults and door.flat:
        faults["floor"] = ("floor-unclear", TEXTS["floor-unclear"])
    if not faults and (read["lon"] is None) is not (read["lat"] is None):
        faults["lon" if read["lon"] is None else "lat"] = ("point-half", TEXTS["point-half"])
    if faults or not (door.block and door.unit and door.flat) or floor is None:
        return None, [_fault(row, column, code, texts) for column, (code, texts) in faults.items()]
    flat = Flat(door.estate or "1", door.block, door.unit, floor, door.flat, read["area"])
    point = None if read["lon"] is None else BlockPoint(flat.estate, flat.block, read["lon"], read["lat"])
    return Line(row["sheet"], row["row"], flat, bool(texts["floor"]), point, row), []


def floor_of(flat: str) -> int | None:
    """302 is on the third floor, 1203 on the twelfth; None where the number does not say."""
    digits = "".join(c for c in flat if c.isdigit())
    return int(digits[:-2]) if len(digits) in (3, 4) else None


def _parts(lines: Sequence[tuple[str, str | None, Line]]) -> tuple[tuple[Part, ...], list[CellFault]]:
    """By community. A name has one code in the file and a code one name, that of most of their rows: a row that says otherwise is
    wrong. A row without a code has that of its name."""
    said = Counter((values.community_key(name), code) for name, code, _ in lines if code)
    names = _most_said((code, key, n) for (key, code), n in said.items())
    codes = _most_said((key, code, n) for (key, code), n in said.items())
    found: dict[str | tuple[str, None], dict[tuple[str, str, str, str], Line]] = {}
    points: dict[tuple[str | tuple[str, None], str, str], Line] = {}
    calls: dict[str | tuple[str, None], tuple[str, str | None]] = {}
    against: list[CellFault] = []
    for name, code, line in lines:
        key = values.community_key(name)
        own = code or codes.get(key)
        if own and names[own] != key:
            against.append(_against(line, "community", "code-with-two-names"))
        elif own and codes[key] != own:
            against.append(_against(line, "code", "name-with-two-codes"))
        else:
            community = own or (key, None)
            calls.setdefault(community, (name, own))
            flats = found.setdefault(community, {})
            first = flats.setdefault(line.flat.place, line)
            placed = points.setdefault((community, line.flat.estate, line.flat.block), line) if line.point else line
            if placed.point != line.point:
                there = row_named(placed.sheet, placed.row, line.sheet)
                against.append(_against(line, "lon", "point-differs", there=there))
                if first is line:
                    del flats[line.flat.place]
            elif first is not line:
                there = row_named(first.sheet, first.row, line.sheet)
                against.append(_against(line, "flat", "flat-repeated", there=there))
    return tuple(Part(*calls[community], tuple(flats.values())) for community, flats in found.items()), against


def _most_said(said: Iterable[tuple[str, str, int]]) -> dict[str, str | None]:
    """Of each of the first what most rows say of it (first, second, rows); None where as many say another thing."""
    counts: dict[str, Counter[str]] = {}
    for first, second, n in said:
        counts.setdefault(first, Counter())[second] += n
    tops = {first: counter.most_common(2) for first, counter in counts.items()}
    return {first: top[0][0] if len(top) == 1 or top[0][1] > top[1][1] else None for first, top in tops.items()}


def _fault(row: Mapping[str, Any], column: str, code: str, texts: tuple[str, str]) -> CellFault:
    value = shown(column, row.get(column), {})
    return CellFault(row["sheet"], row["row"], column, code, Severity.ERROR, *texts, value)


def _against(line: Line, column: str, code: str, **parts: object) -> CellFault:
    en, zh = TEXTS[code]
    return _fault(line.said, column, code, (en.format(**parts), zh.format(**parts)))


def all_against(part: Part, column: str, code: str, **parts: object) -> list[CellFault]:
    """What stands against a community stands against each of its rows."""
    return [_against(line, column, code, **parts) for line in part.lines]


def with_part(there: Plan | None, part: Part) -> tuple[Plan, int, int]:
    """The plan with what a file says of it, how many flats are new, and how many differ. What the file does not name stays; what is
    blank changes nothing."""
    flats = {flat.place: flat for flat in there.flats} if there else {}
    created = changed = 0
    for line in part.lines:
        before = flats.get(line.flat.place)
        after = _laid_over(before, line) if before else line.flat
        created += before is None
        changed += before is not None and before != after
        flats[after.place] = after
    named = there.named_estates if there else ()
    points = {(p.estate, p.block): p for p in there.points} if there else {}
    points |= {(line.point.estate, line.point.block): line.point for line in part.lines if line.point}
    name = there.name if there else part.name
    return Plan(name, named, tuple(flats.values()), tuple(sorted(points.values()))), created, changed


def _laid_over(before: Flat, line: Line) -> Flat:
    area, floor = line.flat.area_m2, line.flat.floor
    return replace(
        line.flat,
        area_m2=before.area_m2 if area is None else area,
        floor=floor if line.floor_said else before.floor,
    )


_DEGREES = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,12})?)°?[EN东北]?")


def degrees(text: str) -> Decimal:
    """106.650123, 106.65°E: degrees to six places. Wrong: degrees-format."""
    found = _DEGREES.fullmatch(compact(text))
    if not found:
        raise Wrong("degrees-format", "no decimal degrees: write it as 106.650123", "应为十进制度数，如 106.650123")
    return Decimal(found[1]).quantize(Decimal("0.000001"))


_READERS: dict[str, Callable[[str], Any]] = {
    "community": values.community,
    "code": values.community_code,
    "floor": values.floor,
    "area": values.area_m2,
    "lon": degrees,
    "lat": degrees,
}
