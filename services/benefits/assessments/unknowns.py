"""Answers from facts of which some are unknown; pure.

A question is a function that asks a sheet for facts. `explore` tries an unknown fact with every value that stands for a
class of values and so finds each answer that is possible; `decisive` names the facts that by themselves change it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Unknown(Exception):
    """A question needs a fact that is not known. `values` stand for all it may be, and depend on known facts only."""

    def __init__(self, fact: str, values: tuple[object, ...]) -> None:
        super().__init__(fact)
        self.fact = fact
        self.values = values


class Sheet:
    """Facts as far as they are known, with those assumed for the moment."""

    def __init__(self) -> None:
        self.assumed: dict[str, Any] = {}

    def ask(self, fact: str, known: T | None, values: Callable[[], Iterable[T]]) -> T:
        """The fact as known or assumed; raises Unknown with the values it may have."""
        if known is not None:
            return known
        if fact in self.assumed:
            assumed: T = self.assumed[fact]
            return assumed
        raise Unknown(fact, tuple(values()))


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A leaf: the answer when the facts on the way to it are so."""

    value: T


@dataclass(frozen=True, slots=True)
class Fork(Generic[T]):
    """The answer depends on an unknown fact: one branch for each value, in a fixed order."""

    fact: str
    branches: tuple[Answer[T] | Fork[T], ...]


Tree = Answer[T] | Fork[T]


def explore(question: Callable[[], T], sheet: Sheet) -> Tree[T]:
    """Every answer the question can have over the values of the facts that are not known."""
    try:
        return Answer(question())
    except Unknown as gap:
        fact, values = gap.fact, gap.values
    branches: list[Tree[T]] = []
    for value in values:
        sheet.assumed[fact] = value
        branches.append(explore(question, sheet))
    del sheet.assumed[fact]
    return Fork(fact, tuple(branches))


def answers(tree: Tree[T]) -> Iterator[T]:
    """The answers at the leaves, with repetitions."""
    if isinstance(tree, Answer):
        yield tree.value
        return
    for branch in tree.branches:
        yield from answers(branch)


def only_answer(question: Callable[[], T], sheet: Sheet) -> T | None:
    """The answer, if it is the same whatever the unknown facts are; else None."""
    found = set(answers(explore(question, sheet)))
    return found.pop() if len(found) == 1 else None


def decisive(tree: Tree[T], by: Callable[[T], Hashable]) -> tuple[str, ...]:
    """Facts for which two sets of values exist that differ in this fact alone and give different answers, compared `by`."""
    found: dict[str, None] = {}
    _collect(tree, by, found)
    return tuple(found)


def _collect(tree: Tree[T], by: Callable[[T], Hashable], found: dict[str, None]) -> None:
    if isinstance(tree, Answer):
        return
    first, *others = tree.branches
    if tree.fact not in found and any(_differ(first, other, by) for other in others):
        found[tree.fact] = None
    for branch in tree.branches:
        _collect(branch, by, found)


def _differ(one: Tree[T], two: Tree[T], by: Callable[[T], Hashable]) -> bool:
    """Some set of values of the remaining facts leads the two trees to different answers."""
    if isinstance(one, Fork):
        return any(_differ(branch, _given(two, one.fact, n), by) for n, branch in enumerate(one.branches))
    if isinstance(two, Fork):
        return any(_differ(one, branch, by) for branch in two.branches)
    return by(one.value) != by(two.value)


def _given(tree: Tree[T], fact: str, branch: int) -> Tree[T]:
    """The tree once a fact has the value of that branch."""
    if isinstance(tree, Answer):
        return tree
    if tree.fact == fact:
        return tree.branches[branch]
    return Fork(tree.fact, tuple(_given(below, fact, branch) for below in tree.branches))
