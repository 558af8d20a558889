"""Agencies that have forms, and the roles of their accounts (domain reference §11.4); data. `declares`: who may declare their forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.registry.codes.domain import Label
from shared.auth import Role


@dataclass(frozen=True, slots=True)
class Agency:
    """`fills`: whose forms they are: with the form's purpose they are filled for these roles only."""

    code: str
    title: Label
    declares: frozenset[Role]
    fills: frozenset[Role]


def _agency(code: str, zh: str, en: str, declares: Role, *others: Role) -> Agency:
    # The developer has every role's rights, on its own machine only.
    return Agency(
        code, Label(zh, en), frozenset({declares, Role.DEVELOPER}), frozenset({declares, *others, Role.DEVELOPER})
    )


AGENCIES: Mapping[str, Agency] = {
    agency.code: agency
    for agency in (
        _agency(
            "civil-affairs",
            "民政部门",
            "Civil affairs",
            Role.COUNTY_CIVIL_AFFAIRS,
            Role.STREET_WELFARE_CLERK,
        ),
        _agency("social-insurance", "社会保险经办机构", "Social insurance agency", Role.INSURANCE_AGENCY),
        _agency("medical-insurance", "医疗保障经办机构", "Medical insurance agency", Role.INSURANCE_AGENCY),
        _agency("employment", "公共就业服务机构", "Public employment service", Role.EMPLOYMENT_SERVICE),
    )
}
