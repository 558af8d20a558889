"""Texts of cells: what is taken off them before anybody looks at them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

_ENDS = "".join(f"\\x{{{plane:X}FFFE}}\\x{{{plane:X}FFFF}}" for plane in range(17))
_UNSEEN = (
    r"\x00-\x08\x0e-\x1f\x7f-\x{84}\x{86}-\x{9f}"  # control characters, line breaks apart
    r"\x{ad}\x{34f}\x{61c}\x{115f}\x{1160}\x{17b4}\x{17b5}\x{180b}-\x{180f}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{206f}"
    r"\x{2800}\x{3164}\x{fdd0}-\x{fdef}\x{feff}\x{ffa0}\x{fff0}-\x{fffb}\x{1d173}-\x{1d17a}\x{e0000}-\x{e007f}" + _ENDS
)
_SELECTORS = r"\x{fe00}-\x{fe0f}\x{e0100}-\x{e01ef}"
"""Variation selectors: behind a Han character they say which form a name is written in, elsewhere nothing."""
_INVISIBLE = rf"(\p{{Han}}[{_SELECTORS}])|[{_UNSEEN}{_SELECTORS}]"
_BREAKS = r"\r\n?|[\x0b\x0c\x{85}\x{2028}\x{2029}]"
_TYPED_AS_TEXT = r"^\s*['‘’`]"
_TEXT_FORMULA = r"""^=\s*"([^"]*)"$"""


def cleaned(text: pl.Expr) -> pl.Expr:
    """Without what cannot be seen, in the usual width (NFKC), on one line, single-spaced; without the apostrophe or ="…" that says
    that it is text."""
    seen = visible(visible(text).str.normalize("NFKC"))
    plain = _spaced(seen).str.replace(_TYPED_AS_TEXT, "")
    return _spaced(plain.str.replace(_TEXT_FORMULA, "$1"))


def visible(text: pl.Expr) -> pl.Expr:
    """Without control characters, marks and overrides of direction, and others that cannot be seen; line breaks stay."""
    return text.str.replace_all(_INVISIBLE, "$1")


def with_line_feeds(text: pl.Expr) -> pl.Expr:
    """Every line break as a line feed."""
    return text.str.replace_all(_BREAKS, "\n")


def clean_lines(lines: Sequence[Sequence[str]]) -> list[list[str]]:
    """Cleaned texts of a few lines."""
    flat = pl.Series([text for line in lines for text in line], dtype=pl.String)
    texts = iter(pl.select(cleaned(pl.lit(flat))).to_series().to_list()) if len(flat) else iter(())
    return [[next(texts) for _ in line] for line in lines]


def _spaced(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(r"\s+", " ").str.strip_chars(" ")
