"""SIE 4: rows in the shapes the published specification shows, and files that break it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fyrklang.modules.economy.sie import SieError, read

FILE = """#FLAGGA 0
#PROGRAM "Bokföring åäö" 2.1
#FORMAT PC8
#GEN 20260105 AN
#SIETYP 4
#FNAMN "Förbundet \\"Nord\\""
#RAR 0 20250101 20251231
#RAR -1 20240101 20241231
#DIM 6 Projekt
#OBJEKT 6 "0001" "Hälsoskola"
#KONTO 1930 Bank
#KONTO 5010 Lokalhyra
#KONTO 7010 "Löner till kollektivanställda"
#OKAND rad som läsaren går förbi
#IB 0 1930 100000.00
#UB 0 1930 85549.50
#IB -1 1930 5.00
#VER A 1 20250117 "Hyra januari" 20250118
{
#TRANS 5010 {} 1250.50
#TRANS 1930 {} -1250.50
}
#VER "" "" 20250120 Lön
{
#TRANS 7010 {"1" "456" "6" "0001"} 13200.00 20250121 "Text med mellanslag" 3
#BTRANS 7010 {} 99.00
#RTRANS 1930 {} -13200.00
#TRANS 1930 {} -13200.00
}
"""


def test_a_whole_file_is_read_in_its_own_letters() -> None:
    found = read(FILE.replace("\n", "\r\n").encode("cp437"))
    assert found.program == "Bokföring åäö 2.1"
    assert found.company == 'Förbundet "Nord"'
    assert (found.first_day, found.last_day) == (date(2025, 1, 1), date(2025, 12, 31))
    assert found.accounts["7010"] == "Löner till kollektivanställda"
    assert found.objects["6", "0001"] == "Hälsoskola"
    assert found.opening == {"1930": 100_000_00}
    assert found.closing == {"1930": 85_549_50}
    rows = [(row.account, row.objects, row.amount_ore, row.on_date) for row in found.transactions]
    assert rows == [
        ("5010", {}, 1_250_50, date(2025, 1, 17)),
        ("1930", {}, -1_250_50, date(2025, 1, 17)),
        ("7010", {"1": "456", "6": "0001"}, 13_200_00, date(2025, 1, 21)),
        ("1930", {}, -13_200_00, date(2025, 1, 20)),
    ]


def test_voucher_texts_are_not_kept() -> None:
    assert "mellanslag" not in repr(read(FILE.encode("cp437")))


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("1250.50\n#TRANS 1930", "1250.51\n#TRANS 1930", 18, "går inte jämnt ut"),
        ("1250.50\n#TRANS 1930", "1250,50\n#TRANS 1930", 20, "Beloppet"),
        ("20250117", "20250231", 18, "Datumet"),
        ('"Hyra januari"', '"Hyra januari', 18, "citattecken"),
        ('{"1" "456" "6" "0001"}', '{"1" "456" "6"}', 25, "Objektlistan"),
        ('{"1" "456" "6" "0001"}', '{"1" "456"', 25, "slutklammer"),
        ("#TRANS 5010 {} 1250.50", "#TRANS femtio {} 1250.50", 20, "kontonummer"),
        ("#TRANS 5010 {}", "#TRANS 5010", 20, "Objektlistan"),
        ("#SIETYP 4", "#SIETYP 1", 5, "inte SIE typ 4"),
        ("#RAR 0 20250101 20251231", "#RAR 0 20251231 20250101", 7, "slutar innan"),
        ("#RAR 0 20250101 20251231", "#RAR 0 20250101", 7, "saknar ett fält"),
        ("#BTRANS 7010 {} 99.00", "#BTRANS 7010 {} nittionio", 26, "Beloppet"),
        ("#IB 0 1930 100000.00", "#BTRANS 1930 {} 1.00", 15, "utanför en verifikation"),
        ("#TRANS 5010 {} 1250.50", "{", 20, "klammer öppnas"),
        ("#IB 0 1930 100000.00", "}", 15, "klammer stängs"),
        ('#VER "" "" 20250120', "#VER A 1 20250120", 23, "finns två gånger"),
        ("#TRANS 5010 {} 1250.50", "#TRANS 5010 {} 1 250.50", 20, "Datumet"),
        ("#TRANS 5010 {} 1250.50", "#TRANS 5010 {} 1250.505", 20, "Beloppet"),
        ("-1250.50\n}", "-1250.50", 22, "inte avslutad"),
        ("#GEN 20260105 AN", "GEN 20260105 AN", 4, "börjar inte med #"),
    ],
)
def test_a_broken_file_is_refused_with_line_and_reason(old: str, new: str, line: int, words: str) -> None:
    assert old in FILE
    with pytest.raises(SieError) as fault:
        read(FILE.replace(old, new, 1).encode("cp437"))
    assert fault.value.line == line
    assert words in fault.value.reason


def test_what_is_cut_off_or_something_else_is_refused() -> None:
    with pytest.raises(SieError, match="mitt i verifikation"):
        read(FILE[: FILE.index("#BTRANS")].encode("cp437"))
    for other in (b"", b"PK\x03\x04", b"konto;belopp\r\n5010;3\r\n"):
        with pytest.raises(SieError, match="ingen SIE-fil"):
            read(other)


def test_files_of_pay_and_invoice_programs_have_neither_year_nor_numbers() -> None:
    file = """#FLAGGA 0
#FORMAT PC8
#SIETYP 4
#PROGRAM "Lön" 1
#RAR 0
#VER B "" 20250425 "Lönekörning"
{
    #TRANS 7010 {1 Nord} 12750
    #TRANS 2710 {} -12750.0 "" "Text"
}
#VER "" 0 20250525
{
\t#TRANS 7010\t{ "1" Syd "6" "A 1" } 100.5
\t#TRANS 2710\t{} -100.50
}
#VER "" 0 20250525
{
#TRANS 2710 {} -100.5
#TRANS 7010 {6 "A 1" 1 Syd} +100.50
}
\x1a"""
    found = read(file.encode("cp437"))
    assert (found.first_day, found.last_day) == (date(2025, 1, 1), date(2025, 12, 31))
    assert [row.amount_ore for row in found.transactions] == [1275000, -1275000, 10050, -10050, -10050, 10050]
    assert found.transactions[2].objects == {"1": "Syd", "6": "A 1"}
    names = [row.voucher for row in found.transactions]
    assert len(set(names)) == 3
    assert names[4] == f"{names[2]} (2)"
    assert [
        row.voucher for row in read(file.replace("#FLAGGA 0", "#FLAGGA 1").encode()).transactions
    ] == names
    with pytest.raises(SieError, match="flera år"):
        read(file.replace("20250425", "20240425").encode("cp437"))


def test_what_the_reader_does_not_know_is_passed_over_with_all_under_it() -> None:
    strange = (
        "#UNDERDIM 21 Arbete 6\n#PSALDO 0 202501 5010 {} 1250.50\n#NYTT 1\n{\n#VER A 1 20250101\nfritt\n}\n"
    )
    told = FILE.replace("#OKAND rad som läsaren går förbi\n", strange)
    told = told.replace("#TRANS 1930 {} -1250.50\n", "#TRANS 1930 {} -1250.50\n#INUTI 3\n", 1)
    rows = [(row.account, row.amount_ore) for row in read(told.encode("cp437")).transactions]
    assert rows == [(row.account, row.amount_ore) for row in read(FILE.encode("cp437")).transactions]


@pytest.mark.parametrize("code", ["cp437", "cp1252", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_letters_are_read_as_they_were_meant(code: str, ending: str) -> None:
    found = read(FILE.replace("\n", ending).encode(code))
    assert found.accounts["7010"] == "Löner till kollektivanställda"
    assert len(found.transactions) == 4
    with pytest.raises(SieError) as fault:
        read(FILE.replace("\n", ending).replace("99.00", "99,00").encode(code))
    assert fault.value.line == 26


def test_vouchers_whose_series_ends_in_a_digit_are_kept_apart() -> None:
    rows = "{\n#TRANS 5010 {} 1\n#TRANS 1930 {} -1\n}\n"
    file = f"#FLAGGA 0\n#RAR 0 20250101 20251231\n#VER A1 1 20250101\n{rows}#VER A 11 20250101\n{rows}"
    assert [row.voucher for row in read(file.encode()).transactions] == ["A1-1"] * 2 + ["A11"] * 2


WORDS = st.text(st.sampled_from('abcåäöÅÄÖ 0123{}#"\\'), max_size=12)
ROWS = st.lists(
    st.tuples(
        st.integers(3000, 8999), WORDS, st.integers(-(10**11), 10**11), st.sampled_from(("", "R", "B"))
    ),
    max_size=5,
)


@settings(max_examples=30, deadline=None)
@given(vouchers=st.lists(ROWS, min_size=1, max_size=4), told=WORDS)
def test_what_the_format_can_say_is_read_to_the_ore(vouchers: list[Any], told: str) -> None:
    def quoted(word: str) -> str:
        return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'

    def amount(ore: int) -> str:
        return f"{'-' if ore < 0 else ''}{abs(ore) // 100}.{abs(ore) % 100:02}"

    lines, meant = ["#FLAGGA 0", f"#FNAMN {quoted(told)}", "#RAR 0 20250101 20251231"], []
    for number, rows in enumerate(vouchers, 1):
        lines += [f"#VER V {number} 20250601 {quoted(told)}", "{"]
        for account, object_, ore, mark in rows:
            row = f"TRANS {account} {{6 {quoted(object_)}}} {amount(ore)} 20250602 {quoted(told)}"
            lines += [f"#{mark}{row}"] + ([f"#{row}"] if mark == "R" else [])
            meant += [(str(account), {"6": object_}, ore)] if mark != "B" else []
        left = sum(ore for _account, _object, ore, mark in rows if mark != "B")
        lines += [f"#TRANS 1930 {{}} {amount(-left)}", "}"]
        meant.append(("1930", {}, -left))
    found = read("\n".join(lines).encode("cp437"))
    assert found.company == told
    assert [(row.account, row.objects, row.amount_ore) for row in found.transactions] == meant


@settings(max_examples=50, deadline=None)
@given(content=st.binary(max_size=200))
def test_no_bytes_do_anything_but_be_refused(content: bytes) -> None:
    with pytest.raises(SieError):
        read(b"#FLAGGA 0\n" + content)
