"""What is drawn of a stay: lanes side by side on a span of time, and measures on a line. Never a ladder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from fyrklang.kernel import clock
from fyrklang.modules.casework import codes
from fyrklang.modules.casework.models import Activity
from fyrklang.web.formats import MONTHS, date_iso


@dataclass(frozen=True)
class Bar:
    """One bar or point of the timeline: left edge and width in per cent of the span shown."""

    words: str
    party: str
    left: float
    width: float
    day: str


def lanes(rows: Sequence[Activity], months: int) -> list[tuple[str, list[Bar]]]:
    """Lane by lane what has gone on, on a span of some months that ends in a month from today."""
    last = clock.today() + timedelta(days=30)
    first = last - timedelta(days=months * 30)
    found = []
    for lane, words in codes.LANES.items():
        own = [row for row in rows if row.lane == lane and (row.ended_on or last) >= first]
        found.append((words, [_bar(row, first, last) for row in own if row.started_on <= last]))
    return found


def months_of(months: int) -> list[str]:
    """Short names of the months from the left edge of the timeline to the right, three to five of them."""
    last = clock.today() + timedelta(days=30)
    first = last - timedelta(days=months * 30)
    return [str(MONTHS[(first + (last - first) * part / 4).month - 1])[:3] for part in range(5)]


def measured_words(moments: Mapping[str, int]) -> str:
    """The scores of one area as they are read beside the line: "3 → 5"."""
    return " → ".join(str(moments[moment]) for moment in ("START", "NOW") if moment in moments)


def today_mark(months: int) -> float:
    """Where today stands on the timeline, in per cent."""
    return 100 - 100 * 30 / (months * 30)


def dot_line(moments: Mapping[str, int]) -> Markup:
    """Start, now and goal of one area on a line from 0 to 10; the same is said in words beside it."""
    kinds = {"START": "fy-r-hollow", "NOW": "fy-r-own"}
    marks = ['<line class="fy-r-track" x1="0" x2="100%" y1="50%" y2="50%"/>']
    if "START" in moments and "NOW" in moments:
        low, high = sorted((moments["START"], moments["NOW"]))
        marks.append(f'<line class="fy-r-band" x1="{low * 10}%" x2="{high * 10}%" y1="50%" y2="50%"/>')
    if "GOAL" in moments:
        at = moments["GOAL"] * 10
        marks.append(f'<line class="fy-r-goal" x1="{at}%" x2="{at}%" y1="18%" y2="82%"/>')
    for moment, kind in kinds.items():
        if moment in moments:
            marks.append(f'<circle class="{kind}" cx="{moments[moment] * 10}%" cy="50%" r="5"/>')
    return Markup(f'<svg class="fy-mark-row" aria-hidden="true">{"".join(marks)}</svg>')  # noqa: S704


def _bar(row: Activity, first: date, last: date) -> Bar:
    span = (last - first).days
    begins = max((row.started_on - first).days, 0)
    ends = min(((row.ended_on or clock.today()) - first).days, span)
    width = max(100 * (ends - begins) / span, 1.0)
    words = codes.ACTIVITIES[row.kind][0] if row.kind in codes.ACTIVITIES else row.kind
    return Bar(words, codes.glyph(row.party), 100 * begins / span, width, date_iso(row.started_on))
