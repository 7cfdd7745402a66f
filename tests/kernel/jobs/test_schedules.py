"""Every due time makes its jobs exactly once, whatever clocks and schedulers do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fyrklang.kernel.jobs.scheduler import Scheduler
from fyrklang.kernel.jobs.schedules import Schedule
from fyrklang.sdk import jobs
from fyrklang.tenancy.jobs.handlers import Kind, Registry
from tests.kernel.jobs.harness import Rig, wait_for

NIGHTLY = Schedule("nightly", "test.note", cron="30 2 * * *")


def at(value: str) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC)


def every_minute(start: datetime, hours: int) -> Iterator[datetime]:
    return (start + timedelta(minutes=minute) for minute in range(hours * 60))


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-01-15T02:29:59+01:00", "2026-01-14T02:30:00+01:00"),
        ("2026-01-15T02:30:00+01:00", "2026-01-15T02:30:00+01:00"),
        ("2026-07-15T12:00:00+02:00", "2026-07-15T02:30:00+02:00"),
    ],
)
def test_cron_follows_the_swedish_wall_clock(now: str, due: str) -> None:
    assert NIGHTLY.latest_due(at(now)) == at(due)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-06-01"])
def test_a_nightly_time_comes_once_a_day_also_when_the_clock_is_changed(day: str) -> None:
    midnight = datetime.fromisoformat(f"{day}T00:00:00").astimezone(UTC) - timedelta(hours=2)
    seen = {NIGHTLY.latest_due(now) for now in every_minute(midnight + timedelta(hours=2, minutes=5), 20)}
    assert len(seen - {None, NIGHTLY.latest_due(midnight)}) == 1


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, 100_000),
)
def test_an_interval_is_the_same_for_every_scheduler(now: datetime, seconds: int) -> None:
    schedule = Schedule("s", "k", every=timedelta(seconds=seconds))
    due = schedule.latest_due(now)
    assert due is not None
    assert due <= now < due + timedelta(seconds=seconds)
    assert schedule.latest_due(due) == due


@pytest.mark.parametrize(
    "given_times",
    [{}, {"every": timedelta(hours=1), "cron": "0 3 * * *"}, {"cron": "often"}, {"every": timedelta(0)}],
)
def test_a_schedule_that_cannot_be_read_is_refused(given_times: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="schedule s"):
        Schedule("s", "k", **given_times)  # type: ignore[arg-type]


def test_a_schedule_needs_a_known_kind() -> None:
    with pytest.raises(ValueError, match="unknown job kind"):
        jobs.schedule("s", "no.such", every=timedelta(hours=1))
    registry = Registry()
    registry.add_schedule(NIGHTLY)
    with pytest.raises(ValueError, match="unknown job kind"):
        registry.schedules()
    with pytest.raises(ValueError, match="two schedules"):
        registry.add_schedule(Schedule("nightly", "test.note", cron="0 4 * * *"))


def test_a_due_time_makes_one_job_for_each_active_tenant_and_none_for_the_rest(rig: Rig) -> None:
    rig.admin.execute("UPDATE registry.tenant SET status = 'DISSOLVED' WHERE id = %s", (rig.tenants[2],))
    try:
        clock = [at("2026-01-15T03:00:00+01:00")]
        schedule = Schedule("all", "test.who", cron="30 2 * * *", per_tenant=True)
        scheduler = Scheduler(rig.database.engine("relay"), [schedule, NIGHTLY], now=lambda: clock[0])
        assert [scheduler.tick(), scheduler.tick()] == [2, 0]
        rig.carry_out()
        made = rig.rows(
            "SELECT tenant_id, state, result_ref FROM jobs.job WHERE kind = 'test.who' ORDER BY 3"
        )
        assert made == [(rig.tenants[i], "DONE", f"prov-{i}/None/None/0") for i in (0, 1)]
        assert rig.rows("SELECT tenant_id FROM jobs.job WHERE kind = 'test.note'") == [
            (jobs.PLATFORM_TENANT,)
        ]
        clock[0] += timedelta(days=1)
        assert scheduler.tick() == 2
    finally:
        rig.admin.execute("UPDATE registry.tenant SET status = 'ACTIVE' WHERE id = %s", (rig.tenants[2],))


def test_steps_of_the_clock_neither_double_nor_lose_a_due_time(rig: Rig) -> None:
    begin = at("2026-01-15T02:00:00+01:00")
    steps = [0, 31, -29, 35, 60, 0, 90, 29, 31]
    clock = [begin]
    pair = [Scheduler(rig.database.engine("relay"), [NIGHTLY], now=lambda: clock[0]) for _ in range(2)]
    for step in steps:
        clock[0] = begin + timedelta(minutes=step)
        for scheduler in pair:
            scheduler.tick()
    dues = [row[0] for row in rig.rows("SELECT due FROM jobs.schedule_run ORDER BY due")]
    assert dues == [at("2026-01-14T02:30:00+01:00"), at("2026-01-15T02:30:00+01:00")]


def test_a_run_still_waiting_is_not_piled_upon(rig: Rig) -> None:
    clock = [at("2026-01-15T03:00:00+01:00")]
    scheduler = Scheduler(rig.database.engine("relay"), [NIGHTLY], now=lambda: clock[0])
    for _ in range(3):
        scheduler.tick()
        clock[0] += timedelta(days=1)
    assert rig.states() == {"WAITING": 1}
    assert [row[0] for row in rig.rows("SELECT jobs FROM jobs.schedule_run ORDER BY due")] == [1, 0, 0]


def test_two_schedulers_side_by_side_fire_each_due_once(rig: Rig) -> None:
    for _ in range(2):
        rig.start("scheduler")
    wait_for(lambda: rig.rows("SELECT count(*) FROM jobs.schedule_run")[0][0] >= 3)
    rig.stop_processes()
    runs = rig.rows("SELECT due, jobs FROM jobs.schedule_run ORDER BY due")
    dues = [due for due, _jobs in runs]
    assert all(later - earlier == timedelta(seconds=1) for earlier, later in pairwise(dues))
    assert runs[0][1] == 3
    assert sum(made for _due, made in runs) == sum(rig.states().values())


def test_a_features_schedule_takes_queue_and_attempts_from_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry()
    registry.add(Kind("k", lambda _job: None, "Gör", queue="council", attempts=7))
    monkeypatch.setattr(jobs, "REGISTRY", registry)
    jobs.schedule("s", "k", every=timedelta(days=1), per_tenant=True)
    (found,) = registry.schedules()
    assert (found.queue, found.attempts) == ("council", 7)
