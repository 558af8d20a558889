"""Words that rosters write for codes of `services.registry.codes`, beside the labels that stand there. Pure data."""

from __future__ import annotations

import re
from collections.abc import Iterable

from services.registry.codes import kinship, national
from services.registry.codes.domain import CodeList
from services.registry.households.domain import HEAD
from services.registry.imports.words import NO_WORD, Words, ways


def _numbers(codes: Iterable[str]) -> dict[str, str]:
    """Codes, also without the leading zero that spreadsheet programs take off."""
    return {way: code for code in codes for way in (code, code.lstrip("0"))}


def _labels(codes: CodeList) -> dict[str, str]:
    """Codes by label."""
    return {label.zh: code for code, label in codes.labels.items()}


_RELATIONS = {
    HEAD: "本人 户主本人 本户户主 家长 自己",
    "10": "爱人 夫妻 老伴 伴侣",
    "11": "丈夫 老公 夫君",
    "12": "妻子 老婆 太太",
    "20": "儿子 儿 男孩",
    "21": "独子",
    "22": "大儿子 大儿 大子",
    "23": "二子 二儿子 二儿",
    "24": "三儿子 三儿",
    "25": "四儿子 四儿",
    "26": "五儿子 五儿",
    "27": "养子 继子 继子或养子",
    "28": "婿",
    "29": "六子 七子 八子 六儿子",
    "30": "女儿 闺女 女孩",
    "31": "独女",
    "32": "大女儿 大女",
    "33": "二女 二女儿",
    "34": "三女儿",
    "35": "四女儿",
    "36": "五女儿",
    "37": "养女 继女 继女或养女",
    "38": "儿媳妇 子媳 儿媳子 长媳 次媳 大儿媳 二儿媳",
    "39": "六女 七女 八女 六女儿",
    "40": "孙 孙辈 孙子女 孙子或孙女 孙子孙女",
    "41": "长孙 次孙 孙儿 三孙",
    "42": "孙女儿 长孙女 次孙女",
    "43": "外孙子 外孙儿",
    "44": "外孙女儿",
    "45": "孙媳妇 外孙媳 外孙媳妇",
    "46": "孙婿 外孙女婿 外孙婿",
    "47": "曾孙子 重孙 重孙子 外曾孙 外曾孙子",
    "48": "重孙女 外曾孙女",
    "51": "父亲 爸爸 爸",
    "52": "母亲 妈妈 妈",
    "53": "公爹 家公 配偶之父(夫之父) 夫之父",
    "54": "家婆 夫之母",
    "55": "丈人 岳丈 老丈人 妻之父",
    "56": "丈母娘 丈母 妻之母",
    "57": "继父 养父",
    "58": "继母 养母 后母",
    "60": "外祖父母",
    "61": "爷爷",
    "62": "奶奶",
    "63": "外公 姥爷",
    "64": "外婆 姥姥",
    "65": "配偶的祖父母 配偶外祖父母",
    "66": "太爷爷",
    "67": "太奶奶",
    "68": "配偶的曾祖父母",
    "70": "兄弟 姐妹 兄妹 姐弟",
    "71": "哥 哥哥 长兄 大哥 二哥",
    "72": "嫂子 嫂嫂 大嫂",
    "73": "弟弟 二弟 三弟",
    "74": "弟妇 弟妹 弟媳妇",
    "75": "姐姐 姊 大姐 二姐",
    "76": "姊夫",
    "77": "妹妹 小妹 二妹",
    "80": "其它 其他关系",
    "81": "大伯 伯伯 伯",
    "82": "大妈 伯娘",
    "83": "叔叔 叔 小叔",
    "84": "婶婶 婶 婶子 叔母",
    "85": "舅舅 舅",
    "86": "舅妈 舅娘",
    "87": "姨夫 姨丈",
    "88": "姨妈 姨",
    "89": "姑夫 姑丈",
    "90": "姑姑 姑妈 姑",
    "91": "堂兄弟 堂姐妹 堂兄 堂弟 堂姐 堂妹 堂哥",
    "92": "表兄弟 表姐妹 表兄 表弟 表姐 表妹 表哥",
    "93": "侄 侄儿",
    "94": "侄女儿",
    "95": "外甥子",
    "97": "亲属 亲戚 其它亲属",
    "99": "非亲属关系 无亲属关系 保姆 朋友",
}
RELATION: Words[str] = Words(
    (
        "relation-unknown",
        "not a relation to the head that GB/T 4761 knows: write for example 户主, 妻, 长子, 儿媳, or the code",
        "不是 GB/T 4761 家庭关系，请填写如 户主、妻、长子、儿媳，或两位代码",
    ),
    _labels(kinship.RELATION) | ways(_RELATIONS),
    trim=re.compile(r"^(?:是|为)?(?:户主|本人|其)(?:之|的)?(?=.)|^(?:之|的)|\(.*\)$"),
    codes={**_numbers(kinship.RELATION.codes), "01": HEAD, "1": HEAD},
)

_PEOPLE = {
    label.zh.removesuffix("族"): code for code, label in kinship.ETHNIC.labels.items() if label.zh.endswith("族")
}
ETHNIC_NAMES = tuple(_PEOPLE)
_UNRECOGNISED, _FOREIGN_BORN = "57", "58"
ETHNIC: Words[str] = Words(
    (
        "ethnic-unknown",
        "no ethnic group of GB/T 3304: write its name, for example 布依族, or its code",
        "不是 GB/T 3304 民族名称，请填写如 布依族，或两位代码",
    ),
    _labels(kinship.ETHNIC)
    | _PEOPLE
    | ways(
        {
            _UNRECOGNISED: "其它 未识别 未识别民族 未定族称 未定 穿青人 穿青 革家人 革家 僅家人 亻革家人",
            _FOREIGN_BORN: "外国血统 外国血统中国人 入籍",
        }
    ),
    NO_WORD,
    re.compile("族$"),
    _numbers(kinship.ETHNIC.codes),
)

EDUCATION: Words[str] = Words(
    (
        "education-unknown",
        "no level of education that GB/T 4658 knows: write for example 小学, 初中, 高中, 中专, 大专, 本科",
        "不是 GB/T 4658 文化程度，请填写如 小学、初中、高中、中专、大专、本科",
    ),
    ways(
        {
            "10": "研究生 硕士 博士 硕士研究生 博士研究生 研究生及以上",
            "20": "大学本科 本科 大学 本科及以上 全日制本科",
            "30": "大学专科 大专 专科 高职 高职高专 高等职业教育 专科教育",
            "40": "中等职业教育 中专 中等专科 中等专业学校 职高 职业高中 技校 中技 技工学校 中职",
            "60": "普通高级中学 高中 普通高中 高中教育 高级中学",
            "70": "初级中学 初中 普通初中 初中教育",
            "80": "小学 小学教育",
            "90": "其他 其它 文盲 半文盲 文盲或半文盲 文盲半文盲 文盲、半文盲 不识字 无 学前 学前教育 学龄前 学龄前儿童 幼儿园 幼儿"
            " 幼儿班 未上学 未入学 无学历 扫盲班",
        }
    ),
    trim=re.compile(r"(?:毕业|肄业|结业|在读|在校|文化|学历|程度|一年级|二年级|三年级|四年级|五年级|六年级)?生?$"),
    codes={code: code for code in national.EDUCATION.codes},
)

POLITICAL: Words[str] = Words(
    (
        "political-unknown",
        "no political status of GB/T 4762: write for example 中共党员, 共青团员, 群众",
        "不是 GB/T 4762 政治面貌，请填写如 中共党员、共青团员、群众",
    ),
    _labels(national.POLITICAL)
    | ways(
        {
            "01": "中共党员 党员 共产党员 正式党员 中共正式党员 中国共产党",
            "02": "中共预备党员 预备党员",
            "03": "共青团员 团员 共青团",
            "04": "民革党员 民革会员 民革",
            "05": "民盟盟员 民盟",
            "06": "民建会员 民建",
            "07": "民进会员 民进",
            "08": "农工党党员 农工党",
            "09": "致公党党员 致公党",
            "10": "九三学社",
            "11": "台盟盟员 台盟",
            "12": "无党派人士 无党派",
            "13": "普通群众 普通公民 一般群众 少先队员 少先队",
        }
    ),
    NO_WORD,
    codes=_numbers(national.POLITICAL.codes),
)

MARITAL: Words[str] = Words(
    (
        "marital-unknown",
        "no marital status of GB/T 2261.2: write 未婚, 已婚, 丧偶 or 离婚",
        "不是 GB/T 2261.2 婚姻状况，请填写未婚、已婚、丧偶或离婚",
    ),
    _labels(national.MARITAL)
    | ways(
        {
            "10": "否 单身",
            "20": "有配偶 结婚 是 在婚",
            "30": "丧夫 丧妻",
            "40": "离异 已离婚",
            "90": "未说明 其他 其它",
        }
    ),
    NO_WORD,
    codes={code: code for code in national.MARITAL.codes},
)

HEALTH: Words[str] = Words(
    (
        "health-unknown",
        "no state of health of GB/T 2261.3: write 健康, 一般, 慢性病 or 残疾, or the code",
        "不是 GB/T 2261.3 健康状况，请填写健康、一般、慢性病或残疾，或代码",
    ),
    _labels(national.HEALTH)
    | ways(
        {
            "10": "健康 良好 好 正常 身体健康 健康良好",
            "20": "一般 较弱 体弱 较差 体弱多病",
            "30": "慢性病 长期慢性病 患慢性病 长期慢性疾病",
            "49": "患有大病 大病 重大疾病 重病",
            "60": "患有残疾 有残疾",
        }
    ),
    NO_WORD,
    codes={code: code for code in national.HEALTH.codes},
)

DISABILITY_KIND: Words[str] = Words(
    (
        "disability-kind-unknown",
        "no kind of disability of GB/T 26341: write 视力, 听力, 言语, 肢体, 智力, 精神 or 多重",
        "不是 GB/T 26341 残疾类别，请填写视力、听力、言语、肢体、智力、精神或多重",
    ),
    _labels(national.DISABILITY_KIND)
    | {label.zh.removesuffix("残疾"): code for code, label in national.DISABILITY_KIND.labels.items()}
    | ways({"2": "听力语言", "3": "语言", "4": "肢残"}),
    frozenset({"无", "否", "无残疾"}),
    codes={code: code for code in national.DISABILITY_KIND.codes},
)

DISABILITY_GRADE: Words[str] = Words(
    ("disability-grade-unknown", "no grade of disability: write 一级 to 四级", "残疾等级应为一级至四级"),
    _labels(national.DISABILITY_GRADE) | ways({"1": "壹级 Ⅰ级", "2": "贰级 Ⅱ级", "3": "叁级 Ⅲ级", "4": "肆级 Ⅳ级"}),
    frozenset({"无", "否"}),
    codes={code: code for code in national.DISABILITY_GRADE.codes},
)
