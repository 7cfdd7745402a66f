"""One year after: the days on which an answer counts, reckoned from the day a stay ended."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

OPENS_AFTER = 11
CLOSES_AFTER = 13


@dataclass(frozen=True)
class Window:
    """First and last day on which an answer counts as one year after: eleven to thirteen months, both included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether a day is in it."""
        return self.first <= day <= self.last


def window_of(ended_on: date) -> Window:
    """The window of an ending."""
    return Window(months_after(ended_on, OPENS_AFTER), months_after(ended_on, CLOSES_AFTER))


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months on (before, when negative), or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
