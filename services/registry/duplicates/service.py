"""What is done about people who may have been entered twice."""

from __future__ import annotations

from collections.abc import Collection

from services.registry.alarms import store as alarms
from services.registry.duplicates import store
from services.registry.duplicates.domain import numbers_near
from shared.auth import Actor, Place
from shared.db import Read, Transaction
from shared.errors import Fault
from shared.identity import BadIdNumber, check_id_number
from shared.privacy import KeyRing


async def suggest(tx: Transaction, person_ids: Collection[str], place: Place) -> dict[str, list[str]]:
    """Notes who of all people may be one of these, entered twice; by person, those whom the place covers. Where both draw dibao, that is an
    alarm."""
    return await _look(tx, await store.suggest(tx, person_ids, place))


async def suggest_newborns(tx: Transaction, person_ids: Collection[str], place: Place) -> dict[str, list[str]]:
    """The same of people who came to a household where others lived (`store.suggest_newborns`)."""
    return await _look(tx, await store.suggest_newborns(tx, person_ids, place))


async def _look(tx: Transaction, found: store.Found) -> dict[str, list[str]]:
    if found.noted:
        await alarms.look(tx, found.noted)
    return found.by_person


async def dismiss(tx: Transaction, actor: Actor, pair: tuple[str, str], because: str) -> None:
    """They are two people. Raises PairNotFound, also where it was dismissed before."""
    await store.dismiss(tx, pair, actor.place, actor.subject, because)
    await alarms.look(tx, pair)


async def who_was_meant(read: Read, actor: Actor, keys: KeyRing, pointer: str, number: str) -> list[Fault]:
    """Of a number whose check digit is wrong: the people whose number it is but for one character, or for two neighbours swapped."""
    right = []
    for near in numbers_near(number.strip().upper()):
        try:
            right.append(check_id_number(near, read.today).value)
        except BadIdNumber:
            continue
    lookups = [keys.lookup_hash("id_number", each) for each in right]
    return [
        Fault(
            pointer,
            "id-number-like",
            f"is that of person {person_id} but for one character, or two that are swapped",
            f"与已登记人员 {person_id} 的号码仅一位不同或相邻两位颠倒",
        )
        for person_id in await store.find_of_numbers(read, lookups, actor.place)
    ]
