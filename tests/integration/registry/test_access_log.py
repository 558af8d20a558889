"""The access log: what an unmasked read leaves, how it is sealed while reads go on, and what a look through it finds after tampering."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from services.registry.access import sealer as sealing
from services.registry.access.__main__ import findings, look_through, main
from services.registry.access.domain import Check, Head
from services.registry.access.sealer import CHAIN, Sealer
from shared import clock
from shared.auth import Role
from shared.db import Read
from shared.privacy import KeyRing
from tests.support.clients import Service
from tests.support.people import COMMUNITY, household, member
from tests.support.runtime import until

PERSONS = "/v1/registry/persons"
LOG = "/v1/registry/accesses"
CLERK: dict[str, Any] = {"role": Role.STREET_WELFARE_CLERK, "place": "522731003", "subject": "clerk"}
AUDITOR: dict[str, Any] = {"role": Role.AUDITOR, "subject": "auditor"}
ADD = """
insert into access_log (person_id, reader, role, purpose, fields, read_at)
select $1, 'reader ' || n % 7, 'operator', 'transfer', '{name}', now() from generate_series(1, $2::int) n
"""


class Log:
    """A registry of one household, and its access log."""

    def __init__(self, registry: Service, people: list[str], connection: asyncpg.Connection) -> None:
        self.registry = registry
        self.people = people
        self.connection = connection
        self.keys: KeyRing = registry.app.state.keys
        self.sealer = Sealer(self.keys)

    async def read(self, n: int = 1) -> None:
        for _ in range(n):
            answer = await self.registry.get(f"{PERSONS}/{self.people[0]}?purpose=transfer&case=TR-1", **CLERK)
            assert answer.status_code == 200

    async def seal(self) -> Head:
        """All that waits; the head then."""
        while await self.sealer.seal_some(self.connection):
            pass
        return (await self.look()).head

    async def look(self, *heads: Head) -> Check:
        check = Check(self.keys.derived(CHAIN), heads)
        await look_through(Read(self.connection, clock.now()), check)
        return check

    async def change(self, statement: str, *values: Any) -> None:
        """What who can write the table may do."""
        await self.connection.execute(statement, *values)


Command = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def command(log: Log, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command, in a thread of its own: exit code and what it printed."""
    monkeypatch.setenv("ANJU_REGISTRY_DATABASE_URL", log.registry.url)
    monkeypatch.setenv("ANJU_KEYS_FILE", str(log.registry.app.state.settings.keys_file))

    async def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["access", *arguments])
        capsys.readouterr()
        return await asyncio.to_thread(main), capsys.readouterr().out

    return run


@pytest.fixture
async def log(estate: Service) -> AsyncIterator[Log]:
    body = household(member() | {"name": "王小明", "phone": "13812345678"}, member("12", "19820722", female=True))
    settled = (await estate.post("/v1/registry/households", body)).json()
    connection = await estate.database.connect()
    try:
        yield Log(estate, [each["person_id"] for each in settled["members"]], connection)
    finally:
        await connection.close()


# What a read leaves


async def test_an_unmasked_read_leaves_all_that_is_to_be_known_of_it(log: Log) -> None:
    given = {"x-request-id": "0190a000-0000-7000-8000-000000000001"}
    await log.registry.get(f"{PERSONS}/{log.people[0]}?purpose=transfer&case=TR-1", headers=given, **CLERK)
    (record,) = (await log.registry.get(f"{LOG}?reader=clerk", **AUDITOR)).json()["items"]
    told = ("person_id", "reader", "kind", "role", "place", "purpose", "case", "legal_basis", "results", "consent_id")
    assert [record[name] for name in told] == [
        *(
            log.people[0],
            "clerk",
            "staff",
            "street-welfare-clerk",
            "522731003",
            "transfer",
            "TR-1",
            "legal-duty",
            1,
            None,
        )
    ]
    assert record["law_ref"].split() == ["PIPL-13-1-3", "SIL-19", "SIL-32", "Order765-12"]
    assert record["fields"] == ["name", "id_number", "phone", "birth_on"]
    assert record["request_id"]


async def test_a_household_leaves_a_record_for_each_member_and_how_many_were_read(log: Log) -> None:
    person = (await log.registry.get(f"{PERSONS}/{log.people[0]}")).json()
    await log.registry.get(f"/v1/registry/households/{person['household_id']}?purpose=dibao-review", **CLERK)
    records = (await log.registry.get(f"{LOG}?purpose=dibao-review", **AUDITOR)).json()["items"]
    assert {(r["person_id"], r["results"]) for r in records} == {(person_id, 2) for person_id in log.people}
    assert {tuple(r["fields"]) for r in records} == {("name", "id_number")}


async def test_reading_the_log_is_recorded_in_it(log: Log) -> None:
    await log.read()
    first = (await log.registry.get(f"{PERSONS}/{log.people[0]}/accesses", **AUDITOR)).json()["items"]
    assert [r["purpose"] for r in first] == ["transfer"]
    await log.registry.get(LOG, **AUDITOR)
    await log.registry.get(f"{LOG}/export", **AUDITOR)
    records = (await log.registry.get(f"{LOG}?reader=auditor", **AUDITOR)).json()["items"]
    assert [(r["person_id"], r["purpose"], r["fields"], r["results"], r["law_ref"]) for r in records] == [
        (None, "audit", ["access_log"], 3, "PIPL-54"),
        (None, "audit", ["access_log"], 2, "PIPL-54"),
        (log.people[0], "audit", ["access_log"], 1, "PIPL-54"),
    ]


async def test_a_log_that_cannot_be_written_is_not_read(log: Log) -> None:
    await log.read()
    await log.change("alter table access_log add constraint no check (false) not valid")
    answer = await log.registry.get(LOG, **AUDITOR)
    assert (answer.status_code, "clerk" in answer.text) == (500, False)


async def test_the_log_is_for_auditors(log: Log) -> None:
    for path in (LOG, f"{LOG}/export"):
        assert (await log.registry.get(path, **CLERK)).status_code == 403


async def test_an_auditor_sees_the_records_of_people_of_its_place(log: Log) -> None:
    await log.read()
    await log.registry.get(LOG, **AUDITOR)
    seen = {}
    for place in ("522731", COMMUNITY, "522732"):
        page = (await log.registry.get(LOG, role=Role.AUDITOR, place=place)).json()["items"]
        seen[place] = [r["person_id"] for r in page]
    assert seen == {"522731": [log.people[0]], COMMUNITY: [log.people[0]], "522732": []}


async def test_the_log_is_read_page_by_page_and_by_filters(log: Log) -> None:
    await log.change(ADD, log.people[0], 20)
    await log.change("update access_log set read_at = '2026-11-01T00:00:00Z'::timestamptz + id * interval '1 hour'")
    ids: list[int] = []
    cursor = ""
    while cursor is not None:
        page = (await log.registry.get(f"{LOG}?purpose=transfer&limit=6{cursor}", **AUDITOR)).json()
        ids += [r["id"] for r in page["items"]]
        cursor = page["next"] and f"&cursor={page['next']}"
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 20
    query = "since=2026-11-01T10:00:00Z&until=2026-11-01T12:00:00Z"
    hours = (await log.registry.get(f"{LOG}?{query}", **AUDITOR)).json()["items"]
    assert [r["read_at"] for r in hours] == ["2026-11-01T11:00:00Z", "2026-11-01T10:00:00Z"]
    one = (await log.registry.get(f"{LOG}?reader=reader%203&purpose=transfer", **AUDITOR)).json()["items"]
    assert {r["reader"] for r in one} == {"reader 3"}
    assert (await log.registry.get(f"{LOG}?cursor=bm8", **AUDITOR)).status_code == 400
    assert (await log.registry.get(f"{LOG}?reader=%00", **AUDITOR)).status_code == 422


async def test_the_log_as_a_file_says_the_same(log: Log) -> None:
    await log.read(3)
    shown = (await log.registry.get(f"{LOG}?purpose=transfer", **AUDITOR)).json()["items"]
    answer = await log.registry.get(f"{LOG}/export?purpose=transfer", **AUDITOR)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [int(row["id"]) for row in rows] == [r["id"] for r in shown]
    assert rows[0]["law_ref"] == shown[0]["law_ref"]
    assert rows[0]["fields"] == "name id_number phone birth_on"


async def test_a_file_takes_no_more_than_it_holds(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.registry.access.api.MOST_EXPORTED", 2)
    await log.read(3)
    answer = await log.registry.get(f"{LOG}/export", **AUDITOR)
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:anju:problem:export-too-large")


# The chain


async def test_what_commits_late_with_a_lower_id_is_sealed_all_the_same(log: Log) -> None:
    other = await log.registry.database.connect()
    try:
        late = other.transaction()
        await late.start()
        await other.execute(ADD, log.people[0], 1)
        await log.read()
        await log.seal()
        await late.commit()
        head = await log.seal()
    finally:
        await other.close()
    rows = await log.connection.fetch("select id, seal_no from access_log order by id")
    assert [(row["id"], row["seal_no"]) for row in rows] == [(1, 2), (2, 1)]
    assert (head.seal_no, (await log.look()).intact) == (2, True)


async def test_reads_do_not_wait_for_the_sealer_nor_the_sealer_for_reads(log: Log) -> None:
    await log.read()
    async with log.connection.transaction():
        await log.sealer.seal_some(log.connection)
        await asyncio.wait_for(log.read(3), 5)
        assert await log.connection.fetchval("select count(*) from access_log") == 4


async def test_reads_while_it_seals_are_all_in_the_chain_once(log: Log) -> None:
    done = asyncio.Event()

    async def seal() -> int:
        batches = 0
        while not done.is_set():
            batches += bool(await log.sealer.seal_some(log.connection))
        return batches

    sealed = asyncio.create_task(seal())
    await asyncio.gather(*(log.read(10) for _ in range(5)))
    done.set()
    assert await sealed > 1
    await log.seal()
    numbers = await log.connection.fetch("select seal_no from access_log order by seal_no")
    assert [row["seal_no"] for row in numbers] == list(range(1, 51))
    assert (await log.look()).intact


async def test_one_process_seals_and_another_takes_over(log: Log) -> None:
    await log.read(2)
    loops = [asyncio.create_task(Sealer(log.keys).run(log.registry.database)) for _ in range(2)]

    async def all_sealed(n: int) -> None:
        sealed = "select count(*) >= $1 from access_log where seal_no is not null"
        await until(lambda: log.connection.fetchval(sealed, n), 10)

    await all_sealed(2)
    holder = await log.connection.fetchval(
        """select pid from pg_locks join pg_database d on d.oid = database
            where locktype = 'advisory' and granted and d.datname = current_database()"""
    )
    await log.change("select pg_terminate_backend($1)", holder)
    await log.read(2)
    await all_sealed(4)
    for loop in loops:
        loop.cancel()
    await asyncio.gather(*loops, return_exceptions=True)
    assert (await log.look()).intact


TAMPERING = [
    ("update access_log set reader = 'nobody' where seal_no = 3", "changed: record 3 of the chain (id 3)"),
    ("update access_log set read_at = read_at + interval '1 us' where seal_no = 3", "changed: record 3 "),
    ("update access_log set fields = '{}' where seal_no >= 3", "changed: record 3 of the chain (id 3)"),
    ("delete from access_log where seal_no = 3", "removed: record 3 of the chain"),
    ("delete from access_log where seal_no in (1, 2, 4)", "removed: record 1-2 of the chain"),
    ("update access_log set seal_no = null where seal_no = 3", "removed: record 3 of the chain"),
    ("update access_log set seal_no = 99 where seal_no = 3", "removed: record 3 of the chain"),
    ("update access_log set link = null where seal_no = 3", "changed: record 3 of the chain"),
]


async def test_tampering_is_found_and_the_first_is_named(log: Log) -> None:
    await log.read(6)
    await log.seal()
    for statement, finding in TAMPERING:
        tampering = log.connection.transaction()
        await tampering.start()
        await log.change(statement)
        found = findings(await log.look())
        await tampering.rollback()
        assert found[0].startswith(finding), (statement, found)
    assert findings(await log.look()) == []


async def test_a_log_cut_off_is_found_by_a_head_kept_elsewhere_and_by_the_running_sealer(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log.read(4)
    head = await log.seal()
    await log.change("delete from access_log where seal_no > 2")
    assert (await log.look()).intact
    assert findings(await log.look(head))[0].startswith("cut off: record 3-4 of the chain")
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(sealing.log, "error", lambda event, **values: told.append(values))
    await log.read()
    await log.seal()
    assert [values["made"] for values in told] == [str(head)]


async def test_the_command_says_what_it_found_and_what_it_cannot_know(log: Log, command: Command) -> None:
    await log.read(2)
    head = await log.seal()
    await log.read(2)
    await log.change("delete from access_log where id = 3")
    code, said = await command("--head", str(head))
    lines = said.splitlines()
    assert (code, lines[-1]) == (0, f"intact: 2 sealed records; head {head}")
    assert lines[0].startswith("not sealed yet: 1")
    assert lines[1].startswith("id without a record: 3,")
    await log.change("delete from access_log where id = 1")
    code, said = await command("--json")
    told = json.loads(said)
    assert (code, told["intact"], told["missing"]) == (1, False, [[1, 1]])


async def test_another_key_than_the_services_have_proves_nothing(log: Log) -> None:
    from shared.privacy import generate_keys

    await log.read(2)
    await log.seal()
    check = Check(KeyRing(generate_keys()).derived(CHAIN))
    await look_through(Read(log.connection, clock.now()), check)
    assert [number for number, _ in check.changed] == [1, 2]
