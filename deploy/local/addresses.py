"""Addresses of databases, as URLs."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

_WHO = {"user", "password", "dbname", "database"}


def is_postgres(url: str) -> bool:
    """Is it of the form postgresql://…?"""
    return urlsplit(url).scheme in ("postgresql", "postgres")


def place_of(url: str) -> str:
    """Host, port and the like of a database server, with no user, password or database: fit to be printed and compared."""
    parts = urlsplit(url)
    hosts = parts.netloc.rpartition("@")[2]
    query = dict(parse_qsl(parts.query))
    return hosts or query.get("host", "local socket")


def of_service(url: str, role: str, password: str, database: str) -> str:
    """The same server, for one service's role and database; options such as sslmode are kept."""
    parts = urlsplit(url)
    hosts = parts.netloc.rpartition("@")[2]
    query = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name not in _WHO])
    return urlunsplit(("postgresql", f"{quote(role)}:{quote(password)}@{hosts}", f"/{quote(database)}", query, ""))
