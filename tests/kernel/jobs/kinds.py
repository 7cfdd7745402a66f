"""Kinds of job the tests run, in the test's own process and in those it kills."""

from __future__ import annotations

import time

from sqlalchemy import text

from fyrklang.kernel.errors import Invalid
from fyrklang.sdk import jobs

CHUNKS = 3
PERSON_NUMBER = "19121212-1212"
"""Stands in an error message, and must reach neither log nor row."""
_EFFECT = text(
    "INSERT INTO office.job_effect (tenant_id, id, job_id, chunk) "
    "VALUES (:tenant, gen_random_uuid(), :job, :chunk)"
)
_SEEN = text("SELECT count(*) FROM office.job_effect")


def leave_effect(job: jobs.JobContext, chunk: int = 0) -> None:
    """One row a run, without any unique key: a double run shows as a double row."""
    job.session.execute(_EFFECT, {"tenant": job.context.tenant_id, "job": job.job_id, "chunk": chunk})


@jobs.job("test.note", title="Antecknar", attempts=60)
def note(job: jobs.JobContext) -> None:
    leave_effect(job)
    job.progress(1, 1, "Antecknat")


@jobs.job("test.slow", title="Tar tid", attempts=60)
def slow(job: jobs.JobContext) -> None:
    leave_effect(job)
    time.sleep(0.25)
    job.progress(1, 2, "Halvvägs")
    time.sleep(0.1)


@jobs.job("test.flaky", title="Lyckas andra gången", attempts=60)
def flaky(job: jobs.JobContext) -> None:
    leave_effect(job)
    if job.attempt == 1:
        raise RuntimeError(PERSON_NUMBER)


@jobs.job("test.chunks", title="Tar lite i taget", queue="batch", attempts=60)
def chunks(job: jobs.JobContext) -> jobs.Again | str:
    done = job.cursor["done"] if job.cursor else 0
    leave_effect(job, done)
    job.progress(done + 1, CHUNKS, f"Del {done + 1} av {CHUNKS}")
    return jobs.Again({"done": done + 1}) if done + 1 < CHUNKS else "result/1"


@jobs.job("test.count", title="Räknar", attempts=1)
def count(job: jobs.JobContext) -> str:
    return str(job.session.scalar(_SEEN))


@jobs.job("test.who", title="Säger vem", attempts=1)
def who(job: jobs.JobContext) -> str:
    context = job.context
    return f"{context.slug}/{context.actor_id}/{context.party}/{len(context.interventions)}"


@jobs.job("test.broken", title="Går alltid fel", attempts=2)
def broken(job: jobs.JobContext) -> None:
    leave_effect(job)
    raise RuntimeError(PERSON_NUMBER)


@jobs.job("test.refused", title="Får ett nej")
def refused(job: jobs.JobContext) -> None:
    leave_effect(job)
    raise Invalid("Filen har inga rader.")


@jobs.job("test.endless", title="Blir aldrig klar", time_limit=1, attempts=1)
def endless(job: jobs.JobContext) -> None:
    leave_effect(job)
    job.session.execute(text("SELECT pg_sleep(20)"))


@jobs.job("test.patient", title="Väntar på att bli avbruten")
def patient(job: jobs.JobContext) -> None:
    leave_effect(job)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        job.progress(1, 2, "Väntar")
        job.stop_if_cancelled()
        time.sleep(0.02)


@jobs.job("test.tidy", title="Slutar snyggt när den avbryts")
def tidy(job: jobs.JobContext) -> None:
    leave_effect(job)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and not job.cancelled():
        time.sleep(0.02)
