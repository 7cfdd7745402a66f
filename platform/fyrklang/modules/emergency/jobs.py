"""What time ends: emergencies past their hour and covers past their last day lose their tags."""

from __future__ import annotations

from datetime import timedelta

from fyrklang.access.covers import close_past
from fyrklang.modules.emergency import service
from fyrklang.sdk.jobs import JobContext, job, schedule

LAPSE = "emergency.lapse"


@job(LAPSE, title="Stänger täckning och nödåtkomst vars tid är ute", queue="batch")
def lapse(asked: JobContext) -> None:
    """Nothing is opened by what is over; this takes away the marks it has left on the rows."""
    service.end_what_is_over(asked.session)
    close_past(asked.session)


schedule(LAPSE, LAPSE, every=timedelta(hours=1), per_tenant=True)
