"""What the checker finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that was not kept: which one, about what, what was told, what is there. `keys`: of the acts, in the ledger."""

    promise: str
    about: str
    told: str
    there: str
    keys: tuple[str, ...] = ()

    def __str__(self) -> str:
        acts = f" [acts {', '.join(self.keys)}]" if self.keys else ""
        return f"{self.promise}: {self.about}: told {self.told}; there is {self.there}{acts}"


TAKES_EFFECT = "a success takes effect once, in all four services"
NO_MORE = "no effect without a request"
IN_ORDER = "versions rise by one, in order"
ONCE = "an event takes effect once"
SAME_ANSWER = "the same key is answered the same"
STILL = "no dead letters, and nothing waits"
FIGURES = "statistics equal a recount"
