"""Addresses of databases that were given, and what is made of them."""

from __future__ import annotations

import pytest

from deploy.local import addresses


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql://me:pw@db.example:5433/base", "db.example:5433"),
        ("postgres://me@localhost", "localhost"),
        ("postgresql:///base?host=/run/pg&user=me", "/run/pg"),
        ("postgresql://a:b@one:1,two:2/base?sslmode=require", "one:1,two:2"),
        ("postgresql:///base", "local socket"),
    ],
)
def test_names_the_place_without_user_password_or_database(url: str, place: str) -> None:
    assert addresses.place_of(url) == place


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://me:pw@h:1/base", "postgresql://r:p@h:1/d"),
        ("postgres://h/base?sslmode=require&user=me&password=pw", "postgresql://r:p@h/d?sslmode=require"),
        ("postgresql:///base?host=/run/pg", "postgresql://r:p@/d?host=%2Frun%2Fpg"),
        ("postgresql://me@[::1]:5432", "postgresql://r:p@[::1]:5432/d"),
    ],
)
def test_keeps_server_and_options_for_a_service(url: str, expected: str) -> None:
    assert addresses.of_service(url, "r", "p", "d") == expected


def test_quotes_what_stands_in_a_password() -> None:
    assert addresses.of_service("postgresql://h/b", "r", "a@b:c%", "d") == "postgresql://r:a%40b%3Ac%25@h/d"


@pytest.mark.parametrize(
    ("url", "is_one"), [("postgresql://h/b", True), ("postgres://h", True), ("mysql://h", False), ("h:1", False)]
)
def test_knows_a_postgres_url(url: str, is_one: bool) -> None:
    assert addresses.is_postgres(url) is is_one
