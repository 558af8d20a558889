"""Every way of writing a relation, a date, a name, a number, a place; and what the groups of cells say together."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.registry.codes.kinship import RELATION
from services.registry.imports import codes, livelihood, values, words
from services.registry.imports.facts import groups
from services.registry.imports.fields import ROSTER
from services.registry.imports.places import division, is_vague
from services.registry.persons.schemas import ProfileBody
from shared.validation import Wrong
from tests.support.rosters import AREA, ON

KNOWN = frozenset({AREA})


def test_headers_are_told_apart() -> None:
    titles = [title for field in ROSTER.fields for title in (field.title, *field.synonyms)]
    assert len(set(titles)) == len(titles)
    assert [f.title for f in ROSTER.fields if f.needed] == [
        "安置点",
        "楼栋",
        "单元",
        "房号",
        "姓名",
        "身份证号",
        "与户主关系",
    ]


def test_every_group_reads_columns_that_there_are() -> None:
    names = {field.name for field in ROSTER.fields}
    for group in groups(ON, KNOWN):
        assert set(group.columns) <= names


RELATION_WORDS = {
    "02": "户主 本人 户主本人 01 02 1 2",
    "10": "配偶 爱人 户主配偶",
    "11": "丈夫 夫",
    "12": "妻 妻子 户主之妻 户主的妻子 其妻 12",
    "20": "儿子 子 之子",
    "22": "长子 大儿子",
    "23": "次子 二儿子",
    "28": "女婿",
    "30": "女儿 女",
    "32": "长女",
    "38": "儿媳 儿媳妇",
    "41": "孙子 长孙",
    "42": "孙女",
    "43": "外孙",
    "44": "外孙女",
    "51": "父亲 父",
    "52": "母亲 母",
    "53": "公公",
    "54": "婆婆",
    "55": "岳父",
    "56": "岳母",
    "61": "祖父 爷爷",
    "62": "祖母 奶奶",
    "71": "哥哥",
    "73": "弟弟",
    "75": "姐姐",
    "77": "妹妹",
    "80": "其他",
    "97": "其他亲属",
    "99": "非亲属",
}


@pytest.mark.parametrize(("code", "word"), [(c, word) for c, said in RELATION_WORDS.items() for word in said.split()])
def test_relations(code: str, word: str) -> None:
    assert codes.RELATION.read(word) == code


def test_every_relation_and_only_those_of_the_list_can_be_said() -> None:
    assert set(codes.RELATION.meanings.values()) | {"01"} == RELATION.codes
    for code in RELATION.codes - {"01"}:
        assert codes.RELATION.read(code) == code


@pytest.mark.parametrize(
    ("table", "word", "meaning"),
    [
        (codes.ETHNIC, "布依", "09"),
        (codes.ETHNIC, "布依族", "09"),
        (codes.ETHNIC, "苗族", "06"),
        (codes.ETHNIC, "9", "09"),
        (codes.ETHNIC, "56", "56"),
        (codes.ETHNIC, "基诺族", "56"),
        (codes.ETHNIC, "穿青人", "57"),
        (codes.EDUCATION, "小学毕业", "80"),
        (codes.EDUCATION, "初中在读", "70"),
        (codes.EDUCATION, "高中", "60"),
        (codes.EDUCATION, "中专", "40"),
        (codes.EDUCATION, "大专", "30"),
        (codes.EDUCATION, "本科", "20"),
        (codes.EDUCATION, "研究生", "10"),
        (codes.EDUCATION, "文盲", "90"),
        (codes.EDUCATION, "学前", "90"),
        (codes.POLITICAL, "党员", "01"),
        (codes.POLITICAL, "中共预备党员", "02"),
        (codes.POLITICAL, "团员", "03"),
        (codes.POLITICAL, "群众", "13"),
        (codes.POLITICAL, "1", "01"),
        (codes.MARITAL, "已婚", "20"),
        (codes.MARITAL, "丧偶", "30"),
        (livelihood.LABOUR, "技能劳动力", "SKILLED"),
        (livelihood.LABOUR, "有劳动能力", "ORDINARY"),
        (livelihood.LABOUR, "弱劳动力或半劳动力", "WEAK_HALF"),
        (livelihood.LABOUR, "半劳动力", "WEAK_HALF"),
        (livelihood.LABOUR, "丧失劳动力", "LOST"),
        (livelihood.LABOUR, "无劳动力", "NONE"),
        (livelihood.LABOUR, "无", "NONE"),
        (livelihood.WORK, "已就业", ("employed", None)),
        (livelihood.WORK, "务工", ("employed", None)),
        (livelihood.WORK, "外出务工", ("employed", "migrant")),
        (livelihood.WORK, "务农", ("employed", "farming")),
        (livelihood.WORK, "未就业", ("none", None)),
        (livelihood.WORK, "无", ("none", None)),
        (livelihood.WORK, "退休", ("none", None)),
        (livelihood.FORM, "就业帮扶车间", "workshop"),
        (livelihood.FORM, "公益岗", "public-post"),
        (livelihood.FORM, "个体", "self-employed"),
        (livelihood.FORM, "劳务输出", "dispatched"),
        (livelihood.FORM, "无", None),
        (livelihood.EMPLOYER_KIND, "事业单位", "public"),
        (livelihood.INSURANCE_STATE["110"], "退休", "drawing"),
        (livelihood.INSURANCE_STATE["310"], "退休", "retired"),
        (livelihood.INSURANCE_STATE["170"], "待遇领取", "drawing"),
        (livelihood.INSURANCE_STATE["390"], "享受待遇", "paying"),
        (livelihood.INSURANCE_STATE["170"], "中断", "paused"),
        (livelihood.INSURANCE_STATE["170"], "退保", "ended"),
        (livelihood.INSURANCE_STATE["170"], "未参保", "not-insured"),
        (words.RESIDENCE_DOCUMENT, "居住簿", "book"),
        (words.RESIDENCE_DOCUMENT, "未办理", "none"),
        (words.YES_NO, "√", True),
        (words.YES_NO, "×", False),
        (words.YES_NO, "Ｙ", True),
        (words.HUKOU_MOVED, "未迁", False),
        (words.DIBAO, "农村低保", (True, "rural")),
        (words.POOR, "同步搬迁户", False),
    ],
)
def test_words(table: words.Words[Any], word: str, meaning: object) -> None:
    assert table.read(word) == meaning


def test_codes_are_those_that_a_change_of_facts_takes() -> None:
    for name in ("ethnic", "education", "political", "marital"):
        table: words.Words[str] = getattr(codes, name.upper())
        for code in {*table.meanings.values(), *table.codes.values()}:
            ProfileBody.model_validate({name: code})


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2019-06-01",
            "2019-6-1",
            "2019/6/1",
            "2019/06/01",
            "2019.6.1",
            "2019.06.01",
            "2019年6月1日",
            "2019年06月01日",
            "20190601",
        ),
        *(
            "2019-06-01 00:00:00",
            "2019-06-01T00:00:00",
            "２０１９年６月１日",
            "2019 年 6 月 1 日",
            "2019. 6. 1",
            "2019年6月1",
            "'2019-06-01",
        ),
    ],
)
def test_dates(text: str) -> None:
    assert values.day(text) == (date(2019, 6, 1), False)


@pytest.mark.parametrize("text", ["2019年6月", "2019-06", "2019/6", "2019.6", "2019.06", "201906"])
def test_months(text: str) -> None:
    assert values.day(text) == (date(2019, 6, 1), True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2019年", "date-format"),
        ("19.6.1", "date-format"),
        ("43617", "date-format"),
        ("2019.1", "date-format"),
        ("2019-06-01 08:30:00", "date-format"),
        ("2019-02-30", "date-impossible"),
        ("2019-13-01", "date-impossible"),
        ("1899-12-31", "date-out-of-range"),
        ("2200-01-01", "date-out-of-range"),
    ],
)
def test_no_dates(text: str, code: str) -> None:
    with pytest.raises(Wrong) as refused:
        values.day(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("王 芳", "王芳"),
        ("王\u3000芳", "王芳"),
        ("\u202e王芳\u200b", "王芳"),
        ("‘王芳", "王芳"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽 • 买买提", "阿依古丽·买买提"),
        ("John  Li", "John Li"),
        ("=1+王芳", "=1+王芳"),
    ],
)
def test_names(text: str, name: str) -> None:
    assert values.person_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "522731190001010021",
        "'522731190001010021",
        "522731 19000101 0021",
        "522731-19000101-0021",
        "５２２７３１１９０００１０１００２１",
        "\u200b522731190001010021\u00a0",
    ],
)
def test_identity_numbers(text: str) -> None:
    assert values.id_number(text, ON, KNOWN).value == "522731190001010021"


def test_a_lower_case_x_is_an_x() -> None:
    assert values.id_number("52279919000101007x", ON, KNOWN).value == "52279919000101007X"


def test_a_letter_o_is_no_zero() -> None:
    with pytest.raises(Wrong) as refused:
        values.id_number("52273119OOO1010021", ON, KNOWN)
    assert refused.value.code == "id-number-characters"


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("138 0000 0001", "13800000001"),
        ("138-0000-0001", "13800000001"),
        ("１３８０００００００１", "13800000001"),
        ("+8613800000001", "13800000001"),
        ("'13800000001", "13800000001"),
        ("0854—6221234", "0854-6221234"),
        ("无", None),
    ],
)
def test_phones(text: str, phone: str | None) -> None:
    assert values.phone(text) == phone


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("522731", "522731"),
        ("522731003", "522731003"),
        ("522731003012", "522731003012"),
        ("５２２７３１", "522731"),
        ("惠水县", "522731"),
        ("惠水", "522731"),
        ("贵州省惠水县", "522731"),
        ("贵州惠水", "522731"),
        ("黔南州惠水县", "522731"),
        ("贵州省黔南布依族苗族自治州惠水县", "522731"),
        ("惠水县摆金镇", "522731103"),
        ("三都县", "522732"),
        ("三都水族自治县", "522732"),
        ("杭州西湖区", "330106"),
        ("北京市朝阳区", "110105"),
        ("重庆市江北区", "500105"),
        ("东莞市", "441900"),
        ("仙桃市", "429004"),
        ("52", "division-too-coarse"),
        ("5227", "division-too-coarse"),
        ("广东省", "division-too-coarse"),
        ("浙江杭州", "division-too-coarse"),
        ("黔南州", "division-too-coarse"),
        ("内蒙古", "division-too-coarse"),
        ("朝阳区", "division-ambiguous"),
        ("朝阳", "division-ambiguous"),
        ("惠水县长顺县", "division-unknown"),
        ("惠水县社保局", "division-unknown"),
        ("12345", "division-unknown"),
        ("火星", "division-unknown"),
    ],
)
def test_divisions(text: str, code: str) -> None:
    assert _code_or_refusal(text, address=False) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("贵州省惠水县摆金镇某某村三组", "522731103"),
        ("惠水摆金镇某某村", "522731103"),
        ("贵州惠水某某村", "522731"),
        ("522731摆金镇", "522731"),
        ("湖南省凤凰县某镇", "433123"),
        ("东方红村", "division-unknown"),
        ("某某村", "division-unknown"),
    ],
)
def test_addresses(text: str, code: str) -> None:
    assert _code_or_refusal(text, address=True) == code


def _code_or_refusal(text: str, address: bool) -> str:
    try:
        return division(text, address)
    except Wrong as wrong:
        return wrong.code


def test_how_far_away_is_no_place() -> None:
    assert [t for t in ("省外", "县外", "省内县外", "本地", "外地", "县内", "惠水县", "广东") if is_vague(t)] == [
        *("省外", "县外", "省内县外", "本地", "外地", "县内")
    ]
