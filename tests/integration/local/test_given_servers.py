"""Databases, roles, topics and groups on servers that were given: made with the rights there are, and only ours dropped."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local import addresses, databases, probes, topics
from deploy.local.databases import Order, Refused
from deploy.local.state import State


def _admin() -> str:
    return os.environ["ANJU_TEST_DATABASE_URL"]


@pytest.fixture
async def admin() -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(_admin())
    yield connection
    await connection.close()


async def _role(admin: asyncpg.Connection, rights: str) -> str:
    """A role with these rights; the URL to be it."""
    name = f"given_{secrets.token_hex(4)}"
    await admin.execute(f"create role {name} login {rights} password 'pw'")
    return addresses.of_service(_admin(), name, "pw", "postgres")


def _order(url: str, tmp_path: Path) -> Order:
    made = State()
    return Order(url, False, made.prefix, made.passwords, str(tmp_path / "signing-key.json"))


async def _ours(admin: asyncpg.Connection, prefix: str) -> tuple[set[str], set[str]]:
    bases = await admin.fetch("select datname from pg_database where datname ^@ $1", prefix)
    roles = await admin.fetch("select rolname from pg_roles where rolname ^@ $1", prefix)
    return {row[0] for row in bases}, {row[0] for row in roles}


async def test_createdb_and_createrole_are_enough(admin: asyncpg.Connection, tmp_path: Path) -> None:
    order = _order(await _role(admin, "createdb createrole"), tmp_path)
    await databases.check(order)
    await databases.make(order)
    await databases.make(order)
    names = {order.prefix + service for service in order.passwords}
    assert await _ours(admin, order.prefix) == (names, names)
    assert set(await databases.drop(order)) == names
    assert await _ours(admin, order.prefix) == (set(), set())


async def test_a_service_reaches_its_own_database_only(admin: asyncpg.Connection, tmp_path: Path) -> None:
    order = _order(_admin(), tmp_path)
    await databases.make(order)
    role, password = f"{order.prefix}jobs", order.passwords["jobs"]
    own = await asyncpg.connect(addresses.of_service(order.url, role, password, role))
    await own.execute("create table t (a text)")
    assert await own.fetchval("show server_encoding") == "UTF8"
    await own.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(addresses.of_service(order.url, role, password, f"{order.prefix}grid"))
    await databases.drop(order)


@pytest.mark.parametrize(
    ("rights", "missing"), [("", "CREATEDB and CREATEROLE"), ("createdb", "CREATEROLE"), ("createrole", "CREATEDB")]
)
async def test_says_which_rights_are_missing(
    admin: asyncpg.Connection, tmp_path: Path, rights: str, missing: str
) -> None:
    order = _order(await _role(admin, rights), tmp_path)
    with pytest.raises(Refused, match=f"lacks {missing}: as a superuser say `alter role"):
        await databases.check(order)


async def test_a_wrong_password_is_not_tried_for_long(tmp_path: Path) -> None:
    order = _order(addresses.of_service(_admin(), "stranger", "pw", "postgres"), tmp_path)
    with pytest.raises(Refused, match="correct DATABASE_URL"):
        await databases.check(order)


async def test_only_topics_and_groups_with_the_prefix_go() -> None:
    servers = os.environ["ANJU_TEST_KAFKA"]
    ours, others = State().prefix, State().prefix
    names = [f"{prefix}registry.household" for prefix in (ours, others)]
    client = AIOKafkaAdminClient(bootstrap_servers=servers)
    await client.start()
    await client.create_topics([NewTopic(name, 1, 1) for name in names])
    for name in names:
        await _produce_and_commit(servers, name, name.replace("registry.household", "jobs"))
    deleted = await topics.delete(servers, ours)
    assert deleted == ([names[0]], [f"{ours}jobs"])
    assert set(names) & set(await client.list_topics()) == {names[1]}
    groups = {row[0] for row in await client.list_consumer_groups()}
    assert {f"{ours}jobs", f"{others}jobs"} & groups == {f"{others}jobs"}
    await topics.delete(servers, others)
    await client.close()


async def _produce_and_commit(servers: str, topic: str, group: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=servers)
    await producer.start()
    await producer.send_and_wait(topic, b"x")
    await producer.stop()
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=servers, group_id=group, auto_offset_reset="earliest")
    await consumer.start()
    await consumer.getone()
    await consumer.commit()
    await consumer.stop()


def test_knows_a_broker_that_answers() -> None:
    servers = os.environ["ANJU_TEST_KAFKA"]
    assert probes.broker_answers(servers)
    assert probes.broker_answers(f"127.0.0.1:9, {servers}")
    assert not probes.broker_answers("127.0.0.1:9")
