"""Every SQL statement about requests by which people exercise their rights.

Whose record is restricted is seen by nobody, but the request by which it came to that is: it is how the restriction is lifted. It shows no
more of the person than the id.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.registry.erasure.domain import Ground, Outcome
from services.registry.rights.domain import Asking, RequestAction, RequestStatus
from shared.auth import Actor, Place
from shared.db import Read, Row, Transaction, columns
from shared.errors import NotFound
from shared.paging import beyond
from shared.places import place_of, seen


class RequestNotFound(NotFound):
    slug = "rights-request-not-found"
    title_en, title_zh = "No such request", "未找到该请求"


_REQUEST = """
select r.*, p.withheld, k.key_id, k.wrapped, c.decided_because as change_because
  from rights_requests r join persons p using (person_id) join households h using (household_id)
  left join person_keys k using (person_id) left join change_requests c on c.request_id = r.change_request_id
"""


def _seen(place: Place, first: int) -> str:
    """A resident sees what it asked itself."""
    if place.person is None:
        return seen(place, first)
    return f"r.by_resident and r.asked_by = ${first}::uuid::text"


def _parameters(place: Place) -> tuple[Any, ...]:
    return place_of(place) if place.person is None else (place.person,)


async def add_request(
    tx: Transaction,
    request_id: str,
    person_id: str,
    asking: Asking,
    status: RequestStatus,
    said: bytes | None,
    change_request_id: str | None,
    actor: Actor,
    term: tuple[int, date, bool],
) -> None:
    """`said`: sealed under the person's key; `term`: working days, last day, whether that is provisional."""
    await tx.execute(
        """insert into rights_requests (request_id, person_id, kind, capacity, relation, applicant_id, evidence, status, said_sealed,
                  change_request_id, by_resident, asked_by, asked_at, asked_on, working_days, due_on, provisional)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)""",
        request_id,
        person_id,
        asking.kind,
        asking.capacity,
        asking.relation,
        asking.applicant_id,
        asking.evidence,
        status,
        said,
        change_request_id,
        actor.is_resident,
        actor.subject,
        tx.now,
        tx.today,
        *term,
    )


async def add_step(
    tx: Transaction, request_id: str, action: RequestAction, by: str, role: str, because: bytes | None
) -> None:
    await tx.execute(
        "insert into rights_steps (request_id, action, by, role, at, because_sealed) values ($1, $2, $3, $4, $5, $6)",
        request_id,
        action,
        by,
        role,
        tx.now,
        because,
    )


async def list_steps(read: Read, request_id: str) -> list[Row]:
    """Who did what about a request, in order."""
    return await read.fetch("select * from rights_steps where request_id = $1 order by step", request_id)


async def find_proposer(read: Read, request_id: str) -> str | None:
    """Who decided last how a deletion is to be answered."""
    by: str | None = await read.fetchval(
        "select by from rights_steps where request_id = $1 and action = 'propose' order by step desc limit 1",
        request_id,
    )
    return by


async def get_request(read: Read, request_id: str, place: Place) -> Row:
    """Raises RequestNotFound, also where the place does not cover the person's household."""
    row = await read.fetchrow(
        f"{_REQUEST} where r.request_id = $1 and {_seen(place, 2)}", request_id, *_parameters(place)
    )
    if row is None:
        raise RequestNotFound
    return row


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which requests a list is of; None: does not matter. `overdue_on`: not answered by the last day before this one."""

    status: str | None = None
    kind: str | None = None
    person_id: str | None = None
    overdue_on: date | None = None


async def list_requests(read: Read, place: Place, wanted: Wanted, after: str | None, limit: int) -> list[Row]:
    """By id, which is the order in which they were asked."""
    values: list[Any] = [*_parameters(place)]
    conditions = [_seen(place, 1)]
    for value, condition in (
        (wanted.status, "r.status = {}"),
        (wanted.kind, "r.kind = {}"),
        (wanted.person_id, "r.person_id = {}::uuid"),
        (wanted.overdue_on, "r.status in ('open', 'proposed') and r.due_on < {}"),
    ):
        if value is not None:
            values.append(value)
            conditions.append(condition.format(f"${len(values)}"))
    values += [after, limit]
    conditions.append(beyond("r.request_id", len(values) - 1))
    return await read.fetch(
        f"{_REQUEST} where {' and '.join(conditions)} order by r.request_id limit ${len(values)}", *values
    )


async def find_open(read: Read, person_id: str, kind: str) -> str | None:
    """The id of a request of this kind about a person that is not answered."""
    found: str | None = await read.fetchval(
        """select request_id from rights_requests
            where person_id = $1 and kind = $2 and status in ('open', 'proposed') order by request_id limit 1""",
        person_id,
        kind,
    )
    return found


async def set_status(tx: Transaction, request_id: str, status: RequestStatus, answered: bool) -> None:
    """`answered`: the person has its answer now."""
    await tx.execute(
        """update rights_requests set status = $2, answered_at = case when $3 then $4 else answered_at end
            where request_id = $1""",
        request_id,
        status,
        answered,
        tx.now,
    )


async def set_proposal(
    tx: Transaction,
    request_id: str,
    ground: Ground,
    outcome: Outcome,
    standing: Sequence[str],
    kept_until: date | None,
) -> None:
    """What a deletion is to come to, on which ground, and what keeps the record (codes)."""
    await tx.execute(
        "update rights_requests set ground = $2, outcome = $3, standing = $4, kept_until = $5 where request_id = $1",
        request_id,
        ground,
        outcome,
        list(standing),
        kept_until,
    )


async def add_copy(tx: Transaction, request_id: str, sealed: bytes) -> None:
    await tx.execute(
        "insert into rights_copies (request_id, sealed, made_at) values ($1, $2, $3)", request_id, sealed, tx.now
    )


async def find_copy(read: Read, request_id: str) -> bytes | None:
    """The document as it is sealed; None where it was forgotten, or never made."""
    sealed: bytes | None = await read.fetchval("select sealed from rights_copies where request_id = $1", request_id)
    return sealed


async def list_provisional(tx: Transaction, limit: int) -> list[Row]:
    """Requests that are not answered and whose last day may move, locked."""
    return await tx.fetch(
        """select request_id, asked_on, working_days, due_on from rights_requests
            where status in ('open', 'proposed') and provisional order by due_on, request_id limit $1 for update skip locked""",
        limit,
    )


async def set_due(tx: Transaction, rows: Sequence[tuple[str, date, bool]]) -> None:
    """Rows of request_id, last day, whether that is provisional."""
    await tx.execute(
        """update rights_requests r set due_on = g.due_on, provisional = g.provisional
             from unnest($1::uuid[], $2::date[], $3::bool[]) as g(request_id, due_on, provisional)
            where r.request_id = g.request_id""",
        *columns(rows, 3),
    )


async def list_restricted(read: Read, but: Collection[str], after: str | None, limit: int) -> list[Row]:
    """Restrictions (request_id, person_id, ground) that rest on nothing but what the registry sees itself (`but`: codes of all else)."""
    return await read.fetch(
        f"""select request_id, person_id, ground from rights_requests
             where status = 'restricted' and not standing && $1::text[] and {beyond("request_id", 2)}
             order by request_id limit $3""",
        list(but),
        after,
        limit,
    )
