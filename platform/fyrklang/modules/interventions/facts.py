"""Facts from counts: M1, M9 and M20 per quarter and year, by legal sex and for everyone.

In the years an insats is counted on people its figures come from stays, and its counts are left alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import Select, and_, or_, select

from fyrklang.modules.interventions.models import Count, Intervention
from fyrklang.sdk.codes import EVERYONE
from fyrklang.sdk.facts import WHOLE_YEAR, Fact, Touched, provides_facts
from fyrklang.sdk.measures import MEASURES
from fyrklang.tenancy.session import TenantSession

_Key = tuple[UUID, int, int, str]
_Tally = dict[str, int]


@provides_facts
def facts_from_counts(session: TenantSession, touched: Touched) -> Iterator[Fact]:
    """The cells of the touched insats and year, or of every one."""
    for (intervention_id, year, quarter, sex), tally in sorted(_tallies(session, touched).items()):
        for code, numerator, denominator in (
            ("M1", tally["ended_work_study"], tally["known_outcome"]),
            ("M9", tally["ended"] + tally["ongoing"], 0),
            ("M20", tally["known_outcome"], tally["ended"]),
        ):
            version = MEASURES[code].version
            yield Fact(intervention_id, code, version, year, quarter, sex, numerator, denominator)


def _tallies(session: TenantSession, touched: Touched) -> dict[_Key, _Tally]:
    """Sum rows over sex and over the year; a stock (`ongoing`) is taken from the last quarter."""
    tallies: dict[_Key, _Tally] = defaultdict(lambda: defaultdict(int))
    last_quarter: dict[tuple[UUID, int], int] = {}
    rows = session.execute(_query(touched)).all()
    for row in rows:
        key = (row.intervention_id, row.year)
        last_quarter[key] = max(last_quarter.get(key, 0), row.quarter)
    for row in rows:
        is_last = row.quarter == last_quarter[row.intervention_id, row.year]
        for quarter in (row.quarter, WHOLE_YEAR):
            for sex in (row.sex, EVERYONE):
                tally = tallies[row.intervention_id, row.year, quarter, sex]
                tally["ended"] += row.ended
                tally["known_outcome"] += row.known_outcome
                tally["ended_work_study"] += row.ended_work_study
                tally["ongoing"] += row.ongoing if quarter == row.quarter or is_last else 0
    return tallies


def _query(touched: Touched) -> Select[UUID, int, int, str, int, int, int, int]:
    query = select(
        Count.intervention_id,
        Count.year,
        Count.quarter,
        Count.sex,
        Count.ongoing,
        Count.ended,
        Count.known_outcome,
        Count.ended_work_study,
    ).join(
        Intervention,
        and_(
            Intervention.id == Count.intervention_id,
            or_(
                Intervention.person_level_from.is_(None),
                Intervention.person_level_from > Count.year,
                Intervention.person_level_to < Count.year,
            ),
        ),
    )
    if touched.intervention_id is not None:
        query = query.where(Count.intervention_id == touched.intervention_id)
    if touched.year is not None:
        query = query.where(Count.year == touched.year)
    return query
