"""Names as a county has them: common surnames in their shares, given names of one and two characters, some of other peoples."""

from __future__ import annotations

from random import Random

_SHARES = {
    "王": 7.1, "李": 7.0, "张": 6.7, "刘": 5.1, "陈": 4.6, "杨": 3.2, "黄": 2.6, "赵": 2.1, "吴": 2.0, "周": 1.9, "徐": 1.6,
    "孙": 1.5, "马": 1.4, "朱": 1.3, "胡": 1.3, "郭": 1.2, "何": 1.2, "林": 1.1, "高": 1.1, "罗": 1.0,
}  # fmt: skip
"""Per cent, by rounded figures of the whole country; all others share the rest alike."""
_OTHERS = (
    "郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷"
    "龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤蒙岑班单仇翟解查区朴盖乐"
)
_COMPOUND = ("欧阳", "上官", "司马", "诸葛", "尉迟")
_GIVEN = (
    "小明华国文秀英玉春平红光志军海丽兰芳荣新金建永生德林清云贵福成庆才忠兴祥发正学世家龙凤珍花梅香琴芬莲仙娟敏静强伟磊洋艳勇杰"
    "涛超霞刚桂娜燕萍辉鹏飞宇浩俊嘉铭泽思梓睿奕书轩然宸豪涵航博逸雨梦欣诗佳子语紫可依若怡萱彤琪瑶妍悦晴婷馨阿大东西南北中山水"
    "月星晨阳天宁安康健长乐行朝茜莎晟柏贤晖吉露盛良义礼智信仁孝顺和美善真理达通利昌隆旺盈丰裕宝珠珊瑚琳琅瑞祺禄寿喜福丹亚亮仪"
    "佩俏倩凯凌剑力功勤千卓卫厚双友启君咏哲唯喻圆坚坤城培堂墨夫奇奎姗娅婉媛宏宗定宜宾富寒尧展岚岩峰川巧帆帅幸广廷弘彦影彬心恒"
    "恩惠慧戈战才扬承振捷政敬斌旭昆昊昕显晓景智晶曼朋松枫柔柱树根栋森楠榕欢歌殿毅民沁沛泉波泰洁润淑淼深渊源滢漫潇潮澄澜炎炜烁"
    "焕煜熙燚爱牧玲玫珂琦璇璐男盼眉瞳碧祎禹秋科穆立竹笑策箫纯素绍维绮翔翠耀聪胜腾舒芝芷苑苗茂茗荷莉菁菊菲萌蓉蓓蕊蕾薇虎虹蝶"
)
_OF_PARTS = ("阿依古丽", "买买提", "古丽娜尔", "艾力", "热合曼", "吐尔逊", "帕提古丽", "阿不都", "玉素甫")
_WITH_DOT, _ONE_CHARACTER = 0.003, 0.16


def names(of: int, number: int) -> list[str]:
    """So many names, the same for the same `of`."""
    drawn = Random(of)
    surnames = [*_SHARES, *_OTHERS, *_COMPOUND]
    rest = (100 - sum(_SHARES.values())) / (len(_OTHERS) + len(_COMPOUND))
    shares = [_SHARES.get(each, rest) for each in surnames]
    often = [1 / (n + 8) for n in range(len(_GIVEN))]
    families = drawn.choices(surnames, shares, k=number)
    first, second = (drawn.choices(_GIVEN, often, k=number) for _ in range(2))
    return [_name(drawn.random(), *parts) for parts in zip(families, first, second, strict=True)]


def _name(chance: float, family: str, first: str, second: str) -> str:
    if chance < _WITH_DOT:
        n = int(chance / _WITH_DOT * len(_OF_PARTS) ** 2)
        return f"{_OF_PARTS[n // len(_OF_PARTS)]}·{_OF_PARTS[n % len(_OF_PARTS)]}"
    return family + first + ("" if chance < _ONE_CHARACTER else second)
