"""Routes of what held on a day, by what was known at an instant: …/state of a person or household."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query, Request
from pydantic import AwareDatetime

from services.registry.access.service import note_own_read
from services.registry.api import Keys, Reading, ReadingOrOwn
from services.registry.history import store
from services.registry.history.schemas import HouseholdThen, MemberThen, PersonThen
from services.registry.households.api import get_of_any_kind
from services.registry.households.domain import HEAD, HouseholdKind, HouseholdStatus
from services.registry.households.views import address_of
from services.registry.hukou import store as hukou
from services.registry.persons import store as persons
from services.registry.persons.domain import PersonStatus
from services.registry.sight import Sealed, birth_for, facts_for, name_for
from shared.app import router
from shared.db import Reader
from shared.errors import NotFound
from shared.shapes import Day, Id

AsOf = Annotated[Day | None, Query(description="The day; today unless said.")]
KnownAt = Annotated[
    AwareDatetime | None,
    Query(description="By what was known at that instant (RFC 3339, with its offset); now unless said."),
]

routes = router("/v1/registry", "registry: history")


class NotKnownThen(NotFound):
    slug = "not-known-then"
    title_en, title_zh = "Nothing was known of that day at that instant", "该时点尚无当日的登记信息"


@routes.get("/persons/{person_id}/state", summary="A person on a day, by what was known at an instant")
async def get_person_then(
    actor: ReadingOrOwn,
    read: Reader,
    keys: Keys,
    request: Request,
    person_id: Id,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> PersonThen:
    """Name and numbers (masked but to residents), status, household, address and facts. A late report changes what held on a day, never
    what was known at an instant."""
    row = await persons.get_person(read, person_id, actor.place)
    if actor.is_resident:
        async with read.writing() as tx:
            await note_own_read(tx, actor, [person_id], request.scope.get("anju.request_id"))
    day = as_of or read.today
    memberships = await store.list_memberships(read, person_id, day, known_at)
    facts = await store.list_facts(read, "person", person_id, day, known_at)
    home = next(iter(memberships.get(HouseholdKind.COLIVING, [])), None)
    entered = [row["household_id"] for row in memberships.get(HouseholdKind.HUKOU, [])]
    status = facts.pop("status", None)
    if home is None and status is None:
        raise NotKnownThen
    flat = await store.find_flat(read, home["household_id"], day, known_at) if home else None
    # Of what never changed there is no history: it stands on the person's row.
    birth = facts.pop("birth", None) or {"sex": row["sex"], "birth_on": row["birth_on"].isoformat()}
    sealed = Sealed(keys, row)
    number = (
        sealed.id_number_then(facts.pop("id_number"), actor.is_resident)
        if "id_number" in facts
        else sealed.id_number(actor.is_resident)
    )
    return PersonThen(
        person_id=person_id,
        as_of=day,
        known_at=known_at,
        name=name_for(actor, facts.pop("name", row["name"]), actor.is_resident),
        id_number=number,
        sex=birth["sex"],
        birth=birth_for(date.fromisoformat(birth["birth_on"]), actor.is_resident),
        status=status or PersonStatus.RESIDENT,
        household_id=home and home["household_id"],
        relation=home and home["relation"],
        hukou_household_id=next(iter(entered), None),
        hukou_household_ids=entered,
        address=address_of(flat) if flat else None,
        facts=facts_for(actor, facts),
    )


@routes.get("/households/{household_id}/state", summary="A household on a day, by what was known at an instant")
async def get_household_then(
    actor: Reading, read: Reader, household_id: Id, as_of: AsOf = None, known_at: KnownAt = None
) -> HouseholdThen:
    """Members, flat and facts."""
    row = await get_of_any_kind(read, actor, household_id)
    day = as_of or read.today
    members = await store.list_members(read, household_id, day, known_at)
    if row["kind"] == HouseholdKind.HUKOU:
        here = await hukou.list_covered(read, [m["person_id"] for m in members], actor.place)
        members = [m for m in members if m["person_id"] in here]
    if not members and not await store.was_known(read, household_id, day, known_at):
        raise NotKnownThen
    flat = await store.find_flat(read, household_id, day, known_at)
    facts = await store.list_facts(read, "household", household_id, day, known_at)
    shown = [member for member in members if not member["withheld"]]
    return HouseholdThen(
        household_id=household_id,
        as_of=day,
        known_at=known_at,
        status=HouseholdStatus.SETTLED if members else HouseholdStatus.ENDED,
        head_person_id=next((m["person_id"] for m in shown if m["relation"] == HEAD), None),
        members=[MemberThen(person_id=m["person_id"], relation=m["relation"]) for m in shown],
        address=address_of(flat) if flat else None,
        facts=facts_for(actor, facts),
    )
