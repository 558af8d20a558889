"""What the people of the large community brought along: where they came from, hukou, insurances, dibao."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from deploy.demo import calibration as figures
from deploy.demo.people import (
    HEAD,
    LEAGUE_MEMBER,
    NO_DIBAO,
    NO_WORK,
    PARTY_MEMBER,
    Dibao,
    Household,
    Hukou,
    Person,
    Relation,
)
from deploy.demo.work import COUNTY, STREET

_ORIGINS = {  # most from the county's own towns, some from the next counties, a few from the next prefecture
    "522731102": 14, "522731103": 17, "522731104": 12, "522731105": 12, "522731106": 11, "522731107": 9,
    "522731108": 8, "522731109": 6, "522728108": 3, "522728111": 2, "522729104": 2, "522729106": 2, "520425": 2,
}  # fmt: skip
_LAST_MOVE = date(2024, 12, 31)
_URBAN = 0.4
"""Of the households whose hukou moved, the share whose dibao has become urban."""
_FILE_FOLLOWED = 0.92
"""Of the households whose hukou moved, the share whose pension and dibao files have followed."""
_EMPLOYEE_SCHEMES = ("110", "210", "310")
_INSURED_BY_EMPLOYER = {"enterprise": 0.5, "migrant": 0.25, "workshop": 0.15, "public-post": 0.2, "dispatched": 0.12}
_LEFT_ELSEWHERE = 0.03
"""Of those who work in the county, the share with a pension relation paused in another province."""
_PENSION_FROM, _PENSION_AGE = 18, 60
_IN_LEAGUE = 0.4
_DOCUMENTS = {"permit": 45, "book": 10, "none": 45}


def entitle(households: Sequence[Household], rng: Random) -> None:
    """Gives everybody their places and relations. Work is known already."""
    moved = at_random(households, figures.HUKOU_MOVED_SHARE, rng)
    insured_here = {*moved, *_others(households, moved, figures.MEDICAL_MOVED_SHARE, rng)}
    for household in households:
        origin = rng.choices(tuple(_ORIGINS), tuple(_ORIGINS.values()))[0]
        household.moved_from = origin
        followed = id(household) in moved and rng.random() < _FILE_FOLLOWED
        hukou = _hukou(household, origin, id(household) in moved, rng)
        document = None if hukou.moved else rng.choices(tuple(_DOCUMENTS), tuple(_DOCUMENTS.values()))[0]
        medical = STREET if id(household) in insured_here else origin
        for person in household.members:
            person.hukou = hukou
            person.residence_document = document or "none"
            person.insurances = _insurances(person, STREET if followed else origin, medical, rng)
            person.arrears = rng.random() < 0.04 if "110" in person.insurances else None
        household.dibao = NO_DIBAO
    _support(households, rng)


def at_random(households: Sequence[Household], share: float, rng: Random) -> set[int]:
    """Households (by id) whose people are this share of all people."""
    left = round(share * sum(len(household.members) for household in households))
    chosen: set[int] = set()
    for household in rng.sample(households, len(households)):
        if len(household.members) <= left:
            chosen.add(id(household))
            left -= len(household.members)
    return chosen


def _others(households: Sequence[Household], taken: set[int], share: float, rng: Random) -> set[int]:
    """More households, so that with those taken they have this share of all people."""
    free = [household for household in households if id(household) not in taken]
    people = sum(len(household.members) for household in households)
    free_people = sum(len(household.members) for household in free)
    return at_random(free, (share * people - (people - free_people)) / free_people, rng)


def _hukou(household: Household, origin: str, moved: bool, rng: Random) -> Hukou:
    if not moved:
        return Hukou(origin, False)
    days = (_LAST_MOVE - household.settled_on).days
    return Hukou(STREET, True, household.settled_on + timedelta(days=rng.randrange(30, days)))


def _insurances(person: Person, pension: str, medical: str, rng: Random) -> dict[str, Relation]:
    found: dict[str, Relation] = {}
    work = person.work
    if work and work != NO_WORK and rng.random() < _INSURED_BY_EMPLOYER.get(work.form, 0):
        return dict.fromkeys(_EMPLOYEE_SCHEMES, Relation(work.division[:6]))
    if work and work.division.startswith(COUNTY) and rng.random() < _LEFT_ELSEWHERE:
        found["110"] = Relation(rng.choice(("441900", "330282", "350582")), "paused")
    if person.age >= _PENSION_AGE:
        found["170"] = Relation(pension, "drawing")
    elif person.age >= _PENSION_FROM and (person.has_labour or person.age > 22):
        found["170"] = Relation(pension, "paying" if rng.random() < 0.95 else "paused")
    found["390"] = Relation(medical, "paying" if rng.random() < 0.98 else "paused")
    return found


def _support(households: Sequence[Household], rng: Random) -> None:
    """Dibao for as many registered-poor households of each size as real sites have; those without labour come first."""
    for size, n in figures.DIBAO_SIZES.items():
        fitting = [each for each in households if each.registered_poor and len(each.members) == size]
        rng.shuffle(fitting)
        fitting.sort(key=_hands)
        for household in fitting[:n]:
            hukou = household.head.hukou
            moved = bool(hukou.moved) and rng.random() < _FILE_FOLLOWED
            kind = "urban" if moved and rng.random() < _URBAN else "rural"
            household.dibao = Dibao(STREET if moved else str(household.moved_from), kind)


def _hands(household: Household) -> int:
    return sum(person.has_labour for person in household.members)


def join_party(people: Sequence[Person], rng: Random) -> None:
    """As many party members as the article has, three quarters of them heads of households; some of the young are in the league."""
    for person in people:
        if 14 <= person.age <= 27 and rng.random() < _IN_LEAGUE:
            person.political = LEAGUE_MEMBER
    fit = [person for person in people if 22 <= person.age <= 76 and person.education not in (None, "90")]
    heads = [person for person in fit if person.relation == HEAD]
    others = [person for person in fit if person.relation != HEAD]
    n = figures.PARTY_MEMBERS * 3 // 4
    for person in (*rng.sample(heads, n), *rng.sample(others, figures.PARTY_MEMBERS - n)):
        person.political = PARTY_MEMBER
