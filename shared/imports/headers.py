"""The header of a sheet: where it stands, and which column holds which field. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shared.imports.fields import Shape
from shared.imports.sheets import Merge

LAST_ROW = 60
"""A header stands in the first 60 rows of a sheet."""
REASONS = "问题说明 / Problems"
"""Header of the column in which a correction file gives its reasons; skipped when the file is read again."""

_FEWEST = 2
"""Fields that a row must name to be a header."""
_MOST_LETTERS = 60
_LONGEST = 200
_BRACKETS = re.compile(r"[(\[{<【〔《「『][^)\]}>】〕》」』]*[)\]}>】〕》」』]")
_ORNAMENT = re.compile(r"[\s*※★:;,.。、·_\"“”'|]+")
_NUMBERING = re.compile(r"^\(?\d{1,2}\)?(?=[^\d)])|^[一二三四五六七八九十]{1,2}(?=、)")
_DEMAND = re.compile(r"(?:必填项?|选填项?|必录|可选)$")
_FOREIGN = re.compile(r"(?<=[\u3400-\u9fff])[/\\-]?[a-z]+$")
_DATA = re.compile(r"\d{6}|\d{4}[-./]\d")
_SERIALS = frozenset({"序号", "编号", "序", "号", "行号", "项次", "顺序号", "流水号", "no", "#", "№"})


class Names:
    """The fields of a shape by every way of writing them."""

    def __init__(self, shape: Shape) -> None:
        self._fields: dict[str, str] = {}
        for one in shape.fields:
            for title in (one.title, *one.synonyms):
                for key in _spellings(title):
                    self._fields.setdefault(key, one.name)

    def find(self, text: str) -> str | None:
        """The field that a header names. `text` cleaned."""
        return next((self._fields[key] for key in _spellings(text) if key in self._fields), None)


@dataclass(frozen=True, slots=True)
class Header:
    """Lines `first` to `last` of a grid. `columns`: field to column; `texts`: column to what stands above its values, for telling a
    header that is repeated; `unknown`: headers that name no field; `repeated`: fields that are named twice; `above`: title lines."""

    first: int
    last: int
    columns: Mapping[str, int]
    texts: Mapping[int, tuple[str, ...]] = field(repr=False)
    unknown: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    reasons: int | None = None
    above: frozenset[str] = frozenset()

    def lacks(self, shape: Shape) -> tuple[str, ...]:
        """Titles of the fields that are needed and not there."""
        named = {*self.columns, *self.repeated}
        return tuple(one.title for one in shape.fields if one.needed and one.name not in named)


@dataclass(frozen=True, slots=True)
class _Named:
    """What the header says of a column. `weight`: how surely it is the field."""

    column: int
    text: str
    field: str | None
    weight: int


def find_header(lines: Sequence[Sequence[str]], first_row: int, merges: Sequence[Merge], shape: Shape) -> Header | None:
    """The header among the first lines of a sheet, cleaned: of one line, or of two with groups above. None where no line names fields.

    What names all that is needed, and else most, wins; one line before two, the upper before the lower.
    """
    names = Names(shape)
    best: tuple[tuple[bool, int, int, bool], Header] | None = None
    for first in range(min(len(lines), LAST_ROW - first_row + 1)):
        for header in _readings(lines, first, merges, names):
            fields, alone = len(header.columns) + len(header.repeated), header.first == header.last
            worth = (not header.lacks(shape), fields, len(header.texts), alone)
            if fields >= min(_FEWEST, len(shape.fields)) and (best is None or worth > best[0]):
                best = (worth, header)
    return best[1] if best else None


def is_reasons(text: str) -> bool:
    """Is it the header of the column of reasons?"""
    return _squeezed(text) == _squeezed(REASONS)


def _readings(lines: Sequence[Sequence[str]], first: int, merges: Sequence[Merge], names: Names) -> Iterator[Header]:
    above = frozenset(text for line in lines[:first] for text in line if text)
    line = lines[first]
    single = [_alone(column, text, names) for column, text in enumerate(line) if text]
    yield _header(first, first, single, {n: (text,) for n, text in enumerate(line) if text}, above)
    if first + 1 < len(lines):
        leaves = lines[first + 1]
        groups = _groups(line, leaves, [merge for merge in merges if merge.top == first])
        if _is_grouped(groups, leaves):
            pair = [
                _below(column, *texts, names)
                for column, texts in enumerate(zip(groups, leaves, strict=True))
                if any(texts)
            ]
            texts = {n: tuple(filter(None, pair)) for n, pair in enumerate(zip(line, leaves, strict=True)) if any(pair)}
            yield _header(first, first + 1, pair, texts, above)


def _header(
    first: int, last: int, named: Sequence[_Named], texts: Mapping[int, tuple[str, ...]], above: frozenset[str]
) -> Header:
    columns: dict[str, int] = {}
    repeated: list[str] = []
    for name in dict.fromkeys(one.field for one in named if one.field):
        weight = max(one.weight for one in named if one.field == name)
        best = [one for one in named if one.field == name and one.weight == weight]
        if len(best) > 1:
            repeated.append(name)
        else:
            columns[name] = best[0].column
    reasons = next((one.column for one in named if is_reasons(one.text)), None)
    taken = {*columns.values(), reasons}
    unknown = [
        one for one in named if one.column not in taken and one.field not in repeated and not _is_serial(one.text)
    ]
    return Header(
        first, last, columns, texts, _shown(one.text for one in unknown), tuple(repeated), reasons, above
    )  # fmt: skip


def _shown(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text[:_MOST_LETTERS] for text in texts))


def _alone(column: int, text: str, names: Names) -> _Named:
    return _Named(column, text, names.find(text), 3)


def _below(column: int, group: str, leaf: str, names: Names) -> _Named:
    """The group and the leaf say it together, or else the leaf (less surely under the name of another field: 户主 → 身份证号), or
    else the group."""
    if not group or not leaf or is_reasons(leaf):
        return _alone(column, leaf or group, names)
    text = f"{group}/{leaf}"
    if together := names.find(group + leaf):
        return _Named(column, text, together, 3)
    above = names.find(group)
    if below := names.find(leaf):
        return _Named(column, text, below, 1 if above and above != below else 2)
    return _Named(column, text, None if _is_serial(leaf) else above, 0)


def _groups(line: Sequence[str], leaves: Sequence[str], merges: Sequence[Merge]) -> list[str]:
    """The upper line with each group's text over all its columns: those merged, or those left blank beside it with leaves below."""
    spread = list(line)
    for merge in merges:
        spread[merge.left : merge.right + 1] = [line[merge.left]] * (merge.right + 1 - merge.left)
    merged = {merge.right for merge in merges}
    for column in range(1, len(spread)):
        beside = leaves[column - 1] and column - 1 not in merged
        if not spread[column] and leaves[column] and beside:
            spread[column] = spread[column - 1]
    return spread


def _is_grouped(groups: Sequence[str], leaves: Sequence[str]) -> bool:
    """Is the lower line one of leaves, rather than the first row of the table?"""
    spans = any(groups[n] and groups[n] == groups[n - 1] and leaves[n] and leaves[n - 1] for n in range(1, len(groups)))
    return spans and not any(_DATA.search(leaf) for leaf in leaves)


def _is_serial(text: str) -> bool:
    return not _SERIALS.isdisjoint(_spellings(text))


def _spellings(text: str) -> Iterator[str]:
    """Ways of reading a header, from the closest to the widest: as written, without hints in brackets, without numbering, demand or
    foreign word. A long text is none."""
    text = text[:_LONGEST].lower()
    whole = _squeezed(text)
    yield whole
    bare = _squeezed(_BRACKETS.sub("", text))
    yield bare
    plain = _squeezed(_NUMBERING.sub("", _BRACKETS.sub("", text).strip()))
    yield _DEMAND.sub("", plain) or plain
    yield _FOREIGN.sub("", plain) or plain


def _squeezed(text: str) -> str:
    return _ORNAMENT.sub("", text)
