"""How a name is found: folded, in characters, in pinyin (拼音); what a typed name asks for; which statuses are looked at. Pure.

`persons.name_keys` holds `name_keys(name)`. Its words, parted by spaces: the folded name, and every reading of it, in full and by
initials; behind a `|` what the index knows them by: each character, each pair, and how each reading begins.
"""

from __future__ import annotations

import itertools
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from services.registry.persons.domain import PersonStatus

VARIANTS = Path(__file__).parents[3] / "shared" / "data" / "variants" / "variants.txt"

PRESENT = (PersonStatus.RESIDENT, PersonStatus.AWAY)
"""Those looked at where none is asked for."""

MOST_COUNTED = 1000
"""Up to here a total is exact."""

_PIECES = (2, 3, 4, 5, 6, 7, 8, 10)
"""Lengths of the beginnings of a reading that the index knows. Of a longer one few people are left to be compared with it."""
SHORTEST_PINYIN = _PIECES[0]
_OF_FEW = 6
"""Letters of pinyin from which few people have it."""
_MOST_READINGS = 12
"""Of one name: three of a surname, two of each of two characters."""
_OF_FIRST, _OF_OTHERS = 3, 2
"""Readings that count of a surname (单 has three, 仇 and 解 as well), and of another character (长, 行, 乐)."""
_TONES = frozenset("\u0300\u0301\u0304\u030c")


@lru_cache(maxsize=65536)
def name_keys(name: str) -> str:
    """李小花 → `李小花 lixiaohua lxh|李 小 花 李小 小花 li lix lixi … lx lxh`: what `persons.name_keys` holds of the name."""
    parts = _parts(name)
    whole = "".join(parts)
    # A part behind a dot may be what people call someone by: 买买提 of 阿依古丽·买买提.
    read = list(dict.fromkeys(key for start in range(len(parts)) for key in _readings("".join(parts[start:]))))
    pieces = [*whole, *map("".join, itertools.pairwise(whole))]
    pieces += [key[:length] for key in read for length in _PIECES if length <= len(key)]
    return f"{' '.join([whole, *read])}|{' '.join(dict.fromkeys(pieces))}"


@dataclass(frozen=True, slots=True)
class Term:
    """What one part of a typed name asks for: people whose keys have all `pieces`, and the `text` in them."""

    pieces: tuple[str, ...]
    text: str

    @property
    def is_told_by_pieces(self) -> bool:
        """Does who has the pieces have the text? (Or else: are there fewer who have the text than the index knows?)"""
        return self.text.strip() in self.pieces

    @property
    def may_be_common(self) -> bool:
        """A character, initials, a syllable or two: what thousands of a county's people may have."""
        known = self.pieces[0]
        return len(known) == 1 or (known.isascii() and len(known) < _OF_FEW)


class TooShort(ValueError):
    """One letter of pinyin: it would find a tenth of all people."""


def terms_of(typed: str) -> tuple[Term, ...]:
    """Of characters, anywhere in the name; of Latin letters, pinyin from the beginning of the name (or of a part of it) on. Parts
    between dots are looked for each by itself, in whatever order. Raises TooShort; none where there is neither letter nor digit."""
    return tuple(map(_term, _parts(_without_tones(typed))))


def _term(part: str) -> Term:
    if not part.isascii():
        pieces = (part,) if len(part) == 1 else tuple(map("".join, itertools.pairwise(part)))
        return Term(pieces, part)
    if len(part) < SHORTEST_PINYIN:
        raise TooShort
    known = max(length for length in _PIECES if length <= len(part))
    return Term((part[:known],), f" {part}")


# folding


_DOT = re.compile("[·•・‧∙⋅．.]")


def _parts(name: str) -> list[str]:
    """The parts of a name between dots, folded: full-width forms made plain (NFKC), letters small, variant and traditional characters as
    the national list writes them (`shared/data/variants`), and all else than letters and digits gone."""
    plain = unicodedata.normalize("NFKC", name).casefold().translate(_variants())
    parts = ("".join(filter(_is_written, part)) for part in _DOT.split(plain))
    return [part for part in parts if part]


def _is_written(character: str) -> bool:
    """A letter or digit; or a rare character that our Unicode does not have yet, or that a register made for itself."""
    return character.isalnum() or unicodedata.category(character) in ("Cn", "Co")


@cache
def _variants() -> dict[int, str]:
    """The usual character by the code point of the unusual one."""
    lines = VARIANTS.read_text("utf-8").splitlines()
    return {ord(variant): line[0] for line in lines for variant in line[1:]}


def _without_tones(typed: str) -> str:
    """Pinyin as it is stored: Lǐ → Li, lü → lv."""
    letters = unicodedata.normalize("NFD", typed)
    bare = unicodedata.normalize("NFC", "".join(c for c in letters if c not in _TONES))
    return bare.replace("ü", "v").replace("Ü", "v")


# pinyin


def _readings(whole: str) -> Iterator[str]:
    """Every reading of a folded name, in full and by initials: 单小花 → danxiaohua, chanxiaohua, shanxiaohua, dxh, cxh, sxh."""
    choices: list[tuple[str, ...]] = []
    product = 1
    for syllable in _syllables(whole):
        read = _read(syllable)[: _OF_OTHERS if choices else _OF_FIRST]
        if product * len(read) > _MOST_READINGS:
            read = read[:1]
        product *= max(len(read), 1)
        choices += [read] if read else []
    spoken = list(itertools.product(*choices)) if choices else []
    yield from ("".join(syllables) for syllables in spoken)
    yield from ("".join(syllable[0] for syllable in syllables) for syllables in spoken)


_SYLLABLE = re.compile("[a-z0-9]+|.", re.DOTALL)


def _syllables(whole: str) -> Iterable[str]:
    """Characters; what is written in Latin letters is one."""
    return _SYLLABLE.findall(whole)


@lru_cache(maxsize=16384)
def _read(syllable: str) -> tuple[str, ...]:
    """Readings of a character without tones, the usual ones first: 单 → dan, chan, shan; 吕 → lv, lu, lyu (as keyboards, people and
    passports write lǚ). None of one that the dictionary does not have."""
    if syllable.isascii():
        return (syllable,)
    toned = _dictionary().get(ord(syllable), "").split(",")
    read = [spelled for each in toned if each for spelled in _spelled(_without_tones(each))]
    return tuple(dict.fromkeys(read))


def _spelled(reading: str) -> tuple[str, ...]:
    return tuple(reading.replace("v", way) for way in ("v", "u", "yu")) if "v" in reading else (reading,)


@cache
def _dictionary() -> dict[int, str]:
    """Readings by code point. Of pypinyin only its characters: its phrases take 45 MB and know no names."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")
    from pypinyin.pinyin_dict import pinyin_dict

    found: dict[int, str] = pinyin_dict
    return found


# what is wanted


@dataclass(frozen=True, slots=True)
class DoorOf:
    """Which part of a community. None: any."""

    estate: str | None = None
    block: str | None = None
    unit: str | None = None
    floor: int | None = None
    flat: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for, as it was written. `division`: within it; `community`: of the address."""

    name: str | None = None
    id_number: str | None = None
    phone: str | None = None
    address_text: str | None = None
    community: str | None = None
    door: DoorOf = DoorOf()
    division: str | None = None
    statuses: Sequence[PersonStatus] = PRESENT
    sex: str | None = None
    labour_class: str | None = None
    tag: str | None = None
    age_from: int | None = None
    age_to: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom a search is for: all of what is given. Numbers by their keyed hashes."""

    terms: tuple[Term, ...] = ()
    id_number_lookup: bytes | None = None
    phone_lookup: bytes | None = None
    door: DoorOf = DoorOf()
    statuses: tuple[PersonStatus, ...] = PRESENT
    sex: str | None = None
    labour_class: str | None = None
    tag: str | None = None
    age_from: int | None = None
    age_to: int | None = None

    @property
    def names_someone(self) -> bool:
        """Is it for somebody, by name or number, and not just for people of some kind?"""
        return bool(self.terms or self.id_number_lookup or self.phone_lookup)
