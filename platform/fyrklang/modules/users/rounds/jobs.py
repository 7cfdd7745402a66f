"""A round of review begins by itself when half a year has gone."""

from __future__ import annotations

from fyrklang.modules.users.rounds import service
from fyrklang.sdk.jobs import JobContext, job, schedule

BEGIN = "users.review_roles"


@job(BEGIN, title="Börjar genomgången av allas roller", queue="batch")
def begin(asked: JobContext) -> None:
    """Lay the list for the administrator, when it is time."""
    service.open_if_due(asked)


schedule(BEGIN, BEGIN, cron="20 4 * * *", per_tenant=True)
