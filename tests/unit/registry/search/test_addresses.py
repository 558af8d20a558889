"""Addresses in one line."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.search.addresses import read_address
from services.registry.search.domain import DoorOf
from shared.validation import Wrong

XINMIN, DAXINMIN, TONGXIN = "522731003012", "522731003013", "522731003014"
COMMUNITIES = [("新民社区", XINMIN), ("大新民社区", DAXINMIN), ("明田街道同心社区", TONGXIN)]


@pytest.mark.parametrize(
    ("text", "community", "door"),
    [
        ("新民社区3栋2单元501", XINMIN, DoorOf(block="3", unit="2", flat="501")),
        ("新民社区 3-2-501", XINMIN, DoorOf(block="3", unit="2", flat="501")),
        ("新民社区３栋二单元５０１室", XINMIN, DoorOf(block="3", unit="2", flat="501")),
        ("新民社区三号楼2单元", XINMIN, DoorOf(block="3", unit="2")),
        ("大新民社区3栋", DAXINMIN, DoorOf(block="3")),
        ("贵州省黔南州惠水县明田街道同心社区二期A栋", TONGXIN, DoorOf(estate="2", block="A")),
        ("惠水县新民社区3栋2单元5楼", XINMIN, DoorOf(block="3", unit="2", floor=5)),
        ("新民社区3栋2单元5层502", XINMIN, DoorOf(block="3", unit="2", flat="502")),
        (f"{XINMIN} 501", XINMIN, DoorOf(flat="501")),
        ("新民社区", XINMIN, DoorOf()),
    ],
)
def test_reads_an_address_into_its_parts(text: str, community: str, door: DoorOf) -> None:
    assert read_address(text, COMMUNITIES, only=False) == (community, door)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("3栋2单元501", "community-unknown"),
        ("幸福社区3栋", "community-unknown"),
        ("新民社区广场", "address-format"),
        ("我的新民社区1栋", "address-format"),
        ("新民社区3栋和4栋", "address-format"),
    ],
)
def test_refuses_what_it_cannot_read_for_sure(text: str, code: str) -> None:
    with pytest.raises(Wrong) as refused:
        read_address(text, COMMUNITIES, only=False)
    assert refused.value.code == code


def test_two_communities_of_one_name_are_told_apart_by_code() -> None:
    twice = [*COMMUNITIES, ("新民社区", "522731004012")]
    with pytest.raises(Wrong) as refused:
        read_address("新民社区3栋", twice, only=False)
    assert refused.value.code == "community-ambiguous"
    assert read_address("522731004012 3栋", twice, only=False) == ("522731004012", DoorOf(block="3"))


def test_who_sees_one_community_need_not_name_it() -> None:
    assert read_address("3栋2单元501", COMMUNITIES[:1], only=True) == (None, DoorOf(block="3", unit="2", flat="501"))


@given(st.integers(1, 99), st.integers(1, 9), st.integers(1, 33), st.integers(1, 9))
def test_every_usual_way_of_writing_a_door_is_read_alike(block: int, unit: int, floor: int, flat: int) -> None:
    door = DoorOf(block=str(block), unit=str(unit), flat=f"{floor}{flat:02d}")
    for text in (
        f"{block}栋{unit}单元{door.flat}",
        f"{block}号楼{unit}单元{door.flat}室",
        f"{block}幢 {unit}单元 {door.flat}号",
        f"{block}-{unit}-{door.flat}",
    ):
        assert read_address(f"新民社区{text}", COMMUNITIES, only=False) == (XINMIN, door)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    with suppress(Wrong):
        read_address(text, COMMUNITIES, only=False)
