"""Refusals: proposed with all reasons, final only by a named clerk who did not apply; overturned on the table or on the clerk's basis."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.auth import Role
from tests.integration.benefits.news import EVERYTHING, HERE, OLD, Benefits, Kin, paying, slugs

PLACE = "522731003"
CLERK: dict[str, Any] = {"role": Role.STREET_WELFARE_CLERK, "place": PLACE, "subject": "clerk-1"}
OTHER: dict[str, Any] = {"role": Role.STREET_WELFARE_CLERK, "place": PLACE, "subject": "clerk-2"}
CONFIRM = {"decision": "confirm", "note": "已核对"}
OVERTURN = {"decision": "overturn", "note": "情况已核实"}
BASIS = {
    "kind": "transfer",
    "law": "最低生活保障审核确认办法（民发〔2021〕57号）",
    "article": "5",
    "from_division": OLD,
    "to_division": HERE,
}
STUCK = EVERYTHING["insurances"] | {"110": paying("330106", arrears=True), "390": ()}


@pytest.fixture
async def kin(benefits: Benefits) -> Kin:
    """Hukou not moved; a pension far away, still paid and in arrears; hukou of the two in different counties."""
    kin = Kin()
    people = [
        kin.registered("a", **(EVERYTHING | {"hukou_moved": False, "insurances": STUCK})),
        kin.registered("b", **(EVERYTHING | {"hukou_moved": False, "hukou_division": OLD})),
    ]
    await benefits.service.hear([kin.settled("ab", dibao={"receiving": True, "division": OLD}), *people])
    return kin


async def said(benefits: Benefits) -> list[tuple[str, dict[str, Any]]]:
    return [(event.type, json.loads(event.data)) for event in await benefits.service.said()]


async def test_an_application_that_the_table_does_not_allow_is_proposed_for_refusal_with_all_reasons(
    benefits: Benefits, kin: Kin
) -> None:
    case = await benefits.applied(kin, "a", "110", **CLERK)
    assert (case["status"], case["kind"], case["legal_basis"]) == ("refusal-proposed", None, None)
    assert slugs(case) == ["relation-active", "arrears", "not-insured-there"]
    assert all(reason["law"] and reason["article"] and reason["detail"] for reason in case["reasons"])
    assert await said(benefits) == []
    assert await benefits.outcome(kin, "a", "110") == ("keep", ["case-open", *slugs(case)])


@pytest.mark.parametrize(
    ("scheme", "reasons"),
    [("170", ["hukou-not-moved"]), ("210", ["not-in-scheme"]), ("410", ["not-in-scheme"]), ("390", ["not-in-scheme"])],
)
async def test_whatever_does_not_allow_it_is_the_reason(
    benefits: Benefits, kin: Kin, scheme: str, reasons: list[str]
) -> None:
    case = await benefits.applied(kin, "a", scheme)
    assert (case["status"], slugs(case)) == ("refusal-proposed", reasons)


async def test_missing_facts_are_the_reason_too_and_named(benefits: Benefits, kin: Kin) -> None:
    case = await benefits.applied(kin, "-", "dibao")
    assert (case["status"], slugs(case)) == ("refusal-proposed", ["unknown:household-hukou"])
    assert case["missing"] == [{"fact": "household-hukou", "supplied_by": ["household", "police", "clerk"]}]


async def test_a_named_clerk_makes_a_refusal_final(benefits: Benefits, kin: Kin) -> None:
    case = await benefits.applied(kin, "a", "110", **CLERK)
    answer = await benefits.act(case["case_id"], "refusal", CONFIRM, headers={"if-match": '"1.0"'}, **OTHER)
    refused = answer.json()
    assert (answer.status_code, refused["status"], refused["version"]) == (200, "refused", 2)
    decision = refused["decision"]
    assert (decision["decision"], decision["decided_by"], decision["note"]) == ("confirm", "clerk-2", "已核对")
    ((kind, state),) = await said(benefits)
    assert (kind, state["reasons"]) == (
        "benefits.transfer-refused.v1",
        ["relation-active", "arrears", "not-insured-there"],
    )
    assert await benefits.outcome(kin, "a", "110") == ("keep", ["relation-active", "arrears", "not-insured-there"])
    for act, body in (("refusal", CONFIRM), ("refusal", OVERTURN | {"basis": BASIS}), ("withdrawal", {})):
        again = await benefits.act(case["case_id"], act, body, role=Role.STREET_WELFARE_CLERK, place=PLACE)
        assert (again.status_code, again.json()["type"]) == (409, "urn:anju:problem:case-move-not-allowed")
    assert (await benefits.applied(kin, "a", "110"))["status"] == "refusal-proposed"


async def test_neither_who_applied_nor_a_program_decides(benefits: Benefits, kin: Kin) -> None:
    case = await benefits.applied(kin, "a", "110", **CLERK)
    own = await benefits.act(case["case_id"], "refusal", CONFIRM, **CLERK)
    assert (own.status_code, own.json()["type"]) == (403, "urn:anju:problem:own-application")
    program = await benefits.act(case["case_id"], "refusal", CONFIRM)
    assert (program.status_code, program.json()["type"]) == (403, "urn:anju:problem:named-clerk-needed")
    without_scope = await benefits.act(case["case_id"], "refusal", CONFIRM, role=Role.APP_BACKEND)
    assert (without_scope.status_code, without_scope.json()["type"]) == (403, "urn:anju:problem:scope-missing")
    assert (await benefits.case(case["case_id"]))["status"] == "refusal-proposed"


async def test_an_open_case_has_no_refusal_to_decide(benefits: Benefits) -> None:
    kin = Kin()
    await benefits.service.hear([kin.settled("a"), kin.registered("a", **EVERYTHING)])
    case = await benefits.applied(kin, "a", "170")
    answer = await benefits.act(case["case_id"], "refusal", CONFIRM, **OTHER)
    assert (answer.status_code, answer.json()["state"]) == (409, "open")


async def test_overturned_after_the_facts_came_it_opens_on_the_table(benefits: Benefits, kin: Kin) -> None:
    case = await benefits.applied(kin, "a", "170", **CLERK)
    await benefits.service.hear([kin.facts("a", 2, **EVERYTHING)])
    opened = (await benefits.act(case["case_id"], "refusal", OVERTURN, **OTHER)).json()
    assert (opened["status"], opened["kind"], opened["legal_basis"]["article"]) == ("open", "transfer", "12 ¶3")
    assert (opened["from_division"], opened["to_division"]) == (OLD, HERE)
    assert slugs(opened) == ["hukou-not-moved"]  # what the table said when it was applied for
    ((kind, state),) = await said(benefits)
    assert (kind, state["status"], state["reasons"]) == ("benefits.transfer-opened.v1", "open", ["cross-county-hukou"])


async def test_against_the_table_a_clerk_states_the_basis(benefits: Benefits, kin: Kin) -> None:
    case = await benefits.applied(kin, "-", "dibao", **CLERK)
    bare = await benefits.act(case["case_id"], "refusal", OVERTURN, **OTHER)
    assert (bare.status_code, bare.json()["type"]) == (422, "urn:anju:problem:basis-needed")
    assert (bare.json()["errors"][0]["pointer"], slugs(bare.json())) == ("/basis", ["unknown:household-hukou"])
    opened = (await benefits.act(case["case_id"], "refusal", OVERTURN | {"basis": BASIS}, **OTHER)).json()
    assert (opened["status"], opened["legal_basis"]) == ("open", {"law": BASIS["law"], "article": "5"})
    assert (opened["move_class"], opened["decision"]["decided_by"]) == ("INTRA_PROVINCE", "clerk-2")
    ((_, state),) = await said(benefits)
    assert (state["reasons"], state["kind"]) == (["clerk-decision"], "transfer")


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"decision": "confirm"}, "/note", "missing"),
        (CONFIRM | {"note": "身份证 522799198003150013"}, "/note", "personal-data"),
        (CONFIRM | {"note": "电话13800000001"}, "/note", "personal-data"),
        (CONFIRM | {"basis": BASIS}, "/basis", "basis-not-wanted"),
        (OVERTURN | {"basis": BASIS | {"to_division": "5227310"}}, "/basis/to_division", "division-code-shape"),
    ],
)
async def test_wrong_decisions_are_refused_with_pointers(
    benefits: Benefits, kin: Kin, body: dict[str, Any], pointer: str, code: str
) -> None:
    case = await benefits.applied(kin, "a", "170", **CLERK)
    answer = await benefits.act(case["case_id"], "refusal", body, **OTHER)
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]
    assert "522799198003150013" not in answer.text


async def test_the_database_lets_no_refusal_stand_without_a_clerk(benefits: Benefits, kin: Kin) -> None:
    import asyncpg

    await benefits.applied(kin, "a", "170", **CLERK)
    with pytest.raises(asyncpg.CheckViolationError):
        await benefits.service.database.pool.execute("update cases set status = 'refused'")
