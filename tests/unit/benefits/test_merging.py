"""Whose a case is once its person was found entered twice; what does not go together of two entries."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.benefits.cases.domain import CaseAction, CaseStatus, Held, Recorded, whose
from services.benefits.merging.domain import TEXTS, Entry, alarms

OPEN, PROPOSED, REFUSED, WITHDRAWN = CaseStatus
DIED = CaseAction.PERSON_DIED


def case(
    id_: str, under: str, owner: str = "a", scheme: str = "170", opened: bool = True, dead: bool = False, **held: Any
) -> Recorded:
    """Recorded under an id, in that id's home; the person's home is `h-` and the person."""
    given: dict[str, Any] = {"status": OPEN if opened else PROPOSED} | held
    return Recorded(id_, under, scheme, opened, Held(under, f"h-{under}", **given), owner, f"h-{owner}", dead)


def brief(found: dict[str, Held]) -> dict[str, tuple[str, str, str | None]]:
    return {id_: (held.subject_id, held.status.value, held.duplicate_of) for id_, held in found.items()}


def test_the_persons_own_case_counts_and_another_of_the_scheme_is_set_aside() -> None:
    own, other, more = case("3", "a"), case("1", "b"), case("2", "b", scheme="110", opened=False)
    found = whose([other, more, own])
    assert brief(found) == {"3": ("a", "open", None), "1": ("a", "open", "3"), "2": ("a", "refusal-proposed", None)}
    assert {held.household_id for held in found.values()} == {"h-a"}


def test_of_several_other_ids_one_counts_whichever_was_merged_first() -> None:
    cases = [case("1", "c"), case("2", "b")]
    assert brief(whose(cases)) == brief(whose(cases[::-1])) == {"2": ("a", "open", None), "1": ("a", "open", "2")}


def test_what_ended_stays_as_it_was_and_goes_along() -> None:
    refused = case("1", "b", status=REFUSED)
    back = case("2", "b", status=WITHDRAWN, ended_because=CaseAction.WITHDRAW)
    found = whose([refused, back, case("3", "b")])
    assert brief(found) == {"1": ("a", "refused", None), "2": ("a", "withdrawn", None), "3": ("a", "open", None)}
    assert (found["1"].household_id, found["3"].household_id) == ("h-b", "h-a")


def test_a_death_ends_all_and_only_while_it_is_the_persons() -> None:
    ended = whose([case("1", "a", dead=True), case("2", "b", dead=True, duplicate_of="1")])
    assert {(held.status, held.ended_because, held.duplicate_of) for held in ended.values()} == {
        (WITHDRAWN, DIED, None)
    }
    apart = replace(case("2", "b", owner="b"), held=ended["2"])
    assert whose([apart]) == {"2": Held("b", "h-b", OPEN)}
    proposed = replace(case("2", "b", owner="b", opened=False), held=ended["2"])
    assert whose([proposed]) == {"2": Held("b", "h-b", PROPOSED)}


def entry(home: str = "h1", dibao: str | None = None, **relations: list[tuple[str, str]]) -> Entry:
    """`s390=[(division, state)]`."""
    said = {s[1:]: [{"division": d, "state": state} for d, state in some] for s, some in relations.items()}
    return Entry(home, said, dibao)


@pytest.mark.parametrize(
    ("own", "other", "slugs"),
    [
        (entry(), entry(), []),
        (entry(s390=[("1", "paying")]), entry(s390=[("1", "paying")]), []),
        (entry(s390=[("1", "paying")]), entry(s390=[("2", "paying")]), ["medical-relations-differ"]),
        (entry(s390=[("1", "paying")]), entry(s310=[("1", "paying")]), ["medical-relations-differ"]),
        (entry(s390=[("1", "paying")]), entry(s390=[("2", "ended")]), []),
        (entry(), entry(s390=[("2", "paying")]), []),
        (entry(s390=[("1", "paying"), ("2", "paying")]), entry(s390=[("2", "paying")]), []),
        (
            entry(s310=[("1", "paying")], s390=[("2", "paying")]),
            entry(s310=[("1", "paying")], s390=[("2", "paying")]),
            [],
        ),
        (entry(), entry(s310=[("1", "paying")], s390=[("2", "paying")]), ["medical-relations-differ"]),
        (entry(s170=[("1", "drawing")]), entry(s110=[("1", "retired")]), ["pensions-differ"]),
        (entry(s170=[("1", "paying")]), entry(s110=[("1", "paying")]), []),
        (entry("h1", "1"), entry("h2", "2"), ["dibao-of-two-households"]),
        (entry("h1", "1"), entry("h2", "1"), ["dibao-of-two-households"]),
        (entry("h1", "1"), entry("h1", "1"), []),
        (entry("h1", "1"), entry("h2"), []),
    ],
)
def test_what_does_not_go_together(own: Entry, other: Entry, slugs: list[str]) -> None:
    assert [alarm.slug for alarm in alarms(own, other, [])] == slugs


def test_an_alarm_names_schemes_places_and_cases() -> None:
    (medical,) = alarms(entry(s390=[("1", "paying")]), entry(s310=[("2", "retired")]), [])
    assert (medical.schemes, medical.divisions) == (("310", "390"), ("1", "2"))
    (aside,) = alarms(entry(), entry(), [("170", "c2", "c1")])
    assert (aside.schemes, aside.cases) == (("170",), {"c2": "c1"})
    assert {medical.slug, aside.slug} < set(TEXTS)
