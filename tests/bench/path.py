"""What every path is to the run: prepared once, measured round by round in turn with the others, told in figures."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from tests.bench.figures import Figure


class Path(ABC):
    """A path and its limit."""

    async def prepare(self) -> None:  # noqa: B027  # most have something to do, none must
        """Brings about what the path needs, and warms it up."""

    @abstractmethod
    async def round(self) -> None:
        """Measures once: the path, then its limit."""

    async def finish(self) -> None:  # noqa: B027
        """After the last round: what is measured once, and clearing up."""

    @abstractmethod
    def figures(self) -> Sequence[Figure]:
        """What the rounds come to."""
