"""A release made by the worker, and from the command line."""

from __future__ import annotations

import random

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from fyrklang.cli import main
from fyrklang.kernel.db import Database
from fyrklang.national.store import publishing
from fyrklang.national.store.publishing import PLATFORM, Plan, ask_for
from fyrklang.sdk.jobs import PLATFORM_TENANT
from fyrklang.tenancy.jobs.handlers import REGISTRY
from fyrklang.tenancy.jobs.runner import JobRunner
from fyrklang.tenancy.session import tenant_session
from tests.national.nation import Nation, admin, connect, invent

PLAN = Plan("2026-7", 2024, 2025, synthetic=True)


@pytest.fixture(scope="module")
def nation(empty_nation: Nation) -> Nation:
    for number in range(4):
        empty_nation.add(f"prov{number}", [invent(random.Random(number), range(2024, 2026), 40)])
    return empty_nation


@pytest.fixture
def worker(nation_database: Database, monkeypatch: pytest.MonkeyPatch) -> JobRunner:
    monkeypatch.setattr(publishing, "_own_database", lambda: nation_database)
    return JobRunner(nation_database, REGISTRY)


def offer(nation: Nation, job_id: object) -> None:
    """Hand the job out, as the relay does."""
    with admin(nation.config) as conn:
        conn.execute("UPDATE jobs.job SET state = 'OFFERED', offered_at = now() WHERE id = %s", (job_id,))


def job_row(database: Database, job_id: object) -> tuple:
    with tenant_session(database, PLATFORM) as session:
        query = text(
            "SELECT state, queue, progress_done, progress_total, result_ref FROM jobs.job WHERE id = :id"
        )
        return tuple(session.execute(query, {"id": job_id}).one())


def released(nation: Nation, number: str) -> tuple | None:
    with connect(nation.config, "council") as conn:
        return conn.execute(
            "SELECT state, checksum FROM national.release WHERE number = %s", (number,)
        ).fetchone()


def test_the_worker_publishes(nation: Nation, nation_database: Database, worker: JobRunner) -> None:
    job_id = ask_for(nation_database, PLAN)
    assert job_row(nation_database, job_id)[:2] == ("WAITING", "council")
    offer(nation, job_id)
    worker(PLATFORM_TENANT, job_id)
    state, _, done, total, result = job_row(nation_database, job_id)
    assert (state, total, done) == ("DONE", 5, 4)
    assert released(nation, PLAN.full_number) == ("PUBLISHED", result)


def test_a_job_that_dies_leaves_a_draft_that_the_next_takes_over(
    nation: Nation, nation_database: Database, worker: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan("2026-8", 2024, 2025, synthetic=True)
    job_id = ask_for(nation_database, plan)

    def die(*_given: object) -> str:
        raise OSError("strömmen gick")

    with monkeypatch.context() as broken:
        broken.setattr(publishing, "freeze", die)
        offer(nation, job_id)
        worker(PLATFORM_TENANT, job_id)
    assert job_row(nation_database, job_id)[0] == "WAITING"
    assert released(nation, plan.full_number) == ("DRAFT", None)
    offer(nation, job_id)
    worker(PLATFORM_TENANT, job_id)
    assert job_row(nation_database, job_id)[0] == "DONE"
    assert released(nation, plan.full_number)[0] == "PUBLISHED"


def run(nation: Nation, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    monkeypatch.setenv("FYRKLANG_SECRET_KEY", nation.config.secret_key)
    monkeypatch.setenv("FYRKLANG_DEMO", "1")
    monkeypatch.setenv("FYRKLANG_DATABASE_URL", nation.config.database_url)
    monkeypatch.setenv("FYRKLANG_REDIS_URL", nation.config.redis_url)
    return CliRunner().invoke(main, ["national", *words])


def test_from_the_command_line(nation: Nation, monkeypatch: pytest.MonkeyPatch) -> None:
    made = run(nation, monkeypatch, "publish", "2026-9", "--from", "2024", "--to", "2025", "--invented")
    assert "Utgåva 2026-9-pahittat är publicerad" in made.output
    again = run(nation, monkeypatch, "publish", "2026-9", "--from", "2024", "--to", "2025", "--invented")
    assert (again.exit_code, "finns redan" in again.output) == (1, True)
    early = run(nation, monkeypatch, "publish", "2026-10", "--from", "2024", "--to", "2099")
    assert (early.exit_code, "Året är inte slut" in early.output) == (1, True)
    assert "2026-9-pahittat  2024–2025  publicerad" in run(nation, monkeypatch, "list").output
    checked = run(nation, monkeypatch, "status")
    assert (checked.exit_code, "2026-9-pahittat  stämmer" in checked.output) == (0, True)
    back = run(nation, monkeypatch, "withdraw", "2026-9-pahittat", "--reason", "Prov")
    assert back.exit_code == 0
    assert run(nation, monkeypatch, "withdraw", "2026-9-pahittat", "--reason", "Prov").exit_code == 1
