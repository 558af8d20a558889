"""What registry and jobs say of one family, and what benefits makes of it."""

from __future__ import annotations

from typing import Any

from shared.contracts.jobs import EmploymentEnded, EmploymentNow, EmploymentStarted
from shared.contracts.registry import Work
from shared.db import Database
from shared.events import Event, Received
from shared.ids import new_id
from tests.integration.jobs.news import EARLIER, LATER, NOW, Family, carried
from tests.support.clients import Service
from tests.support.people import COMMUNITY

__all__ = [
    "COMMUNITY",
    "EARLIER",
    "EVERYTHING",
    "HERE",
    "LATER",
    "NEAR",
    "NOW",
    "OLD",
    "SCHEMES",
    "WORKS_HERE",
    "Benefits",
    "Kin",
    "paying",
]

HERE, NEAR, OLD, FAR = "522731", "522728", "522328", "330106"
"""The county of the community, another of its prefecture, another of its province, another province."""
SCHEMES = ("110", "170", "210", "310", "390", "410", "510")
WORKS_HERE = Work(status="employed", division=HERE, form="workshop", employer_kind="enterprise")


def paying(division: str, state: str = "paying", **more: Any) -> tuple[dict[str, Any], ...]:
    """One insurance relation."""
    return ({"division": division, "state": state, "arrears": False} | more,)


EVERYTHING: dict[str, Any] = {
    "hukou_division": HERE,
    "hukou_moved": True,
    "hukou_moved_on": "2026-06-01",
    "residence_document": "permit",
    "work": WORKS_HERE,
    "insurances": {
        "110": paying(NEAR),
        "170": paying(OLD),
        "210": (),
        "310": paying(HERE),
        "390": paying(OLD),
        "410": (),
        "510": (),
    },
}
"""Facts of a person of whom everything is known: 110 change, 170 transfer, 310 and 390 keep, the others not applicable."""


class Kin(Family):
    """A family with its work."""

    def works(self, label: str, version: int, *employments: dict[str, Any], household: str = "home") -> Received:
        """Jobs: the person has these employments now, the last one new."""
        return carried(EmploymentStarted(**self._work(label, version, household, employments)))

    def stops(
        self,
        label: str,
        version: int,
        *left: dict[str, Any],
        reason: str = "left",
        household: str = "home",
        has_worked: bool = False,
    ) -> Received:
        """Jobs: an employment ended; `left`: those that stand still."""
        state = self._work(label, version, household, left) | {"reason": reason, "has_worked": has_worked}
        event: Event = EmploymentEnded.model_validate(state)
        return carried(event)

    def _work(
        self, label: str, version: int, household: str, employments: tuple[dict[str, Any], ...]
    ) -> dict[str, Any]:
        standing = [_employment(**terms) for terms in employments]
        return {
            "version": version,
            "person_id": self.person(label),
            "household_id": self.household(household),
            "work": "employed" if standing else "none",
            "employments": tuple(standing),
            "employment_id": standing[-1].employment_id if standing else new_id(),
        }


def _employment(
    division: str | None = HERE, form: str = "enterprise", kind: Any = "enterprise", started_on: Any = None
) -> EmploymentNow:
    employment_id = new_id()
    return EmploymentNow(
        employment_id=employment_id, form=form, division=division, employer_kind=kind, started_on=started_on
    )


class Benefits:
    """The service, and what it says of a family."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def told(self, kin: Kin, household: str = "home", **request: Any) -> dict[tuple[str, str], dict[str, Any]]:
        """Assessments by label (`-`: the household) and scheme."""
        path = f"/v1/benefits/households/{kin.household(household)}/assessments"
        answer = await self.service.get(path, **request)
        assert answer.status_code == 200, answer.text
        names = {person_id: label for label, person_id in kin.people.items()}
        return {(names.get(a["person_id"], "-"), a["scheme"]): a for a in answer.json()["assessments"]}

    async def outcome(self, kin: Kin, label: str, scheme: str) -> tuple[str, list[str]]:
        """Outcome and reason slugs."""
        found = (await self.told(kin))[label, scheme]
        return found["outcome"], slugs(found)

    async def apply(self, kin: Kin, label: str, scheme: str, **request: Any) -> Any:
        """The answer to an application for a person, or for the household (`-`)."""
        subject = {"household_id": kin.household()} if label == "-" else {"person_id": kin.person(label)}
        return await self.service.post("/v1/benefits/applications", subject | {"scheme": scheme}, **request)

    async def applied(self, kin: Kin, label: str, scheme: str, **request: Any) -> dict[str, Any]:
        answer = await self.apply(kin, label, scheme, **request)
        assert answer.status_code == 201, answer.text
        case: dict[str, Any] = answer.json()
        return case

    async def case(self, case_id: str, **request: Any) -> dict[str, Any]:
        answer = await self.service.get(f"/v1/benefits/cases/{case_id}", **request)
        assert answer.status_code == 200, answer.text
        case: dict[str, Any] = answer.json()
        return case

    async def act(self, case_id: str, act: str, body: dict[str, Any], **request: Any) -> Any:
        return await self.service.post(f"/v1/benefits/cases/{case_id}/{act}", body, **request)


def slugs(shown: dict[str, Any]) -> list[str]:
    return [reason["slug"] for reason in shown["reasons"]]


_ASSESSMENTS = """
select subject_id, household_id, scheme, outcome, reasons, one_of, missing, from_division, to_division, fund_moves, notes
  from assessments where household_id = any($1::uuid[]) or person_id = any($2::uuid[])
"""
_CASES = """
select subject_id, scheme, status, ended_because, household_id from cases
 where household_id = any($1::uuid[]) or person_id = any($2::uuid[])
"""


async def picture(database: Database, kin: Kin) -> dict[str, Any]:
    """What benefits comes to of a family, by labels: copies, assessments, cases, timers."""
    pool = database.pool
    names = {v: k for k, v in (kin.people | kin.households).items()}
    homes, people = list(kin.households.values()), list(kin.people.values())
    told = await pool.fetch(_ASSESSMENTS, homes, people)
    return {
        "assessments": sorted(
            [
                {**row, "subject_id": names[row["subject_id"]], "household_id": names[row["household_id"]]}
                for row in told
            ],
            key=lambda row: (row["subject_id"], row["scheme"]),
        ),
        "cases": sorted(
            (names[r["subject_id"]], r["scheme"], r["status"], r["ended_because"], names[r["household_id"]])
            for r in await pool.fetch(_CASES, homes, people)
        ),
        "copies": sorted(
            (names[r["id"]], r["version"], str(r["state"]))
            for r in await pool.fetch(
                """select household_id as id, version, state from household_copies where household_id = any($1::uuid[])
                   union all select person_id, version, state from person_copies where person_id = any($2::uuid[])
                   union all select person_id, version, work->>'work' from work_copies where person_id = any($2::uuid[])""",
                homes,
                people,
            )
        ),
        "timers": sorted(
            (names[r["key"]], r["due_at"])
            for r in await pool.fetch("select key, due_at from timers where key = any($1::text[])", people)
        ),
    }
