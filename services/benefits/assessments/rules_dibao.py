"""The rules of the decision table for a household's dibao (低保), one function for each row, and their order; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from services.benefits.assessments import parameters as names
from services.benefits.assessments.facts import NO_DIBAO, Dibao, HouseholdFacts, Outcome
from services.benefits.assessments.parameters import OTHER_COUNTY, InForce, MoveClass, move_class
from services.benefits.assessments.sheets import Route, Row, representatives
from services.benefits.assessments.unknowns import Sheet
from shared.divisions import county


@dataclass(frozen=True, slots=True)
class Hukou:
    """The county of a household's hukou; None: its members have it in different counties."""

    county: str | None


class HouseholdSheet(Sheet):
    """One household on one day, for dibao."""

    def __init__(self, facts: HouseholdFacts, parameters: InForce, on: date) -> None:
        super().__init__()
        self.facts, self.parameters, self.on = facts, parameters, on

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Values for a place that is not known."""
        facts = self.facts
        paid = facts.dibao.division if facts.dibao else None
        known = (facts.residence_division, paid, *(member.hukou_division for member in facts.members))
        return representatives(division for division in known if division)

    def paid_at(self) -> str | None:
        """The place that pays dibao now; None: the household draws none."""
        dibao = self.ask("dibao", self.facts.dibao, self._possible_dibao)
        return self.ask("dibao-division", dibao.division, lambda: self.places) if dibao.receiving else None

    def _possible_dibao(self) -> Iterator[Dibao]:
        yield NO_DIBAO
        for place in self.places:
            yield Dibao(True, place)

    def hukou(self) -> str | None:
        """The county where all members have their hukou; None: they have it in different counties."""
        known = {county(member.hukou_division) for member in self.facts.members if member.hukou_division}
        if len(known) > 1:
            return None
        complete = known and all(member.hukou_division for member in self.facts.members)
        one = known.pop() if complete else None
        return self.ask("household-hukou", Hukou(one) if one else None, lambda: self._possible_hukou(known)).county

    def _possible_hukou(self, known: set[str]) -> Iterator[Hukou]:
        if len(self.facts.members) > 1:
            yield Hukou(None)
        yield from map(Hukou, known or map(county, self.places))

    def hukou_moved(self) -> bool:
        """A member's hukou moved; where all have it in one county, the household's did."""
        return self._any("hukou-moved", (member.hukou_moved for member in self.facts.members))

    def permit_held(self) -> bool:
        """A member holds a residence permit: one member applies for all."""
        return self._any("residence-permit", (member.residence_permit for member in self.facts.members))

    def _any(self, fact: str, values: Iterable[bool | None]) -> bool:
        found = set(values)
        if True in found or None not in found:
            return True in found
        return self.ask(fact, None, lambda: (False, True))

    def new_place(self) -> str:
        """Where dibao would be paid: the moved hukou's county, else the residence."""
        hukou = self.hukou() if self.hukou_moved() else None
        return hukou or self.facts.residence_division


def household_case_open(s: HouseholdSheet) -> bool:
    """One dibao case of a household at a time. Relief Measures (Order 649) art. 11."""
    return s.facts.open_case


def no_dibao(s: HouseholdSheet) -> bool:
    """The household draws no dibao, so there is none to move. Relief Measures art. 9."""
    return s.paid_at() is None


def hukou_in_different_counties(s: HouseholdSheet) -> bool:
    """Members' hukou in different counties: a clerk picks the place. 民发〔2021〕57号 art. 5."""
    return s.paid_at() is not None and s.hukou() is None


def _dibao_move(s: HouseholdSheet) -> tuple[MoveClass, str, str] | None:
    old = s.paid_at()
    new = s.new_place() if old else None
    return (move_class(old, new), old, new) if old and new else None


def dibao_in_county(s: HouseholdSheet) -> bool:
    """Inside the county: the file is handed on. Relief Measures art. 11-13."""
    move = _dibao_move(s)
    return move is not None and move[0] is MoveClass.INTRA_COUNTY


def _opens_to(s: HouseholdSheet, place: str) -> bool:
    if s.hukou_moved():
        return True
    if not s.parameters.flag(names.DIBAO_OPEN_TO_RESIDENCE, place):
        return False
    return not s.parameters.flag(names.DIBAO_PERMIT_REQUIRED, place) or s.permit_held()


def dibao_in_province(s: HouseholdSheet) -> bool:
    """Another county, hukou moved or open to residence: certify out, enrol in. Relief Measures art. 11; 民发〔2021〕57号 art. 4-5."""
    move = _dibao_move(s)
    return move is not None and move[0] in OTHER_COUNTY and _opens_to(s, move[2])


def dibao_to_province(s: HouseholdSheet) -> bool:
    """Another province, likewise: a new application there. Relief Measures art. 11; 民发〔2021〕57号 art. 4-5."""
    move = _dibao_move(s)
    return move is not None and move[0] is MoveClass.INTER_PROVINCE and _opens_to(s, move[2])


def dibao_stays(s: HouseholdSheet) -> bool:
    """Otherwise the hukou place goes on. Relief Measures art. 11."""
    move = _dibao_move(s)
    return move is not None and move[0] is not MoveClass.INTRA_COUNTY and not _opens_to(s, move[2])


def reclass_to_urban(s: HouseholdSheet) -> bool:
    """Rural dibao turns urban inside the county, if the hukou moved or the setting says so. Relief Measures art. 12-13 (4.6)."""
    dibao = s.facts.dibao
    if dibao is None or dibao.household_class != "rural" or not dibao_in_county(s):
        return False
    return s.parameters.flag(names.DIBAO_RECLASS_ON_RESIDENCE, s.facts.residence_division) or s.hukou_moved()


def _by_household(s: HouseholdSheet) -> Route:
    return Route(s.paid_at(), s.new_place(), False)


DIBAO_TABLE: tuple[Row[HouseholdSheet], ...] = (
    Row("case-open", Outcome.KEEP, household_case_open),
    Row("not-in-scheme", Outcome.NOT_APPLICABLE, no_dibao),
    Row("unknown:household-hukou", Outcome.UNDETERMINED, hukou_in_different_counties),
    Row("same-county", Outcome.CHANGE, dibao_in_county, _by_household),
    Row("certify-out-enrol-in", Outcome.TRANSFER, dibao_in_province, _by_household),
    Row("new-application", Outcome.TRANSFER, dibao_to_province, _by_household),
    Row("hukou-not-moved", Outcome.KEEP, dibao_stays),
)
