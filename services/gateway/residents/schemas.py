"""What the gateway takes and shows of residents' app accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from shared.http import Body, View
from shared.shapes import Id, Plain

ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
JWT = "urn:ietf:params:oauth:token-type:jwt"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"

_EXAMPLE_ID = "0198c0de-0000-7000-8000-000000000001"


class BindingBody(Body):
    """An app account and the person it is of. `account`: the `sub` that the issuer gives it (opaque; a phone or ID number is refused).
    `evidence`: what was seen, without personal data."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "issuer": "https://login.example",
                    "account": "u-7f3a91",
                    "person_id": _EXAMPLE_ID,
                    "evidence": "身份证原件与本人核对，窗口登记 2026-118",
                }
            ]
        }
    )

    issuer: Annotated[str, Field(min_length=1, max_length=200), Plain]
    account: Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[!-~]+$"), Plain]
    person_id: Id
    evidence: Annotated[str, Field(min_length=2, max_length=200), Plain]


class RevocationBody(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "手机遗失"}]})

    reason: Annotated[str, Field(min_length=2, max_length=200), Plain]


class BindingView(View):
    """Who bound which app account to which person, on what evidence; and who revoked it."""

    binding_id: str
    issuer: str
    account: str
    person_id: str
    evidence: str
    bound_at: datetime
    bound_by: str
    revoked_at: datetime | None
    revoked_by: str | None
    revoked_because: str | None


class ExchangedView(View):
    """A token for a resident (RFC 8693 §2.2.1). It has no scope: what is the resident's own is what it opens."""

    access_token: str
    issued_token_type: Literal["urn:ietf:params:oauth:token-type:access_token"] = ACCESS_TOKEN
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int
