"""The document that holds all that the registry has of a person (个人信息保护法 art. 45), for the person: in full, with where each thing
comes from; other people in it are masked, and accounts of staff are told by role and place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.registry.changes.domain import PHONE
from services.registry.changes.service import asked_of
from services.registry.consents import store as consents
from services.registry.land import store as land
from services.registry.persons.domain import ID_NUMBER
from services.registry.rights import holdings
from services.registry.sight import Sealed
from shared.db import Read, Row
from shared.privacy import KeyRing, mask_name

FORM = "anju-copy-1"

ELSEWHERE: Sequence[Mapping[str, str]] = (
    {
        "service": "jobs",
        "holds": "employments, seeking of work, labour class as told by the registry",
        "ask": "the employment service",
    },
    {
        "service": "benefits",
        "holds": "assessments, applications and cases by scheme",
        "ask": "the street's welfare clerk, the insurance agency",
    },
    {"service": "grid", "holds": "the cell and visits of the household; nothing by person", "ask": "the grid centre"},
    {"service": "gateway", "holds": "which app account is the person's", "ask": "the administrator of accounts"},
)
"""What other services hold; each answers for its own."""

_AXES = ("valid_from", "valid_to", "recorded_at", "retracted_at", "source")


async def compose(read: Read, keys: KeyRing, person_ids: Sequence[str], with_log: bool) -> dict[str, Any]:
    """Of a person, and of the ids under which it had been entered twice. `with_log`: with who read it."""
    return {
        "form": FORM,
        "law_ref": "PIPL-45",
        "made_at": read.now,
        "records": [await _record(read, keys, person_id, with_log) for person_id in person_ids],
        "elsewhere": ELSEWHERE,
        "left_out": [] if with_log else ["accesses: they may tell of others who care for the person (PIPL art. 28)"],
    }


async def _record(read: Read, keys: KeyRing, person_id: str, with_log: bool) -> dict[str, Any]:
    row = await holdings.get_person(read, person_id)
    sealed = Sealed(keys, row)
    parcels = await holdings.list_parcels(read, person_id)
    contracts = await land.list_contracts(read, [parcel["parcel_id"] for parcel in parcels])
    return {
        "person_id": person_id,
        "merged_into": row["merged_into"],
        "identity": {
            **_of(row, "name", "sex", "birth_on", "died_on", "status", "registered_at", "changed_at"),
            "id_number": sealed.open("id_number"),
            "phone": sealed.open("phone"),
        },
        "address": _of(row, "community_code", "community_name", "estate", "block", "unit", "flat"),
        "facts": row["facts"],
        "work": row["work_copy"],
        "history": [_fact(sealed, fact) for fact in await holdings.list_facts(read, person_id)],
        "households": [
            _of(each, "household_id", "kind", "relation", *_AXES)
            for each in await holdings.list_memberships(read, person_id)
        ],
        "lives_with": [
            {"name": mask_name(each["name"]), "relation": each["relation"]}
            for each in await holdings.list_companions(read, person_id)
        ],
        "life_events": [_event(each, person_id) for each in await holdings.list_events(read, person_id)],
        "land": [_parcel(each, contracts[each["parcel_id"]], person_id) for each in parcels],
        "consents": [
            _of(
                each,
                "consent_id",
                "purpose",
                "notice",
                "law_ref",
                "given_on",
                "form",
                "evidence",
                "guardian_relation",
                "status",
                "ended_at",
            )
            for each in await consents.list_of_person(read, person_id)
        ],
        "change_requests": [_change(sealed, each) for each in await holdings.list_changes(read, person_id)],
        "rights_requests": [
            _of(each, "request_id", "kind", "capacity", "relation", "status", "asked_on", "due_on", "answered_at")
            for each in await holdings.list_rights(read, person_id)
        ],
        "accesses": [
            _of(each, "read_at", "role", "place", "purpose", "legal_basis", "law_ref", "fields")
            for each in (await holdings.list_accesses(read, person_id) if with_log else [])
        ],
    }


def _of(row: Row, *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _fact(sealed: Sealed, row: Row) -> dict[str, Any]:
    value = sealed.kept(row["value"], row["fact"]) if row["fact"] in (ID_NUMBER, PHONE) else row["value"]
    return {"fact": row["fact"], "value": value, **_of(row, *_AXES)}


def _event(row: Row, person_id: str) -> dict[str, Any]:
    at = row["people"].index(person_id)
    told: datetime | None = row["retracted_at"]
    return {
        **_of(row, "event_id", "kind", "happened_on", "household_id", "into_id", "recorded_at", "source", "evidence"),
        "relation": row["relations"][at],
        "others": len(row["people"]) - 1,
        "retracted_at": told,
        "retracted_because": row["retracted_because"],
    }


def _parcel(row: Row, contracts: Sequence[Row], person_id: str) -> dict[str, Any]:
    holders = row["facts"]["holders"]
    return {
        **_of(row, "parcel_id", "status", "ended_on"),
        "right": row["facts"]["right"],
        "share": next((holder["share"] for holder in holders if holder["person_id"] == person_id), None),
        "others": sum(holder["person_id"] != person_id for holder in holders),
        "homestead": row["facts"]["homestead"],
        "contracts": [
            _of(each, "contract_id", "mode", "valid_from", "valid_to", "price_per_mu", "area_mu", "ended_because")
            | {"party": mask_name(each["party"])}
            for each in contracts
        ],
    }


def _change(sealed: Sealed, row: Row) -> dict[str, Any]:
    asked = asked_of(sealed, row)
    return {
        **_of(
            row,
            "request_id",
            "status",
            "fields",
            "valid_from",
            "source",
            "evidence",
            "reason",
            "asked_at",
            "decided_at",
        ),
        "decided_because": row["decided_because"],
        "before": asked["before"],
        "after": asked["after"],
    }
