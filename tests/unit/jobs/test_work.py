"""Who seeks work, which household has no one in work, what follows from what the registry says, who may be employed; status moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from services.jobs.domain import IllegalMove
from services.jobs.employments.domain import (
    EMPLOYMENT_MOVES,
    Employment,
    EmploymentAction,
    EmploymentStatus,
    EndReason,
    Form,
    Source,
    Terms,
    faults_of_end,
    move_employment,
)
from services.jobs.households.domain import Standing, household_standing
from services.jobs.persons.domain import LabourClass, Presence, StatedWork, Worker, faults_of_start, following
from services.jobs.seekers.domain import (
    SEEKER_MOVES,
    NotSeeking,
    SeekerAction,
    SeekerStatus,
    move_seeker,
    seeker_action,
    why_not_seeking,
)

ON = date(2026, 11, 24)
L = LabourClass
NO_WORK = StatedWork(None)
JOB = Terms(Form.ENTERPRISE, "522731", None, date(2024, 5, 1))
EMPLOYED = StatedWork(JOB)


def held(form: Form = Form.ENTERPRISE, household_id: str = "h1", **more: Any) -> Employment:
    return Employment("e1", household_id, Source.RECORDED, Terms(form, started_on=date(2024, 5, 1)), **more)


def worker(age: int = 30, labour: LabourClass | None = L.ORDINARY, *employments: Employment, **more: Any) -> Worker:
    """Born on this day, so that `age` is reached today."""
    given: dict[str, Any] = {"presence": Presence.RESIDENT, "sex": "1", "stated": NO_WORK} | more
    born = date(ON.year - age, ON.month, ON.day)
    return Worker("p1", "h1", birth_on=born, labour_class=labour, employments=employments, **given)


STANDING = held()
LEFT = held().ended(date(2026, 1, 31), EndReason.LEFT)
RETIRED = held().ended(date(2026, 1, 31), EndReason.RETIRED)


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (worker(30, L.SKILLED), None),
        (worker(30, L.ORDINARY), None),
        (worker(30, L.WEAK_HALF), None),
        (worker(30, L.LOST), NotSeeking.LABOUR_CLASS),
        (worker(30, L.NONE), NotSeeking.LABOUR_CLASS),
        (worker(30, None), NotSeeking.LABOUR_CLASS),
        (worker(15), NotSeeking.AGE),
        (worker(16), None),
        (worker(59), None),
        (worker(60), NotSeeking.AGE),
        (worker(59, sex="2"), None),
        (worker(60, sex="2"), NotSeeking.AGE),
        (worker(stated=None), NotSeeking.WORK_UNKNOWN),
        (worker(30, L.ORDINARY, STANDING), NotSeeking.EMPLOYED),
        (worker(30, L.ORDINARY, LEFT), None),
        (worker(30, L.ORDINARY, LEFT, stated=EMPLOYED), None),
        (worker(57, L.ORDINARY, RETIRED), NotSeeking.RETIRED),
        (worker(30, L.ORDINARY, held(Form.FARMING)), NotSeeking.EMPLOYED),
        (worker(presence=Presence.DECEASED), NotSeeking.DEATH),
        (worker(presence=Presence.WITHDRAWN), NotSeeking.WITHDRAWN),
        (worker(30, L.ORDINARY, LEFT, presence=Presence.WITHDRAWN), NotSeeking.WITHDRAWN),
    ],
)
def test_who_seeks_work(who: Worker, why: NotSeeking | None) -> None:
    assert why_not_seeking(who, ON) == why


def test_a_job_places_a_seeker_and_all_else_ends_the_spell() -> None:
    actions = {why: seeker_action(why) for why in NotSeeking}
    assert [why for why, action in actions.items() if action is SeekerAction.PLACE] == [NotSeeking.EMPLOYED]


WITHOUT, IN_WORK, NO_LABOUR, UNDETERMINED = (
    Standing.WITHOUT_WORK,
    Standing.IN_WORK,
    Standing.NO_LABOUR,
    Standing.UNDETERMINED,
)


@pytest.mark.parametrize(
    ("members", "standing"),
    [
        pytest.param([worker()], WITHOUT, id="one able member without work"),
        pytest.param([worker(30, L.WEAK_HALF), worker(40, L.WEAK_HALF)], WITHOUT, id="V11: weak and half labour only"),
        pytest.param([worker(), worker(30, L.ORDINARY, STANDING)], IN_WORK, id="one works"),
        pytest.param([worker(), worker(30, L.ORDINARY, held(Form.FARMING))], IN_WORK, id="one farms for a living"),
        pytest.param([worker(), worker(70, L.NONE, STANDING)], IN_WORK, id="an old member works"),
        pytest.param([worker(), worker(15, L.NONE, STANDING)], WITHOUT, id="a child's work does not count"),
        pytest.param([worker(30, L.ORDINARY, LEFT)], WITHOUT, id="the last job ended"),
        pytest.param([worker(57, L.ORDINARY, RETIRED)], NO_LABOUR, id="retired"),
        pytest.param([worker(), worker(stated=None)], UNDETERMINED, id="the work of a labour member is unknown"),
        pytest.param([worker(), worker(30, None, stated=None)], UNDETERMINED, id="labour class and work unknown"),
        pytest.param([worker(), worker(30, None)], WITHOUT, id="labour class unknown, known to have no work"),
        pytest.param([worker(30, None)], UNDETERMINED, id="unknown whether there is labour"),
        pytest.param([worker(), worker(30, L.LOST, stated=None)], WITHOUT, id="who lost the ability is not asked"),
        pytest.param([worker(), worker(8, None, stated=None)], WITHOUT, id="nor is a child"),
        pytest.param([worker(), worker(60, L.ORDINARY, stated=None)], WITHOUT, id="nor who is past labour age"),
        pytest.param([worker(15), worker(60)], NO_LABOUR, id="nobody of labour age"),
        pytest.param([worker(16)], WITHOUT, id="sixteen today"),
        pytest.param([worker(30, L.LOST), worker(8, L.NONE)], NO_LABOUR, id="no labour"),
        pytest.param([worker(), None], UNDETERMINED, id="nothing heard of a member yet"),
        pytest.param([worker(30, L.ORDINARY, STANDING), None], IN_WORK, id="one works, whoever the other is"),
        pytest.param([worker(), worker(presence=Presence.WITHDRAWN)], UNDETERMINED, id="a member's settling in doubt"),
        pytest.param([worker(), worker(presence=Presence.DECEASED, stated=None)], WITHOUT, id="the dead do not count"),
        pytest.param([], NO_LABOUR, id="nobody"),
    ],
)
def test_how_a_household_stands_to_work(members: list[Worker | None], standing: Standing) -> None:
    assert household_standing(members, ON) == standing
    assert household_standing(members[::-1], ON) == standing


def summary(changes: list[Employment]) -> list[tuple[str, str]]:
    return [(change.employment_id, str(change.status)) for change in changes]


STATED = Employment("e1", "h1", Source.STATED, JOB)
LEFT_STATED = STATED.ended(date(2026, 1, 31), EndReason.LEFT)
VOID = replace(STATED, settling_withdrawn=True)
BACK = datetime(2026, 11, 24, 3, tzinfo=UTC)
"""When the settling in h0 was taken back; the person lives in h1 now."""
LATE = held(household_id="h0", settling_withdrawn=True, filed_at=BACK)
EARLY = replace(LATE, filed_at=BACK - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("who", "changes"),
    [
        pytest.param(worker(stated=EMPLOYED), [("new", "standing")], id="stated work opens the first"),
        pytest.param(worker(stated=NO_WORK), [], id="stated to have none"),
        pytest.param(worker(stated=None), [], id="not known"),
        pytest.param(worker(30, L.ORDINARY, STATED, stated=EMPLOYED), [], id="never a second"),
        pytest.param(worker(30, L.ORDINARY, LEFT_STATED, stated=EMPLOYED), [], id="nor after the first ended"),
        pytest.param(worker(30, L.ORDINARY, LEFT_STATED, stated=NO_WORK), [], id="what ended here stays"),
        pytest.param(worker(30, L.ORDINARY, STANDING, stated=NO_WORK), [], id="what was recorded here stays"),
        pytest.param(
            worker(30, L.ORDINARY, STATED, stated=NO_WORK), [("e1", "withdrawn")], id="a corrected statement: none"
        ),
        pytest.param(
            worker(30, L.ORDINARY, STATED, stated=StatedWork(Terms(Form.FARMING))),
            [("e1", "withdrawn"), ("new", "standing")],
            id="a corrected statement: other work",
        ),
        pytest.param(
            worker(30, L.ORDINARY, STATED, replace(LEFT, employment_id="e2"), stated=NO_WORK),
            [],
            id="no correction once jobs has recorded something",
        ),
        pytest.param(
            worker(30, L.ORDINARY, STATED, stated=EMPLOYED, presence=Presence.DECEASED, died_on=ON),
            [("e1", "ended")],
            id="death ends what stands",
        ),
        pytest.param(
            worker(stated=EMPLOYED, presence=Presence.DECEASED, died_on=ON),
            [("new", "standing"), ("new", "ended")],
            id="death heard of first",
        ),
        pytest.param(
            worker(30, L.ORDINARY, LEFT_STATED, stated=EMPLOYED, presence=Presence.DECEASED, died_on=ON),
            [],
            id="death changes nothing that ended before",
        ),
        pytest.param(
            worker(30, L.ORDINARY, VOID, stated=EMPLOYED, presence=Presence.WITHDRAWN),
            [("e1", "withdrawn")],
            id="withdrawal",
        ),
        pytest.param(
            worker(30, L.ORDINARY, replace(LEFT, settling_withdrawn=True), presence=Presence.WITHDRAWN),
            [("e1", "withdrawn")],
            id="of what ended too",
        ),
        pytest.param(
            worker(30, L.ORDINARY, STANDING, presence=Presence.WITHDRAWN), [], id="the person's own word is to come"
        ),
        pytest.param(
            worker(30, L.ORDINARY, LATE, presence=Presence.WITHDRAWN, withdrawn_at=BACK),
            [],
            id="what was recorded after it waits",
        ),
        pytest.param(worker(30, L.ORDINARY, LATE, withdrawn_at=BACK), [], id="and comes along"),
        pytest.param(worker(30, L.ORDINARY, EARLY, withdrawn_at=BACK), [("e1", "withdrawn")], id="recorded before it"),
        pytest.param(worker(30, L.ORDINARY, LATE), [("e1", "withdrawn")], id="nobody says when it was"),
        pytest.param(
            worker(30, L.ORDINARY, replace(VOID, filed_at=BACK), withdrawn_at=BACK),
            [("e1", "withdrawn")],
            id="a statement goes with its settling, whenever it was heard",
        ),
        pytest.param(
            worker(30, L.ORDINARY, LATE, stated=EMPLOYED, withdrawn_at=BACK),
            [("new", "standing")],
            id="beside what comes along the stated opens",
        ),
        pytest.param(
            worker(30, L.ORDINARY, STATED, replace(LATE, employment_id="e2"), withdrawn_at=BACK),
            [("e1", "withdrawn")],
            id="and is corrected",
        ),
        pytest.param(worker(stated=EMPLOYED, presence=Presence.WITHDRAWN), [], id="withdrawn: nothing opens"),
        pytest.param(
            worker(30, L.ORDINARY, VOID, stated=EMPLOYED),
            [("e1", "withdrawn"), ("new", "standing")],
            id="settled anew: the old goes, the stated opens afresh",
        ),
    ],
)
def test_employments_follow_the_registry(who: Worker, changes: list[tuple[str, str]]) -> None:
    found = following(who, lambda: "new")
    assert summary(found) == changes
    after = who
    for change in found:
        after = after.with_(change)
    assert following(after, lambda: "newer") == []


def test_a_death_before_the_stated_start_ends_it_the_day_it_was_to_start() -> None:
    who = worker(stated=EMPLOYED, presence=Presence.DECEASED, died_on=date(2024, 4, 1))
    assert [(c.ended_on, c.end_reason) for c in following(who, lambda: "new")][1:] == [
        (date(2024, 5, 1), EndReason.DEATH)
    ]


def start(who: Worker, form: Form = Form.ENTERPRISE, day: date = ON) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in faults_of_start(who, Terms(form, started_on=day), ON)]


POST = held(Form.PUBLIC_POST)


@pytest.mark.parametrize(
    ("who", "form", "day", "faults"),
    [
        (worker(), Form.ENTERPRISE, ON, []),
        (worker(16), Form.ENTERPRISE, ON, []),
        (worker(70), Form.FARMING, ON, []),
        (worker(15), Form.ENTERPRISE, ON, [("/started_on", "under-16")]),
        (worker(16), Form.SELF_EMPLOYED, date(2026, 11, 23), [("/started_on", "under-16")]),
        (worker(), Form.ENTERPRISE, date(2026, 11, 25), [("/started_on", "date-in-future")]),
        (worker(presence=Presence.DECEASED), Form.ENTERPRISE, ON, [("/person_id", "deceased")]),
        (worker(presence=Presence.WITHDRAWN), Form.ENTERPRISE, ON, [("/person_id", "withdrawn")]),
        (worker(30, L.ORDINARY, STANDING), Form.FARMING, ON, []),
        (worker(30, L.ORDINARY, STANDING), Form.PUBLIC_POST, ON, [("/form", "other-employment-stands")]),
        (worker(30, L.ORDINARY, POST), Form.PUBLIC_POST, ON, [("/form", "other-employment-stands")]),
        (worker(30, L.ORDINARY, POST), Form.ENTERPRISE, ON, [("/form", "public-post-stands")]),
        (worker(30, L.ORDINARY, LEFT), Form.PUBLIC_POST, ON, []),
        (
            worker(15, L.NONE, STANDING, presence=Presence.DECEASED),
            Form.PUBLIC_POST,
            date(2026, 12, 1),
            [
                ("/person_id", "deceased"),
                ("/started_on", "under-16"),
                ("/form", "other-employment-stands"),
                ("/started_on", "date-in-future"),
            ],
        ),
    ],
)
def test_what_forbids_an_employment(who: Worker, form: Form, day: date, faults: list[tuple[str, str]]) -> None:
    assert start(who, form, day) == faults


def test_what_is_wrong_with_a_last_day() -> None:
    assert [f.code for f in faults_of_end(STANDING, ON, ON)] == []
    assert [f.code for f in faults_of_end(STANDING, date(2024, 5, 1), ON)] == []
    assert [f.code for f in faults_of_end(STANDING, date(2024, 4, 30), ON)] == ["before-start"]
    assert [f.code for f in faults_of_end(STANDING, date(2026, 11, 25), ON)] == ["date-in-future"]


@pytest.mark.parametrize(("status", "action"), [*product(EmploymentStatus, EmploymentAction)])
def test_every_move_of_an_employment(status: EmploymentStatus, action: EmploymentAction) -> None:
    if (status, action) in EMPLOYMENT_MOVES:
        assert move_employment(status, action) == EMPLOYMENT_MOVES[status, action]
    else:
        with pytest.raises(IllegalMove):
            move_employment(status, action)


@pytest.mark.parametrize(("status", "action"), [*product(SeekerStatus, SeekerAction)])
def test_every_move_of_a_seeker(status: SeekerStatus, action: SeekerAction) -> None:
    if (status, action) in SEEKER_MOVES:
        assert move_seeker(status, action) == SEEKER_MOVES[status, action]
    else:
        with pytest.raises(IllegalMove):
            move_seeker(status, action)


def test_nothing_leaves_withdrawn_placed_or_ended() -> None:
    assert not {status for status, _ in EMPLOYMENT_MOVES} & {EmploymentStatus.WITHDRAWN}
    assert {status for status, _ in SEEKER_MOVES} == {SeekerStatus.SEEKING, SeekerStatus.ASIDE}
