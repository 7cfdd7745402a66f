"""A log that has been bent is found bent, whichever way; one that has not is found whole.

`FYRKLANG_AUDIT_TRIALS=10000 FYRKLANG_AUDIT_EVENTS=100000 pytest tests/kernel/audit` runs the full volume.
"""

from __future__ import annotations

import io
import os
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random
from threading import Event as Flag
from uuid import uuid4

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from fyrklang.kernel.audit.copies import Copies
from fyrklang.kernel.audit.export import Subject, verify_export, write_export
from fyrklang.kernel.audit.seals import Signer
from fyrklang.kernel.audit.verify import Report, verify
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.tenancy.audit import reading
from fyrklang.tenancy.audit.sealing import seal
from fyrklang.tenancy.audit.trail import Entry, note
from fyrklang.tenancy.session import tenant_session
from tests.kernel.audit.tampering import OWN, TRUSTED, WAYS, a_log, bend_file
from tests.people import make_forbund

TRIALS = int(os.environ.get("FYRKLANG_AUDIT_TRIALS", "1500"))
WRITTEN = int(os.environ.get("FYRKLANG_AUDIT_EVENTS", "2000"))
WRITERS = 16
TENANTS = 5


def test_a_bent_log_is_always_found(record_property: Callable[[str, object], None]) -> None:
    rng = Random(20260101)
    whole = a_log(rng)
    assert verify(whole.state(), TRUSTED).whole
    tried: Counter[str] = Counter()
    while tried.total() < TRIALS:
        bent, way = whole.copy(), WAYS[tried.total() % len(WAYS)]
        way(rng, bent)
        assert bent != whole, way.__name__
        assert not verify(bent.state(), TRUSTED).whole, way.__name__
        tried[way.__name__] += 1
    record_property("bent logs, of which found", f"{tried.total()} in {len(tried)} ways, all")


def test_a_bent_file_is_always_found(record_property: Callable[[str, object], None]) -> None:
    rng = Random(20260102)
    log = a_log(rng)
    head = log.heads[min(log.heads)]
    out = io.BytesIO()
    write_export(out, Subject("prov", "Förbundet Prov", head), log.seals, log.events[head.tenant_id], OWN)
    lines = out.getvalue().splitlines(keepends=True)
    assert verify_export(lines, TRUSTED, log.copies)[0].whole
    tried = 0
    while tried < TRIALS:
        bent = bend_file(rng, lines)
        if bent != lines:
            report, _subject = verify_export(bent, TRUSTED)
            assert not report.whole, [line for line in bent if line not in lines]
            tried += 1
    record_property("bent files, of which found", f"{tried}, all")


def test_many_writers_give_no_false_alarm(
    own_config: Config, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    config = replace(own_config, data_dir=tmp_path)
    forbund = [make_forbund(config, "kedja", synthetic=False) for _number in range(TENANTS)]
    # Two, since a process has no more connections than it has threads to serve with.
    database, another, done = Database(config), Database(config), Flag()
    cut_short: list[int] = []

    def write(writer: int) -> int:
        rng, written = Random(writer), 0
        while written < WRITTEN // WRITERS:
            here = forbund[rng.randrange(TENANTS)].context
            at_once = rng.randrange(1, 4)
            try:
                with tenant_session(
                    (database, another)[writer % 2], replace(here, actor_id=uuid4())
                ) as session:
                    for _number in range(at_once):
                        note(session, Entry("case.read", "stay", uuid4(), detail={"count": rng.randrange(9)}))
            except (OperationalError, PoolTimeout):
                cut_short.append(writer)  # The machine is busy; what was cut short did not happen.
            else:
                written += at_once
        return written

    def watch() -> list[Report]:
        """Seal and judge again and again while they write."""
        reports, pause = [], 0.5
        while not done.wait(pause):
            start = time.monotonic()
            seal(database)
            reports.append(judged(database, config))
            pause = 4 * (time.monotonic() - start)  # Most of the time is theirs who write.
        return reports

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        watching = pool.submit(watch)
        try:
            written = sum(pool.map(write, range(WRITERS)))
        finally:
            done.set()
        reports = watching.result()
    seal(database)
    reports.append(judged(database, config))
    database.dispose()
    another.dispose()
    assert [report.faults for report in reports if not report.whole] == []
    assert reports[-1].events >= written >= WRITTEN - WRITERS
    assert reports[-1].unsealed == 0
    record_property(
        "events by 16 writers, false alarms",
        f"{written} events, {len(cut_short)} transactions cut short, judged {len(reports)} times, 0 alarms",
    )


def judged(database: Database, config: Config) -> Report:
    """What the whole log looks like now."""
    with reading.snapshot(database) as connection:
        signer = Signer.of(config)
        return verify(
            reading.whole_state(connection, Copies(config.data_dir)), {signer.key_id: signer.public}
        )
