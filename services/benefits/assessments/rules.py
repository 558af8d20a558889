"""The rules of the decision table, one function for each row, and their order; pure.

A rule says whether its row holds on its own facts. Rows are tried from the top: the first that holds decides.
"""

from __future__ import annotations

from collections.abc import Callable

from services.benefits.assessments import parameters as names
from services.benefits.assessments.facts import EmployerKind, Outcome, Relation, RelationState, Sex
from services.benefits.assessments.parameters import OTHER_COUNTY, MoveClass, Scheme
from services.benefits.assessments.sheets import SUSPENDED, PersonSheet, Reach, Route, Row, stands, years_after
from shared.divisions import province

_IN_PAYMENT = frozenset({RelationState.DRAWING, RelationState.RETIRED})


# Any scheme


def case_open(s: PersonSheet) -> bool:
    """One case of a person and scheme at a time: the open one is brought to its end first. Order 765 art. 16."""
    return s.scheme in s.facts.open_cases


def not_in_scheme(s: PersonSheet) -> bool:
    """Only the relation of one who takes part is transferred. Order 765 art. 12-15."""
    return not s.relations()


# Employee pension (110) and others that follow the work place


def in_payment(s: PersonSheet) -> bool:
    """What is being drawn never moves. 110: 国办发〔2009〕66号 art. 2; 170: Order 765 art. 12 ¶3; 310 (retired): 医保办发〔2021〕43号."""
    return any(relation.state in _IN_PAYMENT for relation in s.relations())


def _kind_left(s: PersonSheet) -> Relation | None:
    paused = [r for r in s.relations() if r.state is RelationState.PAUSED and r.employer_kind]
    kind = s.employer_kind() if paused else None
    if kind is None:
        return None
    public = EmployerKind.PUBLIC
    return next((r for r in paused if (r.employer_kind is public) != (kind is public)), None)


def changes_system(s: PersonSheet) -> bool:
    """Paused, and work changes between a public body and an enterprise: the relation moves. Order 765 art. 12 ¶2."""
    return _kind_left(s) is not None


def no_work_place(s: PersonSheet) -> bool:
    """Without new employment the relation stays. 110: 国办发〔2009〕66号 art. 9; 310: Order 765 art. 13, 医保办发〔2021〕43号."""
    return bool(s.relations()) and s.work_place() is None


def works_in_county(s: PersonSheet) -> bool:
    """Works in the insured county: changed data are notified, nothing moves. Order 765 art. 9, 12 (110), 13 (310)."""
    move = s.work_move()
    return move is not None and move[0] is Reach.COUNTY


def works_in_pool(s: PersonSheet) -> bool:
    """Works in another county of the pool: the registration of a standing relation changes in 10 working days. Order 765 art. 10."""
    move = s.work_move()
    return move is not None and move[0] is Reach.POOL and stands(move[1])


def old_relation_active(s: PersonSheet) -> bool:
    """The old place must have paused first. 110: national online pre-check [S20]; 310: 医保办发〔2021〕43号, case A."""
    move = s.leaves_pool()
    return move is not None and move[0].state not in SUSPENDED


def in_arrears(s: PersonSheet) -> bool:
    """Nothing may be owed at the old place (110). National online pre-check [S20]."""
    move = s.leaves_pool()
    return move is not None and s.ask(f"arrears-{s.scheme}", move[0].arrears, lambda: (False, True))


def not_insured_there(s: PersonSheet) -> bool:
    """The new place must have a relation that stands. 110: national online pre-check [S20]; 310: 医保办发〔2021〕43号, case A."""
    move = s.leaves_pool()
    return move is not None and not s.insured_at(move[1])


def temporary_account(s: PersonSheet) -> bool:
    """Not the hukou province, a man of 50 or a woman of 40, no organised transfer: the relation stays. 国办发〔2009〕66号 art. 5."""
    move = s.leaves_pool()
    if move is None or s.ask("organised-transfer", s.facts.organised_transfer, lambda: (False, True)):
        return False
    return _past_transfer_age(s, move[1]) and province(s.hukou()) != province(move[1])


def _past_transfer_age(s: PersonSheet, place: str) -> bool:
    man = s.parameters.number(names.TEMPORARY_ACCOUNT_MAN, place)
    woman = s.parameters.number(names.TEMPORARY_ACCOUNT_WOMAN, place)
    low, high = sorted((man, woman))
    birth_on = s.birth_on((low - 1, low, high), s.on)
    if years_after(birth_on, high) <= s.on or years_after(birth_on, low) > s.on:
        return years_after(birth_on, high) <= s.on
    return years_after(birth_on, man if s.ask("sex", s.facts.sex, lambda: Sex) is Sex.MALE else woman) <= s.on


def works_beyond_pool(s: PersonSheet) -> bool:
    """Works in another pool: the relation moves. Order 765 art. 12 (110), 13 (310), 14 (210); Social Insurance Law art. 19, 32, 52."""
    return s.leaves_pool() is not None


def works_not_beyond_pool(s: PersonSheet) -> bool:
    """No work in another pool: the unemployment relation stays. Order 765 art. 14; Social Insurance Law art. 52."""
    return bool(s.relations()) and s.leaves_pool() is None


# Resident pension (170): follows the hukou alone


def hukou_not_moved(s: PersonSheet) -> bool:
    """A resident pension moves with the hukou only. Order 765 art. 12 ¶3."""
    return bool(s.relations()) and not s.hukou_moved()


def hukou_moved_in_county(s: PersonSheet) -> bool:
    """The hukou moved inside the county of the relation: the registration changes in 10 working days. Order 765 art. 10."""
    move = s.hukou_move()
    return move is not None and move[0] is MoveClass.INTRA_COUNTY


def past_age_before_move(s: PersonSheet) -> bool:
    """Turned 60 before the hukou moved: the old hukou place handles it all. Transfer rule [S22a] under Order 765 art. 12 ¶3."""
    if not s.relations() or not s.hukou_moved():
        return False
    age = s.parameters.number(names.RESIDENT_PENSION_AGE, s.facts.residence_division)
    birth_on = s.birth_on((age + 1, age - 1), s.facts.hukou_moved_on or s.on)
    of_age_on = years_after(birth_on, age)
    return of_age_on < s.on and of_age_on < s.hukou_moved_on(age)


def hukou_moved_in_province(s: PersonSheet) -> bool:
    """The hukou moved to another county of the province: the relation may move. Order 765 art. 12 ¶3."""
    move = s.hukou_move()
    return move is not None and move[0] in OTHER_COUNTY


def hukou_moved_to_province(s: PersonSheet) -> bool:
    """The hukou moved to another province: the relation may move, with the whole account. Order 765 art. 12 ¶3."""
    move = s.hukou_move()
    return move is not None and move[0] is MoveClass.INTER_PROVINCE


# Medical insurance (310, 390)


def employee_to_resident(s: PersonSheet) -> bool:
    """310 paused or ended, and insured as resident in another pool. Order 765 art. 13 ¶3; 医保办发〔2021〕43号, case C."""
    return s.switch_to(Scheme.RESIDENT_MEDICAL) is not None


def resident_to_employee(s: PersonSheet) -> bool:
    """390 paused or ended, and insured as employee in another pool. Order 765 art. 13 ¶3; 医保办发〔2021〕43号, case D."""
    return s.switch_to(Scheme.EMPLOYEE_MEDICAL) is not None


def _new_home(s: PersonSheet) -> tuple[Relation, str] | None:
    relation = s.resident_relation()
    if relation is None:
        return None
    insured = {s.pool(r.division) for r in s.relations() if stands(r)} - {s.pool(relation.division)}
    home = next((home for home in s.homes_beyond(relation) if s.pool(home) in insured), None) if insured else None
    return (relation, home) if home and s.insurance_year_begun(home) else None


def insured_at_new_home(s: PersonSheet) -> bool:
    """Residence or moved hukou in another pool, insured there, its year begun. Order 765 art. 13 ¶2; 医保办发〔2021〕43号, case B."""
    return _new_home(s) is not None


def home_beyond_pool(s: PersonSheet) -> bool:
    """Residence or moved hukou in another pool otherwise: next insurance year. 医保办发〔2021〕43号, case B."""
    relation = s.resident_relation()
    return relation is not None and any(s.homes_beyond(relation)) and _new_home(s) is None


def home_in_pool(s: PersonSheet) -> bool:
    """Moved inside the pool: the registration of a standing relation changes. Order 765 art. 9, 10, 13."""
    relation = s.resident_relation()
    return relation is not None and stands(relation) and not any(s.homes_beyond(relation))


# Injury and maternity (410, 510)


def insured_anew(s: PersonSheet) -> bool:
    """Nothing is transferred; the new work place insures anew. Order 765 art. 15."""
    return s.scheme in (Scheme.INJURY, Scheme.MATERNITY)


def nothing_left(s: PersonSheet) -> bool:
    """Last row of 310 and 390: an ended relation with nothing to move to is no relation. Order 765 art. 10, 13."""
    return s.scheme in (Scheme.EMPLOYEE_MEDICAL, Scheme.RESIDENT_MEDICAL)


# Routes of the rows that let a case open


def _by_work(money: bool | None) -> Callable[[PersonSheet], Route]:
    def route(s: PersonSheet) -> Route:
        move = s.work_move()
        return Route(move[1].division, move[2], money) if move else Route(None, None)

    return route


def _by_system(s: PersonSheet) -> Route:
    left = _kind_left(s)
    return Route(left.division if left else None, s.work_place())


def _by_hukou(s: PersonSheet) -> Route:
    move = s.hukou_move()
    if move is None:
        return Route(None, None)
    distance, relation, hukou = move
    in_province = distance in OTHER_COUNTY
    money = (
        s.parameters.flag(names.INTRA_PROVINCE_FUND_MOVE, hukou)
        if in_province
        else distance is MoveClass.INTER_PROVINCE
    )
    return Route(relation.division, hukou, money)


def _by_switch(other: Scheme) -> Callable[[PersonSheet], Route]:
    def route(s: PersonSheet) -> Route:
        switch = s.switch_to(other)
        return Route(switch[0].division, switch[1]) if switch else Route(None, None)

    return route


def _by_home(s: PersonSheet) -> Route:
    relation, found = s.resident_relation(), _new_home(s)
    return Route(relation.division if relation else None, found[1] if found else s.facts.residence_division, False)


_TRANSFER, _CHANGE, _KEEP, _NOT = Outcome.TRANSFER, Outcome.CHANGE, Outcome.KEEP, Outcome.NOT_APPLICABLE

_ANY_SCHEME: tuple[Row[PersonSheet], ...] = (
    Row("case-open", _KEEP, case_open),
    Row("not-in-scheme", _NOT, not_in_scheme),
)

TABLE: dict[Scheme, tuple[Row[PersonSheet], ...]] = {
    Scheme.EMPLOYEE_PENSION: (
        *_ANY_SCHEME,
        Row("drawing", _KEEP, in_payment),
        Row("cross-system", _TRANSFER, changes_system, _by_system),
        Row("no-employment-elsewhere", _KEEP, no_work_place),
        Row("same-county", _KEEP, works_in_county),
        Row("same-pool", _CHANGE, works_in_pool, _by_work(False)),
        Row("relation-active", _KEEP, old_relation_active),
        Row("arrears", _KEEP, in_arrears),
        Row("not-insured-there", _KEEP, not_insured_there),
        Row("temporary-account", _KEEP, temporary_account),
        Row("cross-pool-employment", _TRANSFER, works_beyond_pool, _by_work(True)),
    ),
    Scheme.RESIDENT_PENSION: (
        *_ANY_SCHEME,
        Row("drawing", _KEEP, in_payment),
        Row("hukou-not-moved", _KEEP, hukou_not_moved),
        Row("same-county", _CHANGE, hukou_moved_in_county, _by_hukou),
        Row("age-60-before-move", _KEEP, past_age_before_move),
        Row("cross-county-hukou", _TRANSFER, hukou_moved_in_province, _by_hukou),
        Row("cross-province-hukou", _TRANSFER, hukou_moved_to_province, _by_hukou),
    ),
    Scheme.UNEMPLOYMENT: (
        *_ANY_SCHEME,
        Row("cross-pool-employment", _TRANSFER, works_beyond_pool, _by_work(None)),
        Row("no-employment-elsewhere", _KEEP, works_not_beyond_pool),
    ),
    Scheme.EMPLOYEE_MEDICAL: (
        *_ANY_SCHEME,
        Row("retired", _KEEP, in_payment),
        Row("employee-to-resident", _TRANSFER, employee_to_resident, _by_switch(Scheme.RESIDENT_MEDICAL)),
        Row("no-employment-elsewhere", _KEEP, no_work_place),
        Row("same-county", _KEEP, works_in_county),
        Row("same-pool", _CHANGE, works_in_pool, _by_work(False)),
        Row("relation-active", _KEEP, old_relation_active),
        Row("not-insured-there", _KEEP, not_insured_there),
        Row("cross-pool-employment", _TRANSFER, works_beyond_pool, _by_work(True)),
        Row("not-in-scheme", _NOT, nothing_left),
    ),
    Scheme.RESIDENT_MEDICAL: (
        *_ANY_SCHEME,
        Row("resident-to-employee", _TRANSFER, resident_to_employee, _by_switch(Scheme.EMPLOYEE_MEDICAL)),
        Row("cross-pool-residence", _TRANSFER, insured_at_new_home, _by_home),
        Row("next-insurance-year", _KEEP, home_beyond_pool),
        Row("same-pool", _CHANGE, home_in_pool, _by_home),
        Row("not-in-scheme", _NOT, nothing_left),
    ),
    Scheme.INJURY: (*_ANY_SCHEME, Row("insured-anew", _NOT, insured_anew)),
    Scheme.MATERNITY: (*_ANY_SCHEME, Row("insured-anew", _NOT, insured_anew)),
}
