"""A form that asks for everything, filled for each home; and what a filling gives beside what a read shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.registry.forms.catalogue import PATHS, pick
from services.registry.forms.standard import STANDARD
from shared.auth import Role
from tests.integration.registry.sight import matrix
from tests.support.clients import Service

if TYPE_CHECKING:
    from tests.integration.registry.sight.calls import Asker
    from tests.integration.registry.sight.homes import Home

FORM = "HS-ALL1"
"""Of civil affairs, for the correction of what is recorded: the purpose that covers all."""
_COUNTY: dict[str, Any] = {"role": Role.COUNTY_CIVIL_AFFAIRS, "place": "522731", "subject": "county"}


def _fields(of: str) -> list[dict[str, str]]:
    return [{"key": p.replace(".", "_"), "path": p, "necessary_for": "核对"} for p in PATHS if p.startswith(of)]


def _group(each: str, of: str) -> dict[str, Any]:
    return {"key": each, "each": each, "label_zh": each, "label_en": each, "fields": _fields(of)}


async def declare(service: Service) -> None:
    body = {
        "agency": "civil-affairs",
        "title_zh": "登记信息核对表",
        "title_en": "All that is recorded",
        "purpose": "correction",
        "laws": ["PIPL-46"],
        "subject": "household",
        "fields": _fields("household."),
        "groups": [_group("members", "person."), _group("parcels", "parcel.")],
    }
    declared = await service.put(f"/v1/registry/forms/{FORM}", body, **_COUNTY)
    assert declared.status_code == 201, declared.text
    approved = await service.post(f"/v1/registry/forms/{FORM}/approval", {"version": 1}, role=Role.ADMIN)
    assert approved.status_code == 200, approved.text


async def fill_and_change(service: Service, household_id: str) -> str:
    """Id of a filling of that household, of which one value has changed since."""
    facts, everywhere = f"/v1/registry/households/{household_id}/facts", {**_COUNTY, "place": None}
    for poor in (False, True):
        changed = await service.patch(facts, {"registered_poor": poor}, headers={"if-match": "*"})
        assert changed.status_code == 200, changed.text
        if not poor:
            filled = await service.post(
                f"/v1/registry/forms/{FORM}/fillings", {"household_id": household_id}, **everywhere
            )
            assert filled.status_code == 201, filled.text
    return str(filled.json()["items"][0]["filling_id"])


async def compared(who: Asker, home: Home, code: str) -> tuple[int, list[str]]:
    """How many values the form gives, and those of them that stand nowhere in what the role reads for the form's purpose (where it is of
    the form's agency and may), or without one."""
    form = STANDARD.get(code)
    of_household = form is None or form.subject == "household"
    subject = {"household_id": home.ids["household_id"]} if of_household else {"person_id": home.ids["person_id"]}
    answer = await who.ask("POST", f"/v1/registry/forms/{code}/fillings", json=subject)
    assert answer.status_code == 201, answer.text
    view = answer.json()
    unmasks = matrix.routes()["GET", "/v1/registry/persons/{person_id}"][who.name] == "f"
    purpose = f"?purpose={view['purpose']}" if unmasks and view["for_agency"] else ""
    seen = _Seen(who, purpose)
    (item,) = view["items"]
    household = await seen.look("households", home.ids["household_id"])
    head = await seen.look("persons", home.ids["person_id"])
    given, beyond = 0, []
    entries = [(home.ids["person_id"], item["fields"])]
    entries += [(entry["id"], entry["fields"]) for group in item["groups"].values() for entry in group]
    for owner_id, fields in entries:
        for field in fields:
            if field["freshness"] in ("withheld", "missing"):
                assert field["value"] is None
                continue
            given += 1
            whose = field["path"].partition(".")[0]
            if whose == "household":
                shown = _household(household, field["path"])
            elif whose == "parcel":
                shown = _parcel(await seen.look("land/parcels", owner_id), field["path"], home)
            else:
                person = head if whose == "head" else await seen.look("persons", owner_id)
                shown = _person(person, household, field["path"].replace("head.", "person."))
            if field["value"] != shown:
                beyond.append(f"{field['path']}: {field['value']!r}, read: {shown!r}")
    return given, beyond


class _Seen:
    """What the role reads, each once."""

    def __init__(self, who: Asker, purpose: str) -> None:
        self._who, self._purpose = who, purpose
        self._read: dict[str, Any] = {}

    async def look(self, kind: str, each: str) -> Any:
        if each not in self._read:
            purpose = "" if kind.startswith("land") else self._purpose
            answer = await self._who.ask("GET", f"/v1/registry/{kind}/{each}{purpose}")
            self._read[each] = answer.json() if answer.status_code == 200 else None
        return self._read[each]


def _person(view: Any, household: Any, name: str) -> Any:
    path = PATHS[name]
    if path.group == "relation":
        return next(m["relation"] for m in household["members"] if m["person_id"] == view["person_id"])
    if path.group in ("name", "id_number", "phone", "sex"):
        return view[path.group]
    if path.group == "birth_on":
        return view["birth"]
    group = view["work"] or view["facts"].get("work") if path.group == "work" else view["facts"].get(path.group)
    return pick(path, group).value


def _household(view: Any, name: str) -> Any:
    path = PATHS[name]
    if path.group == "address":
        return view["address"][{"community_code": "community"}.get(path.part, path.part)]
    if path.group == "size":
        return len(view["members"])
    return (
        view[path.group]
        if path.group in ("settled_on", "without_work")
        else pick(path, view["facts"].get(path.group)).value
    )


def _parcel(view: Any, name: str, home: Home) -> Any:
    path = PATHS[name]
    if path.group == "holders":
        return next(h["share"] for h in view["holders"] if h["person_id"] == home.ids["person_id"])
    return view[path.part or path.group]
