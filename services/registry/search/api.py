"""Route of the search: /v1/registry/persons/search. A POST, so that no name or number is ever in a URL."""

from __future__ import annotations

from uuid import UUID

from services.registry.api import Keys, Reading
from services.registry.search import service, store
from services.registry.search.schemas import PeopleFound, PersonFound, SearchBody
from services.registry.sight import Sealed, birth_for
from shared.app import router
from shared.db import Reader, Row
from shared.errors import Fault
from shared.paging import BadCursor, Cursor, Limit, decode_cursor, encode_cursor
from shared.privacy import KeyRing, mask_name

routes = router("/v1/registry/persons", "registry: persons")


@routes.post("/search", summary="Find people by name, number or address")
async def search(
    actor: Reading, read: Reader, keys: Keys, body: SearchBody, cursor: Cursor = None, limit: Limit = 50
) -> PeopleFound:
    """Searches the people that the caller may see; masked. Reads only: no Idempotency-Key is needed.

    A number that nobody has and a number of somebody elsewhere are answered alike: nobody found. Whom a withdrawn settling had left, and
    ids that were found to be another's, are never found.
    """
    asked = keys.lookup_hash("cursor", body.model_dump_json())[:8].hex()
    keys_of_last = decode_cursor(cursor, (str, str, UUID, UUID))
    if keys_of_last and keys_of_last[0] != asked:
        raise BadCursor(
            faults=[Fault("query:cursor", "of-another-search", "was given for another search", "该游标属于另一次查询")]
        )
    after = (keys_of_last[1], keys_of_last[2], keys_of_last[3]) if keys_of_last else None
    found = await service.search_people(read, actor, keys, body.asked(), after, limit)
    return PeopleFound(
        items=[_found(keys, row) for row in found.rows],
        next=encode_cursor(asked, *store.ids_of(found.rows)) if len(found.rows) == limit else None,
        total=found.total,
        more=found.more,
    )


def _found(keys: KeyRing, row: Row) -> PersonFound:
    sealed = Sealed(keys, row)
    return PersonFound(
        person_id=row["person_id"],
        household_id=row["household_id"],
        status=row["status"],
        name=mask_name(row["name"]),
        id_number=sealed.id_number(),
        phone=sealed.phone(),
        sex=row["sex"],
        birth=birth_for(row["birth_on"], unmasked=False),
        community=row["community_code"],
        community_name=row["community_name"],
        estate=row["estate"],
        block=row["block"],
    )
