"""What benefits says."""

from __future__ import annotations

from typing import Literal

from shared.events import Event


class CaseState(Event):
    """State of a transfer or change case after a step."""

    case_id: str
    scheme: str
    person_id: str | None
    """None: the case is the household's (dibao)."""
    household_id: str
    status: Literal["open", "refusal-proposed", "refused", "withdrawn"]
    reasons: tuple[str, ...]
    """Reason slugs: why it opened, or why it is refused; of a case on a clerk's own basis `clerk-decision`."""
    kind: Literal["transfer", "change"] | None = None
    """Whether a relation is transferred or only its registration changes; None where no case opened."""
    ended_because: Literal["withdraw", "person-died", "household-ended", "household-withdrawn"] | None = None
    """Why it ended without effect: the applicant's wish, a death, nobody left, a settling taken back."""
    duplicate_of: str | None = None
    """Set aside, no case to follow: the person had been entered twice, and this other one is under way."""


class TransferOpened(CaseState, type="benefits.transfer-opened.v1", key="case_id"):
    """A case was opened."""


class TransferRefused(CaseState, type="benefits.transfer-refused.v1", key="case_id"):
    """A named clerk confirmed the refusal of an application."""


class TransferWithdrawn(CaseState, type="benefits.transfer-withdrawn.v1", key="case_id"):
    """A case ended without effect: withdrawn, or the person died, or the settling was taken back."""
