"""Division codes, their shapes and names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import divisions


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("52", "贵州省"),
        ("5227", "黔南布依族苗族自治州"),
        ("522731", "惠水县"),
        ("522732", "三都水族自治县"),
        ("330106", "西湖区"),
        ("441900", "东莞市"),
        ("522799", None),
        ("520000", None),
        ("", None),
        ("522731999999", None),
    ],
)
def test_names_a_division(code: str, name: str | None) -> None:
    assert divisions.name(code) == name
    assert divisions.is_known(code) is (name is not None)


def test_names_every_level_above_each_known_code() -> None:
    codes = divisions._names().keys()
    assert len([code for code in codes if len(code) == 6]) > 2900
    assert len([code for code in codes if len(code) == 9]) > 1400
    assert all(divisions.is_valid_shape(code) and divisions.name(code) for code in codes)
    assert all(code[:cut] in codes for code in codes for cut in (2, 4, 6) if len(code) > cut)
    assert {code[:2] for code in codes if len(code) == 9} == {"52"}


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("52", True),
        ("5227", True),
        ("522731", True),
        ("522731001", True),
        ("522731001001", True),
        ("", False),
        ("5", False),
        ("522", False),
        ("52273", False),
        ("5227310", False),
        ("5227310010010", False),
        ("022731", False),
        ("52273X", False),
        ("５２２７３１", False),
        ("522731\n", False),
    ],
)
def test_shape(code: str, valid: bool) -> None:
    assert divisions.is_valid_shape(code) is valid


@pytest.mark.parametrize(
    ("code", "county", "prefecture", "province"),
    [
        ("522731001001", "522731", "5227", "52"),
        ("522731001", "522731", "5227", "52"),
        ("522731", "522731", "5227", "52"),
        ("110101001", "110101", "11", "11"),
        ("500229", "500229", "50", "50"),
        ("419001", "419001", "419001", "41"),
        ("429004001", "429004", "429004", "42"),
        ("659012", "659012", "659012", "65"),
        ("441900003", "441900", "4419", "44"),
    ],
)
def test_finds_the_divisions_above(code: str, county: str, prefecture: str, province: str) -> None:
    assert (divisions.county(code), divisions.prefecture(code), divisions.province(code)) == (
        county,
        prefecture,
        province,
    )


def test_a_prefecture_or_municipality_is_its_own_prefecture() -> None:
    assert [divisions.prefecture(code) for code in ("5227", "11", "1101")] == ["5227", "11", "11"]


@pytest.mark.parametrize("code", ["52", "5227", "52273", "abcdef", ""])
def test_refuses_a_county_that_is_not_in_the_code(code: str) -> None:
    with pytest.raises(divisions.BadDivision) as refused:
        divisions.county(code)
    assert refused.value.code == "division-code-shape"


@pytest.mark.parametrize("code", ["52", "4190", "52273", "", "xx"])
def test_refuses_a_prefecture_that_is_not_in_the_code(code: str) -> None:
    with pytest.raises(divisions.BadDivision):
        divisions.prefecture(code)


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("522731", True),
        ("522401", True),  # 毕节市 until 2011
        ("522224", True),  # 石阡县 until 2011
        ("130171", True),  # a development zone of today's table
        ("522799", False),
        ("999999", False),
        ("000000", False),
        ("5227", True),
        ("", False),
    ],
)
def test_knows_counties_of_today_and_of_before(code: str, known: bool) -> None:
    assert divisions.is_known_area(code) is known


def test_the_demo_area_is_known_only_where_it_is_asked_for() -> None:
    assert divisions.is_known_area(divisions.DEMO_AREA, frozenset({divisions.DEMO_AREA}))
    assert not divisions.is_known_area(divisions.DEMO_AREA)


@given(st.text(max_size=14))
def test_never_stumbles_over_any_text(text: str) -> None:
    assert divisions.is_known_area(text) in (True, False)
    if not divisions.is_valid_shape(text):
        with pytest.raises(divisions.BadDivision):
            divisions.province(text)
