"""Every key once more, and whether it is answered as it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random

from tests.chaos.checker.violations import SAME_ANSWER, Violation
from tests.chaos.load.caller import Caller
from tests.chaos.load.ledger import DONE, Answer, Told


def asked_again(told: Iterable[Told], drawn: Random, most: int) -> list[Told]:
    """Acts with a key that were answered with a success: all, or as many by chance."""
    keyed = [one for one in told if one.act.method == "POST" and one.outcome == DONE]
    return drawn.sample(keyed, most) if len(keyed) > most else keyed


def ask_again(acts: Sequence[Told], caller: Caller) -> None:
    """Adds today's answers to what was told."""
    for one in acts:
        if answer := caller.do(one.act):
            one.answers.append(answer)


def faults_of_answers(told: Iterable[Told]) -> list[Violation]:
    """All answers to one key are the same. Pure."""
    return [
        Violation(SAME_ANSWER, f"{one.act.kind}", _short(one.answers[0]), _short(other), (one.act.key,))
        for one in told
        for other in one.answers[1:]
        if _said(one.answers[0]) != _said(other)
    ]


def _said(answer: Answer) -> tuple[object, ...]:
    """What must be the same. A refusal stores nothing: repeated, it is decided anew."""
    return (answer.status, answer.text) if answer.done else ("refused",)


def _short(answer: Answer) -> str:
    return f"{answer.status} {answer.text[:120]}"
