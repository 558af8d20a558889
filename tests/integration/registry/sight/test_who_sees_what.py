"""Every route of the registry by every role, for a household of the own place, of other places, and one that is not there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.registry.forms.standard import STANDARD
from tests.integration.registry.sight import matrix
from tests.integration.registry.sight.calls import (
    Asker,
    Call,
    calls,
    forbidden_of,
    given_away,
    place_of,
    plain,
    undone,
    watched,
)
from tests.integration.registry.sight.forms import FORM, compared
from tests.integration.registry.sight.homes import Home, World, entered, merging, seed, settle, uploader
from tests.integration.registry.sight.people import number_of
from tests.support.clients import service
from tests.support.imports import bring_in, csv_of

pytestmark = pytest.mark.xdist_group("who sees what")
NOT_THERE = {404, 422}


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder: Path = tmp_path_factory.mktemp("registry")
    async with service("registry", folder) as registry:
        yield await seed(registry)


@pytest.fixture(params=matrix.ACTORS)
def who(request: pytest.FixtureRequest, world: World) -> Asker:
    return Asker(world.service, request.param, world.resident)


def rows(world: World, who: Asker) -> list[tuple[Call, str]]:
    table = matrix.routes()
    return [(call, table[call.method, call.path][who.name]) for call in calls(world.service)]


def foreign(world: World, who: Asker) -> list[Home]:
    place = place_of(world, who.name)
    if place.person:
        return [home for home in world.homes.values() if home.label != "own"] + [world.husband()]
    return [home for home in world.homes.values() if not place.covers(home.community, "1", home.block)]


def test_every_route_has_a_line_in_the_table(world: World) -> None:
    assert {(call.method, call.path) for call in calls(world.service)} == set(matrix.routes())


async def test_a_role_gets_what_the_table_says_and_sees_no_more(world: World, who: Asker) -> None:
    own = world.homes["own"]
    wrong: list[str] = []
    with undone():
        for call, letter in rows(world, who):
            for query in (
                ("", "?purpose=transfer", "?community={}", "?as_of=2026-06-15") if call.method == "GET" else ("",)
            ):
                parameter = query.partition("?")[2].partition("=")[0]
                if parameter and not call.takes(parameter):
                    continue
                answer = await call.ask(who, own, query.format(own.community))
                in_full = (parameter == "purpose" and letter == "f") or letter in "GF"
                if not fits(answer.status_code, letter, parameter == "purpose"):
                    wrong.append(f"{call.key}{query}: {answer.status_code} {answer.text[:200]}")
                if leaked := given_away(answer, forbidden_of(world, who.name, letter, in_full)):
                    wrong.append(f"{call.key}{query} gave away {leaked}")
    assert wrong == []


def fits(status: int, letter: str, with_purpose: bool) -> bool:
    if letter in "-un" or (with_purpose and letter in "rs"):
        return status == 403
    if letter in "mx":
        return status == 404
    if letter in "gG":
        return status == 201
    return status == 200 if letter in "rflsqacF" else status not in (400, 401, 403, 404, 405)


async def test_what_the_place_does_not_cover_is_as_if_it_were_not_there(world: World, who: Asker) -> None:
    """The same status, headers and body, after the same statements to the database."""
    wrong: list[str] = []
    with undone(), watched() as work:
        for call, letter in rows(world, who):
            if letter in "oa" or not call.names_a_place:
                continue
            for home in foreign(world, who)[: 1 if letter == "-" else None]:
                if call.url(home) == call.url(world.homes["own"]):  # a block head's community
                    continue
                for query, headers in variants(call) if letter != "-" else [("", {})]:
                    await work.look()
                    there = await call.ask(who, home, query, headers)
                    work_there = await work.look()
                    missing = await call.ask(who, world.missing(home), query, headers)
                    work_missing = await work.look()
                    if plain(there) != plain(missing):
                        wrong.append(f"{call.key}{query} {home.label}: {there.text[:200]} / {missing.text[:200]}")
                    if work_there != work_missing:
                        wrong.append(f"{call.key}{query} {home.label}: {work_there} / {work_missing}")
                    if there.status_code not in {"-": {403}, "q": {200}}.get(letter, {403, *NOT_THERE}):
                        wrong.append(f"{call.key}{query} {home.label}: {there.status_code}")
    assert wrong == []


def variants(call: Call) -> list[tuple[str, dict[str, str]]]:
    """Ways to ask that may get another answer: for the version one has, with a purpose."""
    found: list[tuple[str, dict[str, str]]] = [("", {})]
    if call.method == "GET":
        found.append(("", {"if-none-match": "*"}))
    return found + ([("?purpose=transfer", {})] if call.takes("purpose") else [])


async def test_lists_of_another_place_are_those_of_none(world: World, who: Asker) -> None:
    for call, letter in rows(world, who):
        if call.takes("community"):
            for home in foreign(world, who):
                if home.community.startswith(place_of(world, who.name).division):
                    continue
                there = await call.ask(who, home, f"?community={home.community}")
                missing = await call.ask(who, home, "?community=999999999999")
                assert plain(there) == plain(missing)
                assert there.status_code == (403 if letter == "-" else 200)


@pytest.mark.parametrize("name", matrix.FACTS.split("\n")[1].split())
async def test_facts_are_shown_by_their_groups(world: World, name: str) -> None:
    who, own = Asker(world.service, name, world.resident), world.homes["own"]
    expected = {group: how for group, how in matrix.facts(name).items() if how != "p"}
    household = {"moved_from_division", "registered_poor", "dibao"}
    for kind, groups in (("persons", set(expected) - household), ("households", set(expected) & household)):
        for end in ("", "/state"):
            path = f"/v1/registry/{kind}/{own.ids[f'{kind[:-1]}_id']}{end}"
            assert set((await who.ask("GET", path)).json()["facts"]) == groups, (kind, end)
    view = (await who.ask("GET", f"/v1/registry/households/{own.ids['household_id']}")).json()
    assert (view["facts"].get("dibao") == {"receiving": True}) is (expected.get("dibao") == "y")
    assert (view["members"][0]["name"] == own.people[0].name) is (name in matrix.NAMES_IN_FULL)
    assert [member["id_number"][4:14] for member in view["members"]] == ["*" * 10] * len(own.people)
    person = (await who.ask("GET", f"/v1/registry/persons/{own.ids['person_id']}")).json()
    assert (person["work"] is None) is ("work" not in expected)
    assert (person["phone"], person["birth"]) == (f"138****{own.people[0].phone[-4:]}", own.people[0].birth[:4])


@pytest.mark.parametrize("name", ["WC", "CA", "IA"])
async def test_with_a_purpose_all_is_in_full_and_the_read_is_noted(world: World, name: str) -> None:
    who, own = Asker(world.service, name, world.resident), world.homes["own"]
    log, head = Asker(world.service, "AU", ""), own.people[0]
    before = (await log.ask("GET", f"/v1/registry/persons/{head.person_id}/accesses")).json()["items"]
    person = await who.ask("GET", f"/v1/registry/persons/{head.person_id}?purpose=transfer&case=t-{name}")
    household = await who.ask("GET", f"/v1/registry/households/{own.ids['household_id']}?purpose=dibao-review")
    assert [person.json()[part] for part in ("name", "id_number", "phone", "birth")] == [
        head.name,
        head.id_number,
        head.phone,
        head.birth,
    ]
    assert [m["id_number"] for m in household.json()["members"]] == [p.id_number for p in own.people]
    after = (await log.ask("GET", f"/v1/registry/persons/{head.person_id}/accesses")).json()["items"]
    notes = [(note["reader"], note["purpose"], note["case"]) for note in after[: len(after) - len(before)]]
    assert notes == [
        (name, "dibao-review", None),
        (name, "transfer", f"t-{name}"),
        ("AU", "audit", None),
    ]


async def test_lists_hold_all_of_the_own_place(world: World, who: Asker) -> None:
    if matrix.routes()["GET", "/v1/registry/households"][who.name] == "-":
        return
    covered = [h for h in world.homes.values() if h not in foreign(world, who)]
    listed = (await who.ask("GET", "/v1/registry/households")).json()["items"]
    assert {each["household_id"] for each in listed} == {home.ids["household_id"] for home in covered}
    figures = (await who.ask("GET", "/v1/registry/statistics")).json()["items"]
    assert {each["community"] for each in figures} == {home.community for home in covered}
    for name, count in (("households", 1), ("people", 4), ("flats", 3), ("occupied", 1)):
        assert sum(each[name] for each in figures) == count * len(covered), name
    communities = (await who.ask("GET", "/v1/registry/communities")).json()["items"]
    assert sum(each["flats"] for each in communities) == 3 * len(covered)
    assert sum(each["occupied"] for each in communities) == len(covered)


@pytest.mark.parametrize("name", matrix.FACTS.split("\n")[1].split())
async def test_no_form_gives_what_a_read_would_not_show(world: World, name: str) -> None:
    """Every form, and one that asks for all there is: each value stands in what a read for the same purpose shows."""
    who = Asker(world.service, name, world.resident)
    for code in (FORM, *STANDARD):
        given, beyond = await compared(who, world.homes["own"], code)
        assert beyond == [], code
        assert given or STANDARD[code].purpose == "employment", code


REFERENCES: dict[str, Any] = {
    "POST /v1/registry/persons/{person_id}/merger": lambda home: merging(home.ids["person_id"]),
    "POST /v1/registry/hukou-households": lambda home: entered(home.ids["person_id"]),
    "POST /v1/registry/persons/{person_id}/life-events married": lambda home: {"spouse": home.ids["person_id"]},
    "PUT /v1/registry/households/{household_id}/flat": lambda home: home.place() | {"flat": f"{home.flat}B"},
    "POST /v1/registry/households/{household_id}/life-events merged": lambda home: {"into": home.ids["household_id"]},
    "POST /v1/registry/households/{household_id}/life-events left": lambda home: {"people": [home.ids["person_id"]]},
    "POST /v1/registry/households/{household_id}/life-events joined": lambda home: {
        "people": [{"person_id": home.ids["person_id"], "relation": "99"}]
    },
    "POST /v1/registry/households/{household_id}/life-events moved": lambda home: (
        home.place() | {"flat": f"{home.flat}B"}
    ),
}
"""Bodies of what is done to a household of the own place that name something of another."""


@pytest.mark.parametrize("act", REFERENCES)
async def test_what_a_body_names_of_another_place_is_as_if_it_were_not_there(world: World, act: str) -> None:
    who, own = Asker(world.service, "CC", ""), world.homes["own"]
    method, path, *kind = act.split()
    for home in foreign(world, who):
        there, missing = [
            await who.ask(
                method,
                path.format(**own.ids),
                json=REFERENCES[act](each) | ({"kind": kind[0], "on": "2026-08-01"} if kind else {}),
                headers={"if-match": "*"},
            )
            for each in (home, world.missing(home))
        ]
        assert plain(there) == plain(missing)
        assert there.status_code in NOT_THERE, there.text


async def test_of_a_number_registered_elsewhere_no_more_is_told(world: World) -> None:
    """By whatever name: that it is taken must be said, or the person would be there twice."""
    who, own = Asker(world.service, "CC", ""), world.homes["own"]
    other = world.homes["county"].people[0]
    answers = []
    for name in (other.name, "另有其人"):
        member = {"name": name, "id_number": other.id_number, "relation": "02"}
        body = own.place() | {"flat": f"{own.flat}B", "settled_on": "2026-06-01", "members": [member]}
        answers.append(await who.ask("POST", "/v1/registry/households", json=body))
    assert plain(answers[0]) == plain(answers[1])
    assert [error["code"] for error in answers[0].json()["errors"]] == ["registered-elsewhere"]


async def test_a_roster_tells_nothing_of_another_place(world: World) -> None:
    """Neither that a community has that name, nor by what name a number is registered there."""
    own, other = world.homes["own"], world.homes["county"]
    here = {"安置点": own.community, "楼栋": own.block, "单元": "1", "房号": f"{own.flat}B", "与户主关系": "户主"}
    there = {"安置点": other.name, "楼栋": other.block, "单元": "1", "房号": f"{other.flat}B", "与户主关系": "户主"}
    number = {"身份证号": other.people[0].id_number}
    nobody = {"姓名": "某人", "身份证号": number_of("19210101", 7, 7)}
    reports = [
        await bring_in(world.service, csv_of([row]), dry_run=True, **uploader(own))
        for row in (
            here | number | {"姓名": other.people[0].name},
            here | number | {"姓名": "另有其人"},
            there | nobody,
            there | nobody | {"安置点": "并不存在的社区"},
        )
    ]
    codes = [[fault["code"] for fault in report["errors"]] for report in reports]
    assert codes[0] == codes[1] == ["registered-elsewhere"]
    assert codes[2] == codes[3] == ["community-unknown"]


@pytest.fixture
async def withheld(world: World) -> AsyncIterator[Home]:
    """The own home, whose head's record is restricted meanwhile; with what hangs on the head alone."""
    own, pool = world.homes["own"], world.service.database.pool
    statement = "update persons set withheld = $2 where person_id = $1"
    await pool.execute(statement, own.people[0].person_id, "restricted")
    yield own
    await pool.execute(statement, own.people[0].person_id, None)


OF_THE_HEAD = ("person_id", "request_id", "consent_id", "parcel_id", "contract_id", "id_number")
"""What of a home hangs on its head alone."""
NAMING_IT = {"POST /v1/registry/persons/search", "POST /v1/registry/land/parcels"}
"""Bodies that name the head."""
STILL_TOLD = ("/v1/registry/accesses", "/v1/registry/rights-requests")
"""The audit of who read what goes on, and so does the request by which a record was restricted: both tell ids, and nothing of the
person."""


async def test_whose_record_is_restricted_is_as_if_it_were_not_there(world: World, who: Asker, withheld: Home) -> None:
    """To every role, by whatever route it is asked for; the same answer after the same statements."""
    missing = replace(withheld, ids=dict(withheld.ids), people=list(withheld.people))
    gone = world.missing(withheld)
    missing.ids |= {name: gone.ids[name] for name in OF_THE_HEAD}
    missing.people[0] = replace(withheld.people[0], person_id=gone.ids["person_id"])
    wrong: list[str] = []
    with undone(), watched() as work:
        for call, letter in rows(world, who):
            named = {*matrix.parameters_of(call.path)} & {*OF_THE_HEAD} or call.takes("person_id")
            if letter in "oa" or not (named or call.key in NAMING_IT):
                continue
            queries = variants(call) if letter != "-" else [("", {})]
            if call.takes("person_id"):
                queries = [("?person_id={}", {})]
            for query, headers in queries:
                answers = []
                for home in (withheld, missing):
                    await work.look()
                    answer = await call.ask(who, home, query.format(home.ids["person_id"]), headers)
                    answers.append((plain(answer), await work.look()))
                if answers[0] != answers[1] and not call.path.startswith(STILL_TOLD):
                    wrong.append(f"{call.key}{query}: {answers}")
    assert wrong == []


async def test_nothing_of_whose_record_is_restricted_stands_in_any_answer(
    world: World, who: Asker, withheld: Home
) -> None:
    head, others = withheld.people[0], withheld.people[1:]
    common = {value for person in others for values in person.marks().values() for value in values}
    marks = [(group, value) for group, values in head.marks().items() for value in values if value not in common]
    wrong: list[str] = []
    with undone():
        for call, letter in rows(world, who):
            if call.method != "GET" or letter == "-" or call.path.startswith(STILL_TOLD):
                continue
            for query in ("", "?purpose=transfer", "?as_of=2026-06-15"):
                if not query or call.takes(query[1:].partition("=")[0]):
                    answer = await call.ask(who, withheld, query)
                    if leaked := given_away(answer, marks):
                        wrong.append(f"{call.key}{query} gave away {leaked}")
    assert wrong == []


async def reads(world: World, who: Asker) -> dict[str, Any]:
    """All that a role can read: of its own home, and every list."""
    found: dict[str, Any] = {}
    for call, letter in rows(world, who):
        if call.method == "GET" and letter in "rfluqs":
            found[call.key] = plain(await call.ask(who, world.homes["own"]))
            if call.takes("by"):
                found[f"{call.key} by block"] = plain(await call.ask(who, world.homes["own"], "?by=block"))
    return found


async def live(world: World, home: Home) -> None:
    """Something of every kind happens there: a household comes, somebody dies, facts and files come in."""
    number = number_of("19700101", 9, list(world.homes).index(home.label))
    await settle(world.service, home, f"{home.flat}B", [{"name": "新来者", "id_number": number, "relation": "02"}])
    died = f"/v1/registry/persons/{home.people[3].person_id}/death"
    assert (await world.service.post(died, {"died_on": "2026-10-01"})).status_code == 200
    facts = f"/v1/registry/households/{home.ids['household_id']}/facts"
    changed = await world.service.patch(facts, {"registered_poor": False}, headers={"if-match": "*"})
    assert changed.status_code == 200
    await bring_in(world.service, csv_of([{"安置点": home.community}]), **uploader(home))


async def test_what_happens_elsewhere_changes_nothing_of_what_is_read_here(world: World) -> None:
    """No count, total, entity tag or order tells of it. (Stands last: it changes the world.)"""
    for name, elsewhere in (("BH", "block"), ("CC", "community"), ("WC", "street"), ("CA", "county")):
        who = Asker(world.service, name, world.resident)
        before = await reads(world, who)
        await live(world, world.homes[elsewhere])
        assert await reads(world, who) == before, name
