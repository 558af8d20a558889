"""Time alone: birthdays, the edge of the enrolment window, a parameter that comes into force."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from services.benefits.timers import TIMERS
from shared import clock
from shared.timers import sweep
from tests.integration.benefits.news import EVERYTHING, FAR, HERE, OLD, Benefits, Kin, paying

INSURANCES = EVERYTHING["insurances"] | {"390": ()}


async def due(benefits: Benefits) -> datetime:
    found: datetime = await benefits.service.database.pool.fetchval("select due_at from timers")
    return found


async def pass_to(benefits: Benefits, now: datetime) -> int:
    return await sweep(benefits.service.database, TIMERS, now)


async def settle(benefits: Benefits, kin: Kin, **facts: Any) -> None:
    facts = EVERYTHING | {"insurances": INSURANCES} | facts
    await benefits.service.hear([kin.settled("a"), kin.registered("a", **facts)])


async def test_a_birthday_is_awaited_and_changes_what_is_told(benefits: Benefits) -> None:
    kin = Kin()
    relations = (*paying(FAR, "paused"), *paying(HERE))
    facts = {
        "sex": "2",
        "birth_on": date(1986, 12, 1),
        "hukou_division": FAR,
        "insurances": INSURANCES | {"110": relations},
    }
    await settle(benefits, kin, **facts)
    assert await benefits.outcome(kin, "a", "110") == ("transfer", ["cross-pool-employment"])
    assert await due(benefits) == datetime(2026, 11, 30, 16, tzinfo=UTC)  # midnight in China
    assert await pass_to(benefits, datetime(2026, 11, 30, 15, 59, tzinfo=UTC)) == 0
    assert await pass_to(benefits, datetime(2026, 11, 30, 16, tzinfo=UTC)) == 1
    assert await benefits.outcome(kin, "a", "110") == ("keep", ["temporary-account"])
    assert await due(benefits) == datetime(2026, 12, 1, 16, tzinfo=UTC)
    assert await pass_to(benefits, datetime(2026, 12, 3, tzinfo=UTC)) == 1
    assert await due(benefits) == datetime(2046, 11, 30, 16, tzinfo=UTC)  # 60


async def test_the_window_closes_and_what_is_asked_for_changes(benefits: Benefits) -> None:
    kin = Kin()
    both = INSURANCES | {"390": (*paying(OLD, "paused"), *paying(HERE))}
    await settle(benefits, kin, insurances=both)
    assert await benefits.outcome(kin, "a", "390") == ("undetermined", ["unknown:resident-medical-from"])
    assert await due(benefits) == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert await pass_to(benefits, datetime(2026, 12, 31, 16, tzinfo=UTC)) == 1
    assert await benefits.outcome(kin, "a", "390") == ("transfer", ["cross-pool-residence"])


async def test_a_parameter_comes_into_force(benefits: Benefits) -> None:
    kin = Kin()
    await benefits.service.database.pool.execute(
        "insert into parameters values ('resident_pension.intra_province_fund_move', '52', '2026-12-15', 'false', '示例')"
    )
    await settle(benefits, kin)
    assert (await benefits.told(kin))["a", "170"]["fund_moves"] is True
    assert await due(benefits) == clock.end_of_day(date(2026, 12, 14))
    assert await pass_to(benefits, clock.end_of_day(date(2026, 12, 14))) == 1
    assert (await benefits.told(kin))["a", "170"]["fund_moves"] is False


async def test_a_row_put_in_later_is_felt_once_everybody_is_due_again(benefits: Benefits) -> None:
    kin = Kin()
    await settle(benefits, kin)
    row = "('resident_pension.intra_province_fund_move', '52', '2026-01-01', 'false', '示例')"
    await benefits.service.database.pool.execute(f"insert into parameters values {row}")
    await benefits.service.database.pool.execute(
        """insert into timers (kind, key, due_at) select 'assess-again', person_id::text, now() from person_copies
               on conflict (kind, key) do update set due_at = excluded.due_at"""
    )
    assert (await benefits.told(kin))["a", "170"]["fund_moves"] is True
    assert await pass_to(benefits, datetime(2027, 1, 1, tzinfo=UTC)) == 1
    assert (await benefits.told(kin))["a", "170"]["fund_moves"] is False
    assert await due(benefits) > datetime(2027, 1, 1, tzinfo=UTC)


async def test_a_timer_of_somebody_unknown_does_nothing(benefits: Benefits) -> None:
    await benefits.service.database.pool.execute(
        "insert into timers (kind, key, due_at) values ('assess-again', gen_random_uuid()::text, now() - interval '9 years')"
    )
    assert await pass_to(benefits, datetime(2026, 12, 1, tzinfo=UTC)) == 1
    assert await benefits.service.database.pool.fetchval("select count(*) from timers") == 0
