"""What insatser hand to reports: participants by legal sex, and the share to work or study."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select

from fyrklang.sdk.codes import EVERYONE
from fyrklang.sdk.facts import WHOLE_YEAR, Cell
from fyrklang.sdk.figures import WHOLE, Figure, provides_figures
from fyrklang.sdk.insatser import insatser
from fyrklang.sdk.results import NOTHING, OFFICE_THRESHOLD, Share
from fyrklang.tenancy.session import TenantSession

PROTECTED = "Skyddat värde"
NOT_REPORTED = "Ej rapporterat"
_LABELS = {"women": "Kvinnor", "men": "Män", "participants": "Deltagare"}
_SEX = {"women": "K", "men": "M", "participants": EVERYONE}
_Cells = dict[tuple[UUID, str, int, str], Share]


@provides_figures
def participation(session: TenantSession, year: int, period: int) -> Iterator[Figure]:
    """Each individual insats' figures, then the förbund's."""
    cells = _cells(session, year)
    own = [
        item for item in insatser(session).values() if item.direction == "INDIVIDUAL" and item.runs_in(year)
    ]
    shown: dict[str, list[int | None]] = {code: [] for code in _LABELS}
    hidden: dict[str, int] = dict.fromkeys(_LABELS, 0)
    shares = []
    for item in own:
        counts = {code: _count(cells, item.id, period, sex) for code, sex in _SEX.items()}
        few = any(0 < (counts[code] or 0) < OFFICE_THRESHOLD for code in ("women", "men"))
        for code, value in counts.items():
            concealed = few and code != "participants" and value is not None
            hidden[code] += concealed
            shown[code].append(value)
            yield _persons(str(item.id), item.name, code, None if concealed else value, concealed=concealed)
        share = _share(cells, item.id, period)
        shares.append(share)
        yield _work_study(str(item.id), item.name, share, concealed=share.protected)
    for code, values in shown.items():
        known = [value for value in values if value is not None]
        # One hidden part of a shown sum would be the sum less the others.
        concealed = hidden[code] == 1
        yield _persons(
            "", "Förbundet", code, None if concealed or not known else sum(known), concealed=concealed
        )
    whole = sum(shares, NOTHING)
    lone = sum(share.protected for share in shares) == 1
    yield _work_study("", "Förbundet", whole, concealed=lone or whole.protected)


def _persons(subject: str, name: str, code: str, value: int | None, *, concealed: bool) -> Figure:
    word = PROTECTED if concealed else "" if value is not None else NOT_REPORTED
    return Figure(subject, name, code, _LABELS[code], "persons", value, word)


def _work_study(subject: str, name: str, share: Share, *, concealed: bool) -> Figure:
    label = "Till arbete eller studier"
    if concealed or not share.denominator:
        word = PROTECTED if concealed else NOT_REPORTED
        return Figure(subject, name, "work_study", label, "permille", None, word)
    base = f"{share.numerator} av {share.denominator}"
    value = (2000 * share.numerator + share.denominator) // (2 * share.denominator)
    return Figure(subject, name, "work_study", label, "permille", value, base=base)


def _cells(session: TenantSession, year: int) -> _Cells:
    columns = (Cell.intervention_id, Cell.measure, Cell.quarter, Cell.sex, Cell.numerator, Cell.denominator)
    query = select(*columns).where(Cell.year == year, Cell.measure.in_(("M1", "M9", "M20")))
    return {(row[0], row[1], row[2], row[3]): Share(row[4], row[5]) for row in session.execute(query)}


def _count(cells: _Cells, own: UUID, period: int, sex: str) -> int | None:
    """Participants of the period: ended in it, or there when it was over."""
    if period == WHOLE:
        found = cells.get((own, "M9", WHOLE_YEAR, sex))
        if found is None and (own, "M9", WHOLE_YEAR, EVERYONE) in cells:
            return 0
        return found.numerator if found else None
    second = cells.get((own, "M9", 2, sex))
    if second is None:
        return 0 if (own, "M9", 2, EVERYONE) in cells else None
    return second.numerator + cells.get((own, "M20", 1, sex), NOTHING).denominator


def _share(cells: _Cells, own: UUID, period: int) -> Share:
    quarters = (WHOLE_YEAR,) if period == WHOLE else (1, 2)
    return sum((cells.get((own, "M1", quarter, EVERYONE), NOTHING) for quarter in quarters), NOTHING)
