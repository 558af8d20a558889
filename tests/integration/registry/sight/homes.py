"""Five households in five places, of which everything is unmistakable: where any of it stands in an answer, it was shown."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from shared.auth import Role
from shared.ids import new_id
from tests.integration.registry.sight.forms import FORM, declare, fill_and_change
from tests.integration.registry.sight.people import Person, children, grown, number_of
from tests.support.clients import Service
from tests.support.exports import made
from tests.support.imports import bring_in, csv_of

HERE, NEXT, STREET, COUNTY = "522731003012", "522731003013", "522731004021", "522732001031"
PLACES = {
    "own": (HERE, "1"),
    "block": (HERE, "2"),
    "community": (NEXT, "1"),
    "street": (STREET, "1"),
    "county": (COUNTY, "1"),
}
"""Community and block of each household, by the narrowest place that covers it and `own` no more."""
_NAMES = {HERE: "骉安置社区", NEXT: "犇安置社区", STREET: "羴安置社区", COUNTY: "鱻安置社区"}
_RARE = "麤焱淼垚矗"
MEMBERS = (("02", grown), ("10", grown), ("30", children), ("60", grown))
"""A head, a husband, a daughter under age, and a grandmother, by their relation to the head."""

OWN = (0, 2)
"""Of these, whose data the head sees as a resident: its own, and its daughter's."""

COMMON = {"rural", "WEAK_HALF", "minor-in-hardship"}
"""Values that all homes have: they show something where they stand in an answer of which the others were kept out."""


@dataclass
class Home:
    """A household, and what its routes are called with."""

    label: str
    community: str
    block: str
    ids: dict[str, str] = field(default_factory=dict)
    """By path parameter: what of this home is asked for there."""
    people: list[Person] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def flat(self) -> str:
        return f"{_RARE[list(PLACES).index(self.label)]}室"

    @property
    def case(self) -> str:
        """In which its people were read unmasked."""
        return f"case-of-{self.label}"

    @property
    def file(self) -> str:
        """What the word of an absence rests on."""
        return f"file-of-{self.label}"

    @property
    def name(self) -> str:
        """Of its community."""
        return _NAMES[self.community]

    @property
    def certificate(self) -> str:
        return f"5201510{list(PLACES).index(self.label):02d}20010001J-000"

    @property
    def party(self) -> str:
        """With whom there is a contract."""
        return f"{self.flat[0]}种植专业合作社"

    def place(self) -> dict[str, str]:
        return {"community": self.community, "block": self.block, "unit": "1", "flat": self.flat}

    def marks(self, community_too: bool) -> dict[str, list[str]]:
        """What shows something of this home, by the group of fields it is of; `community_too`: its name and code as well."""
        found: dict[str, list[str]] = {
            "home": [self.flat],
            "case": [self.case],
            "file": [self.file],
            "land": [self.certificate, self.party],
        }
        found["id"] = [
            value
            for name, value in self.ids.items()
            if name not in ("code", "dead-letters", "name", "id_number", "form_code")
        ]
        if community_too:
            found["home"] += [self.community, _NAMES[self.community]]
        for marks in (*(person.marks() for person in self.people), _facts_marks(self.facts)):
            for group, values in marks.items():
                found.setdefault(group, []).extend(values)
        return found


def _facts_marks(facts: dict[str, Any]) -> dict[str, list[str]]:
    return {
        "moved_from_division": [facts["moved_from_division"]],
        "dibao": [facts["dibao"]["division"], "rural"],
    }


@dataclass
class World:
    """The registry, with all that was put into it."""

    service: Service
    homes: dict[str, Home]

    @property
    def resident(self) -> str:
        """The head of the own household."""
        return self.homes["own"].people[0].person_id

    def husband(self) -> Home:
        """As a home, he with whom the resident lives: nothing of his is the resident's own."""
        own = self.homes["own"]
        return replace(own, label="husband", ids=self.missing(own).ids | {"person_id": own.people[1].person_id})

    def missing(self, home: Home) -> Home:
        """As that one, but nothing of it is there."""
        absent = Home(home.label, "999999999999", home.block)
        absent.ids = {name: new_id() for name in home.ids} | {
            "code": absent.community,
            "name": "sex",
            "form_code": FORM,
        }
        absent.ids["id_number"] = number_of("19200101", 8, 8)
        absent.people = home.people
        return absent


async def settle(service: Service, home: Home, flat: str, members: list[dict[str, Any]]) -> dict[str, Any]:
    answer = await service.post(
        "/v1/registry/households",
        home.place()
        | {"flat": flat, "settled_on": "2026-06-01", "hukou_household": {"division": "522328"}, **home.facts}
        | {"members": members},
    )
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def seed(service: Service) -> World:
    homes = {label: Home(label, *place) for label, place in PLACES.items()}
    await _build(service, list(homes.values()))
    await declare(service)
    for n, home in enumerate(homes.values()):
        home.people = [make(relation, n, m) for m, (relation, make) in enumerate(MEMBERS)]
        home.facts = {
            "moved_from_division": f"5201280{n:02d}200",
            "registered_poor": True,
            "dibao": {"receiving": True, "household_class": "rural", "division": f"5201290{n:02d}200"},
        }
        settled = await settle(service, home, home.flat, [person.body() for person in home.people])
        for person, shown in zip(home.people, settled["members"], strict=True):
            person.person_id = shown["person_id"]
        await _fill(service, home, settled["household_id"])
    return World(service, homes)


async def _build(service: Service, homes: list[Home]) -> None:
    """The four communities. Each home has a flat, and another that is free, of which the number is to be found nowhere else."""
    for code, name in _NAMES.items():
        there = [home for home in homes if home.community == code]
        blocks = [
            {"block": h.block, "units": [{"unit": "1", "floors": [{"floor": 1, "flats": _flats(h.flat)}]}]}
            for h in there
        ]
        body = {"name": name, "blocks": blocks}
        answer = await service.put(f"/v1/registry/communities/{code}", body)
        assert answer.status_code == 201, answer.text


def _flats(flat: str) -> list[dict[str, str]]:
    return [{"flat": flat}, {"flat": f"{flat}B"}, {"flat": f"{flat}C"}]


async def _fill(service: Service, home: Home, household_id: str) -> None:
    """What a household gathers: work as jobs tells it, an unmasked read, an absence, files."""
    head, person_id = home.people[0], home.people[0].person_id
    work = {"status": "employed", "employments": [{"form": "workshop", "division": head.work_division}]}
    await service.database.pool.execute(
        "update persons set work_copy = $2, work_copy_version = 1 where person_id = $1", person_id, work
    )
    for person in home.people:
        read = await service.get(f"/v1/registry/persons/{person.person_id}?purpose=dibao-review&case={home.case}")
        assert person.id_number in read.text
    event = await service.post(
        f"/v1/registry/households/{household_id}/life-events",
        {"kind": "away", "on": "2026-07-01", "people": [p.person_id for p in home.people[:2]], "evidence": home.file},
    )
    assert event.status_code == 201, event.text
    change = {"name": head.new_name, "reason": "更名", "source": "police feed"}
    request = await service.post(f"/v1/registry/persons/{person_id}/change-requests", change)
    assert request.status_code == 201, request.text
    home.ids = {
        **await _rights(service, home),
        "rights-requests": await _copy(service, person_id),
        "form_code": FORM,
        "filling_id": await fill_and_change(service, household_id),
        "code": home.community,
        "name": "sex",
        "id_number": head.id_number,
        "other_id": home.people[1].person_id,
        "person_id": person_id,
        "household_id": household_id,
        "event_id": event.json()["event_id"],
        "request_id": request.json()["request_id"],
        "imports": await _file(service, home),
        "export_id": await _export(service, home),
        "dwellings/imports": await _plan(service, home),
        "dead-letters": await _dead_letter(service),
    }


async def _copy(service: Service, person_id: str) -> str:
    """A copy of all that is held, which the head asked for, and which is there to be fetched."""
    asked = await service.post(
        f"/v1/registry/persons/{person_id}/rights-requests", {"kind": "copy"}, role=Role.RESIDENT, subject=person_id
    )
    assert asked.status_code == 201, asked.text
    request_id = str(asked.json()["request_id"])
    granted = await service.post(f"/v1/registry/rights-requests/{request_id}/grant", {})
    assert granted.status_code == 200, granted.text
    return request_id


async def _rights(service: Service, home: Home) -> dict[str, str]:
    """A parcel that is let, a flat that is kept, a consent, and two who may be one."""
    kept = home.place() | {"flat": f"{home.flat}C", "people": 3, "agreement_no": f"协议{home.flat[0]}"}
    consent = {"purpose": "employment", "notice": "employment-1", "given_on": "2026-11-21", "form": "written"}
    made = [
        await service.post("/v1/registry/land/parcels", parcel_of(home, "1")),
        await service.post("/v1/registry/reservations", kept),
        await service.post(
            f"/v1/registry/persons/{home.people[0].person_id}/consents", consent | {"evidence": "TY-2026-0001"}
        ),
    ]
    assert [answer.status_code for answer in made] == [201] * 3, [answer.text for answer in made]
    parcel_id = made[0].json()["parcel_id"]
    term = {"from": "2026-01-01", "to": "2028-12-31"}
    contract = term | {"mode": "lease", "party": home.party, "price_per_mu": "450.00", "written": True}
    let = await service.post(f"/v1/registry/land/parcels/{parcel_id}/contracts", contract)
    assert let.status_code == 201, let.text
    await service.database.pool.execute(
        "insert into duplicate_pairs (person_id, other_id, likenesses, found_at) values ($1, $2, '{name-phone}', now())",
        *sorted(person.person_id for person in home.people[:2]),
    )
    return {
        "parcel_id": parcel_id,
        "contract_id": let.json()["contracts"][0]["contract_id"],
        "reservation_id": made[1].json()["reservation_id"],
        "consent_id": made[2].json()["consent_id"],
    }


def parcel_of(home: Home, n: str) -> dict[str, Any]:
    return {
        "kind": "farmland",
        "village": home.certificate[:12],
        "certificate_no": home.certificate + n,
        "area_mu": "3.20",
        "since": "2017-12-31",
        "term_to": "2047-12-31",
        "holders": [{"person_id": home.ids.get("person_id") or home.people[0].person_id}],
    }


def uploader(home: Home) -> dict[str, Any]:
    return {"role": Role.COMMUNITY_CADRE, "place": home.community, "subject": f"cadre-{home.community}"}


async def _file(service: Service, home: Home) -> str:
    """A roster with a row that is wrong, and one of somebody who lives elsewhere already."""
    row = {"安置点": _NAMES[home.community], "楼栋": home.block, "单元": "1", "房号": f"{home.flat}B"}
    wrong = row | {"姓名": home.people[0].name, "身份证号": home.people[0].id_number[:-2] + "99", "与户主关系": "户主"}
    taken = row | {"姓名": home.people[1].name, "身份证号": home.people[1].id_number, "与户主关系": "户主"}
    report = await bring_in(service, csv_of([wrong, taken]), **uploader(home))
    assert report["rejected"] == 2, report
    return str(report["import_id"])


async def _plan(service: Service, home: Home) -> str:
    row = {"安置点": _NAMES[home.community], "楼栋": home.block, "单元": "1", "楼层": "x", "房号": home.flat}
    report = await bring_in(service, csv_of([row]), "/v1/registry/dwellings/imports", **uploader(home))
    return str(report["import_id"])


async def _export(service: Service, home: Home) -> str:
    """A list of its people, whom its name tells."""
    asked = {"filters": {"division": home.community}, "fields": ["name", "community_name"]}
    return str((await made(service, asked, **uploader(home)))["export_id"])


async def _dead_letter(service: Service) -> str:
    event_id = new_id()
    await service.database.pool.execute(
        """insert into dead_letters (event_id, type, topic, partition, "offset", key, occurred_at, data, reason, failed_at)
           values ($1, 'jobs.unknown.v1', 'jobs.unknown', 0, 1, $2, now(), '{}', 'unknown', now())""",
        event_id,
        event_id,
    )
    return event_id


def household_like(home: Home) -> dict[str, Any]:
    """A household that would settle in the free flat of that home, but for its lack of a head."""
    member = {"name": "示例丙", "id_number": number_of("20150508", 77, 1), "relation": "20"}
    return home.place() | {"flat": f"{home.flat}B", "settled_on": "2026-06-01", "members": [member]}


def merging(into: str) -> dict[str, Any]:
    return {"into": into, "take": [], "life": "into", "evidence": "居民身份证", "reason": "同一人重复登记"}


def entered(person_id: str) -> dict[str, Any]:
    """A hukou household of this person alone."""
    return {"division": "522328", "on": "2026-06-01", "people": [{"person_id": person_id, "relation": "02"}]}
