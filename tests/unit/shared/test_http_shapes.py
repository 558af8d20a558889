"""Cursors, entity tags, languages, what pydantic found wrong in our words, event classes, trace context, log lines."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from shared.auth import SCOPES, Actor, Place, Role, Scope
from shared.errors import PreconditionFailed, PreconditionRequired
from shared.events import REGISTRY, Event
from shared.http import Body, Match, etag, language
from shared.idempotency import KeyMissing, parse_key
from shared.kafka import declare_all
from shared.observability import child_traceparent, format_exception
from shared.paging import BadCursor, decode_cursor, encode_cursor
from shared.validation import fault, refusal


@pytest.mark.parametrize("keys", [("a",), ("2026-01-01", 7), ("安",)])
def test_a_cursor_gives_back_its_keys(keys: tuple[Any, ...]) -> None:
    assert decode_cursor(encode_cursor(*keys), tuple(type(key) for key in keys)) == keys


@pytest.mark.parametrize("cursor", ["", "x", "!!", encode_cursor(1), encode_cursor("a", "b"), encode_cursor(True)])
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(cursor, (str,))


@pytest.mark.parametrize("key", ["x", 7, None, "\0"])
def test_a_cursor_that_should_hold_an_id_holds_one(key: object) -> None:
    assert decode_cursor(encode_cursor("01a20d77-4d72-75f5-8edb-c1bb90261154"), (UUID,))
    with pytest.raises(BadCursor):
        decode_cursor(encode_cursor(key), (UUID,))


@pytest.mark.parametrize("header", ['"7.0"', '"7.3"', '"1.0", "7.9"', "*"])
def test_if_match_fits_the_version_whatever_others_said_since(header: str) -> None:
    Match(header).check(7)


@pytest.mark.parametrize("header", ['"8.0"', 'W/"7.0"', "7x", '""', '"70.0"'])
def test_if_match_refuses_other_versions(header: str) -> None:
    with pytest.raises(PreconditionFailed):
        Match(header).check(7)


def test_if_match_is_required_unless_the_act_has_a_key() -> None:
    with pytest.raises(PreconditionRequired):
        Match(None).check(1)
    Match(None).check_if_given(1)
    assert etag(3, 2) == '"3.2"'


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,zh;q=0.9", "en"),
        ("fr,zh;q=0.2,en;q=0.1", "zh"),
        ("zh;q=nonsense", "en"),
    ],
)
def test_language_by_accept_language(header: str, expected: str) -> None:
    scope = {"type": "http", "headers": [(b"accept-language", header.encode())]}
    assert language(Request(scope)) == expected


class _Inner(Body):
    n: int


class _Outer(Body):
    items: list[_Inner]


def _errors(kind: type[BaseModel], value: Any) -> list[Any]:
    with pytest.raises(ValidationError) as caught:
        kind.model_validate(value)
    return [{**error, "loc": ("body", *error["loc"])} for error in caught.value.errors()]


def test_a_fault_has_a_pointer_a_code_and_two_languages() -> None:
    (error,) = _errors(_Outer, {"items": [{"n": "secret-value"}]})
    told = fault(error)
    assert (told.pointer, told.code, told.zh) == ("/items/0/n", "int-parsing", "应为整数")
    assert "secret-value" not in told.en


def test_a_personal_number_used_as_a_field_name_is_not_repeated() -> None:
    (error,) = _errors(_Inner, {"n": 1, "522799198003150013": 2})
    assert "522799198003150013" not in fault(error).pointer


def test_every_fault_is_listed() -> None:
    told = refusal(_errors(_Outer, {"items": [{}, {"n": 1, "a/b": 2}]}))
    assert [f.pointer for f in told.faults] == ["/items/0/n", "/items/1/a~1b"]


@pytest.mark.parametrize("header", ['"4f3c8a52-8a55"', "4f3c8a52-8a55"])
def test_a_key_is_taken_quoted_or_bare(header: str) -> None:
    assert parse_key(header) == "4f3c8a52-8a55"


@pytest.mark.parametrize("header", [None, "", "short", "with space in it", "x" * 200, "钥匙钥匙钥匙钥匙"])
def test_a_missing_or_odd_key_is_refused(header: str | None) -> None:
    with pytest.raises(KeyMissing):
        parse_key(header)


def test_an_event_class_is_declared_once_with_a_proper_type() -> None:
    declare_all()
    with pytest.raises(TypeError, match="declared already"):
        type("Again", (Event,), {"__module__": __name__}, type=next(iter(REGISTRY)), key="household_id")
    with pytest.raises(TypeError, match="is not"):
        type("Odd", (Event,), {"__module__": __name__}, type="registry.HouseholdSettled", key="household_id")


def test_a_trace_goes_on_and_a_broken_one_starts_anew() -> None:
    parent = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    child = child_traceparent(parent)
    assert child[:36] == parent[:36]
    assert child[36:52] != parent[36:52]
    assert child.endswith("-01")
    assert len(child_traceparent("nonsense")) == 55


def test_logged_exceptions_tell_types_and_places_but_no_values() -> None:
    try:
        try:
            int("522799198003150013x")
        except ValueError as error:
            raise RuntimeError("name 王小明") from error
    except RuntimeError as error:
        line = json.dumps(format_exception(None, "error", {"exc_info": error}), ensure_ascii=False)
    assert "RuntimeError" in line
    assert "ValueError" in line
    assert "test_logged_exceptions" in line
    assert "王小明" not in line
    assert "5227" not in line


def test_log_lines_are_json_without_numbers() -> None:
    import structlog

    from shared.observability import configure_logs

    out = io.StringIO()
    before = structlog.get_config()
    try:
        with redirect_stdout(out):
            configure_logs("INFO")
            structlog.get_logger().info("done", note="call 13812345678", id="522799198003150013")
    finally:
        structlog.configure(**before)
    line = json.loads(out.getvalue())
    assert line["event"] == "done"
    assert "13812345678" not in out.getvalue()
    assert "522799198003150013" not in out.getvalue()


@pytest.mark.parametrize(
    ("place", "community", "estate", "block", "covered"),
    [
        (None, "522731003012", "1", "1", True),
        ("52", "522731003012", "1", "1", True),
        ("522731003012", "522731003012", None, None, True),
        ("522731003013", "522731003012", "1", "1", False),
        ("522731003012/1/1", "522731003012", "1", "1", True),
        ("522731003012/1/1", "522731003012", "1", "2", False),
        ("522731003012/1/1", "522731003012", None, None, False),
        ("522731003012/1/1", "522731003013", "1", "1", False),
    ],
)
def test_a_place_covers(
    place: str | None, community: str, estate: str | None, block: str | None, covered: bool
) -> None:
    assert Place.parse(place).covers(community, estate, block) is covered


@pytest.mark.parametrize("text", ["abc", "522731/1", "522731//1", "1/2/3/4", "522731003012/1/"])
def test_what_is_no_place(text: str) -> None:
    with pytest.raises(ValueError, match="place"):
        Place.parse(text)


def test_scopes_follow_the_table_of_roles() -> None:
    def holders(scope: Scope) -> set[Role]:
        return {role for role, scopes in SCOPES.items() if scope in scopes and role is not Role.DEVELOPER}

    assert holders(Scope.STAFF_ADMIN) == {Role.ADMIN}
    assert holders(Scope.AUDIT_READ) == {Role.AUDITOR}
    assert holders(Scope.OPERATE) == {Role.OPERATOR}
    assert Role.BLOCK_HEAD not in holders(Scope.WELFARE_FLAGS) | holders(Scope.BENEFITS_READ)
    assert SCOPES[Role.ADMIN] == {Scope.STAFF_ADMIN}
    assert set(SCOPES) == set(Role)
    assert Actor("x", "staff", Role.ADMIN, frozenset(SCOPES[Role.ADMIN]), Place()).may(Scope.STAFF_ADMIN)


class _Text(Body):
    text: str


@pytest.mark.parametrize("text", ["a\0b", "a\x1bb", "abc\u202edef", "\x7f"])
def test_control_characters_are_refused_in_every_text(text: str) -> None:
    (error,) = _errors(_Text, {"text": text})
    assert fault(error).code == "control-character"


@pytest.mark.parametrize("text", ["安居", "阿依古丽·买买提", "two\nlines", "𠮷野"])
def test_all_other_text_is_taken(text: str) -> None:
    assert _Text.model_validate({"text": f" {text} "}).text == text
