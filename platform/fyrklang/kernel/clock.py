"""The time, asked for in one place so that tests and faults can bend it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The calendar day in Sweden, which is the day staff mean."""
    return datetime.now(STOCKHOLM).date()
