"""How names are folded, read and asked for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.search.domain import Term, TooShort, name_keys, terms_of


def finds(typed: str, name: str) -> bool:
    """Does the search find the name? As the database decides: the index by its pieces, then the pattern."""
    words, _, pieces = name_keys(name).partition("|")
    keys = f"{words}|{pieces}"
    terms = terms_of(typed)
    by_index = all(piece in pieces.split(" ") for term in terms for piece in term.pieces)
    by_words = all(term.text in keys for term in terms)
    assert by_index or not by_words, "the index must know all that the pattern finds"
    return bool(terms) and by_index and by_words


def test_says_what_a_name_is_found_by() -> None:
    assert (
        name_keys("李小花")
        == "李小花 lixiaohua lxh|李 小 花 李小 小花 li lix lixi lixia lixiao lixiaoh lixiaohu lx lxh"
    )
    assert terms_of("李") == (Term(("李",), "李"),)
    assert terms_of("李小花") == (Term(("李小", "小花"), "李小花"),)
    assert terms_of("lixiaoh") == (Term(("lixiaoh",), " lixiaoh"),)
    assert terms_of("lixiaohua") == (Term(("lixiaohu",), " lixiaohua"),)
    told = ("李", "小花", "lixiaoh", "lxh"), ("李小花", "lixiaohua")
    assert [[term.is_told_by_pieces for typed in some for term in terms_of(typed)] for some in told] == [
        [True] * 4,
        [False] * 2,
    ]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("花", "李小花"),
        ("小花", "李小花"),
        ("李小花", "李小花"),
        ("lixiaohua", "李小花"),
        ("li xiao hua", "李小花"),
        ("Li Xiaohua", "李小花"),
        ("Lǐ Xiǎohuā", "李小花"),
        ("lixiaoh", "李小花"),
        ("lxh", "李小花"),
        ("lx", "李小花"),
        ("ＬＸＨ", "李小花"),
        ("xi'an", "西安"),
        ("韦", "韦丽"),  # given names of one character
        ("weili", "韦丽"),
        ("wl", "韦丽"),
        ("莫", "莫朝長"),
        ("mochaochang", "莫朝長"),
        ("欧阳", "欧阳雪"),  # surnames of two
        ("ouyangxue", "欧阳雪"),
        ("yuchi", "尉迟恭"),
        ("moqi", "万俟宁"),
    ],
)
def test_finds_by_characters_and_by_pinyin(typed: str, name: str) -> None:
    assert finds(typed, name)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("小李", "李小花"),
        ("李花", "李小花"),
        ("xiaohua", "李小花"),
        ("lxa", "李小花"),
        ("lihua", "李小花"),
        ("张", "李小花"),
    ],
)
def test_finds_neither_what_is_apart_nor_pinyin_from_the_middle(typed: str, name: str) -> None:
    assert not finds(typed, name)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("呂布", "吕布"),
        ("吕布", "呂布"),
        ("川崎", "川﨑"),
        ("高桥", "髙橋"),
        ("陈国强", "陳國強"),
        ("李小花", "李 小 花"),
        ("李小花", "李\u3000小花"),
        ("ali", "Ａｌｉ Ｋｈａｎ"),
        ("方", "⽅"),  # a Kangxi radical, as PDF files have them
        ("吕", "呂"),
    ],
)
def test_variants_widths_and_blanks_make_no_difference(typed: str, name: str) -> None:
    assert finds(typed, name)


def test_two_surnames_that_are_both_in_use_stay_two() -> None:
    assert finds("於", "於秀英")
    assert not finds("于", "於秀英")


@pytest.mark.parametrize("dot", "·•・‧∙⋅．.･")
def test_parts_between_dots_are_found_with_and_without_and_in_any_order(dot: str) -> None:
    name = "阿依古丽·买买提"
    for typed in (f"阿依古丽{dot}买买提", f"买买提{dot}阿依古丽", "阿依古丽买买提", "买买提", "古丽", f"古丽{dot}提"):
        assert finds(typed, name), typed
    for typed in ("ayigulimaimaiti", f"ayiguli{dot}maimaiti", "maimaiti", "mmt", "ayglmmt"):
        assert finds(typed, name), typed


@pytest.mark.parametrize(
    ("name", "readings"),
    [
        ("单秀英", ("shanxiuying", "danxiuying", "sxy", "dxy")),
        ("仇英", ("qiuying", "chouying", "qy")),
        ("曾国华", ("zengguohua", "cengguohua", "zgh")),
        ("翟志刚", ("zhaizhigang", "dizhigang", "zzg")),
        ("解晓东", ("xiexiaodong", "jiexiaodong")),
        ("查良", ("zhaliang", "chaliang")),
        ("区志", ("ouzhi", "quzhi")),
        ("朴英", ("piaoying", "puying")),
        ("盖叫天", ("gejiaotian", "gaijiaotian")),
        ("乐行", ("lexing", "yuexing", "yuehang")),
        ("覃大", ("qinda", "tanda")),
        ("吕女", ("lvnv", "lunv", "lyunv", "lünü")),
        ("重长", ("chongchang", "zhongzhang")),
    ],
)
def test_every_reading_that_a_person_would_type_finds(name: str, readings: tuple[str, ...]) -> None:
    assert [reading for reading in readings if not finds(reading, name)] == []


def test_what_many_may_have_is_known_as_such() -> None:
    for typed, common in {
        "李": True,
        "lxh": True,
        "wang": True,
        "小花": False,
        "lixiao": False,
        "李小花": False,
    }.items():
        assert [term.may_be_common for term in terms_of(typed)] == [common], typed


def test_one_letter_is_too_little_and_signs_are_no_name() -> None:
    with pytest.raises(TooShort):
        terms_of("l")
    assert terms_of("· %_") == ()


def test_a_character_that_no_dictionary_has_is_found_as_itself() -> None:
    assert finds("\U000323af", "韦\U000323af")
    assert finds("wei", "韦\U000323af")


HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
NAMES = st.text(HAN, min_size=1, max_size=6)


@given(NAMES, st.data())
def test_any_stretch_of_any_name_finds_it(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    assert finds(name[start:end], name)


@given(NAMES, st.data())
def test_any_reading_of_any_name_and_its_beginnings_find_it(name: str, data: st.DataObject) -> None:
    _, *readings = name_keys(name).partition("|")[0].split(" ")
    if long := [reading for reading in readings if len(reading) > 1]:
        reading = data.draw(st.sampled_from(long))
        assert finds(reading[: data.draw(st.integers(2, len(reading)))], name)


@given(NAMES, NAMES)
def test_finds_nobody_whose_name_does_not_have_it(name: str, other: str) -> None:
    folded = name_keys(name).partition(" ")[0].partition("|")[0]
    if name_keys(other).partition(" ")[0].partition("|")[0] not in folded:
        assert not finds(other, name)


@given(st.text(max_size=60))
def test_any_text_is_a_name_or_none_and_never_more_than_words(text: str) -> None:
    keys = name_keys(text)
    assert keys.count("|") == 1
    try:
        terms = terms_of(text)
    except TooShort:
        return
    for term in terms:
        assert re.fullmatch(r" ?[^ |]+", term.text)
