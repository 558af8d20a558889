"""How a roster writes what the registry's API has words and codes for."""

from __future__ import annotations

from functools import cache

from shared import divisions

RELATION = {
    "02": "户主", "11": "丈夫", "12": "妻子", "20": "儿子", "22": "长子", "23": "次子", "24": "三子", "30": "女儿",
    "32": "长女", "33": "次女", "34": "三女", "38": "儿媳", "41": "孙子", "42": "孙女", "51": "父亲", "52": "母亲",
    "73": "弟弟", "77": "妹妹",
}  # fmt: skip
ETHNIC = {"01": "汉族", "06": "苗族", "09": "布依族", "12": "侗族", "36": "毛南族", "37": "仡佬族"}
EDUCATION = {
    "20": "本科", "30": "大专", "40": "中专", "60": "高中", "70": "初中", "80": "小学", "90": "文盲或半文盲",
}  # fmt: skip
POLITICAL = {"01": "中共党员", "03": "共青团员", "13": "群众"}
LABOUR = {
    "SKILLED": "技能劳动力",
    "ORDINARY": "普通劳动力",
    "WEAK_HALF": "弱劳动力或半劳动力",
    "LOST": "丧失劳动力",
    "NONE": "无劳动力",
}
FORM = {
    "enterprise": "企业",
    "workshop": "扶贫车间",
    "public-post": "公益性岗位",
    "self-employed": "自主创业",
    "dispatched": "劳务派遣",
    "migrant": "外出务工",
    "farming": "务农",
    "other": "其他",
}
EMPLOYER = {"public": "机关事业单位", "enterprise": "企业", "other": "其他"}
DOCUMENT = {"permit": "居住证", "book": "居住簿", "none": "无"}
STATE = {"paying": "缴费", "paused": "暂停", "drawing": "领取"}
DIBAO = {"rural": "农村", "urban": "城市"}
EMPLOYED, IDLE, NO_LABOUR = "已就业", "未就业", "无"
_HOME = "522731"
_NO_NAME = "市辖区"


@cache
def place(code: str) -> str:
    """The name of a division: from the county down at home (惠水县摆金镇), from the province down elsewhere (浙江省宁波市慈溪市,
    上海市浦东新区)."""
    levels = (6, 9, 12) if code.startswith(_HOME) else (2, 4, 6, 9, 12)
    names = [divisions.name(code[:digits]) for digits in levels if digits <= len(code)]
    return "".join(dict.fromkeys(name for name in names if name and name != _NO_NAME))
