"""What the registry takes and shows of land rights. Areas and prices are decimal texts."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from services.registry import examples
from services.registry.codes.platform import CONTRACT_MODE, LAND_END, LAND_GRADE, LAND_KIND, OLD_HOUSE, OLD_HOUSE_KEPT
from services.registry.codes.schemas import Of
from services.registry.land.domain import Contract
from services.registry.schemas import SourceOf, in_order
from shared.http import Body, View, WarningView
from shared.shapes import CommunityCode, Day, Id, Name, Plain
from shared.validation import Wrong

_ID_NUMBER = re.compile(r"\d{15}|\d{17}[\dXx]", re.ASCII)


def _no_id_number(text: str) -> str:
    if _ID_NUMBER.fullmatch(text):
        raise Wrong(
            "certificate-is-id-number", "looks like an ID number, not a certificate", "似为身份证号，不是权证编号"
        )
    return text


CertificateNo = Annotated[
    str,
    Field(min_length=4, max_length=40, pattern=r"^[0-9A-Za-z\u4e00-\u9fff()（）〔〕\[\]\-—/]+$"),
    AfterValidator(_no_id_number),
]
"""Number of the certificate of the right; where one certificate is of several parcels, with the number of the parcel behind it."""


def _to_cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))


Mu = Annotated[Decimal, Field(gt=0, le=99_999, decimal_places=2), AfterValidator(_to_cents)]
"""Area in mu (亩, 1/15 ha), to 0.01."""
Price = Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=2), AfterValidator(_to_cents)]
Share = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}/[1-9][0-9]{0,3}$")]
"""A fraction of the whole: 1/4."""


class HolderBody(Body):
    """Who holds the right: a person of the registry. Without shares they hold it jointly, as a household does."""

    person_id: Id
    share: Share | None = None


Holders = Annotated[list[HolderBody], Field(min_length=1, max_length=30)]


class HomesteadBody(Body):
    """The old house, and the agreement to give the homestead up (《旧宅基地腾退协议》)."""

    old_house: Annotated[str, Of(OLD_HOUSE)]
    kept_because: Annotated[str, Of(OLD_HOUSE_KEPT)] | None = None
    agreement_on: Day | None = None


_RIGHT = {"kind", "certificate_no", "village", "area_mu", "grade", "term_to", "inherited"}


class ParcelBody(Body):
    """A land right that people keep where they moved from. `term_to`: the last day of the contract with the collective (承包期)."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PARCEL]})

    kind: Annotated[str, Of(LAND_KIND)]
    certificate_no: CertificateNo
    village: CommunityCode
    area_mu: Mu
    grade: Annotated[str, Of(LAND_GRADE)] | None = None
    term_to: Day | None = None
    inherited: bool = False
    """A homestead that came with an inherited house may stand beside the household's own."""
    holders: Holders
    homestead: HomesteadBody | None = None
    since: Day
    source: SourceOf = "staff"

    def facts(self) -> dict[str, Any]:
        return {
            "right": self.model_dump(mode="json", include=_RIGHT),
            **self.model_dump(mode="json", include={"holders", "homestead"}),
        }


class ParcelChange(Body):
    """What is given takes the place of what was known, from `since` on (today unless said)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"area_mu": "3.15", "since": "2020-01-01"}]})

    certificate_no: CertificateNo | None = None
    village: CommunityCode | None = None
    area_mu: Mu | None = None
    grade: Annotated[str, Of(LAND_GRADE)] | None = None
    term_to: Day | None = None
    inherited: bool | None = None
    holders: Holders | None = None
    homestead: HomesteadBody | None = None
    since: Day | None = None
    source: SourceOf = "staff"

    @model_validator(mode="after")
    def _needed(self) -> ParcelChange:
        for name in self.model_fields_set & {"certificate_no", "village", "area_mu", "inherited", "holders"}:
            if getattr(self, name) is None:
                raise Wrong("needed", f"{name} cannot be unknown", f"{name} 不能为空")
        return self

    def facts(self) -> dict[str, Any]:
        """Only what was given."""
        right = self.model_dump(mode="json", include=self.model_fields_set & _RIGHT)
        others = self.model_dump(mode="json", include=self.model_fields_set & {"holders", "homestead"})
        return others | ({"right": right} if right else {})


class ParcelEndBody(Body):
    """Since which day the right is no more, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2026-10-01", "because": "taken"}]})

    on: Day
    because: Annotated[str, Of(LAND_END)]
    source: SourceOf = "staff"


class ContractBody(Body):
    """A contract by which the use of farmland or forest is passed on (流转合同). `from` and `to` are its first and last day."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.LAND_CONTRACT]}, populate_by_name=True)

    mode: Annotated[str, Of(CONTRACT_MODE)]
    party: Name
    """To whom: a firm, a cooperative, a person."""
    first_on: Annotated[Day, Field(alias="from")]
    last_on: Annotated[Day, Field(alias="to")]
    price_per_mu: Price | None = None
    """Yuan a mu and year."""
    share_terms: Annotated[str, Field(min_length=2, max_length=200), Plain] | None = None
    area_mu: Mu | None = None
    """Absent: the whole parcel."""
    written: bool = True
    registered: bool = False
    source: SourceOf = "staff"

    @model_validator(mode="after")
    def _ordered(self) -> ContractBody:
        in_order(self.first_on, self.last_on)
        return self

    def contract(self) -> Contract:
        return Contract(
            self.mode,
            self.party,
            self.first_on,
            self.last_on,
            self.price_per_mu,
            self.share_terms,
            self.area_mu,
            self.written,
            self.registered,
        )


class ContractEndBody(Body):
    """The last day of a contract that ended before its time."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2026-10-31", "because": "双方协商解除"}]})

    on: Day
    because: Annotated[str, Field(min_length=2, max_length=120), Plain]
    source: SourceOf = "staff"


class HolderView(View):
    person_id: str
    share: str | None


class ContractView(View):
    contract_id: str
    mode: str
    party: str
    """In full for staff on duty for the place, masked otherwise."""
    first_on: Annotated[date, Field(serialization_alias="from")]
    last_on: Annotated[date, Field(serialization_alias="to")]
    agreed_to: date
    """The last day as agreed; `to` may come before."""
    price_per_mu: str | None
    share_terms: str | None
    area_mu: str | None
    written: bool
    registered: bool
    ended_because: str | None


class ParcelView(View):
    parcel_id: str
    version: int
    status: Literal["held", "ended", "withdrawn"]
    kind: str
    certificate_no: str
    """In full for staff on duty for the place; the last four otherwise."""
    village: str
    area_mu: str
    grade: str | None
    term_to: date | None
    inherited: bool
    holders: list[HolderView]
    others_hold: str | None
    """What of the whole people outside the registry hold; null where it is held jointly, or by nobody else."""
    homestead: dict[str, Any] | None
    ended_on: date | None
    contracts: list[ContractView]
    warnings: list[WarningView] = []


class ParcelRow(View):
    parcel_id: str
    status: str
    kind: str
    certificate_no: str
    """The last four."""
    village: str
    area_mu: str
    holders: list[str]
    """Ids."""
    contract_to: date | None
    """The last day of the contract that is over last."""


class ParcelThen(View):
    """A parcel on a day (`as_of`), by what was known at an instant (`known_at`; null: by what is known now)."""

    parcel_id: str
    as_of: date
    known_at: datetime | None
    ended: str | None
    """Why the right was no more on that day; null: it was held."""
    right: dict[str, Any] | None
    holders: list[HolderView]
    homestead: dict[str, Any] | None
    contracts: list[ContractView]
