"""Deletions (个人信息保护法 art. 47): proposed by one, confirmed by another; restricted where something keeps the record, else erased."""

from __future__ import annotations

from dataclasses import dataclass

from services.registry.erasure import store as erasure
from services.registry.erasure.domain import ELSEWHERE, HARD, Ground, Outcome, Verdict, judge
from services.registry.erasure.service import erase
from services.registry.persons.domain import Withheld
from services.registry.rights import store
from services.registry.rights.domain import Kind, RequestAction, RequestStatus, move_request
from services.registry.rights.service import WORKER, load, sealed_of, step
from shared.auth import Actor, Place
from shared.db import Row, Transaction
from shared.errors import Conflict, Fault, Forbidden, Invalid
from shared.privacy import KeyRing


class GroundDoesNotHold(Invalid):
    slug = "ground-does-not-hold"
    title_en, title_zh = (
        "The ground does not hold: refuse the request with the reason",
        "删除理由不成立，请说明理由后拒绝",
    )


class StillKept(Conflict):
    slug = "still-kept"
    title_en, title_zh = "Something keeps the record: it stays restricted", "仍有须保存该信息的情形，继续限制处理"


class VerdictChanged(Conflict):
    slug = "changed-since-proposed"
    title_en, title_zh = "What keeps the record changed since this was proposed", "提出处理意见后情况已变更"


class SecondPersonNeeded(Forbidden):
    slug = "second-person-needed"
    title_en, title_zh = "Another person must confirm this", "须由另一人确认"


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a deletion is to be answered. `because`: why the ground holds; `asked_elsewhere`: what jobs, grid and benefits were asked, and
    said; `kept_by_law`: a duty there that needs the record; `technically_hard`: why it cannot be deleted."""

    ground: Ground
    because: str
    asked_elsewhere: str
    kept_by_law: str | None
    technically_hard: str | None

    def text(self) -> str:
        """As it is kept with the step."""
        parts = (
            self.because,
            f"其他服务: {self.asked_elsewhere}",
            self.kept_by_law and f"法定保存: {self.kept_by_law}",
            self.technically_hard and f"技术上难以实现: {self.technically_hard}",
        )
        return "\n".join(part for part in parts if part)

    def standing(self) -> list[Fault]:
        """What keeps the record, of what the registry cannot see."""
        found = []
        if self.kept_by_law:
            found.append(Fault("/kept_by_law", ELSEWHERE, "another duty needs the record", "其他法定职责需要保存"))
        if self.technically_hard:
            found.append(Fault("/technically_hard", HARD, "is hard to delete", "删除在技术上难以实现"))
        return found


async def propose(tx: Transaction, actor: Actor, keys: KeyRing, request_id: str, proposal: Proposal) -> list[Fault]:
    """One person decides; what keeps the record, where anything does: then it is to be restricted.

    Raises RequestNotFound, IllegalMove, GroundDoesNotHold, StillKept where it is restricted and something still keeps it.
    """
    row = await load(tx, actor, request_id)
    after = move_request(Kind(row["kind"]), RequestStatus(row["status"]), RequestAction.PROPOSE)
    if after is RequestStatus.ERASURE_PROPOSED and proposal.ground != row["ground"]:
        raise GroundDoesNotHold(faults=[_OTHER_GROUND])
    verdict = await _judge(tx, row, proposal.ground)
    if verdict.against_ground:
        raise GroundDoesNotHold(faults=verdict.against_ground)
    standing = [*verdict.standing, *proposal.standing()]
    if standing and after is RequestStatus.ERASURE_PROPOSED:
        raise StillKept(faults=standing)
    if after is RequestStatus.PROPOSED:  # else it stays restricted as two people decided, until another confirms
        outcome = Outcome.RESTRICT if standing else Outcome.ERASE
        codes = [fault.code for fault in standing]
        await store.set_proposal(tx, request_id, proposal.ground, outcome, codes, verdict.kept_until)
    await step(tx, actor, sealed_of(keys, row), row, RequestAction.PROPOSE, proposal.text())
    await store.set_status(tx, request_id, after, answered=False)
    return standing


_OTHER_GROUND = Fault(
    "/ground",
    "other-ground",
    "it was restricted on another ground: lift it, and let it be asked anew",
    "与限制处理时的理由不一致，请先解除限制后重新提出",
)


async def confirm(tx: Transaction, actor: Actor, keys: KeyRing, request_id: str) -> None:
    """Another person confirms, and it is done: the record is restricted, or erased for good.

    Raises RequestNotFound, IllegalMove, SecondPersonNeeded, VerdictChanged.
    """
    row = await load(tx, actor, request_id)
    status = RequestStatus(row["status"])
    erases = status is RequestStatus.ERASURE_PROPOSED or row["outcome"] == Outcome.ERASE
    action = RequestAction.ERASE if erases else RequestAction.RESTRICT
    after = move_request(Kind(row["kind"]), status, action)
    if await store.find_proposer(tx, request_id) == actor.subject:
        raise SecondPersonNeeded
    verdict = await _judge(tx, row, Ground(row["ground"]))
    if verdict.against_ground or (erases and verdict.standing):
        raise VerdictChanged("Send it back, and let it be decided anew.", "请退回后重新处理。", faults=verdict.standing)
    await step(tx, actor, sealed_of(keys, row), row, action, None)
    await store.set_status(tx, request_id, after, answered=True)
    if erases:
        await store.set_proposal(tx, request_id, Ground(row["ground"]), Outcome.ERASE, [], None)
        await erase(tx, keys, [row["person_id"]])
    else:
        await erasure.set_withheld(tx, [row["person_id"]], Withheld.RESTRICTED)


async def send_back(tx: Transaction, actor: Actor, keys: KeyRing, request_id: str, because: str) -> None:
    """Another person does not confirm. Raises RequestNotFound, IllegalMove."""
    row = await load(tx, actor, request_id)
    after = move_request(Kind(row["kind"]), RequestStatus(row["status"]), RequestAction.SEND_BACK)
    await step(tx, actor, sealed_of(keys, row), row, RequestAction.SEND_BACK, because)
    await store.set_status(tx, request_id, after, answered=False)


async def lift(tx: Transaction, actor: Actor, keys: KeyRing, request_id: str, because: str) -> None:
    """The record is handled again as before. Raises RequestNotFound, IllegalMove."""
    row = await load(tx, actor, request_id)
    after = move_request(Kind(row["kind"]), RequestStatus(row["status"]), RequestAction.LIFT)
    await step(tx, actor, sealed_of(keys, row), row, RequestAction.LIFT, because)
    await store.set_status(tx, request_id, after, answered=False)
    await erasure.set_withheld(tx, [row["person_id"]], None)


async def _judge(tx: Transaction, row: Row, ground: Ground) -> Verdict:
    held = await erasure.list_held(tx, [row["person_id"]], row["request_id"])
    return judge(held[0], ground, tx.today)


async def erase_restricted(tx: Transaction, keys: KeyRing, request_id: str, person_id: str, ground: Ground) -> bool:
    """Erases a restricted record that nothing keeps any more, as two people decided when it was restricted; whether it was."""
    await erasure.lock(tx, [person_id])
    row = await store.get_request(tx, request_id, Place())
    if row["status"] != RequestStatus.RESTRICTED:
        return False
    verdict = await _judge(tx, row, ground)
    if verdict.against_ground or verdict.standing:
        return False
    after = move_request(Kind(row["kind"]), RequestStatus.RESTRICTED, RequestAction.ERASE)
    await store.add_step(tx, request_id, RequestAction.ERASE, *WORKER, None)
    await store.set_status(tx, request_id, after, answered=False)
    await erase(tx, keys, [person_id])
    return True
