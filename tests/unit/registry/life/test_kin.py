"""Who may not marry, by age, sex and relation."""

from __future__ import annotations

from datetime import date

import pytest

from services.registry.life.kin import Closeness, MarriageLaw, Party, closeness, faults_of_couple, is_under_age

TODAY = date(2026, 11, 29)
CODE, RULE = MarriageLaw.CIVIL_CODE, MarriageLaw.AUTONOMOUS_RULE


def man(birth_on: date) -> Party:
    return Party("1", birth_on, "/on")


def woman(birth_on: date) -> Party:
    return Party("2", birth_on, "/spouse")


@pytest.mark.parametrize(
    ("party", "on", "under"),
    [
        (man(date(2004, 11, 29)), date(2026, 11, 28), True),
        (man(date(2004, 11, 29)), date(2026, 11, 29), False),
        (woman(date(2006, 11, 29)), date(2026, 11, 28), True),
        (woman(date(2006, 11, 29)), date(2026, 11, 29), False),
        (man(date(1960, 6, 1)), date(1980, 12, 31), False),
        (man(date(1960, 6, 1)), date(1981, 1, 1), True),
        (woman(date(1962, 6, 1)), date(1980, 6, 1), False),
        (woman(date(1930, 6, 1)), date(1946, 1, 1), False),
    ],
)
def test_ages_are_those_of_the_law_of_the_day(party: Party, on: date, under: bool) -> None:
    """1950 art. 4: 20 and 18; from 1981 on 22 and 20; before 1950 nothing is checked."""
    assert is_under_age(party, on) is under


@pytest.mark.parametrize(
    ("birth_on", "on", "law", "faults", "warnings"),
    [
        (date(2005, 1, 1), date(2026, 6, 1), CODE, ["under-age"], []),
        (date(2000, 1, 1), date(2020, 6, 1), CODE, [], ["under-age-then"]),
        (date(2005, 1, 1), date(2026, 6, 1), RULE, [], ["under-age-elsewhere"]),
        (date(2000, 1, 1), date(2026, 6, 1), CODE, [], []),
        (date(2000, 1, 1), date(1999, 6, 1), CODE, ["born-after"], []),
    ],
)
def test_what_was_void_and_is_so_no_more_is_looked_at(
    birth_on: date, on: date, law: MarriageLaw, faults: list[str], warnings: list[str]
) -> None:
    found = faults_of_couple((man(birth_on),), law, on, TODAY)
    assert [[fault.code for fault in each] for each in found] == [faults, warnings]


def test_one_man_and_one_woman() -> None:
    born = date(1990, 1, 1)
    assert faults_of_couple((man(born), woman(born)), CODE, TODAY, TODAY) == ([], [])
    faults, _ = faults_of_couple((man(born), man(born)), CODE, TODAY, TODAY)
    assert [fault.code for fault in faults] == ["same-sex"]


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("02", "12", None),
        ("02", "20", Closeness.CLOSE),
        ("02", "27", Closeness.MAYBE),
        ("02", "38", None),
        ("20", "30", Closeness.CLOSE),
        ("20", "38", None),
        ("20", "37", Closeness.MAYBE),
        ("41", "43", Closeness.CLOSE),
        ("51", "52", None),
        ("51", "53", None),
        ("12", "55", Closeness.CLOSE),
        ("12", "20", Closeness.MAYBE),
        ("20", "93", Closeness.CLOSE),
        ("71", "72", None),
        ("71", "77", Closeness.CLOSE),
        ("02", "92", Closeness.MAYBE),
        ("02", "88", Closeness.CLOSE),
        ("02", "84", None),
        ("02", "99", None),
        ("97", "97", None),
    ],
)
def test_kin_by_relation_to_one_head(one: str, other: str, found: Closeness | None) -> None:
    assert closeness([(one, other)]) is found
    assert closeness([(other, one)]) is found


def test_the_nearest_of_all_households_counts() -> None:
    assert closeness([("02", "92"), ("20", "30"), ("02", "12")]) is Closeness.CLOSE
    assert closeness([]) is None
