"""What the registry and jobs said of a household, as the facts of its assessments; pure.

A copy is the JSON of the owner's words (`shared.contracts`), as far as assessments read it. No place is taken for another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any

from services.benefits.assessments.domain import (
    NO_DIBAO,
    NO_WORK,
    PERSON_SCHEMES,
    Assessment,
    Dibao,
    EmployerKind,
    HouseholdFacts,
    InForce,
    MemberFacts,
    PersonFacts,
    Relation,
    RelationState,
    Scheme,
    Sex,
    Work,
    assess_household,
    assess_person,
)

Said = Mapping[str, Any]

PERSON_FACTS = frozenset(
    {
        "sex",
        "birth_on",
        "residence_division",
        "residence_document",
        "hukou_division",
        "hukou_moved",
        "hukou_moved_on",
        "work",
        "organised_transfer",
        "insurances",
    }
)
"""What is kept of the registry's word on a person."""
_EMPLOYEE_SCHEMES = frozenset({Scheme.EMPLOYEE_PENSION, Scheme.EMPLOYEE_MEDICAL, Scheme.UNEMPLOYMENT})
_RELATION = itemgetter("division", "state", "arrears", "employer_kind", "since")
_SETTLED, _RESIDENT = "settled", "resident"


@dataclass(frozen=True, slots=True)
class Member:
    """A present member: the household and the person themselves both say so. `said`: the registry's word; `work`: jobs'."""

    person_id: str
    said: Said
    work: Said | None
    open_cases: frozenset[Scheme]
    based_on: Mapping[str, int]

    @property
    def facts(self) -> PersonFacts:
        """For the person's own assessments."""
        return person_facts(self.said, self.work, self.open_cases)

    @property
    def household_facts(self) -> MemberFacts:
        """For the household's dibao."""
        document = self.said["residence_document"]
        permit = None if document is None else document == "permit"
        return MemberFacts(self.said["hukou_division"], self.said["hukou_moved"], permit)


@dataclass(frozen=True, slots=True)
class Home:
    """A settled household as the copies show it. `complete`: every member has been heard of, so that dibao can be assessed."""

    household_id: str
    version: int
    residence_division: str
    members: tuple[Member, ...]
    complete: bool
    dibao: Dibao | None
    open_case: bool

    @property
    def based_on(self) -> dict[str, Any]:
        """Versions of the words that an assessment of the household rests on."""
        return {"household": self.version, "people": {m.person_id: m.based_on["person"] for m in self.members}}


@dataclass(frozen=True, slots=True)
class Finding:
    """The assessments of a person, or of the household (person_id None), and the versions of the words they rest on."""

    subject_id: str
    person_id: str | None
    assessments: Collection[Assessment]
    based_on: Mapping[str, Any]


def home_of(row: Said) -> Home | None:
    """The household of a row of `assessments.store.load_homes`; None where it is not known, or not settled."""
    if row["state"] != _SETTLED:
        return None
    pending = {(subject, Scheme(scheme)) for subject, scheme in row["pending"]}
    heard = {said["person_id"]: said for said in row["people"]}
    here = [heard[person_id] for person_id in row["members"] if _is_here(heard.get(person_id), row["household_id"])]
    gone = {person_id for person_id, said in heard.items() if said["state"] != _RESIDENT}
    members = tuple(_member(said, pending) for said in here)
    return Home(
        household_id=row["household_id"],
        version=row["version"],
        residence_division=row["community_code"],
        members=members,
        complete=bool(members) and {member.person_id for member in members} | gone >= set(row["members"]),
        dibao=_dibao(row["dibao"]),
        open_case=(row["household_id"], Scheme.DIBAO) in pending,
    )


def _is_here(said: Said | None, household_id: str) -> bool:
    return said is not None and said["state"] == _RESIDENT and said["household_id"] == household_id


def _member(said: Said, pending: Collection[tuple[str, Scheme]]) -> Member:
    person_id = said["person_id"]
    return Member(
        person_id,
        said["facts"],
        said["work"],
        frozenset(scheme for subject, scheme in pending if subject == person_id),
        {"person": said["version"]} | ({"work": said["work_version"]} if said["work_version"] else {}),
    )


def person_facts(said: Said, work: Said | None, open_cases: frozenset[Scheme] = frozenset()) -> PersonFacts:
    """Facts of a person by the registry's word, and jobs' on the work once it has spoken (None: not yet)."""
    return PersonFacts(
        residence_division=said["residence_division"],
        sex=Sex(said["sex"]),
        birth_on=date.fromisoformat(said["birth_on"]),
        hukou_division=said["hukou_division"],
        hukou_moved=said["hukou_moved"],
        hukou_moved_on=_day(said["hukou_moved_on"]),
        work=_work_now(work) if work else _work_stated(said["work"]),
        organised_transfer=said["organised_transfer"],
        relations=_relations(said["insurances"]),
        open_cases=open_cases,
    )


def _relations(insurances: Mapping[str, Sequence[Said]]) -> dict[Scheme, tuple[Relation, ...]]:
    return {
        scheme: tuple(_relation(scheme, *_RELATION(said)) for said in insurances[scheme])
        for scheme in PERSON_SCHEMES
        if scheme in insurances
    }


@lru_cache(maxsize=8192)
def _relation(
    scheme: Scheme, division: str, state: str, arrears: bool | None, employer_kind: str | None, since: str | None
) -> Relation:
    """Of many people the same; what the scheme's rules do not read is left out."""
    return Relation(
        scheme,
        division,
        RelationState(state),
        arrears,
        _kind(employer_kind) if scheme in _EMPLOYEE_SCHEMES else None,
        _day(since) if scheme is Scheme.RESIDENT_MEDICAL else None,
    )


def _work_stated(said: Said | None) -> Work | None:
    if said is None:
        return None
    return NO_WORK if said["status"] == "none" else Work(True, said["division"], _kind(said["employer_kind"]))


def _work_now(said: Said) -> Work:
    """Work as jobs has it. Of several employments the one that insures counts: not farming, then the last one started."""
    if said["work"] == "none":
        return NO_WORK
    main: Said = max(said["employments"], key=_weight, default={"division": None, "employer_kind": None})
    return Work(True, main["division"], _kind(main["employer_kind"]))


def _weight(employment: Said) -> tuple[bool, str, str]:
    return employment["form"] != "farming", employment["started_on"] or "", employment["employment_id"]


def _kind(said: str | None) -> EmployerKind | None:
    return EmployerKind(said) if said else None


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _dibao(said: Said | None) -> Dibao | None:
    if said is None:
        return None
    return Dibao(True, said["division"], said["household_class"]) if said["receiving"] else NO_DIBAO


def household_facts(home: Home) -> HouseholdFacts:
    """Facts of a household for dibao."""
    members = tuple(member.household_facts for member in home.members)
    return HouseholdFacts(home.residence_division, members, home.dibao, home.open_case)


def assess_home(home: Home, parameters: InForce, on: date, whom: Collection[str] | None = None) -> list[Finding]:
    """Every present member (of these, where `whom` names some) in every scheme, and the household's dibao once all its members have
    been heard of."""
    found = [
        Finding(
            member.person_id, member.person_id, assess_person(member.facts, parameters, on).values(), member.based_on
        )
        for member in home.members
        if whom is None or member.person_id in whom
    ]
    if home.complete:
        dibao = assess_household(household_facts(home), parameters, on)
        found.append(Finding(home.household_id, None, (dibao,), home.based_on))
    return found
