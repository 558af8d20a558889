"""What the words in a roster's cells mean: their look-up, and the words of plain facts. Pure data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from shared.imports.values import compact
from shared.validation import Wrong

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Words(Generic[T]):
    """The words of a column. `wrong`: code, English and Chinese for any other word. `unsaid`: words that say nothing here. `trim`: what
    may stand around a word. `codes`: codes that may stand in place of words."""

    wrong: tuple[str, str, str]
    meanings: Mapping[str, T]
    unsaid: frozenset[str] = frozenset()
    trim: re.Pattern[str] | None = None
    codes: Mapping[str, T] = field(default_factory=dict)

    def read(self, text: str) -> T | None:
        """What a word means, None where it says nothing. Raises Wrong."""
        word = compact(text).casefold()
        bare = self.trim.sub("", word) if self.trim else word
        for way in (word, bare):
            if way in self.unsaid:
                return None
            for table in (self.meanings, self.codes):
                if way in table:
                    return table[way]
        raise Wrong(*self.wrong)


def ways(table: Mapping[T, str]) -> dict[str, T]:
    """By word: words of one meaning are written in a row, with blanks between."""
    return {word: meaning for meaning, words in table.items() for word in words.split()}


NO_WORD = frozenset({"无"})

YES_NO: Words[bool] = Words(
    ("yes-no-unknown", "says neither yes nor no: write 是 or 否", "无法判断是或否，请填写“是”或“否”"),
    ways(
        {
            True: "是 有 对 √ ✓ ✔ ☑ y yes true 1 已 已有 享受 已享受 属于 是的",
            False: "否 无 没有 没 不是 × ✗ ✘ x n no false 0 未 非 不 不享受 未享受 不属于 没享受",
        }
    ),
)

SEX: Words[str] = Words(
    ("sex-unknown", "neither 男 nor 女", "性别应为“男”或“女”"),
    ways({"1": "男 男性 m male 1", "2": "女 女性 f female 2"}),
    NO_WORD,
)

PERMIT, BOOK, NO_DOCUMENT = "permit", "book", "none"
RESIDENCE_DOCUMENT: Words[str] = Words(
    (
        "residence-document-unknown",
        "neither residence permit nor residence book: write 居住证, 居住簿 or 无",
        "应为居住证、居住簿或无",
    ),
    ways(
        {
            PERMIT: "居住证 有 是 有居住证 已办 已办理 已办居住证 已办理居住证 已办证 √ permit",
            BOOK: "居住簿 居住薄 有居住簿 已办居住簿 已办理居住簿 book",
            NO_DOCUMENT: "无 没有 否 未办 未办理 无居住证 未办居住证 未办理居住证 ×",
        }
    ),
)

HUKOU_MOVED: Words[bool] = Words(
    ("hukou-moved-unknown", "says neither yes nor no: write 是 or 否", "无法判断户口是否迁移，请填写“是”或“否”"),
    {
        **YES_NO.meanings,
        **ways(
            {
                True: "已迁 已迁移 已迁入 迁入 迁移 已迁户 已落户 落户 户口已迁 已迁户口",
                False: "未迁 未迁移 未迁入 未迁户 未落户 户口未迁 没迁 没有迁移 不迁移 未迁户口 不愿迁移",
            }
        ),
    },
)

RURAL, URBAN = "rural", "urban"
DIBAO_CLASS: Words[str] = Words(
    ("dibao-class-unknown", "neither rural nor urban dibao: write 农村 or 城市", "低保类别应为农村或城市"),
    ways({RURAL: "农村 农村低保 农低保 农 rural", URBAN: "城市 城镇 城市低保 城镇低保 城低保 城 urban"}),
    frozenset({"无", "否", "非低保"}),
)
Dibao = tuple[bool, str | None]
"""Is it drawn, and of which class where the word tells it?"""
DIBAO: Words[Dibao] = Words(
    ("dibao-unknown", "tells neither dibao nor its absence: write 是 or 否", "无法判断是否享受低保，请填写“是”或“否”"),
    {
        **{word: (said, None) for word, said in YES_NO.meanings.items()},
        **{word: (True, kind) for word, kind in DIBAO_CLASS.meanings.items() if len(word) > 1},
        **ways({(True, None): "低保 低保户 享受低保", (False, None): "非低保 非低保户 不享受低保 未享受低保"}),
    },
)

POOR: Words[bool] = Words(
    (
        "registered-poor-unknown",
        "says neither yes nor no: write 是 or 否",
        "无法判断是否建档立卡，请填写“是”或“否”",
    ),
    {
        **YES_NO.meanings,
        **ways(
            {
                True: "建档立卡 建档立卡户 建档立卡贫困户 贫困户 脱贫户 建档立卡脱贫户 建档立卡贫困人口 已脱贫",
                False: "非建档立卡 非建档立卡户 非贫困户 同步搬迁 同步搬迁户 随迁 随迁户 一般农户 非脱贫户 同步搬迁人口",
            }
        ),
    },
)
