"""The loops beside the API: relay (outbox → broker), consumer (broker → inbox), timers, and the janitor.

Each loop that fails is started again with back-off; none takes another down. Together with an API they run in its process, apart
in a process of their own: the same code.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import structlog

from shared import clock, inbox, kafka, observability, timers
from shared.db import Database, is_transient
from shared.events import Received
from shared.settings import Settings

log = structlog.get_logger()

RELAY_BATCH = 1000
_FORGOTTEN_AT_ONCE = 5000
_FORGET_ANSWERS = f"""
delete from idempotency_keys where scope in
       (select scope from idempotency_keys where created_at < $1 limit {_FORGOTTEN_AT_ONCE})
"""
_FORGET_INBOX = f"""
delete from inbox where event_id in (select event_id from inbox where received_at < $1 limit {_FORGOTTEN_AT_ONCE})
"""
_COUNT_SECONDS = 1
"""Counting the outbox reads all of it: while much waits, so often at most."""
_TAKE = "select id, event_id, type, topic, key, occurred_at, traceparent, data from outbox order by id limit $1"


Loop = Callable[[Database], Awaitable[None]]


class Worker:
    """The loops of one service. `handlers` by event class, `timers` by kind; `loops`: the service's own, by name."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        handlers: inbox.Handlers,
        timer_handlers: timers.Timers | None = None,
        loops: Mapping[str, Loop] | None = None,
    ) -> None:
        self.name = name
        self.settings = settings
        self.handlers = handlers
        self.timers: Mapping[str, timers.TimerHandler] = timer_handlers or {}
        self._own_loops: Mapping[str, Loop] = loops or {}
        self.started = False
        self._alive: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._asked_at = -60.0
        self._broker_answers = False

    @property
    def topics(self) -> list[str]:
        """What this service listens to."""
        return sorted({event.topic for event in self.handlers})

    @property
    def goes_on(self) -> bool:
        """Does every loop go on, be it by failing and starting again? One that has ended for good comes back with the process only."""
        return not any(task.done() for task in self._tasks)

    async def ready(self) -> bool:
        """Have all loops reached the broker and the database, and does the broker answer (asked at most every few seconds)?"""
        if not self._alive >= set(self._loops()):
            return False
        now = asyncio.get_running_loop().time()
        if now - self._asked_at > 3:
            self._asked_at = now
            self._broker_answers = await kafka.reachable(self.settings.kafka_bootstrap_servers)
        return self._broker_answers

    @asynccontextmanager
    async def running(self, database: Database) -> AsyncIterator[None]:
        """Runs the loops until left; what is under way is finished or rolled back."""
        self.started = True
        self._tasks = [
            asyncio.create_task(self._keep(name, loop, database), name=f"{self.name}.{name}")
            for name, loop in self._loops().items()
        ]
        try:
            yield
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _loops(self) -> dict[str, Loop]:
        loops: dict[str, Loop] = {"relay": self._relay, "janitor": self._janitor, **self._own_loops}
        if self.handlers:
            loops["consumer"] = self._consume
        if self.timers:
            loops["timers"] = self._sweep
        return loops

    async def _keep(self, name: str, loop: Loop, database: Database) -> None:
        pause = 0.2
        while True:
            began = asyncio.get_running_loop().time()
            try:
                if name in self._own_loops:
                    self._alive.add(name)
                await loop(database)
            except Exception as error:
                self._alive.discard(name)
                observability.LOOP_FAILURES.labels(name).inc()
                known = is_transient(error) or isinstance(error, kafka.BrokerError)
                log.warning("loop failed", loop=name, error=type(error).__name__, exc_info=None if known else error)
            if asyncio.get_running_loop().time() - began > 30:
                pause = 0.2
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5)

    # relay

    async def _relay(self, database: Database) -> None:
        def standby() -> None:
            self._alive.add("relay")

        async with (
            kafka.Producer(
                self.settings.kafka_bootstrap_servers, self.settings.topic_prefix, f"/anju/{self.name}"
            ) as producer,
            database.alone("anju-relay", standby) as connection,
        ):
            self._alive.add("relay")
            await self._relay_rows(database, connection, producer)

    async def _relay_rows(self, database: Database, connection: asyncpg.Connection, producer: kafka.Producer) -> None:
        counted = 0.0
        while True:
            database.committed.clear()
            rows: Sequence[Any] = await connection.fetch(_TAKE, RELAY_BATCH)
            if rows:
                await self._send(connection, producer, rows)
            if len(rows) < RELAY_BATCH:
                observability.OUTBOX.set(0)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.settings.relay_idle_seconds):
                        await database.committed.wait()
            elif asyncio.get_running_loop().time() >= counted + _COUNT_SECONDS:
                await _count_outbox(connection)
                counted = asyncio.get_running_loop().time()

    async def _send(
        self, connection: asyncpg.Connection, producer: kafka.Producer, rows: Sequence[Mapping[str, Any]]
    ) -> None:
        sent = await producer.send(rows)
        if sent:
            await connection.execute("delete from outbox where id = any($1::bigint[])", sent)
            gone = set(sent)
            for topic, number in Counter(row["topic"] for row in rows if row["id"] in gone).items():
                observability.RELAYED.labels(topic).inc(number)
        if len(sent) < len(rows):
            await _count_outbox(connection)
            raise kafka.BrokerError(f"{len(rows) - len(sent)} of {len(rows)} events were not acknowledged")

    # consumer

    async def _consume(self, database: Database) -> None:
        async with kafka.Consumer(
            self.settings.kafka_bootstrap_servers, self.settings.topic_prefix, self.name, self.topics
        ) as consumer:
            while True:
                self._alive.add("consumer")
                received = await consumer.poll(wait_ms=1000)
                if received:
                    await self._apply(database, received)
                    await consumer.commit(received)
                for topic, behind in (await consumer.lag()).items():
                    observability.LAG.labels(topic).set(behind)

    async def _apply(self, database: Database, received: list[Received]) -> None:
        pause = 0.1
        while True:
            try:
                await inbox.apply(database, self.handlers, received, clock.now())
                return
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("events wait", events=len(received), error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5)

    # timers and janitor

    async def _sweep(self, database: Database) -> None:
        while True:
            self._alive.add("timers")
            await timers.sweep(database, self.timers, clock.now())
            await asyncio.sleep(1)

    async def _forget(self, database: Database, statement: str, before: datetime) -> int:
        async with database.transaction(clock.now()) as tx:
            return int((await tx.execute(statement, before)).removeprefix("DELETE "))

    async def _janitor(self, database: Database) -> None:
        while True:
            self._alive.add("janitor")
            now = clock.now()
            for statement, age in (
                (_FORGET_ANSWERS, timedelta(hours=self.settings.idempotency_hours)),
                (_FORGET_INBOX, timedelta(days=self.settings.inbox_days)),
            ):
                while await self._forget(database, statement, now - age) == _FORGOTTEN_AT_ONCE:
                    pass
            await asyncio.sleep(60)


async def _count_outbox(connection: asyncpg.Connection) -> None:
    observability.OUTBOX.set(await connection.fetchval("select count(*) from outbox"))
