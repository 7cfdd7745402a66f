"""Who is a member of a förbund, as it follows from the kommuner it covers (lag 2003:1210, 1 och 4 §§)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from fyrklang.tenancy.registry.records import AF_CODE, FK_CODE, Association, organisation_id

_Days = tuple[date | None, date | None]


@dataclass(frozen=True)
class DerivedMember:
    """That an organisation was a member from the first to the last day, both included.

    None as first day: not known. None as last day: still a member, or not known when it ended.
    """

    organisation_id: UUID
    party_kind: str
    valid_from: date | None
    valid_to: date | None


def derive_members(association: Association) -> list[DerivedMember]:
    """FK, AF, the regions and the kommuner of a förbund, dated; a gap in time gives two entries."""
    by_party: dict[tuple[str, str], list[_Days]] = defaultdict(list)
    for span in association.area:
        days = (span.valid_from, span.valid_to or _latest_end(association))
        for party in (("FK", FK_CODE), ("AF", AF_CODE), ("REGION", span.kommun[:2]), ("KOMMUN", span.kommun)):
            by_party[party].append(days)
    start = started_on(association)
    return [
        DerivedMember(
            organisation_id(kind, code),
            kind,
            start if first is None and kind != "KOMMUN" else first,
            last,
        )
        for (kind, code), spans in by_party.items()
        for first, last in union(spans)
    ]


def started_on(association: Association) -> date | None:
    """The förbund's first day, when a kommun's dated entry in the founding year tells it."""
    days = [span.valid_from for span in association.area if span.valid_from]
    first = min(days, default=None)
    return first if first and first.year == association.founded else None


def union(spans: Iterable[_Days]) -> list[_Days]:
    """The fewest spans that cover the same days, in order; touching spans become one."""
    joined: list[_Days] = []
    for first, last in sorted(spans, key=lambda span: span[0] or date.min):
        before = joined[-1] if joined else None
        if before is None or not _touches(before, first):
            joined.append((first, last))
        elif before[1] is not None:
            joined[-1] = (before[0], None if last is None else max(before[1], last))
    return joined


def _touches(before: _Days, first: date | None) -> bool:
    if before[1] is None or first is None:
        return True
    return first <= before[1] + timedelta(days=1)


def _latest_end(association: Association) -> date | None:
    """The last day a förbund that is gone can have had members, when only the year is known."""
    return date(association.ended, 12, 31) if association.ended else None
