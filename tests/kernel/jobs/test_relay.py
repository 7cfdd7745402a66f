"""The relay hands out fairly, keeps to its caps, and gets over the loss of everything but the table."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from redis import RedisError
from sqlalchemy import text

from fyrklang.kernel.jobs.faults import set_hook
from fyrklang.kernel.jobs.relay import Relay
from fyrklang.kernel.jobs.transport import Transport
from tests.kernel.jobs.harness import Rig, free_port, valkey_server, wait_for


def pile_up(rig: Rig, tenant: int, many: int, queue: str = "interactive") -> None:
    rig.admin.execute(
        "INSERT INTO jobs.job (tenant_id, id, kind, queue, max_attempts) "
        "SELECT %s, gen_random_uuid(), 'test.note', %s, 60 FROM generate_series(1, %s)",
        (rig.tenants[tenant], queue, many),
    )


def in_flight(rig: Rig, queue: str = "interactive") -> dict[UUID, int]:
    query = "SELECT tenant_id, count(*) FROM jobs.job WHERE state = 'OFFERED' AND queue = %s GROUP BY 1"
    return dict(rig.rows(query, queue))


def finish_offered(rig: Rig) -> list[UUID]:
    rows = rig.rows(
        "UPDATE jobs.job SET state = 'DONE', finished_at = now() WHERE state = 'OFFERED' RETURNING tenant_id"
    )
    return [row[0] for row in rows]


def test_a_tenant_with_a_thousand_jobs_does_not_starve_one_with_one(rig: Rig) -> None:
    pile_up(rig, 0, 1000)
    pile_up(rig, 1, 1)
    assert rig.relay().one_pass() == 3
    assert in_flight(rig) == {rig.tenants[0]: 2, rig.tenants[1]: 1}


def test_tenants_are_served_in_turn_when_the_line_is_short(rig: Rig) -> None:
    extra = [
        rig.rows(
            "INSERT INTO registry.tenant (id, slug, name, short_name, kind) VALUES "
            "(gen_random_uuid(), 'tur-' || %s::text, 'Tur', 'Tur', 'CANARY') "
            "ON CONFLICT (slug) DO UPDATE SET name = 'Tur' RETURNING id",
            number,
        )[0][0]
        for number in range(9)
    ]
    for tenant in extra:
        rig.admin.execute(
            "INSERT INTO jobs.job (tenant_id, id, kind, queue) "
            "SELECT %s, gen_random_uuid(), 'test.note', 'interactive' FROM generate_series(1, 50)",
            (tenant,),
        )
    relay = rig.relay()
    served: list[UUID] = []
    for _ in range(9):
        assert relay.one_pass() == 4
        served += finish_offered(rig)
    assert {tenant: served.count(tenant) for tenant in extra} == dict.fromkeys(extra, 4)


def test_queues_do_not_stand_in_each_others_way(rig: Rig) -> None:
    for queue in ("batch", "council", "interactive"):
        pile_up(rig, 0, 20, queue)
    rig.relay().one_pass()
    assert [in_flight(rig, queue) for queue in ("interactive", "batch", "council")] == [
        {rig.tenants[0]: 2}
    ] * 3


def test_a_job_is_not_offered_before_its_time(rig: Rig) -> None:
    pile_up(rig, 0, 1)
    rig.admin.execute("UPDATE jobs.job SET run_at = now() + interval '1 hour'")
    assert rig.relay().one_pass() == 0


def test_many_relays_offer_each_job_once(rig: Rig) -> None:
    relays = [rig.start("relay") for _ in range(3)]
    rig.start("worker")
    ids = rig.enqueue("test.note", many=40) + rig.enqueue("test.note", 1, many=40)
    wait_for(lambda: rig.states() == {"DONE": 80})
    assert all(relay.is_alive() for relay in relays)
    assert rig.effects() == len(ids)
    assert rig.rows("SELECT DISTINCT attempt FROM jobs.job") == [(1,)]


def test_flushing_valkey_loses_nothing(rig: Rig) -> None:
    rig.start("relay")
    for _ in range(2):
        rig.start("worker")
    for tenant in range(3):
        rig.enqueue("test.note", tenant, many=100)
    for done in (20, 80, 140, 200, 260):
        wait_for(lambda enough=done: rig.states().get("DONE", 0) >= enough)
        rig.valkey.flushall()
    wait_for(lambda: rig.states() == {"DONE": 300})
    assert rig.effects() == 300


def test_a_line_that_is_only_long_is_not_sent_twice(rig: Rig) -> None:
    pile_up(rig, 0, 2)
    relay = rig.relay()
    relay.one_pass()
    rig.admin.execute("UPDATE jobs.job SET offered_at = now() - interval '1 hour'")
    again = rig.relay()
    assert again.one_pass() == 0
    assert rig.valkey.llen("rq:queue:interactive") == 2
    rig.valkey.delete("rq:queue:interactive")
    rig.admin.execute("UPDATE jobs.job SET offered_at = now() - interval '1 hour'")
    assert rig.relay().one_pass() == 2


def test_while_valkey_is_away_jobs_wait_and_then_go(rig: Rig) -> None:
    port = free_port()
    outage = Rig(
        replace(rig.config, redis_url=f"redis://127.0.0.1:{port}/0"),
        rig.database,
        rig.admin,
        rig.valkey,
        rig.tenants,
    )
    relay, worker = outage.start("relay"), outage.start("worker")
    try:
        outage.enqueue("test.note", many=5)
        with pytest.raises(RedisError):
            Relay(rig.database.engine("relay"), Transport(outage.config.redis_url)).one_pass()
        assert rig.states() == {"WAITING": 5}
        with valkey_server(port):
            wait_for(lambda: rig.states() == {"DONE": 5})
        outage.enqueue("test.note", many=5)
        with valkey_server(port):
            wait_for(lambda: rig.states() == {"DONE": 10})
        assert relay.is_alive()
        assert worker.is_alive()
    finally:
        outage.stop_processes()


def test_what_could_not_be_sent_is_sent_at_the_next_pass(rig: Rig) -> None:
    pile_up(rig, 0, 2)
    relay = rig.relay()

    def break_off(point: str) -> None:
        if point == "relay.offered":
            raise RedisError

    set_hook(break_off)
    try:
        with pytest.raises(RedisError):
            relay.one_pass()
    finally:
        set_hook(lambda _point: None)
    assert in_flight(rig) == {rig.tenants[0]: 2}
    assert relay.one_pass() == 2
    rig.work()
    assert rig.effects() == 2


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ("attempt = 3", "WAITING"),
        ("attempt = 5, max_attempts = 5", "PARKED"),
        ("cancel_requested = true", "CANCELLED"),
    ],
)
def test_an_expired_lease_settles_by_what_the_row_says(rig: Rig, change: str, state: str) -> None:
    (job_id,) = rig.enqueue("test.note")
    rig.admin.execute(
        "UPDATE jobs.job SET state = 'RUNNING', leased_by = gen_random_uuid(), "
        f"lease_until = now() - interval '1 second', {change} WHERE id = %s",
        (job_id,),
    )
    with rig.database.engine("relay").begin() as connection:
        assert connection.scalar(text("SELECT jobs.reclaim_expired('Pausat.')")) == 1
    row = rig.job(job_id)
    assert (row.state, row.leased_by, row.fault) == (state, None, "LeaseExpired")
    assert row.error == ("Pausat." if state == "PARKED" else None)


def test_a_dead_run_gives_way_to_a_fresh_request_with_its_key(rig: Rig) -> None:
    (dead,) = rig.enqueue("test.note", key="k")
    rig.admin.execute(
        "UPDATE jobs.job SET state = 'RUNNING', lease_until = now() - interval '1 second' WHERE id = %s",
        (dead,),
    )
    (fresh,) = rig.enqueue("test.note", key="k")
    rig.carry_out()
    assert (rig.job(dead).state, rig.job(fresh).state, rig.effects()) == ("CANCELLED", "DONE", 1)


def test_old_finished_jobs_are_cleared_and_parked_ones_kept(rig: Rig) -> None:
    for state in ("DONE", "CANCELLED", "PARKED", "FAILED"):
        (job_id,) = rig.enqueue("test.note")
        rig.admin.execute(
            "UPDATE jobs.job SET state = %s, finished_at = now() - interval '91 days' WHERE id = %s",
            (state, job_id),
        )
    with rig.database.engine("relay").begin() as connection:
        assert connection.scalar(text("SELECT jobs.prune(90)")) == 2
    assert rig.states() == {"PARKED": 1, "FAILED": 1}
