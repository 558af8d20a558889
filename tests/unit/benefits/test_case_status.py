"""The life of an application: the full product of statuses and acts."""

from __future__ import annotations

from itertools import product

import pytest

from services.benefits.cases.domain import MOVES, CaseAction, CaseStatus, IllegalMove, is_pending, move
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
