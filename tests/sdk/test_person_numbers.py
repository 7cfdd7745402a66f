"""Numbers and names as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fyrklang.kernel import clock
from fyrklang.sdk.person_numbers import NoPersonNumberError, PersonNumber, name_words, parse_number
from tests.tenancy.vault.numbers import number

TOLVAN = "19121212" + "1212"
DAYS = st.dates(date(1930, 1, 1), date(2009, 12, 31))


@given(DAYS, st.integers(1, 999), st.booleans())
def test_every_way_of_writing_gives_the_same_number(born: date, serial: int, coordination: bool) -> None:
    digits = number(born, serial, coordination=coordination)
    read = parse_number(digits)
    assert read == PersonNumber(digits)
    assert (read.born, read.is_coordination) == (born, coordination)
    assert read.legal_sex == ("M" if serial % 2 else "K")
    for written in (
        f"{digits[:8]}-{digits[8:]}",
        f" {digits[:8]} {digits[8:]} ",
        f"{digits[:8]}–{digits[8:]}",
    ):
        assert parse_number(written) == read
    assert parse_number(read.shown) == read
    assert read.masked == f"{read.shown[:7]}••••"


@given(DAYS, st.integers(1, 999), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_found(born: date, serial: int, place: int, by: int) -> None:
    digits = number(born, serial)
    wrong = digits[:place] + str((int(digits[place]) + by) % 10) + digits[place + 1 :]
    if place >= 2:
        with pytest.raises(NoPersonNumberError):
            parse_number(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "1212121213",
        TOLVAN + "\n9",
        "١٢١٢١٢١٢١٢",
        "20991231" + "9801",
        "19120230" + "1213",
        "121212-12121",
    ],
)
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(NoPersonNumberError):
        parse_number(text)


def test_a_hundred_years_and_a_birthday_later_this_year(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parse_number("121212+1212") == PersonNumber(TOLVAN)
    assert PersonNumber(TOLVAN).shown == "121212+1212"
    today = clock.today()
    later = number(date(today.year - 100, 12, 31), 980)
    if today < date(today.year, 12, 31):
        assert parse_number(later[2:]) == PersonNumber(later)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Tolvan Tolvansson", ["tolvan", "tolvansson"]),
        ("ANNA-Karin  Åberg", ["anna", "karin", "åberg"]),
        ("José Müller", ["jose", "muller"]),
        ("Sørensen Æbeltoft", ["sörensen", "äbeltoft"]),
        ("A\u030aberg", ["åberg"]),
        ("", []),
    ],
)
def test_words_of_a_name(name: str, words: list[str]) -> None:
    assert name_words(name) == words
