"""Who may consent to what, when a consent stands, and what is said where it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from services.registry.consents.domain import (
    CONSENT_MOVES,
    ConsentAction,
    ConsentStatus,
    Form,
    Given,
    Giving,
    Guardian,
    Guardianship,
    Individual,
    against_giving,
    move_consent,
    notice_in_force,
    reason_against,
    refusal,
)
from services.registry.consents.notices import NOTICES, Notice
from services.registry.persons.domain import IllegalMove, PersonStatus, Purpose

TODAY = date(2026, 11, 29)
GROWN = Individual("p", PersonStatus.RESIDENT, date(1980, 3, 15))
MOTHER = Individual("m", PersonStatus.RESIDENT, date(1982, 7, 22))
CHILD = Individual("c", PersonStatus.RESIDENT, date(2014, 5, 8))
GIVING = Giving(Purpose.EMPLOYMENT, "employment-1", date(2026, 11, 21), Form.WRITTEN, "TY-1")
BY_MOTHER = replace(GIVING, guardian=Guardian(Guardianship.MOTHER, "m"))
SECOND = Notice("employment-2", Purpose.EMPLOYMENT, date(2026, 6, 1), "notice.employment.2", asks_again=True)
REWORDED = replace(SECOND, asks_again=False)
STANDING = Given("id", ConsentStatus.STANDING, "employment-1")


def codes(
    giving: Giving,
    person: Individual = GROWN,
    guardian: Individual | None = None,
    notices: tuple[Notice, ...] = NOTICES,
) -> list[tuple[str, str]]:
    return [(f.pointer, f.code) for f in against_giving(giving, person, guardian, TODAY, notices)]


def test_nothing_stands_against_a_grown_person_who_consents_to_the_notice_in_force() -> None:
    assert codes(GIVING) == []


def test_all_that_stands_against_a_consent_is_said_at_once() -> None:
    dead_child = replace(CHILD, status=PersonStatus.DECEASED)
    wrong = replace(GIVING, given_on=date(2026, 11, 30), notice="employment-7")
    assert codes(wrong, dead_child) == [
        ("/given_on", "date-in-future"),
        ("/notice", "notice-not-in-force"),
        ("path:person_id", "deceased"),
        ("/guardian", "guardian-missing"),
    ]


@pytest.mark.parametrize("status", [PersonStatus.DECEASED, PersonStatus.WITHDRAWN, PersonStatus.MERGED])
def test_who_is_not_registered_any_more_gives_no_consent(status: PersonStatus) -> None:
    assert codes(GIVING, replace(GROWN, status=status)) == [("path:person_id", str(status))]


@pytest.mark.parametrize("purpose", [p for p in Purpose if p is not Purpose.EMPLOYMENT])
def test_no_consent_is_taken_for_what_rests_on_law(purpose: Purpose) -> None:
    (fault,) = against_giving(replace(GIVING, purpose=purpose, notice=f"{purpose}-1"), GROWN, None, TODAY)
    assert (fault.pointer, fault.code) == ("/purpose", "rests-on-law")
    assert "PIPL-13" in fault.en
    assert "PIPL-13" in fault.zh


@pytest.mark.parametrize(
    ("birth", "given", "guardian_needed"),
    [
        (date(2012, 11, 21), date(2026, 11, 21), False),
        (date(2012, 11, 22), date(2026, 11, 21), True),
        (date(2012, 2, 29), date(2026, 2, 28), True),
        (date(2012, 2, 29), date(2026, 3, 1), False),
    ],
)
def test_until_the_fourteenth_birthday_a_guardian_consents(birth: date, given: date, guardian_needed: bool) -> None:
    child = replace(CHILD, birth_on=birth)
    found = codes(replace(GIVING, given_on=given), child)
    assert found == ([("/guardian", "guardian-missing")] if guardian_needed else [])


def test_a_guardian_may_be_somebody_whom_the_registry_does_not_know() -> None:
    assert codes(replace(GIVING, guardian=Guardian(Guardianship.OTHER)), CHILD) == []


@pytest.mark.parametrize(
    ("guardian", "code"),
    [
        (MOTHER, None),
        (None, "guardian-unknown"),
        (CHILD, "guardian-is-self"),
        (replace(MOTHER, status=PersonStatus.DECEASED), "guardian-gone"),
        (replace(MOTHER, status=PersonStatus.WITHDRAWN), "guardian-gone"),
        (replace(MOTHER, status=PersonStatus.MERGED), "guardian-gone"),
        (replace(MOTHER, birth_on=date(2008, 11, 22)), "guardian-minor"),
        (replace(MOTHER, birth_on=date(2008, 11, 21)), None),
        (replace(MOTHER, status=PersonStatus.MOVED_OUT), None),
    ],
)
def test_who_can_be_a_guardian(guardian: Individual | None, code: str | None) -> None:
    assert codes(BY_MOTHER, CHILD, guardian) == ([("/guardian/person_id", code)] if code else [])


@pytest.mark.parametrize(
    ("given_on", "code"),
    [
        (date(2021, 11, 1), None),
        (date(2021, 10, 31), "before-the-law"),
    ],
)
def test_the_day_of_a_consent(given_on: date, code: str | None) -> None:
    assert codes(replace(GIVING, given_on=given_on)) == ([("/given_on", code)] if code else [])


def test_nobody_consents_before_being_born() -> None:
    born_later = replace(GROWN, birth_on=date(2026, 11, 22))
    assert ("/given_on", "before-birth") in codes(GIVING, born_later)


def test_the_notice_is_that_of_the_day() -> None:
    both = (*NOTICES, SECOND)
    assert notice_in_force(Purpose.EMPLOYMENT, date(2026, 5, 31), both) == notice_in_force(Purpose.EMPLOYMENT, TODAY)
    assert notice_in_force(Purpose.EMPLOYMENT, date(2026, 6, 1), both) == SECOND
    assert codes(GIVING, notices=both) == [("/notice", "notice-not-in-force")]
    assert codes(replace(GIVING, given_on=date(2026, 5, 31)), notices=both) == []


def test_every_purpose_has_a_notice_since_the_law() -> None:
    assert all(notice_in_force(purpose, date(2021, 11, 1)) for purpose in Purpose)
    assert len({notice.notice_id for notice in NOTICES}) == len(NOTICES)


# When it stands


@pytest.mark.parametrize(
    ("given", "notices", "reason"),
    [
        (None, NOTICES, "consent-missing"),
        (STANDING, NOTICES, None),
        (replace(STANDING, status=ConsentStatus.WITHDRAWN), NOTICES, "consent-withdrawn"),
        (STANDING, (*NOTICES, SECOND), "consent-outdated"),
        (STANDING, (*NOTICES, REWORDED), None),
        (STANDING, (*NOTICES, replace(SECOND, valid_from=date(2026, 11, 30))), None),
        (STANDING, (*NOTICES, replace(SECOND, purpose=Purpose.INSURANCE)), None),
        (replace(STANDING, notice="employment-2"), (*NOTICES, SECOND), None),
        (replace(STANDING, notice="unknown"), (*NOTICES, SECOND), "consent-outdated"),
    ],
)
def test_when_a_consent_stands(given: Given | None, notices: tuple[Notice, ...], reason: str | None) -> None:
    assert reason_against(given, Purpose.EMPLOYMENT, TODAY, notices) == reason


def test_a_refusal_names_everybody_and_each_reason_once() -> None:
    error = refusal([("a", "consent-missing"), ("b", "consent-withdrawn"), ("c", "consent-missing")])
    assert [f.code for f in error.faults] == ["consent-missing", "consent-withdrawn"]
    assert [each["person_id"] for each in error.members["people"]] == ["a", "b", "c"]


@pytest.mark.parametrize(("status", "action"), list(product(ConsentStatus, ConsentAction)))
def test_only_a_standing_consent_ends(status: ConsentStatus, action: ConsentAction) -> None:
    if status is ConsentStatus.STANDING:
        assert move_consent(status, action) is CONSENT_MOVES[status, action]
    else:
        with pytest.raises(IllegalMove):
            move_consent(status, action)
