"""What a feature may count on when it asks for a job, and what a page may count on when it shows one."""

from __future__ import annotations

import logging
from threading import Thread
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from fyrklang.kernel.errors import Conflict, NotFound
from fyrklang.kernel.jobs.settings import JobSettings
from fyrklang.sdk import jobs
from fyrklang.tenancy.jobs.handlers import REGISTRY, Again, JobContext, Kind, Registry
from fyrklang.tenancy.jobs.lease import Lease, LeaseLost
from fyrklang.tenancy.jobs.runner import JobRunner
from fyrklang.tenancy.session import TenantSession, tenant_session
from tests.kernel.jobs.harness import Rig, wait_for
from tests.kernel.jobs.process import QUICK


def offered(rig: Rig, kind: str, tenant: int = 0, **given: object) -> UUID:
    """A job a worker may take, without any Valkey in between."""
    job_id = rig.enqueue(kind, tenant, **given)[0]
    offer(rig, job_id)
    return job_id


def offer(rig: Rig, job_id: UUID) -> None:
    rig.admin.execute(
        "UPDATE jobs.job SET state = 'OFFERED', offered_at = now() WHERE id = %s AND state = 'WAITING'",
        (job_id,),
    )


def run(rig: Rig, job_id: UUID, tenant: int = 0, registry: Registry = REGISTRY) -> None:
    JobRunner(rig.database, registry, QUICK)(rig.tenants[tenant], job_id)


def test_a_job_exists_only_if_its_transaction_commits(rig: Rig) -> None:
    with TenantSession(rig.database, rig.context()) as session:
        jobs.enqueue(session, "test.note")
        session.rollback()
    assert rig.states() == {}
    assert rig.relay().one_pass() == 0


def test_from_asking_to_done_through_valkey(rig: Rig) -> None:
    job_id = rig.enqueue("test.chunks", args={"intervention_id": uuid4()})[0]
    rig.carry_out()
    done = rig.job(job_id)
    assert (done.state, done.result_ref, done.progress_done, done.error) == ("DONE", "result/1", 3, None)
    assert rig.effects(job_id) == 3


def test_a_second_delivery_does_nothing(rig: Rig) -> None:
    job_id = offered(rig, "test.note")
    run(rig, job_id)
    run(rig, job_id)
    assert (rig.job(job_id).attempt, rig.effects(job_id)) == (1, 1)


def test_another_tenants_context_cannot_run_a_job(rig: Rig) -> None:
    job_id = offered(rig, "test.note", tenant=0)
    run(rig, job_id, tenant=1)
    assert (rig.job(job_id).state, rig.effects()) == ("OFFERED", 0)


def test_a_missing_tenant_or_job_is_nothing(rig: Rig) -> None:
    job_id = offered(rig, "test.note")
    JobRunner(rig.database, REGISTRY, QUICK)(uuid4(), job_id)
    run(rig, uuid4())
    assert (rig.job(job_id).state, rig.effects()) == ("OFFERED", 0)


def test_two_jobs_in_a_row_each_see_their_own_tenant(rig: Rig) -> None:
    for tenant, rows in ((0, 3), (1, 5)):
        for _ in range(rows):
            run(rig, offered(rig, "test.note", tenant), tenant)
    seen = []
    runner = JobRunner(rig.database, REGISTRY, QUICK)
    for tenant in (0, 1, 2, 0, 2, 1):
        job_id = offered(rig, "test.count", tenant)
        runner(rig.tenants[tenant], job_id)
        seen.append(rig.job(job_id).result_ref)
    assert seen == ["3", "5", "0", "3", "0", "5"]


def test_a_job_reaches_as_far_as_its_asker_and_says_who_that_was(rig: Rig) -> None:
    person, interventions = uuid4(), (uuid4(), uuid4())
    context = rig.context(actor_id=person, party="FK", interventions=interventions)
    with tenant_session(rig.database, context) as session:
        job_id = jobs.enqueue(session, "test.who")
    offer(rig, job_id)
    run(rig, job_id)
    assert rig.job(job_id).result_ref == f"prov-0/{person}/FK/2"


@pytest.mark.parametrize("column", ["party", "created_by", "interventions", "state", "attempt", "cursor"])
def test_a_service_cannot_say_who_asked_or_play_worker(rig: Rig, column: str) -> None:
    statement = (
        f"INSERT INTO jobs.job (tenant_id, id, kind, queue, {column}) VALUES (:t, :i, 'x', 'batch', NULL)"
    )
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        tenant_session(rig.database, rig.context()) as session,
    ):
        session.execute(text(statement), {"t": rig.tenants[0], "i": uuid4()})


def test_a_service_can_neither_rewrite_nor_delete_a_job(rig: Rig) -> None:
    rig.enqueue("test.note")
    for statement in (
        "UPDATE jobs.job SET args = '{}'",
        "UPDATE jobs.job SET party = 'FK'",
        "DELETE FROM jobs.job",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            tenant_session(rig.database, rig.context()) as session,
        ):
            session.execute(text(statement))


def test_the_relay_role_sees_no_row(rig: Rig) -> None:
    rig.enqueue("test.note")
    with (
        rig.database.engine("relay").begin() as connection,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        connection.execute(text("SELECT * FROM jobs.job"))


@pytest.mark.parametrize(
    "value", ["Anna Andersson", "19121212-1212", "121212+1212", "anna@exempel.se", {"a": 1}, 1.5, "x" * 81]
)
def test_only_ids_numbers_and_codes_may_be_arguments(rig: Rig, value: object) -> None:
    with tenant_session(rig.database, rig.context()) as session, pytest.raises(ValueError, match="argument"):
        jobs.enqueue(session, "test.note", {"value": value})


def test_an_unknown_kind_is_refused_when_asked_for(rig: Rig) -> None:
    with tenant_session(rig.database, rig.context()) as session, pytest.raises(ValueError, match="unknown"):
        jobs.enqueue(session, "test.no-such")


def test_requests_with_one_key_join_until_the_job_has_begun(rig: Rig) -> None:
    first, second = rig.enqueue("test.note", key="i-1"), rig.enqueue("test.note", key="i-1")
    other_key, other_tenant = rig.enqueue("test.note", key="i-2"), rig.enqueue("test.note", 1, key="i-1")
    assert first == second
    assert len({*first, *other_key, *other_tenant}) == 3
    rig.admin.execute(
        "UPDATE jobs.job SET state = 'RUNNING', lease_until = now() + '1 hour' WHERE id = %s", first
    )
    third = rig.enqueue("test.note", key="i-1")
    assert third != first
    offer(rig, third[0])
    run(rig, third[0])
    assert rig.job(third[0]).state == "WAITING", "two runs with one key must not overlap"
    rig.relay().one_pass()
    assert rig.job(third[0]).state == "WAITING", "nor be offered while the first runs"


def test_a_joined_job_does_not_begin_before_the_change_is_committed(rig: Rig) -> None:
    job_id = offered(rig, "test.count", key="k")
    worker = Thread(target=run, args=(rig, job_id))
    with tenant_session(rig.database, rig.context()) as session:
        jobs.enqueue(session, "test.count", key="k")
        session.execute(
            text("INSERT INTO office.job_effect (tenant_id, id, job_id, chunk) VALUES (:t, :i, :i, 0)"),
            {"t": rig.tenants[0], "i": uuid4()},
        )
        worker.start()
        wait_for(lambda: bool(rig.rows("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")))
    worker.join()
    assert rig.job(job_id).result_ref == "1"


def test_a_fault_is_tried_again_and_leaves_no_trace_of_the_first_try(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = offered(rig, "test.flaky")
    with caplog.at_level(logging.DEBUG):
        run(rig, job_id)
    between = rig.job(job_id)
    assert (between.state, between.fault, rig.effects()) == ("WAITING", "RuntimeError", 0)
    assert "försöker igen" in between.error
    assert "flaky" in caplog.text
    assert "19121212" not in caplog.text + str(between)
    wait_for(lambda: rig.relay().one_pass() > 0)
    rig.work()
    assert (rig.job(job_id).state, rig.job(job_id).error, rig.effects(job_id)) == ("DONE", None, 1)


def test_a_poison_job_is_parked_in_words_and_can_be_run_again(rig: Rig) -> None:
    job_id = rig.enqueue("test.broken")[0]
    for _ in range(2):
        offer(rig, job_id)
        run(rig, job_id)
    with tenant_session(rig.database, rig.context()) as session:
        (shown,) = jobs.parked_jobs(session)
        assert (shown.id, shown.can_retry, shown.settled) == (job_id, True, True)
        assert shown.error is not None
        assert shown.error.startswith("Jobbet gick inte att göra klart trots 2 försök")
        assert jobs.retry_job(session, job_id).state == "WAITING"
    assert (rig.job(job_id).attempt, rig.effects()) == (0, 0)


def test_a_refusal_is_final_and_keeps_its_sentence(rig: Rig) -> None:
    job_id = offered(rig, "test.refused")
    run(rig, job_id)
    settled = rig.job(job_id)
    assert (settled.state, settled.error, rig.effects()) == ("FAILED", "Filen har inga rader.", 0)


def test_a_kind_this_version_does_not_know_waits_for_one_that_does(rig: Rig) -> None:
    job_id = offered(rig, "test.note")
    run(rig, job_id, registry=Registry())
    assert rig.job(job_id).state == "WAITING"


def test_a_job_past_its_time_limit_is_broken_off(rig: Rig) -> None:
    job_id = offered(rig, "test.endless")
    run(rig, job_id)
    parked = rig.job(job_id)
    assert (parked.state, parked.fault, rig.effects()) == ("PARKED", "TimeLimit", 0)
    assert "längre tid än 1 sekunder" in parked.error


def test_progress_is_seen_while_the_job_runs_and_a_cancel_undoes_it(rig: Rig) -> None:
    rig.start("relay")
    rig.start("worker")
    job_id = rig.enqueue("test.patient")[0]
    wait_for(lambda: rig.job(job_id).progress_done == 1)
    with tenant_session(rig.database, rig.context()) as session:
        shown = jobs.job_view(session, job_id)
        assert (shown.percent, shown.text, shown.state_text) == (50, "Väntar", "Pågår")
        assert jobs.cancel_job(session, job_id).state_text == "Avbryts"
    wait_for(lambda: rig.job(job_id).state == "CANCELLED")
    assert rig.effects() == 0


def test_a_handler_that_stops_by_itself_keeps_what_it_wrote(rig: Rig) -> None:
    rig.start("relay")
    rig.start("worker")
    job_id = rig.enqueue("test.tidy")[0]
    wait_for(lambda: rig.job(job_id).state == "RUNNING")
    with tenant_session(rig.database, rig.context()) as session:
        jobs.cancel_job(session, job_id)
    wait_for(lambda: rig.job(job_id).state == "CANCELLED")
    assert rig.effects(job_id) == 1


def test_a_waiting_job_is_cancelled_at_once_and_never_runs(rig: Rig) -> None:
    waiting, held = rig.enqueue("test.note", many=2)
    offer(rig, held)
    with tenant_session(rig.database, rig.context()) as session:
        assert jobs.cancel_job(session, waiting).state == "CANCELLED"
        assert jobs.cancel_job(session, held).settled
        with pytest.raises(Conflict):
            jobs.cancel_job(session, waiting)
    run(rig, held)
    rig.carry_out()
    assert (rig.states(), rig.effects()) == ({"CANCELLED": 2}, 0)


def test_chunks_go_on_after_a_cancel_where_they_stopped(rig: Rig) -> None:
    job_id = offered(rig, "test.chunks")
    run(rig, job_id)
    with tenant_session(rig.database, rig.context()) as session:
        jobs.cancel_job(session, job_id)
    with tenant_session(rig.database, rig.context()) as session:
        jobs.retry_job(session, job_id)
    rig.carry_out()
    chunks = rig.rows("SELECT chunk FROM office.job_effect ORDER BY chunk")
    assert (rig.job(job_id).state, chunks) == ("DONE", [(0,), (1,), (2,)])


def test_a_chunked_job_and_a_fresh_request_with_its_key_take_turns(rig: Rig) -> None:
    first = offered(rig, "test.chunks", key="k")
    run(rig, first)
    second = rig.enqueue("test.chunks", key="k")[0]
    assert second != first
    relay = rig.relay()
    relay.one_pass()
    assert (rig.job(first).state, rig.job(second).state) == ("OFFERED", "WAITING")
    rig.work("batch")
    rig.carry_out()
    assert (rig.states(), rig.effects(first), rig.effects(second)) == ({"DONE": 2}, 3, 3)


def test_a_worker_that_slept_through_its_lease_loses_its_effects(rig: Rig) -> None:
    registry = Registry()
    taken_over: list[bool] = []

    def sleepy(job: JobContext) -> None:
        job.session.execute(
            text("INSERT INTO office.job_effect (tenant_id, id, job_id, chunk) VALUES (:t, :i, :j, 0)"),
            {"t": job.context.tenant_id, "i": uuid4(), "j": job.job_id},
        )
        rig.admin.execute(
            "UPDATE jobs.job SET state = 'WAITING', lease_until = NULL, leased_by = NULL WHERE id = %s",
            (job.job_id,),
        )
        taken_over.append(True)

    registry.add(Kind("test.note", sleepy, "Sover"))
    job_id = offered(rig, "test.note")
    run(rig, job_id, registry=registry)
    assert (taken_over, rig.job(job_id).state, rig.effects()) == ([True], "WAITING", 0)


def test_a_handler_may_not_commit(rig: Rig) -> None:
    registry = Registry()

    def committing(job: JobContext) -> None:
        job.session.execute(text("SELECT 1"))
        job.session.commit()

    registry.add(Kind("test.note", committing, "Bekräftar själv"))
    job_id = offered(rig, "test.note")
    run(rig, job_id, registry=registry)
    assert (rig.job(job_id).state, rig.job(job_id).fault) == ("WAITING", "RuntimeError")


def test_only_the_holder_of_the_lease_has_the_last_word(rig: Rig) -> None:
    job_id = offered(rig, "test.note")
    holder = Lease(rig.database, rig.context(), job_id, length=30)
    stranger = Lease(rig.database, rig.context(), job_id, length=30)
    assert holder.take() is not None
    assert stranger.take() is None
    assert holder.renew()
    assert not stranger.renew()
    with pytest.raises(LeaseLost), tenant_session(rig.database, rig.context(), "worker") as session:
        stranger.finish(session, None, None)


def test_a_blocked_process_ends_itself_past_the_grace(rig: Rig) -> None:
    ended: list[int] = []
    registry = Registry()

    def blocked(job: JobContext) -> None:
        wait_for(lambda: bool(ended))

    registry.add(Kind("test.note", blocked, "Hänger", time_limit=1))
    job_id = offered(rig, "test.note")
    limits = JobSettings(renew=0.05, hang_grace=-0.9)
    JobRunner(rig.database, registry, limits, ended.append)(rig.tenants[0], job_id)
    assert ended[0] == 70


def test_pages_see_only_their_own_tenants_jobs(rig: Rig) -> None:
    (own,) = rig.enqueue("test.note")
    (foreign,) = rig.enqueue("test.note", tenant=1)
    with tenant_session(rig.database, rig.context()) as session:
        assert [shown.id for shown in jobs.recent_jobs(session)] == [own]
        assert jobs.recent_jobs(session, person=uuid4()) == []
        for act in (jobs.job_view, jobs.cancel_job, jobs.retry_job):
            for hidden in (foreign, uuid4()):
                with pytest.raises(NotFound):
                    act(session, hidden)
    assert rig.job(foreign).state == "WAITING"


def test_an_actor_is_as_good_as_its_session(rig: Rig) -> None:
    class Somebody:
        def __init__(self, session: TenantSession) -> None:
            self.session = session

    with tenant_session(rig.database, rig.context()) as session:
        job_id = jobs.enqueue(Somebody(session), "test.note")
        assert jobs.job_view(Somebody(session), job_id).title == "Antecknar"


def test_the_platform_has_jobs_of_its_own(rig: Rig) -> None:
    job_id = jobs.enqueue_for_platform(rig.database, "test.who")
    rig.carry_out()
    assert rig.job(job_id).result_ref == "plattformen/None/None/0"


def test_again_needs_a_cursor() -> None:
    with pytest.raises(ValueError, match="cursor"):
        Again(None)


def test_no_row_is_seen_without_context(rig: Rig) -> None:
    rig.enqueue("test.note")
    for role in ("app", "worker"):
        with psycopg.connect(rig.config.url_for(role).replace("+psycopg", "")) as bare:
            assert bare.execute("SELECT count(*) FROM jobs.job").fetchone() == (0,)
