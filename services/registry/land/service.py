"""What can be done to a land right: registered, corrected, ended, taken back; and its use passed on by contracts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from services.registry import store as history
from services.registry.history import store as then
from services.registry.land import store
from services.registry.land.domain import (
    HOMESTEAD,
    Contract,
    ParcelAction,
    ParcelStatus,
    doubts_of_contract,
    doubts_of_homestead,
    faults_of_contract,
    faults_of_holders,
    faults_of_homestead,
    faults_of_right,
    move_parcel,
)
from services.registry.own import list_withheld
from services.registry.persons.domain import changed_groups, present_groups
from services.registry.service import later_known, refuse_future
from shared.auth import Actor
from shared.db import Row, Transaction
from shared.errors import Conflict, Fault, Invalid, NotFound
from shared.ids import new_id

Facts = Mapping[str, Any]
Check = Callable[[int], None]


class WrongParcel(Invalid):
    slug = "wrong-parcel"
    title_en, title_zh = "The parcel is not in order as stated", "地块信息有误"


class WrongContract(Invalid):
    slug = "wrong-land-contract"
    title_en, title_zh = "The contract is not in order as stated", "流转合同信息有误"


class CertificateTaken(Conflict):
    slug = "certificate-taken"
    title_en, title_zh = "Another parcel has this certificate number", "该权证编号已登记于其他地块"


class SecondHomestead(Conflict):
    slug = "second-homestead"
    title_en, title_zh = "The household has a homestead already", "该户已有一处宅基地"


class ContractsRunning(Conflict):
    slug = "contracts-running"
    title_en, title_zh = "Contracts of the parcel go on beyond that day", "该地块仍有未到期的流转合同"


class ContractNotFound(NotFound):
    slug = "land-contract-not-found"
    title_en, title_zh = "No such contract", "未找到该流转合同"


@dataclass(frozen=True, slots=True)
class Taken:
    """An id, and what to look at."""

    id: str
    warnings: tuple[Fault, ...]


async def register_parcel(tx: Transaction, actor: Actor, facts: Facts, since: date, source: str) -> Taken:
    """A right that people of the registry hold from a day on. `facts`: right, holders, homestead (None: nothing said).

    Raises WrongParcel with every fault, CertificateTaken, SecondHomestead, DateInFuture.
    """
    refuse_future(tx, since, "/since")
    parcel_id = new_id()
    await _check(tx, actor, parcel_id, facts, facts["holders"])
    await store.save_parcel(tx, parcel_id, 1, ParcelStatus.HELD, facts, None)
    rows = [(parcel_id, name, value) for name, value in facts.items()]
    await history.add_facts(tx, "parcel", rows, since, source, actor.subject)
    return Taken(parcel_id, tuple(doubts_of_homestead(facts["homestead"])))


async def correct_parcel(
    tx: Transaction,
    actor: Actor,
    parcel_id: str,
    check: Check,
    given: Facts,
    since: date | None,
    source: str,
) -> list[Fault]:
    """What is given holds from a day on (today unless said), in place of what was known: a correction from the day on which the right
    began, a change of holders from the day of the change. Of the right, what is not given is as it was on that day. What to look at:
    facts of which a later value is known.

    Raises as `register_parcel`, and ParcelNotFound, what `check` raises, IllegalMove.
    """
    row = await store.load_parcel(tx, parcel_id, actor.place)
    check(row["version"])
    status = move_parcel(ParcelStatus(row["status"]), ParcelAction.CORRECT)
    from_on = since or tx.today
    refuse_future(tx, from_on, "/since")
    held_then = (await then.list_facts(tx, "parcel", parcel_id, from_on, None)).get("right") or row["facts"]["right"]
    if "holders" in given:  # whom the caller was not shown goes on holding it
        hidden = await list_withheld(tx, [holder["person_id"] for holder in row["facts"]["holders"]])
        unseen = [holder for holder in row["facts"]["holders"] if holder["person_id"] in hidden]
        given = {**given, "holders": [*given["holders"], *unseen]}
    facts = {**row["facts"], **given, "right": held_then | given.get("right", {})}
    before = {holder["person_id"] for holder in row["facts"]["holders"]}
    new = [holder for holder in facts["holders"] if holder["person_id"] not in before]
    await _check(tx, actor, parcel_id, facts, new)
    _check_contracts(facts, (await store.list_contracts(tx, [parcel_id]))[parcel_id])
    held = await history.held_since(tx, "parcel", parcel_id)
    changes = changed_groups(row["facts"], {name: facts[name] for name in given}, held if since else {}, from_on)
    if not changes:
        return []
    present, later = present_groups(row["facts"], changes, held, from_on)
    await store.save_parcel(tx, parcel_id, row["version"] + 1, status, {**row["facts"], **present}, None)
    rows = [(parcel_id, name, value) for name, value in changes.items()]
    await history.record_facts(tx, "parcel", rows, from_on, source, actor.subject)
    return [*later_known(later, held), *doubts_of_homestead(facts["homestead"])]


async def end_parcel(
    tx: Transaction, actor: Actor, parcel_id: str, check: Check, on: date, because: str, source: str
) -> None:
    """The right ended, for a reason that the law knows; moving away is none (农村土地承包法 art. 27).

    Raises ParcelNotFound, what `check` raises, IllegalMove, DateInFuture, WrongParcel, ContractsRunning.
    """
    row = await store.load_parcel(tx, parcel_id, actor.place)
    check(row["version"])
    status = move_parcel(ParcelStatus(row["status"]), ParcelAction.END)
    refuse_future(tx, on, "/on")
    held = await history.held_since(tx, "parcel", parcel_id)
    if on <= max(held[name] for name in row["facts"]):
        fault = Fault("/on", "before-it-began", "not after the day from which it is known", "应晚于已登记的起始日期")
        raise WrongParcel(faults=[fault])
    contracts = (await store.list_contracts(tx, [parcel_id]))[parcel_id]
    running = [contract["contract_id"] for contract in contracts if contract["valid_to"] > on]
    if running:
        raise ContractsRunning("End or correct them first.", "请先登记合同终止或更正。", members={"contracts": running})
    rows = [(parcel_id, "ended", because), *((parcel_id, name, None) for name in row["facts"])]
    await history.record_facts(tx, "parcel", rows, on, source, actor.subject)
    await store.save_parcel(tx, parcel_id, row["version"] + 1, status, row["facts"], on)


async def resume_parcel(tx: Transaction, actor: Actor, parcel_id: str, check: Check) -> None:
    """The end was told by mistake: the right never ended.

    Raises ParcelNotFound, what `check` raises, IllegalMove, SecondHomestead.
    """
    row = await store.load_parcel(tx, parcel_id, actor.place)
    check(row["version"])
    status = move_parcel(ParcelStatus(row["status"]), ParcelAction.RESUME)
    await _check(tx, actor, parcel_id, row["facts"], [])
    await store.take_back_end(tx, parcel_id, row["ended_on"])
    await store.save_parcel(tx, parcel_id, row["version"] + 1, status, row["facts"], None)


async def withdraw_parcel(tx: Transaction, actor: Actor, parcel_id: str, check: Check) -> None:
    """It was entered by mistake: its certificate is free. What was thought stays readable as retracted.

    Raises ParcelNotFound, what `check` raises, IllegalMove.
    """
    row = await store.load_parcel(tx, parcel_id, actor.place)
    check(row["version"])
    status = move_parcel(ParcelStatus(row["status"]), ParcelAction.WITHDRAW)
    await store.retract_parcel(tx, parcel_id)
    await store.save_parcel(tx, parcel_id, row["version"] + 1, status, row["facts"], row["ended_on"])


async def add_contract(
    tx: Transaction, actor: Actor, parcel_id: str, check: Check, contract: Contract, source: str
) -> Taken:
    """The use of the parcel is passed on. Raises ParcelNotFound, what `check` raises, IllegalMove, WrongContract."""
    row = await store.load_parcel(tx, parcel_id, actor.place)
    check(row["version"])
    move_parcel(ParcelStatus(row["status"]), ParcelAction.CONTRACT)
    others = (await store.list_contracts(tx, [parcel_id]))[parcel_id]
    right = row["facts"]["right"]
    if faults := faults_of_contract(right, contract, [contract_of(other) for other in others]):
        raise WrongContract(faults=faults)
    contract_id = new_id()
    await store.add_contract(tx, contract_id, parcel_id, contract, source, actor.subject)
    await store.touch_parcel(tx, parcel_id)
    return Taken(contract_id, tuple(doubts_of_contract(right)))


async def end_contract(
    tx: Transaction,
    actor: Actor,
    parcel_id: str,
    contract_id: str,
    check: Check,
    on: date,
    because: str,
    source: str,
) -> None:
    """`on` was its last day, before the one that was agreed. Raises as `add_contract`, and ContractNotFound, DateInFuture."""
    row, known = await _load_contract(tx, actor, parcel_id, contract_id, check)
    move_parcel(ParcelStatus(row["status"]), ParcelAction.CONTRACT)
    refuse_future(tx, on, "/on")
    if not known["valid_from"] <= on < known["valid_to"]:
        fault = Fault("/on", "not-within-contract", "not a day of the contract", "不在合同期限内")
        raise WrongContract(faults=[fault])
    await store.end_contract(tx, contract_id, on + timedelta(1), because, source, actor.subject)
    await store.touch_parcel(tx, parcel_id)


async def withdraw_contract(tx: Transaction, actor: Actor, parcel_id: str, contract_id: str, check: Check) -> None:
    """It was entered by mistake. Raises ParcelNotFound, ContractNotFound, what `check` raises."""
    await _load_contract(tx, actor, parcel_id, contract_id, check)
    await store.retract_contract(tx, contract_id)
    await store.touch_parcel(tx, parcel_id)


async def _load_contract(
    tx: Transaction, actor: Actor, parcel_id: str, contract_id: str, check: Check
) -> tuple[Row, Row]:
    row = await store.load_parcel(tx, parcel_id, actor.place)
    check(row["version"])
    for contract in (await store.list_contracts(tx, [parcel_id]))[parcel_id]:
        if contract["contract_id"] == contract_id:
            return row, contract
    raise ContractNotFound


def contract_of(row: Row) -> Contract:
    return Contract(
        mode=row["mode"],
        party=row["party"],
        first_on=row["valid_from"],
        last_on=row["valid_to"] - timedelta(1),
        price_per_mu=row["price_per_mu"],
        share_terms=row["share_terms"],
        area_mu=row["area_mu"],
        written=row["written"],
        registered=row["registered"],
    )


async def _check(
    tx: Transaction, actor: Actor, parcel_id: str, facts: Facts, new_holders: Sequence[Mapping[str, Any]]
) -> None:
    """`new_holders` must be people whom the actor sees; who holds it already may live elsewhere by now."""
    right, holders, homestead = facts["right"], facts["holders"], facts["homestead"]
    ids = [holder["person_id"] for holder in holders]
    homes = await store.load_homes(tx, ids, actor.place)
    new = {holder["person_id"] for holder in new_holders}
    faults = [
        *faults_of_right(right),
        *faults_of_holders(holders),
        *faults_of_homestead(right["kind"], homestead),
        *(
            Fault(f"/holders/{i}/person_id", "person-unknown", "no such person", "未找到该人员")
            for i, person_id in enumerate(ids)
            if person_id in new and person_id not in homes
        ),
    ]
    if faults:
        raise WrongParcel(faults=faults)
    await store.lock_certificate(tx, right["certificate_no"])
    if await store.is_certificate_taken(tx, right["certificate_no"], parcel_id):
        raise CertificateTaken
    await _check_homesteads(tx, right, list(homes.values()), parcel_id)


async def _check_homesteads(tx: Transaction, right: Mapping[str, Any], homes: list[str], parcel_id: str) -> None:
    """One household, one homestead: 土地管理法 art. 62. One that came with an inherited house (民法典 art. 1122) stands beside it."""
    if right["kind"] != HOMESTEAD or right["inherited"]:
        return
    if await store.have_homestead(tx, homes, parcel_id):
        raise SecondHomestead(
            "A household may have one homestead (土地管理法 art. 62). If it came by inheritance, say so.",
            "农村村民一户只能拥有一处宅基地（土地管理法第六十二条）。如因继承取得，请注明。",
        )


def _check_contracts(facts: Facts, rows: Sequence[Row]) -> None:
    """Contracts that stand must agree with a right that changes under them. Raises WrongParcel."""
    contracts = [contract_of(row) for row in rows]
    for i, contract in enumerate(contracts):
        against = faults_of_contract(facts["right"], replace(contract, written=True), contracts[:i])
        if against:
            fault = Fault("/right", "contracts-against", against[0].en, against[0].zh)
            raise WrongParcel(faults=[fault])
