"""Made-up names, by sex and time of birth."""

from __future__ import annotations

from random import Random

from deploy.demo.people import MALE

_SURNAMES = "罗韦王陈杨" * 5 + "黄石班岑莫蒙吴龙李张" * 3 + "刘卢唐周潘覃陆何金熊马项朱谢邓郭梁宋冯柏雷文毛穆伍"
"""As often as they are met in Qiannan, roughly."""
_GIVEN = {  # by sex, to the year of birth: first and second characters
    ("1", 1966): ("国德文光正朝明永世顺开发", "清昌才忠富林华祥科学堂云"),
    ("1", 1992): ("志家建小江兴天启应仕安大", "伟勇军强平波海松贵成刚涛"),
    ("1", 2030): ("子浩俊宇嘉铭泽思梓睿奕书", "轩然宸豪杰涵洋阳辰航博逸"),
    ("2", 1966): ("秀玉桂明朝国启正连光世兴", "英珍芬兰香莲秀芝仙花琴凤"),
    ("2", 1992): ("小春晓丽海红阿金艳雪冬永", "梅燕琴萍丽娟芳敏霞菊群玲"),
    ("2", 2030): ("雨思梦欣诗佳子语紫可依若", "涵怡萱彤琪瑶妍悦欣晴婷馨"),
}
_SINGLE = 0.12
"""Share of given names of one character."""


def surname(rng: Random, other_than: str = "") -> str:
    """A surname, and where asked for another than this."""
    while (found := rng.choice(_SURNAMES)) == other_than:
        pass
    return found


def given(rng: Random, sex: str, year: int) -> str:
    """A given name for someone born that year."""
    era = next(last for kind, last in sorted(_GIVEN) if kind == sex and year <= last)
    first, second = _GIVEN[sex, era]
    if rng.random() < _SINGLE and sex == MALE:
        return rng.choice(second)
    return rng.choice(first) + rng.choice(second)
