"""News of a batch in rounds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.grid.households.domain import rounds


@given(st.lists(st.sampled_from("abcde")))
def test_rounds_name_each_once_and_keep_the_order_of_each(names: list[str]) -> None:
    news = list(enumerate(names))
    found = rounds(news, lambda word: word[1])
    assert all(len({name for _, name in words}) == len(words) > 0 for words in found)
    for name in set(names):
        assert [word for words in found for word in words if word[1] == name] == [w for w in news if w[1] == name]
    assert sum(map(len, found)) == len(news)
