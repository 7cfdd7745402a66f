"""Numbers, dates and blanks as the look writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from fyrklang.web import formats as f


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1234.5, 1, "1\u00a0234,5"),
        (1234567, 0, "1\u00a0234\u00a0567"),
        (-30, 0, "\u221230"),
        (0, 0, "0"),
        (0.125, 2, "0,13"),
        (-0.4, 0, "0"),
        (Decimal("2.5"), 0, "3"),
        (-2.5, 0, "\u22123"),
    ],
)
def test_number(value: float, decimals: int, text: str) -> None:
    assert f.number(value, decimals) == text


def test_percent_has_a_no_break_space_and_no_value_gives_no_text() -> None:
    assert f.percent(0.354) == "35\u00a0%"
    assert f.percent(Decimal("0.125"), 1) == "12,5\u00a0%"
    assert f.percent(None) == ""


def test_interval_and_base() -> None:
    assert f.interval(0.27, 0.44) == "27–44\u00a0%"
    assert f.interval(0.27, 0.44, unit=False) == "27–44"
    assert f.share_of(41, 1117) == "41 av 1\u00a0117"


@pytest.mark.parametrize(
    ("difference", "text"),
    [
        (0.02, "+2 procentenheter"),
        (-0.04, "\u22124 procentenheter"),
        (0.01, "+1 procentenhet"),
        (-0.01, "\u22121 procentenhet"),
        (0.0, "0 procentenheter"),
        (0.004, "0 procentenheter"),
    ],
)
def test_percent_points(difference: float, text: str) -> None:
    assert f.percent_points(difference) == text


def test_money_in_ore() -> None:
    assert f.money(123_400) == "1\u00a0234\u00a0kr"
    assert f.money(123_450) == "1\u00a0234,50\u00a0kr"
    assert f.money(123_400_000, "tkr") == "1\u00a0234\u00a0tkr"
    assert f.money(120_000_000, "mkr") == "1,2\u00a0mkr"
    assert f.money(-3_000_000, "tkr") == "\u221230\u00a0tkr"
    assert [f.best_money(ore) for ore in (900_000, 45_000_000, 250_000_000)] == [
        "9\u00a0000\u00a0kr",
        "450\u00a0tkr",
        "2,5\u00a0mkr",
    ]


def test_dates() -> None:
    day = date(2026, 11, 21)
    assert f.date_iso(day) == "2026-11-21"
    assert f.date_long(day) == "21\u00a0november 2026"
    assert f.date_short(day) == "21\u00a0nov"
    assert f.date_short(date(2026, 5, 3)) == "3\u00a0maj"
    assert f.date_full(date(2026, 11, 24)) == "tisdag 24\u00a0november 2026"


def test_a_moment_is_read_in_swedish_time() -> None:
    late = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert f.date_iso(late) == "2026-07-01"
    assert f.clock(late) == "kl.\u00a00.30"
    assert f.clock(time(9, 30)) == "kl.\u00a09.30"
    assert f.moment_long(late) == "1\u00a0juli 2026 kl.\u00a00.30"


def test_periods() -> None:
    assert f.half_year(2025, 1) == "första halvåret 2025"
    assert f.half_year(2026, 2, short=True) == "H2\u00a026"
    assert f.full_year(2025) == "helår 2025"
    assert f.quarter(2025, 3) == "kvartal 3 2025"
    assert f.month_span(date(2026, 1, 1), date(2026, 3, 31)) == "jan–mar 2026"
    assert f.month_span(date(2026, 2, 1), date(2026, 2, 28)) == "feb 2026"
    assert f.month_span(date(2025, 11, 1), date(2026, 1, 31)) == "nov 2025–jan 2026"
    assert f.span(date(2024, 2, 1), None) == "från 2024-02-01"
    assert f.span(date(2024, 2, 1), date(2027, 12, 31)) == "2024-02-01 till 2027-12-31"


def test_every_blank_has_a_word_a_reason_and_a_mark() -> None:
    for kind in f.BLANK_MARKS:
        assert f.blank_word(kind)
        assert f.blank_reason(kind).endswith(".")
    assert f.blank_word("low_response", 0.47) == "Låg svarsfrekvens (47\u00a0%)"
    assert f.blank_word("few") == "Under 20 avslut"


def test_protection_has_one_word() -> None:
    assert f.blank_word("protected") == "Skyddat värde"


def test_swedish_order() -> None:
    names = ["Örebro", "Zinkgruvan", "Älvsbyn", "Åre", "Wermland", "Vara", "Ängelholm"]
    wanted = ["Vara", "Wermland", "Zinkgruvan", "Åre", "Älvsbyn", "Ängelholm", "Örebro"]
    assert sorted(names, key=f.swedish_key) == wanted
