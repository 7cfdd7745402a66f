"""Telling receivers."""

from __future__ import annotations

from uuid import UUID

from fyrklang.modules.webhooks import service
from fyrklang.sdk import audit
from fyrklang.sdk.jobs import JobContext, job


@job(service.DELIVER, title="Berättar för ett annat system", queue="interactive", time_limit=60)
def deliver(asked: JobContext) -> None:
    """One try at one telling."""
    service.deliver(asked, UUID(str(asked.args["delivery_id"])))


audit.listen(service.announce)
