"""Land rights: who may hold what, what a contract may say, how much of a parcel is passed on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.registry.codes.platform import CONTRACT_MODE, LAND_END, LAND_KIND
from services.registry.land.domain import (
    FARMLAND,
    FOREST,
    HOMESTEAD,
    LEASE,
    LENT,
    PARCEL_MOVES,
    SHARE,
    Contract,
    ParcelAction,
    ParcelStatus,
    doubts_of_contract,
    doubts_of_homestead,
    faults_of_contract,
    faults_of_holders,
    faults_of_homestead,
    faults_of_right,
    most_in_use,
    move_parcel,
    years_later,
)
from services.registry.land.schemas import ParcelBody, ParcelChange
from services.registry.persons.domain import IllegalMove
from shared.errors import Fault

RIGHT: dict[str, Any] = {"kind": FARMLAND, "area_mu": "3.20", "grade": "6", "term_to": "2047-12-31", "inherited": False}
CONTRACT = Contract(LEASE, "合作社", date(2026, 1, 1), date(2030, 12, 31), Decimal(450), None, None, True, True)


def codes(faults: list[Fault]) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in faults]


def test_every_move_of_a_parcel_and_no_other() -> None:
    for status, action in product(ParcelStatus, ParcelAction):
        if (status, action) in PARCEL_MOVES:
            assert move_parcel(status, action) is PARCEL_MOVES[status, action]
        else:
            with pytest.raises(IllegalMove):
                move_parcel(status, action)


def test_kinds_and_modes_are_those_of_the_lists() -> None:
    assert {FARMLAND, FOREST, HOMESTEAD} == LAND_KIND.codes
    assert {LEASE, SHARE, LENT} < CONTRACT_MODE.codes


def test_moving_away_is_no_reason_for_a_right_to_end() -> None:
    said = " ".join(f"{label.zh} {label.en}" for label in LAND_END.labels.values())
    assert "迁" not in said
    assert "mov" not in said


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({}, []),
        ({"grade": None}, []),
        ({"grade": "national-forest"}, [("/grade", "grade-of-another-kind")]),
        ({"kind": FOREST}, [("/grade", "grade-of-another-kind")]),
        ({"kind": FOREST, "grade": "national-forest"}, []),
        ({"kind": HOMESTEAD, "grade": None, "term_to": None}, []),
        (
            {"kind": HOMESTEAD},
            [("/grade", "grade-of-another-kind"), ("/term_to", "homestead-without-term")],
        ),
    ],
)
def test_what_a_right_cannot_be(change: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    assert codes(faults_of_right(RIGHT | change)) == faults


@pytest.mark.parametrize(
    ("holders", "faults"),
    [
        ([("a", None)], []),
        ([("a", None), ("b", None)], []),
        ([("a", "1/3"), ("b", "2/3")], []),
        ([("a", "1/3"), ("b", "1/3")], []),
        ([("a", "1/3"), ("b", "1/3"), ("c", "1/3")], []),
        ([("a", "1/2"), ("b", None)], [("/holders", "shares-half")]),
        ([("a", "1/2"), ("b", "2/3")], [("/holders", "shares-over-one")]),
        ([("a", None), ("b", None), ("a", None)], [("/holders/2/person_id", "holder-repeated")]),
    ],
)
def test_who_may_hold_a_right(holders: list[tuple[str, str | None]], faults: list[tuple[str, str]]) -> None:
    assert codes(faults_of_holders([{"person_id": p, "share": s} for p, s in holders])) == faults


@given(st.lists(st.fractions(Fraction(1, 9999), 1, max_denominator=9999), min_size=1, max_size=8))
def test_shares_are_refused_just_where_they_exceed_the_whole(shares: list[Fraction]) -> None:
    holders = [{"person_id": str(n), "share": f"{s.numerator}/{s.denominator}"} for n, s in enumerate(shares)]
    assert bool(faults_of_holders(holders)) is (sum(shares) > 1)


@pytest.mark.parametrize(
    ("kind", "house", "faults"),
    [
        (HOMESTEAD, None, []),
        (HOMESTEAD, ("pending", None), []),
        (HOMESTEAD, ("demolished", None), []),
        (HOMESTEAD, ("kept", "shared-wall"), []),
        (HOMESTEAD, ("kept", None), [("/homestead/kept_because", "kept-half")]),
        (HOMESTEAD, ("demolished", "shared-wall"), [("/homestead/kept_because", "kept-half")]),
        (FOREST, ("pending", None), [("/homestead", "not-a-homestead")]),
    ],
)
def test_the_old_house(kind: str, house: tuple[str, str | None] | None, faults: list[tuple[str, str]]) -> None:
    said = house and {"old_house": house[0], "kept_because": house[1], "agreement_on": None}
    assert codes(faults_of_homestead(kind, said)) == faults
    assert bool(doubts_of_homestead(said)) is (house is not None and house[0] == "demolished")


@pytest.mark.parametrize(
    ("right", "change", "faults"),
    [
        ({}, {}, []),
        ({}, {"last_on": date(2047, 12, 31)}, []),
        ({}, {"last_on": date(2048, 1, 1)}, [("/to", "contract-beyond-term")]),
        ({"term_to": None}, {"last_on": date(2099, 1, 1)}, []),
        ({"kind": HOMESTEAD, "term_to": None}, {}, [("/mode", "contract-on-homestead")]),
        ({}, {"price_per_mu": None}, [("/price_per_mu", "price-missing")]),
        ({}, {"mode": SHARE}, [("/share_terms", "share-terms-missing")]),
        ({}, {"mode": SHARE, "share_terms": "保底加分红"}, []),
        ({}, {"written": False}, [("/written", "contract-not-written")]),
        ({}, {"written": False, "mode": LENT}, [("/written", "contract-not-written")]),
        ({}, {"written": False, "mode": LENT, "last_on": date(2026, 12, 31), "registered": False}, []),
        (
            {},
            {"written": False, "mode": LENT, "last_on": date(2027, 1, 1), "registered": False},
            [("/written", "contract-not-written")],
        ),
        (
            {},
            {"written": False, "last_on": date(2026, 6, 30), "registered": False},
            [("/written", "contract-not-written")],
        ),
        ({}, {"last_on": date(2030, 12, 30)}, [("/registered", "too-short-to-register")]),
        ({}, {"area_mu": Decimal("3.20")}, []),
        ({}, {"area_mu": Decimal("3.21")}, [("/area_mu", "contract-over-area")]),
    ],
)
def test_what_stands_against_a_contract(
    right: dict[str, Any], change: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    assert codes(faults_of_contract(RIGHT | right, replace(CONTRACT, **change), [])) == faults


def test_a_contract_of_a_right_without_a_known_term_is_worth_a_look() -> None:
    assert codes(doubts_of_contract(RIGHT | {"term_to": None})) == [("/to", "term-unknown")]
    assert doubts_of_contract(RIGHT) == []


def test_one_contract_after_another_but_not_two_at_a_time() -> None:
    after = replace(CONTRACT, first_on=date(2031, 1, 1), last_on=date(2036, 1, 1))
    within = replace(after, first_on=date(2030, 12, 31))
    assert faults_of_contract(RIGHT, after, [CONTRACT]) == []
    assert codes(faults_of_contract(RIGHT, within, [CONTRACT])) == [("/from", "contract-over-area")]
    halves = [replace(CONTRACT, area_mu=Decimal("1.60"))]
    assert faults_of_contract(RIGHT, replace(CONTRACT, area_mu=Decimal("1.60")), halves) == []


spans = st.tuples(st.integers(0, 40), st.integers(0, 20), st.one_of(st.none(), st.integers(1, 300)))


@given(st.lists(spans, max_size=8))
def test_the_most_in_use_is_that_of_the_busiest_day(drawn: list[tuple[int, int, int | None]]) -> None:
    whole, day = Decimal(3), date(2026, 1, 1)
    contracts = [
        replace(
            CONTRACT,
            first_on=day + timedelta(start),
            last_on=day + timedelta(start + length),
            area_mu=None if area is None else Decimal(area) / 100,
        )
        for start, length, area in drawn
    ]
    by_day = [
        sum((c.area_mu or whole for c in contracts if c.first_on <= day + timedelta(n) <= c.last_on), Decimal(0))
        for n in range(62)
    ]
    assert most_in_use(contracts, whole) == max(by_day)


def test_a_year_of_29_february() -> None:
    assert years_later(date(2024, 2, 29), 1) == date(2025, 3, 1)
    assert years_later(date(2024, 2, 29), 4) == date(2028, 2, 29)


def _body(**change: Any) -> dict[str, Any]:
    holder = {"person_id": "0199aaaa-0000-7000-8000-000000000001"}
    return {
        "kind": FARMLAND,
        "certificate_no": "522328100200010001J",
        "village": "522328100200",
        "area_mu": "3.2",
        "holders": [holder],
        "since": "2017-12-31",
    } | change


def test_areas_are_texts_to_a_hundredth_of_a_mu() -> None:
    assert ParcelBody.model_validate(_body()).facts()["right"]["area_mu"] == "3.20"
    for wrong in ("0", "3.205", "-1", "1e9"):
        with pytest.raises(ValidationError):
            ParcelBody.model_validate(_body(area_mu=wrong))


@pytest.mark.parametrize(
    ("number", "taken"),
    [
        ("522328100200010001J", True),
        ("522328100200010001J-0003", True),
        ("黔（2019）惠水县不动产权第0001234号", True),
        ("林权证字(2010)第0012号", True),
        ("522328198001010011", False),
        ("52232819800101001X", False),
        ("<b>", False),
    ],
)
def test_certificate_numbers(number: str, taken: bool) -> None:
    try:
        ParcelBody.model_validate(_body(certificate_no=number))
    except ValidationError:
        assert not taken
    else:
        assert taken


def test_a_change_holds_only_what_is_given() -> None:
    assert ParcelChange.model_validate({"area_mu": "3.15"}).facts() == {"right": {"area_mu": "3.15"}}
    assert ParcelChange.model_validate({"homestead": None}).facts() == {"homestead": None}
    assert ParcelChange.model_validate({"grade": None}).facts() == {"right": {"grade": None}}
    with pytest.raises(ValidationError):
        ParcelChange.model_validate({"area_mu": None})
