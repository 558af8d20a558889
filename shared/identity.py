"""Numbers of people and bodies: identity number (公民身份号码), birth certificate (出生医学证明), credit code (统一社会信用代码), phone.

Refusals are `Wrong`, so these serve as validators of a body too: a stable code and texts, never the number itself.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date

from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidComponent

from shared import divisions
from shared.validation import Wrong

MALE, FEMALE = "1", "2"  # GB/T 2261.1
AREA_UNKNOWN = "id-number-area-unknown"
CREDIT_CODE_CHECKSUM = "credit-code-checksum"
CREDIT_CODE_ORGANISATION = "credit-code-organisation-checksum"

_ID_NUMBER = re.compile(r"\d{17}[\dX]", re.ASCII)
_OLD_ID_NUMBER = re.compile(r"\d{15}", re.ASCII)
_EARLIEST_BIRTH = date(1900, 1, 1)
_CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}", re.ASCII)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"(010|02\d|0[3-9]\d{2})([2-8]\d{6,7})", re.ASCII)
_EXTENSION = re.compile(r"[2-8]\d{6,7}[ -]\d{1,4}$", re.ASCII)
_BIRTH_CERTIFICATE = re.compile(r"[A-Z]\d{9}", re.ASCII)
_COUNTRY = re.compile(r"(?:\+|00)86|86(?=1\d{10}$)", re.ASCII)


class BadIdNumber(Wrong):
    """Codes: id-number- and length, characters, checksum, birth-date or birth-in-future."""


class BadCreditCode(Wrong):
    """Codes: credit-code-length, credit-code-characters."""


class BadPhone(Wrong):
    """Code: phone-format."""


class BadBirthCertificate(Wrong):
    """Code: birth-certificate-format."""


@dataclass(frozen=True, slots=True)
class IdCheck:
    """An identity number that can be right. `sex`: "1" male, "2" female (GB/T 2261.1); `area` is never the hukou."""

    value: str = field(repr=False)
    birth_on: date = field(repr=False)
    sex: str
    area: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditCodeCheck:
    """A credit code of the right form. `warnings` ask for a look-up: some early pilot codes fail and are legal."""

    value: str
    division: str
    warnings: tuple[str, ...] = ()


def check_id_number(text: str, on: date, known_extra: AbstractSet[str] = frozenset()) -> IdCheck:
    """Reads an 18-character identity number (GB 11643) as of `on`; x becomes X. BadIdNumber says what is wrong.

    An area no table knows is a warning, never a refusal: old codes live on, and no open table has them all.
    """
    value = text.upper()
    _refuse_form(value)
    if ric.calc_check_digit(value) != value[-1]:
        raise BadIdNumber(
            "id-number-checksum", "The check digit of the identity number does not fit", "身份号码校验码错误"
        )
    birth_on = _birth_on(value, on)
    area = value[:6]
    warnings = () if divisions.is_known_area(area, known_extra) else (AREA_UNKNOWN,)
    return IdCheck(value, birth_on, MALE if int(value[16]) % 2 else FEMALE, area, warnings)


def _refuse_form(value: str) -> None:
    if _OLD_ID_NUMBER.fullmatch(value):
        raise BadIdNumber(
            "id-number-length",
            "15-digit identity numbers are no longer valid (since 2013); the 18-character number is needed",
            "15 位身份号码自 2013 年起已停止使用，请填写 18 位号码",
        )
    if len(value) != 18:
        raise BadIdNumber("id-number-length", "An identity number has 18 characters", "身份号码应为 18 位")
    if not _ID_NUMBER.fullmatch(value):
        raise BadIdNumber(
            "id-number-characters",
            "An identity number is 17 digits, then a digit or X",
            "身份号码应为 17 位数字加 1 位数字或 X",
        )


def _birth_on(value: str, on: date) -> date:
    try:
        birth_on = ric.get_birth_date(value)
    except InvalidComponent:
        birth_on = date.min
    if birth_on < _EARLIEST_BIRTH:
        raise BadIdNumber(
            "id-number-birth-date",
            "The identity number holds a date of birth that does not exist or lies before 1900",
            "身份号码中的出生日期不存在或早于 1900 年",
        )
    if birth_on > on:
        raise BadIdNumber(
            "id-number-birth-in-future", "The date of birth lies in the future", "身份号码中的出生日期晚于当前日期"
        )
    return birth_on


def check_credit_code(text: str) -> CreditCodeCheck:
    """Reads an 18-character credit code (GB 32100-2015), in upper case. BadCreditCode on form; check digits only warn.

    The department may be a letter (rural collectives have N2), which python-stdnum's own validation refuses.
    """
    value = text.upper()
    if len(value) != 18:
        raise BadCreditCode("credit-code-length", "A credit code has 18 characters", "统一社会信用代码应为 18 位")
    if not _CREDIT_CODE.fullmatch(value):
        raise BadCreditCode(
            "credit-code-characters",
            "A credit code has digits and capitals without I, O, S, V, Z; characters 3 to 8 are digits",
            "统一社会信用代码由数字和大写字母（不含 I、O、S、V、Z）组成，第 3 至 8 位为数字",
        )
    checks = (
        (CREDIT_CODE_CHECKSUM, uscc.calc_check_digit(value), value[17]),
        (CREDIT_CODE_ORGANISATION, _organisation_check(value[8:16]), value[16]),
    )
    warnings = tuple(code for code, expected, found in checks if expected != found)
    return CreditCodeCheck(value, value[2:8], warnings)


def _organisation_check(body: str) -> str:
    """Check character of an organisation code (GB 11714): base-36 values, weights 3 7 9 10 5 8 4 2, modulo 11."""
    total = sum(int(character, 36) * weight for character, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return "0X987654321"[total % 11]


def normalise_birth_certificate(text: str) -> str:
    """The number of a birth certificate (出生医学证明编号): a letter, which tells the edition, and nine digits; it has no check digit. The
    form is that of the editions up to the seventh (in use since 2023-04-01); the seventh adds a bar code. BadBirthCertificate for
    anything else."""
    value = re.sub(r"[ -]", "", text).upper()
    if not _BIRTH_CERTIFICATE.fullmatch(value):
        raise BadBirthCertificate(
            "birth-certificate-format",
            "The number of a birth certificate is a letter and nine digits",
            "出生医学证明编号应为 1 位字母加 9 位数字",
        )
    return value


def normalise_phone(text: str) -> str:
    """A mainland mobile as its 11 digits, or a landline as `0854-6221234`; +86, 0086, spaces, hyphens and round
    brackets are taken off. BadPhone for anything else (no extensions)."""
    compact = re.sub(r"[ ()-]", "", text)
    national = _COUNTRY.sub("", compact, count=1) if _COUNTRY.match(compact) else compact
    if _MOBILE.fullmatch(national):
        return national
    trunk = national if national == compact or national.startswith("0") else f"0{national}"
    landline = _LANDLINE.fullmatch(trunk)
    if landline is None or _EXTENSION.search(text):
        raise BadPhone(
            "phone-format",
            "A mainland mobile number of 11 digits or a landline with its area code is needed",
            "应为 11 位手机号码或带区号的固定电话号码",
        )
    return f"{landline[1]}-{landline[2]}"
