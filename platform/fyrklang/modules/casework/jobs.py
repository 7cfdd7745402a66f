"""What time does by itself: consents lapse, and a stay that goes on enters a new quarter."""

from __future__ import annotations

from sqlalchemy import text

from fyrklang.sdk.facts import Touched, recompute
from fyrklang.sdk.jobs import JobContext, job, schedule

LAPSE = "consents.lapse"
NEW_QUARTER = "facts.new_quarter"
_REFILL = text("SELECT care.refill_lapsed()")


@job(LAPSE, title="Stänger det som samtycken inte längre räcker till")
def lapse(asked: JobContext) -> None:
    """Refill who may read after consents whose last day has passed."""
    asked.session.execute(_REFILL)


@job(NEW_QUARTER, title="Räknar det nya kvartalet", queue="batch", time_limit=600)
def new_quarter(asked: JobContext) -> None:
    """Count every cell anew: whoever takes part today is a participant of this quarter."""
    recompute(asked.session, Touched())


schedule("consents-lapse", LAPSE, cron="5 0 * * *", per_tenant=True)
schedule("facts-new-quarter", NEW_QUARTER, cron="20 0 1 1,4,7,10 *", per_tenant=True)
