"""Identity numbers, credit codes and phones, with the vectors of the domain notes (7.1, 7.2); all synthetic."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import identity
from shared.identity import BadCreditCode, BadIdNumber, BadPhone

TODAY = date(2026, 11, 24)
DEMO = frozenset({"522799"})
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def made(area: str, born: str, sequence: int) -> str:
    """A number with the check digit of the standard's own formula."""
    body = f"{area}{born}{sequence:03d}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True)) % 11]


@pytest.mark.parametrize(
    ("number", "sex", "birth_on"),
    [
        ("522731190001010021", "2", date(1900, 1, 1)),
        ("522731190001010013", "1", date(1900, 1, 1)),
        ("522722190101010030", "1", date(1901, 1, 1)),
    ],
)
def test_reads_the_vectors_of_the_standard(number: str, sex: str, birth_on: date) -> None:
    check = identity.check_id_number(number, TODAY)
    assert (check.value, check.sex, check.birth_on, check.area) == (number, sex, birth_on, number[:6])
    assert check.warnings == ()


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("522731190002290010", "id-number-birth-date"),
        (made("522731", "18991231", 1), "id-number-birth-date"),
        (made("522731", "00000101", 1), "id-number-birth-date"),
        (made("522731", "19991301", 1), "id-number-birth-date"),
        ("522731190001010022", "id-number-checksum"),
        (made("522799", "20261125", 1), "id-number-birth-in-future"),
        ("522731000101002", "id-number-length"),
        ("52273119000101002", "id-number-length"),
        ("5227311900010100211", "id-number-length"),
        ("", "id-number-length"),
        ("52273119000101X021", "id-number-characters"),
        ("52273119000101002Y", "id-number-characters"),
        ("５２２７３１190001010021", "id-number-characters"),
        (" 52273119000101002", "id-number-characters"),
    ],
)
def test_refuses_with_a_stable_code_and_never_repeats_the_number(number: str, code: str) -> None:
    with pytest.raises(BadIdNumber) as refused:
        identity.check_id_number(number, TODAY)
    error = refused.value
    assert error.code == code
    assert error.en
    assert error.zh
    assert not number or number not in f"{error!r}{error.en}{error.zh}"
    assert error.__cause__ is None or error.__suppress_context__


def test_tells_that_15_digits_are_no_longer_valid() -> None:
    with pytest.raises(BadIdNumber, match="no longer valid"):
        identity.check_id_number("522731000101002", TODAY)
    with pytest.raises(BadIdNumber, match="18 characters"):
        identity.check_id_number("fifteen letters", TODAY)


def test_a_birth_today_is_taken() -> None:
    assert identity.check_id_number(made("522799", "20261124", 2), TODAY, DEMO).birth_on == TODAY


def test_raises_a_small_x() -> None:
    number = next(n for s in range(1, 999) if (n := made("522799", "19000101", s)).endswith("X"))
    assert identity.check_id_number(number.lower(), TODAY, DEMO).value == number


def test_an_unknown_area_warns_and_the_demo_setting_knows_its_own() -> None:
    number = made("522799", "19000101", 7)
    assert identity.check_id_number(number, TODAY).warnings == ("id-number-area-unknown",)
    assert identity.check_id_number(number, TODAY, DEMO).warnings == ()


def test_an_area_abolished_since_does_not_warn() -> None:
    assert identity.check_id_number(made("522401", "19000101", 7), TODAY).warnings == ()


def test_a_log_of_the_check_shows_neither_number_nor_birth() -> None:
    shown = repr(identity.check_id_number("522731190001010021", TODAY))
    assert "19000101" not in shown
    assert "1900, 1, 1" not in shown


@given(st.integers(100000, 999999), st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999))
def test_takes_every_well_made_number_and_no_changed_digit(area: int, birth_on: date, sequence: int) -> None:
    number = made(str(area), f"{birth_on:%Y%m%d}", sequence)
    check = identity.check_id_number(number, TODAY)
    assert (check.birth_on, check.sex) == (birth_on, "1" if sequence % 2 else "2")
    for place in range(17):
        changed = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        with pytest.raises(BadIdNumber, match="check digit"):
            identity.check_id_number(changed, TODAY)


@given(st.text(max_size=20) | st.text("0123456789Xx", min_size=15, max_size=18))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        outcome = identity.check_id_number(text, TODAY).area
    except BadIdNumber as refused:
        outcome = refused.code
    assert re.fullmatch(r"[0-9]{6}|id-number-.+", outcome)


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        ("91350100M000100Y43", ()),
        ("91522731MA6DHL2X2L", ()),
        ("91522731ma6dhl2x2l", ()),
        ("91522731MA6DHL2X2K", ("credit-code-checksum",)),
        ("91522731MA6DHL2X3P", ("credit-code-organisation-checksum",)),
        ("91522731MA6DHL2X1L", ("credit-code-checksum", "credit-code-organisation-checksum")),
    ],
)
def test_a_credit_code_that_fails_its_check_only_warns(text: str, warnings: tuple[str, ...]) -> None:
    check = identity.check_credit_code(text)
    assert (check.value, check.division, check.warnings) == (text.upper(), text[2:8], warnings)


def test_takes_a_rural_collective_whose_department_is_a_letter() -> None:
    assert identity.check_credit_code("N2522731MF00000000").value == "N2522731MF00000000"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "credit-code-length"),
        ("91522731MA6DHL2X2", "credit-code-length"),
        ("91522731MA6DHL2I2L", "credit-code-characters"),
        ("9152273XMA6DHL2X2L", "credit-code-characters"),
        ("91522731MA6DHL2X2 ", "credit-code-characters"),
        ("91522731MA6DHL2X2\n", "credit-code-characters"),
    ],
)
def test_refuses_what_is_no_credit_code(text: str, code: str) -> None:
    with pytest.raises(BadCreditCode) as refused:
        identity.check_credit_code(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("13812345678", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("+86-138-1234-5678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("0854-6221234", "0854-6221234"),
        ("08546221234", "0854-6221234"),
        ("(0851) 86221234", "0851-86221234"),
        ("010-62212345", "010-62212345"),
        ("02162212345", "021-62212345"),
        ("+86 854 6221234", "0854-6221234"),
        ("+86 10 62212345", "010-62212345"),
    ],
)
def test_normalises_phones(text: str, phone: str) -> None:
    assert identity.normalise_phone(text) == phone
    assert identity.normalise_phone(phone) == phone


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12812345678",
        "1381234567",
        "138123456789",
        "6221234",
        "854 6221234",
        "0854-1221234",
        "0154-6221234",
        "0854-6221234-8",
        "08546221234-801",
        "+852 61234567",
        "+86",
        "１３８12345678",
        "13812345678\n",
    ],
)
def test_refuses_other_phones_without_repeating_them(text: str) -> None:
    with pytest.raises(BadPhone) as refused:
        identity.normalise_phone(text)
    assert refused.value.code == "phone-format"
    assert not text or text not in str(refused.value)
