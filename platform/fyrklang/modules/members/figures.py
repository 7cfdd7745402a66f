"""What the parties' people tell of insatser: lent staff promised and filled."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import case, func, or_, select

from fyrklang.kernel import clock
from fyrklang.modules.members.models import Secondment
from fyrklang.sdk.portfolio import Known, tells
from fyrklang.tenancy.session import TenantSession


@tells
def lent_to_insatser(session: TenantSession, year: int) -> Iterator[tuple[UUID, Known, int]]:
    """Percent of full posts on the last day of the year that has come."""
    today = clock.today()
    on = today if year >= today.year else today.replace(year=year, month=12, day=31)
    held = case((Secondment.person != "", Secondment.percent), else_=0)
    query = (
        select(Secondment.intervention_id, func.sum(Secondment.percent), func.sum(held))
        .where(Secondment.intervention_id.is_not(None), Secondment.valid_from <= on)
        .where(or_(Secondment.valid_to.is_(None), Secondment.valid_to >= on))
        .group_by(Secondment.intervention_id)
    )
    for own, promised, filled in session.execute(query):
        if own is not None:
            yield own, "promised", int(promised)
            yield own, "filled", int(filled)
