"""What pydantic found wrong, told in our words: a JSON pointer, a stable code, Chinese and English. Never the value itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from shared.errors import DomainError, Fault, Invalid, Malformed
from shared.scrubbing import scrub

HTTP_TITLES = {
    400: ("Bad request", "请求无法读取"),
    404: ("Not found", "未找到"),
    405: ("Method not allowed", "不支持该方法"),
}

KIND = "kind:"
"""Begins the tags of a union whose members are told apart by `kind`: a tag is no part of the body, and not of a pointer into it."""

_LIMITS = ("ge", "gt", "le", "lt", "min_length", "max_length")
_EN = {
    "missing": "is missing",
    "extra_forbidden": "is not a known field",
    "model_attributes_type": "must be an object",
    "model_type": "must be an object",
    "dict_type": "must be an object",
}
_ZH = {
    "missing": "缺少必填项",
    "extra_forbidden": "未知字段",
    "json_invalid": "不是有效的 JSON",
    "string_type": "应为文本",
    "string_too_short": "文本过短",
    "string_too_long": "文本过长",
    "string_pattern_mismatch": "格式不正确",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "literal_error": "不在允许的取值之内",
    "enum": "不在允许的取值之内",
    "list_type": "应为列表",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "too_short": "项目过少",
    "too_long": "项目过多",
    "date_type": "应为日期（YYYY-MM-DD）",
    "date_parsing": "应为日期（YYYY-MM-DD）",
    "date_from_datetime_parsing": "应为日期（YYYY-MM-DD）",
    "date_from_datetime_inexact": "应为日期，不带时间",
    "datetime_parsing": "应为带时区的时间",
    "uuid_parsing": "应为 UUID",
    "greater_than_equal": "数值过小",
    "less_than_equal": "数值过大",
    "greater_than": "数值过小",
    "less_than": "数值过大",
    "value_error": "取值不正确",
}


def refusal(errors: Sequence[Mapping[str, Any]]) -> DomainError:
    """The refusal for pydantic's error list: 400 for what is no JSON, 422 with every fault otherwise."""
    if any(error["type"] == "json_invalid" for error in errors):
        return Malformed("The body is not valid JSON.", "请求体不是有效的 JSON。")
    return Invalid(faults=[fault(error) for error in errors])


def fault(error: Mapping[str, Any]) -> Fault:
    """One pydantic error as ours. A `shared.validation.Wrong` raised in a validator keeps its own code and texts."""
    where = _pointer([part for part in error["loc"] if not str(part).startswith(KIND)])
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        kinds = _kinds(error)
        en, zh = (f"must be one of: {kinds}", f"不在允许的取值之内：{kinds}") if kinds else ("is missing", "缺少必填项")
        name = re.sub(r"\W|^_|_$", "", error["ctx"]["discriminator"].removesuffix("()"))
        return Fault(f"{where}/{name}", f"{name}-unknown" if kinds else "missing", en, zh)
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Wrong):
        return Fault(where, cause.code, cause.en, cause.zh)
    code = str(error["type"]).replace("_", "-")
    return Fault(where, code, scrub(_english(error)), _chinese(error))


def _choices(error: Mapping[str, Any]) -> str:
    """The values a choice has, as they are written."""
    return ", ".join(re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", ""))))


def _kinds(error: Mapping[str, Any]) -> str:
    """The kinds of a union, where pydantic tells them."""
    return ", ".join(re.findall(rf"'{KIND}([^']*)'", str(error.get("ctx", {}).get("expected_tags", ""))))


def _english(error: Mapping[str, Any]) -> str:
    if error["type"] in ("enum", "literal_error"):
        return f"must be one of: {_choices(error)}"
    return _EN.get(error["type"]) or str(error["msg"])


def _chinese(error: Mapping[str, Any]) -> str:
    text = _ZH.get(error["type"], "取值不正确")
    if error["type"] in ("enum", "literal_error"):
        return f"{text}：{_choices(error)}"
    limits = [value for name, value in error.get("ctx", {}).items() if name in _LIMITS]
    return f"{text}（{limits[0]}）" if limits else text


class Wrong(ValueError):
    """Raised in a validator of a body: a stable code, and what is wrong in English and Chinese."""

    def __init__(self, code: str, en: str, zh: str) -> None:
        super().__init__(en)
        self.code, self.en, self.zh = code, en, zh


def without_numbers(text: str) -> str:
    """The text. Raises Wrong where it holds what looks like an ID number, phone or account: free text is stored in clear."""
    if scrub(text) != text:
        raise Wrong(
            "personal-data",
            "holds what looks like an ID number, a phone or an account: leave it out",
            "似含身份证号、电话或账号，请勿填写",
        )
    return text


def _pointer(loc: Sequence[Any]) -> str:
    place, *rest = loc or ("body",)
    if place != "body":
        return f"{place}:{'.'.join(str(part) for part in rest)}"
    return "".join(f"/{scrub(str(part)).replace('~', '~0').replace('/', '~1')}" for part in rest)
