"""Places by role, delays after failures, scopes of tokens, paths that pass, the overview."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc.jwk import OKPKey

from services.gateway.documents import merged
from services.gateway.domain import compose_overview, faults_of_place, locked_until, narrowed, passes
from services.gateway.schemas import StaffRole
from services.gateway.tokens import Signer, fits, hash_secret
from shared.auth import SCOPES, Place, Role, Verifier
from shared.errors import Unauthenticated

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("role", "place", "code"),
    [
        ("block-head", "522731003012/1/3", None),
        ("block-head", "522731003012", "place-malformed"),
        ("block-head", None, "place-missing"),
        ("community-cadre", "522731003012", None),
        ("community-cadre", "522731003012/1/3", "place-malformed"),
        ("street-welfare-clerk", "52273", "place-malformed"),
        ("county-civil-affairs", None, "place-missing"),
        ("auditor", None, None),
        ("admin", "522731", None),
    ],
)
def test_a_role_has_the_place_it_needs(role: str, place: str | None, code: str | None) -> None:
    assert [fault.code for fault in faults_of_place(role, place)] == ([code] if code else [])


def test_an_administrator_makes_every_staff_role_but_no_client_or_developer() -> None:
    from typing import get_args

    programs = {Role.PARTNER_AGENCY, Role.APP_BACKEND, Role.DEVELOPER, Role.RESIDENT}
    assert set(get_args(StaffRole)) == {str(role) for role in Role} - programs


def test_failures_delay_ever_longer_up_to_a_quarter_of_an_hour() -> None:
    waits = [locked_until(failures, NOW) for failures in range(1, 16)]
    seconds = [0 if wait is None else (wait - NOW).total_seconds() for wait in waits]
    assert seconds[:6] == [0, 0, 1, 2, 4, 8]
    assert seconds == sorted(seconds)
    assert max(seconds) == timedelta(minutes=15).total_seconds()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [(None, {"a", "b"}), ("", {"a", "b"}), ("a", {"a"}), ("a b", {"a", "b"}), ("a c", None)],
)
def test_a_token_never_holds_more_than_its_account(asked: str | None, expected: set[str] | None) -> None:
    assert narrowed(frozenset({"a", "b"}), asked) == expected


@pytest.mark.parametrize(
    ("path", "goes"),
    [
        (b"/v1/registry/households", True),
        (b"/v1/registry/communities/522731003012", True),
        (b"/v1/registry/../../metrics", False),
        (b"/v1/registry/%2e%2e/metrics", False),
        (b"/v1/registry/a%2Fb", False),
        (b"/v1/registry//metrics", False),
        (b"/v1/registry/.", False),
        (b"/v1/registry/a%5cb", False),
        (b"/v1/registry/v1.2", True),
    ],
)
def test_only_paths_that_mean_one_thing_pass(path: bytes, goes: bool) -> None:
    assert passes(path) is goes


def answers(**changed: tuple[int, Any]) -> dict[str, tuple[int, Any]]:
    return {
        "registry": (200, {"household_id": "h"}),
        "grid": (200, {"cell": {"code": "c"}, "visit": None, "more": 1}),
        "benefits": (200, {"assessments": []}),
        "jobs": (200, {"seekers": [], "employments": [], "without_work": False}),
    } | changed


def test_the_overview_has_a_section_of_each_service() -> None:
    assert compose_overview(answers()) == {
        "household": {"household_id": "h"},
        "grid": {"cell": {"code": "c"}, "visit": None},
        "benefits": {"assessments": []},
        "jobs": {"seekers": [], "employments": [], "without_work": False},
        "unavailable": [],
    }


def test_what_the_caller_may_not_see_is_left_out_and_what_is_away_is_named() -> None:
    view = compose_overview(answers(benefits=(403, {}), jobs=(0, None)))
    assert view is not None
    assert "benefits" not in view
    assert "jobs" not in view
    assert view["unavailable"] == ["jobs"]


def test_a_household_that_the_registry_does_not_show_is_not_there() -> None:
    assert compose_overview(answers(registry=(404, {}))) is None
    nothing: dict[str, tuple[int, Any]] = {service: (403, {}) for service in ("registry", "grid", "benefits", "jobs")}
    assert compose_overview(nothing) is None


def test_who_may_not_see_the_registry_sees_the_rest() -> None:
    view = compose_overview(answers(registry=(403, {})))
    assert view is not None
    assert "household" not in view
    assert "grid" in view


def test_while_the_registry_is_away_the_others_are_shown() -> None:
    away = compose_overview(answers(registry=(0, None)))
    assert away is not None
    assert (away["household"], away["unavailable"]) == (None, ["registry"])


def test_merged_documents_keep_schemas_of_one_name_apart() -> None:
    own: dict[str, Any] = {
        "info": {"title": "g", "version": "1"},
        "paths": {"/oauth2/token": {"post": {}}, "/v1/sessions": {"post": {}}},
        "components": {"schemas": {"Problem": {}}},
    }
    other: dict[str, Any] = {
        "paths": {
            "/v1/a": {
                "get": {"x": {"$ref": "#/components/schemas/View"}, "y": {"$ref": "#/components/schemas/Problem"}}
            }
        },
        "components": {"schemas": {"View": {"type": "object"}, "Problem": {}}},
    }
    document = merged(
        own, {"jobs": other, "grid": {**other, "paths": {"/v1/b": other["paths"]["/v1/a"]}}}, ["benefits"]
    )
    assert set(document["components"]["schemas"]) == {"Problem", "jobs.View", "grid.View"}
    assert document["paths"]["/v1/b"]["get"]["x"]["$ref"] == "#/components/schemas/grid.View"
    assert document["paths"]["/v1/a"]["get"]["y"]["$ref"] == "#/components/schemas/Problem"
    assert "benefits" in document["info"]["description"]


@pytest.mark.parametrize("kind", ["staff", "client"])
async def test_a_secret_fits_only_itself(kind: str) -> None:
    stored = hash_secret(kind, "correct horse battery")
    assert b"correct horse" not in stored
    assert await fits(kind, stored, "correct horse battery")
    assert not await fits(kind, stored, "correct horse")
    assert not await fits(kind, None, "correct horse battery")
    assert not await fits(kind, None, "nobody has this password")


def signer(issuer: str = "https://a") -> Signer:
    return Signer(OKPKey.generate_key("Ed25519", private=True), issuer)


async def test_services_verify_what_the_gateway_signs() -> None:
    mine = signer()
    now = int(datetime.now(UTC).timestamp())
    token = mine.token(
        "cadre-1", "staff", "community-cadre", "522731003012", frozenset(SCOPES[Role.COMMUNITY_CADRE]), now, 60
    )
    actor = await Verifier("https://a", "", mine.keys).actor(token)
    assert (actor.subject, actor.role, actor.place) == ("cadre-1", Role.COMMUNITY_CADRE, Place("522731003012"))
    assert actor.scopes == frozenset(SCOPES[Role.COMMUNITY_CADRE])
    assert "d" not in mine.jwks()["keys"][0]


@pytest.mark.parametrize("wrong", ["issuer", "key", "expired", "tampered", "none"])
async def test_services_refuse_what_is_not_the_gateways(wrong: str) -> None:
    mine = signer("https://b" if wrong == "issuer" else "https://a")
    now = int(datetime.now(UTC).timestamp()) - (3600 if wrong == "expired" else 0)
    token = mine.token("x", "staff", "admin", None, frozenset({"staff:admin"}), now, 60)
    if wrong == "tampered":
        head, body, mark = token.split(".")
        token = f"{head}.{body[:-2]}xx.{mark}"
    if wrong == "none":
        token = "eyJhbGciOiJub25lIn0." + token.split(".")[1] + "."
    keys = signer().keys if wrong == "key" else mine.keys
    with pytest.raises(Unauthenticated):
        await Verifier("https://a", "", keys).actor(token)
