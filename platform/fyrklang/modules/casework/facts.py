"""Facts from stays: M1–M12 and M20 per quarter and year, by legal sex and for everyone.

Years in which an insats did not follow people are counted from its quarterly numbers (feature insatser), so
no year is counted twice. Medians (M10, M11) carry days as numerator and stays as denominator; M4 and M12 have
one measure per pair and per party: `M4:EB>NONE`, `M12:FK`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from fyrklang.kernel import clock
from fyrklang.modules.casework.counting import (
    Situation,
    StayCounted,
    ending_parts,
    median,
    support_pairs,
)
from fyrklang.sdk.codes import EVERYONE
from fyrklang.sdk.facts import WHOLE_YEAR, Fact, Touched, provides_facts
from fyrklang.sdk.insatser import insatser
from fyrklang.tenancy.session import TenantSession

DEFINITION = 1
_STAYS = text("SELECT * FROM care.stays_to_count(:insats)")
_ANONYMOUS = text("SELECT * FROM care.anonymous_to_count(:insats)")
_Place = tuple[int, int, str]
"""Year, quarter (0 the whole year) and sex."""


@provides_facts
def facts_from_stays(session: TenantSession, touched: Touched) -> Iterator[Fact]:
    """The cells of the touched insats and year, or of every one that follows people."""
    wanted = {"insats": touched.intervention_id}
    stays: dict[UUID, list[StayCounted]] = defaultdict(list)
    for row in session.execute(_STAYS, wanted):
        stays[row.intervention_id].append(stay_of(row))
    unnamed: dict[UUID, list[tuple[int, int, str, int]]] = defaultdict(list)
    for row in session.execute(_ANONYMOUS, wanted):
        unnamed[row.intervention_id].append((row.year, row.quarter, row.sex, row.entries))
    known = insatser(session, {*stays, *unnamed}) if stays or unnamed else {}
    for insats in known.values():
        if insats.person_level_from is None:
            continue
        years = _years(touched, insats.person_level_from, insats.person_level_to)
        for place, measures in cells(stays[insats.id], unnamed[insats.id], years).items():
            for measure, (numerator, denominator) in measures.items():
                yield Fact(insats.id, measure, DEFINITION, *place, numerator, denominator)


def stay_of(row: Any) -> StayCounted:
    """One row of `care.stays_to_count`."""
    return StayCounted(
        sex=row.sex,
        started_on=row.started_on,
        ended_on=row.ended_on,
        end_reason=row.end_reason,
        referring_party=row.referring_party,
        referred_on=row.referred_on,
        before=_situation(row.occupations_before, row.work_before, row.study_before, row.income_before),
        after=_situation(row.occupations_after, row.work_after, row.study_after, row.income_after),
        later=_situation(row.occupations_later, row.work_later, row.study_later, row.income_later),
    )


def cells(
    stays: Sequence[StayCounted],
    unnamed: Iterable[tuple[int, int, str, int]],
    years: range,
) -> dict[_Place, dict[str, tuple[int, int]]]:
    """Every cell of one insats in these years: place to measure to numerator and denominator."""
    tally: dict[_Place, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    days: dict[tuple[_Place, str], list[int]] = defaultdict(list)
    for stay in stays:
        if stay.counts:
            _count_ending(stay, years, tally, days)
            _count_start(stay, years, tally, days)
            _count_active(stay, years, tally)
    for year, quarter, sex, entries in unnamed:
        if year in years:
            for place in _places(year, quarter, sex):
                tally[place]["M9"][0] += entries
    for (place, measure), values in days.items():
        tally[place][measure] = [median(values), len(values)]
    return {
        place: {code: (part, whole) for code, (part, whole) in measures.items()}
        for place, measures in tally.items()
    }


def _count_ending(
    stay: StayCounted,
    years: range,
    tally: dict[_Place, dict[str, list[int]]],
    days: dict[tuple[_Place, str], list[int]],
) -> None:
    if not stay.ended or stay.ended_on is None or stay.ended_on.year not in years:
        return
    pairs = support_pairs(stay)
    for place in _places(stay.ended_on.year, _quarter(stay.ended_on), stay.sex):
        for measure, (part, whole) in ending_parts(stay).items():
            tally[place][measure][0] += part
            tally[place][measure][1] += whole
        days[place, "M11"].append((stay.ended_on - stay.started_on).days)
        if place[1] == WHOLE_YEAR:
            for pair in pairs:
                tally[place][f"M4:{pair}"][0] += 1


def _count_start(
    stay: StayCounted,
    years: range,
    tally: dict[_Place, dict[str, list[int]]],
    days: dict[tuple[_Place, str], list[int]],
) -> None:
    if stay.started_on.year not in years:
        return
    for place in _places(stay.started_on.year, _quarter(stay.started_on), stay.sex):
        if stay.referred_on is not None:
            days[place, "M10"].append((stay.started_on - stay.referred_on).days)
        if stay.referring_party is not None:
            tally[place][f"M12:{stay.referring_party}"][0] += 1


def _count_active(stay: StayCounted, years: range, tally: dict[_Place, dict[str, list[int]]]) -> None:
    last = stay.ended_on or clock.today()
    for year in range(max(stay.started_on.year, years.start), min(last.year, years.stop - 1) + 1):
        active = [quarter for quarter in range(1, 5) if stay.active(*_span(year, quarter, last))]
        for quarter in (*active, WHOLE_YEAR) if active else ():
            for sex in (stay.sex, EVERYONE):
                tally[year, quarter, sex]["M9"][0] += 1


def _span(year: int, quarter: int, last: date) -> tuple[date, date]:
    """First and last day of a quarter; one that begins after `last` is moved out of reach."""
    first = date(year, 3 * quarter - 2, 1)
    end = date(year + quarter // 4, 3 * quarter % 12 + 1, 1) - timedelta(days=1)
    return (first, end) if first <= last else (date.max, date.min)


def _places(year: int, quarter: int, sex: str) -> list[_Place]:
    return [(year, each, who) for each in (quarter, WHOLE_YEAR) for who in (sex, EVERYONE)]


def _quarter(day: date) -> int:
    return (day.month + 2) // 3


def _years(touched: Touched, since: int, until: int | None) -> range:
    last = clock.today().year if until is None else until
    if touched.year is None:
        return range(since, last + 1)
    inside = since <= touched.year and (until is None or touched.year <= until)
    return range(touched.year, touched.year + 1 if inside else touched.year)


def _situation(
    occupations: list[str] | None, work: int | None, study: int | None, income: list[str] | None
) -> Situation | None:
    if occupations is None:
        return None
    return Situation(frozenset(occupations), work or 0, study or 0, frozenset(income or ("UNK",)))
