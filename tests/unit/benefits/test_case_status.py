"""The life of an application: the full product of statuses and acts."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from services.benefits.assessments.domain import Assessment, MoveClass, Outcome, Reason, Scheme
from services.benefits.cases.domain import (
    MOVES,
    Basis,
    CaseAction,
    CaseKind,
    CaseStatus,
    IllegalMove,
    is_pending,
    move,
    rule_on,
)
from shared.errors import Conflict

ENDINGS = (
    CaseAction.WITHDRAW,
    CaseAction.PERSON_DIED,
    CaseAction.END_HOUSEHOLD,
    CaseAction.WITHDRAW_HOUSEHOLD,
)
ALLOWED = {
    (None, CaseAction.OPEN): "open",
    (None, CaseAction.REFUSE): "refusal-proposed",
    (CaseStatus.REFUSAL_PROPOSED, CaseAction.CONFIRM_REFUSAL): "refused",
    (CaseStatus.REFUSAL_PROPOSED, CaseAction.OVERTURN_REFUSAL): "open",
} | {(status, act): "withdrawn" for status in (CaseStatus.OPEN, CaseStatus.REFUSAL_PROPOSED) for act in ENDINGS}


@pytest.mark.parametrize(("status", "action"), list(product((None, *CaseStatus), CaseAction)))
def test_full_product_of_moves(status: CaseStatus | None, action: CaseAction) -> None:
    if (status, action) in ALLOWED:
        assert move(status, action) == ALLOWED[status, action]
    else:
        with pytest.raises(IllegalMove) as refused:
            move(status, action)
        assert isinstance(refused.value, Conflict)
        assert refused.value.members == {"state": status, "action": action}


def test_refusal_is_final_only_after_a_confirmation() -> None:
    leading_to_refused = {key for key, status in MOVES.items() if status is CaseStatus.REFUSED}
    assert leading_to_refused == {(CaseStatus.REFUSAL_PROPOSED, CaseAction.CONFIRM_REFUSAL)}


def test_refused_and_withdrawn_are_the_ends() -> None:
    for status in CaseStatus:
        assert is_pending(status) == any(status is start for start, _ in MOVES)


def told(outcome: Outcome, *slugs: str, either: tuple[str, ...] = (), **route: Any) -> Assessment:
    listed = [tuple(Reason(slug, f"law of {slug}", "1", "", "") for slug in some) for some in (slugs, either)]
    return Assessment(Scheme.RESIDENT_PENSION, outcome, listed[0], either=listed[1], **route)


@pytest.mark.parametrize(
    ("outcome", "kind"), [(Outcome.TRANSFER, CaseKind.TRANSFER), (Outcome.CHANGE, CaseKind.CHANGE)]
)
def test_a_case_opens_on_the_reason_that_decides(outcome: Outcome, kind: CaseKind) -> None:
    ruling = rule_on(told(outcome, "first", "second", from_division="522328", to_division="522731", fund_moves=True))
    assert (ruling.action, ruling.one_of) == (CaseAction.OPEN, False)
    assert ruling.basis == Basis(kind, "law of first", "1", "522328", "522731", True)
    assert ruling.basis.move_class is MoveClass.INTRA_PROVINCE


def test_a_case_may_open_where_one_of_two_reasons_holds_and_a_place_is_not_known() -> None:
    ruling = rule_on(told(Outcome.TRANSFER, either=("this", "that"), from_division="522328"))
    assert (ruling.action, ruling.one_of, [reason.slug for reason in ruling.reasons]) == (
        CaseAction.OPEN,
        True,
        ["this", "that"],
    )
    assert ruling.basis is not None
    assert (ruling.basis.law, ruling.basis.to_division, ruling.basis.move_class) == ("law of this", None, None)


@pytest.mark.parametrize("outcome", [Outcome.KEEP, Outcome.NOT_APPLICABLE, Outcome.UNDETERMINED])
def test_anything_else_is_to_be_refused_with_all_reasons(outcome: Outcome) -> None:
    ruling = rule_on(told(outcome, "first", "second"))
    assert (ruling.action, ruling.basis) == (CaseAction.REFUSE, None)
    assert [reason.slug for reason in ruling.reasons] == ["first", "second"]
    assert [reason.slug for reason in rule_on(told(outcome, either=("this", "that"))).reasons] == ["this", "that"]
