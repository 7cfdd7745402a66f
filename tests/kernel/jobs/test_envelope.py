"""Whoever can write to Valkey gains nothing by it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from rq import Queue

from fyrklang.kernel.jobs.transport import CALLABLE, SealedJob
from tests.kernel.jobs.harness import Rig

TOUCH = "pathlib.Path.touch"


def plant(rig: Rig, job_id: str, fields: dict[str, bytes]) -> None:
    rig.valkey.hset(f"rq:job:{job_id}", mapping=fields)
    rig.valkey.rpush("rq:queue:interactive", job_id)


def envelope(name: str, *args: str, **kwargs: str) -> bytes:
    return zlib.compress(json.dumps([name, None, args, kwargs]).encode())


def pickled(rig: Rig, mark: Path, _own: UUID) -> None:
    Queue("interactive", connection=rig.valkey).enqueue(TOUCH, mark)


def pickled_in_every_field(rig: Rig, mark: Path, _own: UUID) -> None:
    job = Queue("elsewhere", connection=rig.valkey).enqueue(TOUCH, mark, job_id=str(uuid4()))
    poison = rig.valkey.hget(job.key, "data")
    names = (
        "data",
        "meta",
        "result",
        "exc_info",
        "dependency_ids",
        "webhooks",
        "created_at",
        "status",
        "timeout",
    )
    plant(rig, job.id, dict.fromkeys(names, poison) | {"origin": b"interactive"})


def another_callable(rig: Rig, mark: Path, _own: UUID) -> None:
    plant(rig, str(uuid4()), {"data": envelope(TOUCH, str(mark)), "origin": b"interactive"})


def a_bomb(rig: Rig, _mark: Path, _own: UUID) -> None:
    plant(rig, str(uuid4()), {"data": zlib.compress(b"[" * 50_000_000), "origin": b"interactive"})


def under_another_id(rig: Rig, _mark: Path, own: UUID) -> None:
    data = envelope(CALLABLE, str(rig.tenants[0]), str(own))
    plant(rig, str(uuid4()), {"data": data, "origin": b"interactive"})


def for_another_tenant(rig: Rig, _mark: Path, own: UUID) -> None:
    plant(
        rig, str(own), {"data": envelope(CALLABLE, str(rig.tenants[1]), str(own)), "origin": b"interactive"}
    )


def from_another_queue(rig: Rig, _mark: Path, own: UUID) -> None:
    plant(rig, str(own), {"data": envelope(CALLABLE, str(rig.tenants[0]), str(own)), "origin": b"batch"})


def with_keywords(rig: Rig, _mark: Path, own: UUID) -> None:
    data = envelope(CALLABLE, str(rig.tenants[0]), str(own), depth="1")
    plant(rig, str(own), {"data": data, "origin": b"interactive"})


def without_fields(rig: Rig, _mark: Path, _own: UUID) -> None:
    plant(rig, str(uuid4()), {"x": b"1"})


def no_hash_at_all(rig: Rig, _mark: Path, _own: UUID) -> None:
    rig.valkey.rpush("rq:queue:interactive", "never-heard-of", str(uuid4()))


HOSTILE = [
    pickled,
    pickled_in_every_field,
    another_callable,
    a_bomb,
    under_another_id,
    for_another_tenant,
    from_another_queue,
    with_keywords,
    without_fields,
    no_hash_at_all,
]


@pytest.mark.parametrize("attack", HOSTILE, ids=lambda attack: attack.__name__)
def test_a_planted_payload_is_refused_and_the_worker_goes_on(
    rig: Rig, tmp_path: Path, attack: Callable[[Rig, Path, UUID], None]
) -> None:
    mark = tmp_path / "mark"
    (own,) = rig.enqueue("test.note")
    rig.admin.execute("UPDATE jobs.job SET state = 'OFFERED', offered_at = now()")
    attack(rig, mark, own)
    rig.work()
    assert not mark.exists()
    assert (rig.job(own).state, rig.effects()) == ("OFFERED", 0)
    rig.relay().one_pass()
    rig.work()
    assert (rig.job(own).state, rig.effects()) == ("DONE", 1)


def test_callbacks_beside_a_true_payload_are_not_called(rig: Rig, tmp_path: Path) -> None:
    (own,) = rig.enqueue("test.note")
    rig.relay().one_pass()
    callbacks = {f"{when}_callback_name": TOUCH for when in ("success", "failure", "stopped")}
    rig.valkey.hset(SealedJob.key_for(str(own)), mapping=callbacks)
    rig.work()
    assert (rig.job(own).state, list(tmp_path.iterdir())) == ("DONE", [])


def test_the_payload_holds_two_ids_and_no_more(rig: Rig) -> None:
    (own,) = rig.enqueue("test.note", args={"intervention_id": uuid4()}, key="k-1")
    rig.relay().one_pass()
    fields = rig.valkey.hgetall(SealedJob.key_for(str(own)))
    assert json.loads(zlib.decompress(fields[b"data"])) == [
        CALLABLE,
        None,
        [str(rig.tenants[0]), str(own)],
        {},
    ]
    rest = b" ".join(value for name, value in fields.items() if name != b"data")
    assert b"intervention" not in rest
    assert b"test.note" not in rest


def test_nothing_stays_in_valkey_after_a_job(rig: Rig) -> None:
    rig.enqueue("test.note", many=3)
    rig.carry_out()
    left = {key.decode() for key in rig.valkey.keys("*")}
    assert {key for key in left if ":job:" in key or ":queue:" in key} == set()
