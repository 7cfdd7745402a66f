"""How numbers, dates, money and missing values are written.

Plain string work behind small caches: a table of 1,000 rows must not call Babel per cell. Numbers are
written the Swedish way in every language, so that a figure on screen, in a chart and in an export is the
same figure; only words and month names follow the reader's language.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from fyrklang.web.i18n import gettext, lazy_gettext

NBSP = "\u00a0"
MINUS = "\u2212"
SWEDEN = ZoneInfo("Europe/Stockholm")

Number = int | float | Decimal

MONTHS = (
    lazy_gettext("januari"),
    lazy_gettext("februari"),
    lazy_gettext("mars"),
    lazy_gettext("april"),
    lazy_gettext("maj"),
    lazy_gettext("juni"),
    lazy_gettext("juli"),
    lazy_gettext("augusti"),
    lazy_gettext("september"),
    lazy_gettext("oktober"),
    lazy_gettext("november"),
    lazy_gettext("december"),
)
WEEKDAYS = (
    lazy_gettext("måndag"),
    lazy_gettext("tisdag"),
    lazy_gettext("onsdag"),
    lazy_gettext("torsdag"),
    lazy_gettext("fredag"),
    lazy_gettext("lördag"),
    lazy_gettext("söndag"),
)

Blank = Literal["protected", "not_reported", "not_applicable", "low_response", "few", "unknown"]
"""Why a value is not shown. There is no other way to leave a cell without a number."""

BLANK_MARKS: dict[Blank, str] = {
    "protected": "..",
    "not_reported": "-",
    "not_applicable": ".",
    "low_response": "-",
    "few": "-",
    "unknown": "-",
}
"""The short marks for exports where a word does not fit."""


@lru_cache(maxsize=8192)
def number(value: Number, decimals: int = 0) -> str:
    """`1234.5` → `1 234,5` with no-break spaces, a comma and a true minus. Rounds half away from zero."""
    amount = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    sign = MINUS if amount < 0 else ""
    whole, _, fraction = f"{abs(amount):,.{decimals}f}".partition(".")
    return sign + whole.replace(",", NBSP) + (f",{fraction}" if fraction else "")


def percent(share: Number | None, decimals: int = 0) -> str:
    """A share between 0 and 1 as `35 %`. `None` gives an empty text: use `blank_word` for the reason."""
    return "" if share is None else f"{number(Decimal(str(share)) * 100, decimals)}{NBSP}%"


def share_of(numerator: int, denominator: int) -> str:
    """The base beside a share: `41 av 117`."""
    return gettext("%(part)s av %(whole)s", part=number(numerator), whole=number(denominator))


def percent_points(difference: Number, decimals: int = 0) -> str:
    """A difference between shares, in points: `+2 procentenheter`, `−4 procentenheter`."""
    points = Decimal(str(difference)) * 100
    text = number(points, decimals)
    sign = "+" if points > 0 and any(digit not in "0,\u00a0" for digit in text) else ""
    if text.removeprefix(MINUS) == "1":
        return gettext("%(points)s procentenhet", points=sign + text)
    return gettext("%(points)s procentenheter", points=sign + text)


def interval(low: Number, high: Number, *, unit: bool = True, decimals: int = 0) -> str:
    """Limits as shares between 0 and 1: `27–44 %`."""
    text = f"{number(Decimal(str(low)) * 100, decimals)}–{number(Decimal(str(high)) * 100, decimals)}"
    return f"{text}{NBSP}%" if unit else text


Unit = Literal["kr", "tkr", "mkr"]


def money(ore: int, unit: Unit = "kr") -> str:
    """Integer öre as `1 234 kr`, `1 234 tkr` or `1,2 mkr`. Öre are written only when there are any."""
    kronor = Decimal(ore) / 100
    if unit == "kr":
        return f"{number(kronor, 2 if ore % 100 else 0)}{NBSP}kr"
    if unit == "tkr":
        return f"{number(kronor / 1000)}{NBSP}tkr"
    return f"{number(kronor / 1_000_000, 1)}{NBSP}mkr"


def best_money(ore: int) -> str:
    """Money for running text: kronor below 10 000 kr, then tkr, then mkr."""
    if abs(ore) < 1_000_000:
        return money(ore)
    return money(ore, "tkr" if abs(ore) < 100_000_000 else "mkr")


def _day(moment: date | datetime) -> date:
    if isinstance(moment, datetime):
        return moment.astimezone(SWEDEN).date() if moment.tzinfo else moment.date()
    return moment


def date_iso(moment: date | datetime) -> str:
    """`2026-11-21`, for tables and fields. A moment is read in Swedish time."""
    return _day(moment).isoformat()


def date_long(moment: date | datetime) -> str:
    """`21 november 2026`, for running text."""
    day = _day(moment)
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]} {day.year}"


def date_short(moment: date | datetime) -> str:
    """`21 nov`, where the year is plain from the page."""
    day = _day(moment)
    name = str(MONTHS[day.month - 1])
    return f"{day.day}{NBSP}{name if len(name) <= 4 else name[:3]}"


def date_full(moment: date | datetime) -> str:
    """`tisdag 24 november 2026`, for the head of a day's page."""
    return f"{WEEKDAYS[_day(moment).weekday()]} {date_long(moment)}"


def clock(moment: datetime | time) -> str:
    """`kl. 9.30` for running text."""
    if isinstance(moment, datetime) and moment.tzinfo:
        moment = moment.astimezone(SWEDEN)
    return f"kl.{NBSP}{moment.hour}.{moment.minute:02d}"


def moment_long(moment: datetime) -> str:
    """`21 november 2026 kl. 9.30`."""
    return f"{date_long(moment)} {clock(moment)}"


def quarter(year: int, number_of: int) -> str:
    """`kvartal 2 2025`."""
    return gettext("kvartal %(quarter)s %(year)s", quarter=number_of, year=year)


def half_year(year: int, half: int, *, short: bool = False) -> str:
    """`första halvåret 2025`; on an axis `H1 25`."""
    if short:
        return f"H{half}{NBSP}{year % 100:02d}"
    if half == 1:
        return gettext("första halvåret %(year)s", year=year)
    return gettext("andra halvåret %(year)s", year=year)


def full_year(year: int) -> str:
    """`helår 2025`."""
    return gettext("helår %(year)s", year=year)


def month_span(first: date, last: date) -> str:
    """`jan–mar 2026`, or `nov 2025–jan 2026` over a year's end."""

    def short(day: date) -> str:
        return str(MONTHS[day.month - 1])[:3]

    if (first.year, first.month) == (last.year, last.month):
        return f"{short(first)} {first.year}"
    if first.year == last.year:
        return f"{short(first)}–{short(last)} {last.year}"
    return f"{short(first)} {first.year}–{short(last)} {last.year}"


def span(first: date, last: date | None) -> str:
    """`2024-02-01 till 2027-12-31`, open end `från 2024-02-01`."""
    if last is None:
        return gettext("från %(day)s", day=date_iso(first))
    return gettext("%(first)s till %(last)s", first=date_iso(first), last=date_iso(last))


def blank_word(kind: Blank, rate: Number | None = None, gate: int = 20) -> str:
    """The word shown instead of a number.

    Args:
        kind: why there is no number. Every kind of protection has the same word.
        rate: response rate (0 to 1) for `low_response`.
        gate: endings needed, for `few`.
    """
    if kind == "protected":
        return gettext("Skyddat värde")
    if kind == "not_reported":
        return gettext("Ej rapporterat")
    if kind == "not_applicable":
        return gettext("Ej tillämpligt")
    if kind == "low_response":
        word = gettext("Låg svarsfrekvens")
        return f"{word} ({percent(rate)})" if rate is not None else word
    if kind == "few":
        return gettext("Under %(gate)s avslut", gate=number(gate))
    return gettext("Okänt")


def blank_reason(kind: Blank) -> str:
    """One sentence that explains the word, for the list under a table."""
    reasons: dict[Blank, str] = {
        "protected": gettext("Visas inte för att ingen ska kunna räkna ut något om en enskild person."),
        "not_reported": gettext("Förbundet har inte lämnat uppgiften."),
        "not_applicable": gettext("Måttet passar inte förbundet eller perioden."),
        "low_response": gettext("För få har känt utfall. Värdet visas inte."),
        "few": gettext("För få avslut för att en andel ska säga något."),
        "unknown": gettext("Uppgiften finns inte."),
    }
    return reasons[kind]


_SWEDISH_ORDER = str.maketrans("åäæöøéèüáà", "{||}}eeyaa")


def swedish_key(text: str) -> str:
    """Sorting key in Swedish order (å ä ö last), the same as the database's `sv_sort`."""
    return text.lower().translate(_SWEDISH_ORDER)


FILTERS = {
    "number": number,
    "percent": percent,
    "money": money,
    "best_money": best_money,
    "date_iso": date_iso,
    "date_long": date_long,
    "date_short": date_short,
    "date_full": date_full,
    "clock": clock,
    "moment_long": moment_long,
    "percent_points": percent_points,
}


def along(value: float, low: float, high: float) -> str:
    """How far `value` lies from `low` to `high` as a length in SVG and CSS ("41.67%"), kept within the two."""
    return f"{(max(low, min(value, high)) - low) / (high - low) * 100:.2f}%"


GLOBALS = {
    "along": along,
    "share_of": share_of,
    "interval": interval,
    "span": span,
    "month_span": month_span,
    "quarter": quarter,
    "half_year": half_year,
    "full_year": full_year,
    "blank_word": blank_word,
    "blank_reason": blank_reason,
}
