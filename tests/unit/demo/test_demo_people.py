"""Nobody in the demo can be a real person, and everybody could be one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

import pytest

from deploy.demo.people import HEAD, MALE, Community, Household, Person
from deploy.demo.small import SmallCommunity
from shared.identity import check_id_number, normalise_phone

CHILDREN = {"20", "22", "23", "24", "30", "32", "33", "34"}
GRANDCHILDREN, PARENTS, SPOUSES = {"41", "42"}, {"51", "52"}, {"11", "12"}
MEN = {"11", "20", "22", "23", "24", "41", "51", "73"}


def _numbers(community: Community, rest: SmallCommunity) -> list[str]:
    return [person.id_number for person in community.people] + [row["身份证号"] for row in rest.rows]


def test_identity_numbers_are_in_order_of_nobodys_area_and_each_stands_once(
    community: Community, rest: SmallCommunity
) -> None:
    numbers = _numbers(community, rest)
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        assert number.startswith("522799")
        assert check_id_number(number, date(2025, 7, 1), frozenset({"522799"})).warnings == ()
        assert 100 <= int(number[14:17]) < 500, "the examples lie below, the numbers of tests above"
    for person in community.people:
        checked = check_id_number(person.id_number, date(2025, 7, 1))
        assert (checked.birth_on, checked.sex) == (person.birth_on, person.sex)


def test_phones_are_of_a_range_that_no_operator_has(community: Community, rest: SmallCommunity) -> None:
    phones = [person.phone for person in community.people if person.phone]
    phones += [row["联系电话"] for row in rest.rows if row["联系电话"]]
    assert len(set(phones)) == len(phones)
    assert all(normalise_phone(phone) == phone and phone.startswith("154") for phone in phones)


def _of(household: Household, relations: Iterable[str]) -> list[Person]:
    return [person for person in household.members if person.relation in relations]


def _years(older: Person, younger: Person) -> float:
    return (younger.birth_on - older.birth_on).days / 365.2425


def test_a_household_has_one_head_and_at_most_one_spouse(community: Community) -> None:
    for household in community.households:
        assert [person.relation for person in household.members].count(HEAD) == 1
        assert household.members[0] is household.head
        assert len(_of(household, SPOUSES)) <= 1
        assert household.head.age >= 18


def test_kin_have_ages_that_can_be(community: Community) -> None:
    for household in community.households:
        head, couple = household.head, [household.head, *_of(household, SPOUSES)]
        for child in _of(household, CHILDREN):
            assert all(18 <= _years(parent, child) <= 50 for parent in couple), household
        assert all(_years(parent, head) >= 18 for parent in _of(household, PARENTS)), household
        grown = [child for child in _of(household, CHILDREN) if child.sex == MALE]
        for grandchild in _of(household, GRANDCHILDREN):
            assert _years(head, grandchild) >= 36, household
            assert not grown or any(_years(father, grandchild) >= 18 for father in grown), household
        assert all(abs(_years(head, spouse)) <= 12 for spouse in _of(household, SPOUSES)), household
        births = sorted(child.birth_on for child in _of(household, CHILDREN))
        assert all((later - earlier).days >= 300 for earlier, later in pairwise(births))


def test_sex_fits_the_relation_and_children_are_counted_by_age(community: Community) -> None:
    for household in community.households:
        for person in household.members:
            if person.relation != HEAD:
                assert (person.sex == MALE) == (person.relation in MEN), person
        for eldest, second in (("22", "23"), ("32", "33"), ("23", "24"), ("33", "34")):
            for older in _of(household, [eldest]):
                assert all(older.birth_on < younger.birth_on for younger in _of(household, [second]))
            assert not (_of(household, [second]) and not _of(household, [eldest]))


def test_only_who_can_work_has_labour_or_work(community: Community) -> None:
    for person in community.people:
        if person.has_labour:
            assert 18 <= person.age < 60
        assert (person.relation != HEAD) or person.work is not None


@pytest.mark.parametrize("field", ["settled_on", "moved_on"])
def test_days_follow_one_another(community: Community, field: str) -> None:
    for household in community.households:
        assert date(2016, 1, 1) <= household.settled_on < date(2021, 1, 1)
        for person in household.members:
            if field == "moved_on" and person.hukou.moved_on:
                assert household.settled_on < person.hukou.moved_on < date(2025, 1, 1)
        assert household.head.birth_on < household.settled_on
