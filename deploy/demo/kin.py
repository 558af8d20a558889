"""Households of realistic kin: who belongs to one, how old they are, what they are to its head.

A household is written as letters: H head, S spouse with labour, L spouse without; children of the head: W grown, with labour, Y at
school from 16 on, C younger; D wife of the first W, G their child; parents of the head: P over 60, Q younger, both without labour;
I grown brother or sister who cannot work. Households without labour: O old, alone or a couple, with G a grandchild.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from deploy.demo import names
from deploy.demo.calibration import AS_OF
from deploy.demo.people import FEMALE, HEAD, MALE, age_of

_AGES = {"C": (0, 15), "Y": (16, 22), "W": (20, 33)}
_YOUNGEST_PARENT, _OLDEST_MOTHER, _OLDEST_FATHER = 20, 42, 48
_OF_AGE, _LAST_OF_LABOUR = 24, 59
_APART = 2
"""Years between children, so that birthdays cannot come closer than ten months."""
_FEMALE_HEADS = 0.12
_SINGLE_MOTHERS = 0.45
_SONS = ("20", "22", "23", "24")
_DAUGHTERS = ("30", "32", "33", "34")
"""GB/T 4761: a son, the eldest, the second, the third; daughters likewise."""


@dataclass(frozen=True, slots=True)
class Kin:
    """A member: the letter, relation to the head (GB/T 4761), sex, day of birth, name."""

    role: str
    relation: str
    sex: str
    birth_on: date
    name: str


@dataclass(frozen=True, slots=True)
class _Ages:
    head: int
    spouse: int | None
    children: tuple[tuple[str, int], ...]
    """Of W, Y and C, the oldest first."""


def household(template: str, rng: Random) -> list[Kin]:
    """A household of these letters, the head first."""
    return list(_old(template, rng) if template[0] == "O" else _family(template, rng))


def _family(template: str, rng: Random) -> Iterator[Kin]:
    ages = _ages(template, rng)
    single = not set(template) & set("SL")
    with_children = bool(ages.children)
    female = rng.random() < (_SINGLE_MOTHERS if single and with_children else _FEMALE_HEADS)
    sex, other = (FEMALE, MALE) if female else (MALE, FEMALE)
    own = names.surname(rng)
    theirs = names.surname(rng, own)
    yield _kin("H", HEAD, sex, ages.head, own, rng)
    if ages.spouse is not None:
        letter = "S" if "S" in template else "L"
        yield _kin(letter, "11" if female else "12", other, ages.spouse, theirs, rng)
    children = list(_children(ages.children, theirs if female else own, rng, template))
    yield from children
    yield from _next_generation(template, children, rng)
    yield from _parents(template, ages.head, own, rng)
    if "I" in template:
        sibling = rng.choice((MALE, FEMALE))
        age = max(18, ages.head - rng.randint(1, 6))
        yield _kin("I", "73" if sibling == MALE else "77", sibling, age, own, rng)


def _ages(template: str, rng: Random) -> _Ages:
    """Ages that fit: parents old enough, and not too old; a head whose parent is 60 at most is not much over 40."""
    while True:
        children = _ages_of_children(template, rng)
        eldest, youngest = (children[0][1], children[-1][1]) if children else (0, _LAST_OF_LABOUR)
        first = max(_OF_AGE, eldest + _YOUNGEST_PARENT, 26 if "P" in template else 0)
        last = min(_LAST_OF_LABOUR, youngest + _OLDEST_MOTHER, 60 - 19 if "Q" in template else 99)
        if "D" in template:
            first = max(first, 45)
        if first > last:
            continue
        head = rng.randint(first, last)
        spouse = _age_of_spouse(template, head, eldest, rng)
        if spouse is None or eldest + _YOUNGEST_PARENT <= spouse <= min(_LAST_OF_LABOUR, youngest + _OLDEST_MOTHER):
            return _Ages(head, spouse, children)


def _age_of_spouse(template: str, head: int, eldest: int, rng: Random) -> int | None:
    if not set(template) & set("SL"):
        return None
    return max(eldest + _YOUNGEST_PARENT, 21, head + rng.choice((-5, -4, -3, -3, -2, -2, -1, -1, 0, 0, 1, 2)))


def _ages_of_children(template: str, rng: Random) -> tuple[tuple[str, int], ...]:
    letters = [letter for letter in template if letter in _AGES]
    while True:
        first = 24 if "D" in template else 0
        ages = [rng.randint(max(low, first if x == "W" else 0), high) for x in letters for low, high in [_AGES[x]]]
        ordered = sorted(zip(ages, letters, strict=True), reverse=True)
        if all(older - younger >= _APART for (older, _), (younger, _) in pairwise(ordered)):
            return tuple((letter, age) for age, letter in ordered)


def _children(children: tuple[tuple[str, int], ...], surname: str, rng: Random, template: str) -> Iterator[Kin]:
    """Sons and daughters, each counted by age; the eldest of a family with a daughter-in-law is a son."""
    sexes = [rng.choice((MALE, FEMALE)) for _ in children]
    if "D" in template:
        sexes[0] = MALE
    seen = {MALE: 0, FEMALE: 0}
    for (letter, age), sex in zip(children, sexes, strict=True):
        codes = _SONS if sex == MALE else _DAUGHTERS
        seen[sex] += 1
        yield _kin(letter, codes[seen[sex] if sexes.count(sex) > 1 else 0], sex, age, surname, rng)


def _next_generation(template: str, children: list[Kin], rng: Random) -> Iterator[Kin]:
    if "D" not in template:
        return
    son = children[0]
    wife_age = age_of(son.birth_on) - rng.randint(0, 2)
    yield _kin("D", "38", FEMALE, wife_age, names.surname(rng, son.name[0]), rng)
    age = rng.randint(0, 1)
    for _ in range(template.count("G")):
        yield _grandchild(age, son.name[0], rng)
        age += _APART


def _grandchild(age: int, surname: str, rng: Random) -> Kin:
    sex = rng.choice((MALE, FEMALE))
    return _kin("G", "41" if sex == MALE else "42", sex, age, surname, rng)


def _parents(template: str, head: int, surname: str, rng: Random) -> Iterator[Kin]:
    """The head's father and mother; one alone is more often the mother. Of P and Q the father is P."""
    letters = sorted(letter for letter in template if letter in "PQ")
    sexes = [MALE, FEMALE] if len(letters) > 1 else [FEMALE if rng.random() < 0.65 else MALE]
    for letter, sex in zip(letters, sexes, strict=True) if letters else ():
        age = _age_of_parent(letter, head, "Q" in letters, rng)
        own = surname if sex == MALE else names.surname(rng, surname)
        yield _kin(letter, "51" if sex == MALE else "52", sex, age, own, rng)


def _age_of_parent(letter: str, head: int, beside_younger: bool, rng: Random) -> int:
    if letter == "Q":
        return rng.randint(max(55, head + 19), 60)
    if beside_younger:
        return rng.randint(61, 65)
    return min(91, max(61, head + rng.randint(20, 34)))


def _old(template: str, rng: Random) -> Iterator[Kin]:
    """Old people by themselves."""
    own, alone = names.surname(rng), template.count("O") == 1
    sex = rng.choice((MALE, FEMALE)) if alone else MALE
    age = rng.randint(64, 88)
    yield _kin("O", HEAD, sex, age, own, rng)
    if not alone:
        yield _kin("O", "12", FEMALE, max(62, age - rng.randint(0, 5)), names.surname(rng, own), rng)
    for _ in range(template.count("G")):
        yield _grandchild(rng.randint(6, 14), own, rng)


def _kin(role: str, relation: str, sex: str, age: int, surname: str, rng: Random) -> Kin:
    last = date(AS_OF.year - age, AS_OF.month, AS_OF.day)
    birth_on = last - timedelta(days=rng.randrange(365))
    return Kin(role, relation, sex, birth_on, surname + names.given(rng, sex, birth_on.year))
