"""Tokens that are refused before they end; signing keys as files have them; the request id that services take over."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey
from starlette.types import Message, Receive, Scope, Send

from services.gateway.disabled import AccountDisabled, Disabled, TokenRevoked
from services.gateway.domain import covers
from services.gateway.tokens import Signer
from shared.auth import Actor, Place, Role, Verifier
from shared.db import Read
from shared.edge import Edge
from shared.ids import new_id
from shared.settings import Settings


class Table:
    """Rows as `Disabled.read` asks for them."""

    def __init__(self, **accounts: tuple[int, bool]) -> None:
        self._rows = [{"account_id": n, "version": v, "disabled": d} for n, (v, d) in accounts.items()]

    async def fetch(self, _: str) -> list[dict[str, Any]]:
        return self._rows


async def look(disabled: Disabled, **accounts: tuple[int, bool]) -> None:
    table: Any = Table(**accounts)
    read: Read = table
    await disabled.read(read)


def actor(version: int) -> Actor:
    return Actor("a", "staff", Role.ADMIN, frozenset(), Place(), version)


async def test_tokens_from_before_a_disablement_stay_refused() -> None:
    disabled = Disabled()
    await look(disabled, a=(2, True))
    for version in (1, 2):
        with pytest.raises(AccountDisabled):
            disabled.check(actor(version))
    await look(disabled, a=(3, False))
    with pytest.raises(TokenRevoked):
        disabled.check(actor(1))
    disabled.check(actor(3))


async def test_a_look_from_before_the_commit_does_not_undo_what_is_being_committed() -> None:
    disabled = Disabled()
    disabled.expect("a", 2, disabled=True)
    await look(disabled)
    with pytest.raises(AccountDisabled):
        disabled.check(actor(1))


@pytest.mark.parametrize(
    ("division", "place", "expected"),
    [
        ("", None, True),
        ("", "522731", True),
        ("522731", "522731003012/1/2", True),
        ("522731", "522732", False),
        ("522731", None, False),
    ],
)
def test_an_administrator_answers_for_its_own_place(division: str, place: str | None, expected: bool) -> None:
    assert covers(division, place) is expected


@pytest.mark.parametrize("named", ["EdDSA", "Ed25519", None])
async def test_a_key_of_either_name_signs_what_services_verify(tmp_path: Path, named: str | None) -> None:
    key = OKPKey.generate_key("Ed25519", private=True).as_dict(private=True)
    file = tmp_path / "key.json"
    file.write_text(json.dumps({k: v for k, v in key.items() if k != "alg"} | ({"alg": named} if named else {})))
    signer = Signer.load(file, "https://a")
    now = int(datetime.now(UTC).timestamp())
    token = signer.token("x", "staff", "admin", None, frozenset({"staff:admin"}), now, 60, 4)
    found = await Verifier("https://a", "", signer.keys).actor(token)
    assert (found.role, found.account_version) == (Role.ADMIN, 4)
    (published,) = signer.jwks()["keys"]
    assert (published["alg"], published["use"], published["kid"]) == ("Ed25519", "sig", signer.keys.keys[0].kid)
    assert "d" not in published


@pytest.mark.parametrize("content", ["{}", "[]", "nonsense", "public", "curve"])
def test_what_is_no_signing_key_is_refused(tmp_path: Path, content: str) -> None:
    made = {
        "public": OKPKey.generate_key("Ed25519", private=True).as_dict(private=False),
        "curve": ECKey.generate_key("P-256", private=True).as_dict(private=True),
    }
    file = tmp_path / "key.json"
    file.write_text(json.dumps(made[content]) if content in made else content)
    with pytest.raises(ValueError, match=r"private Ed25519|JSON|Expecting"):
        Signer.load(file, "https://a")


@pytest.mark.parametrize("behind", [True, False])
async def test_only_services_behind_the_gateway_take_a_request_id_over(behind: bool) -> None:
    given = new_id()
    for sent, taken in ((given, behind), ("not an id", False)):
        seen: list[str] = []

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            seen.append(scope["anju.request_id"])  # noqa: B023
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})

        async def receive() -> Message:
            return {"type": "http.request"}

        async def send(_: Message) -> None: ...

        scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"x-request-id", sent.encode())]}
        settings = Settings.model_validate({"database_url": "postgresql://unused", "behind_gateway": behind})
        await Edge(app, settings)(scope, receive, send)
        assert (seen == [sent]) is taken


def _b64(data: bytes) -> str:
    import base64

    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


_ODD_HEADERS = [
    b'{"alg":"Ed25519","crit":5}',
    b'{"alg":"Ed25519","crit":[{}]}',
    b'{"alg":5}',
    b'{"alg":["Ed25519"]}',
    b'{"kid":[]}',
    b'{"alg":"Ed25519","kid":{}}',
    b"[]",
    b"5",
    b"null",
    b"[" * 5000,
    b"\xff\xfe",
    b"",
]


@pytest.mark.parametrize("header", _ODD_HEADERS)
@pytest.mark.parametrize("claims", [b"{}", b"[]", b"null", b'{"exp":"x"}', b"{" * 3000])
async def test_a_token_that_anybody_made_up_is_refused_and_breaks_nothing(header: bytes, claims: bytes) -> None:
    from joserfc.jwk import KeySet, OKPKey

    from shared.auth import Verifier
    from shared.errors import Unauthenticated

    verifier = Verifier("https://a", "", KeySet([OKPKey.generate_key("Ed25519", private=True)]))
    with pytest.raises(Unauthenticated):
        await verifier.actor(f"{_b64(header)}.{_b64(claims)}.{_b64(b'x' * 64)}")
