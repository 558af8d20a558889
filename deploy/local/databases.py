"""One database and one role for each service, made on the server that is there, and dropped on reset.

    python -m deploy.local.databases check|make|drop      the order in JSON on standard input; one line on standard error where it fails

A process of its own, so that the supervisor stays small. Works as superuser, or as a role with CREATEDB and CREATEROLE.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import asyncpg

from deploy.local import addresses, identity

OLDEST = 18
_PATIENCE_OWN, _PATIENCE_GIVEN = 60.0, 5.0


@dataclass(frozen=True, slots=True)
class Order:
    """What to make or drop. `own`: the server is ours and may still be starting; `signing_key`: the file of the gateway's key,
    made with the databases."""

    url: str
    own: bool
    prefix: str
    passwords: dict[str, str]
    signing_key: str

    def text(self) -> str:
        return json.dumps(asdict(self))


class Refused(Exception):
    """The server cannot be used; the text says why and what to do."""


async def check(order: Order) -> None:
    """Sees that the server answers, is new enough and grants the rights that are needed. Raises Refused."""
    connection = await _connect(order)
    try:
        await _check_rights(connection)
    finally:
        await connection.close()


async def make(order: Order) -> None:
    """Makes what is missing, and sees that a service can sign in. Raises Refused."""
    connection = await _connect(order)
    try:
        await _make_missing(connection, order)
    finally:
        await connection.close()
    await _try_to_sign_in(order)


async def _connect(order: Order) -> Any:
    end = time.monotonic() + (_PATIENCE_OWN if order.own else _PATIENCE_GIVEN)
    while True:
        try:
            return await asyncpg.connect(order.url, timeout=5)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
            lasting = isinstance(error, (asyncpg.InvalidAuthorizationSpecificationError, ValueError))
            if lasting or time.monotonic() > end:
                raise Refused(_unreachable(order, error)) from None
        await asyncio.sleep(0.1)


def _unreachable(order: Order, error: Exception) -> str:
    said = " ".join(str(error).split()) or type(error).__name__
    if order.own:
        return f"PostgreSQL does not answer: {said}"
    return f"The database server {addresses.place_of(order.url)} cannot be used ({said}): correct DATABASE_URL, or unset it."


async def _check_rights(connection: Any) -> None:
    version = connection.get_server_version()
    if version.major < OLDEST:
        raise Refused(
            f"DATABASE_URL leads to PostgreSQL {version.major}, {OLDEST} or later is needed: use another, or unset it."
        )
    row = await connection.fetchrow(
        "select current_user as role, rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user"
    )
    rights = {"CREATEDB": row["rolcreatedb"], "CREATEROLE": row["rolcreaterole"]}
    missing = [name for name, granted in rights.items() if not granted and not row["rolsuper"]]
    if missing:
        raise Refused(
            f"The role {row['role']} of DATABASE_URL lacks {' and '.join(missing)}: as a superuser say "
            f'`alter role "{row["role"]}" {" ".join(missing)}`.'
        )


async def _make_missing(connection: Any, order: Order) -> None:
    roles = {row[0] for row in await connection.fetch("select rolname from pg_roles where rolname ^@ $1", order.prefix)}
    there = {
        row[0] for row in await connection.fetch("select datname from pg_database where datname ^@ $1", order.prefix)
    }
    for service, password in order.passwords.items():
        name = order.prefix + service
        if name not in roles:
            await connection.execute(f"create role \"{name}\" login password '{password}'")
            # The owner of a database must be a role that its maker can act as; a superuser always can.
            await connection.execute(f'grant "{name}" to current_user with inherit true, set true')
        if name not in there:
            await connection.execute(
                f'create database "{name}" owner "{name}" template template0 encoding \'UTF8\' '
                "locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
            )
        await connection.execute(f'revoke all on database "{name}" from public')


async def _try_to_sign_in(order: Order) -> None:
    service, password = next(iter(order.passwords.items()))
    name = order.prefix + service
    try:
        connection = await asyncpg.connect(addresses.of_service(order.url, name, password, name), timeout=5)
    except (OSError, asyncpg.PostgresError) as error:
        said = " ".join(str(error).split())
        raise Refused(
            f"The server does not let the role {name} in ({said}): allow scram-sha-256 in its pg_hba.conf."
        ) from None
    await connection.close()


async def drop(order: Order) -> list[str]:
    """Drops every database and role whose name begins with the prefix; their names. Raises Refused."""
    connection = await _connect(order)
    try:
        bases = [
            r[0] for r in await connection.fetch("select datname from pg_database where datname ^@ $1", order.prefix)
        ]
        roles = [r[0] for r in await connection.fetch("select rolname from pg_roles where rolname ^@ $1", order.prefix)]
        for name in bases:
            await connection.execute(f'drop database "{name}" with (force)')
        for name in roles:
            await connection.execute(f'drop role "{name}"')
        return sorted({*bases, *roles})
    finally:
        await connection.close()


async def _carry_out(act: str, order: Order) -> None:
    if act == "check":
        await check(order)
    elif act == "make":
        identity.ensure_signing_key(Path(order.signing_key))
        await make(order)
    else:
        print("\n".join(await drop(order)))


def main() -> None:
    """Carries out the order; see the module's docstring."""
    order = Order(**json.load(sys.stdin))
    try:
        asyncio.run(_carry_out(sys.argv[1], order))
    except (Refused, asyncpg.PostgresError, OSError) as error:
        sys.exit(" ".join(str(error).split()))


if __name__ == "__main__":
    main()
