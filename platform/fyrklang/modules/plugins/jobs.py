"""The plugins' nightly work, in each förbund for the plugins that are on there."""

from __future__ import annotations

from fyrklang.sdk.jobs import JobContext, job, schedule
from fyrklang.sdk.plugins.calls import WORK_SECONDS, Asker, call
from fyrklang.sdk.plugins.process import PluginFault
from fyrklang.sdk.plugins.state import switched_on

NIGHTLY = "plugins.nightly"


@job(NIGHTLY, title="Kör tilläggens nattarbete", queue="batch", time_limit=600)
def nightly(asked: JobContext) -> None:
    """Each nightly job of each plugin; one that fails is counted and the next is run."""
    work = [
        (found, entry)
        for found in switched_on(asked.session)
        for entry in found.manifest.jobs
        if entry.nightly
    ]
    for done, (found, entry) in enumerate(work):
        asked.progress(done, len(work), entry.title)
        try:
            call(Asker(asked.session, None), found, "job", {"name": entry.name}, WORK_SECONDS)
        except PluginFault:
            continue


schedule(NIGHTLY, NIGHTLY, cron="10 3 * * *", per_tenant=True)
