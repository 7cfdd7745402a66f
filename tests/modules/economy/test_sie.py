"""SIE 4: rows in the shapes the published specification shows, and files that break it."""

from __future__ import annotations

from datetime import date

import pytest

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
        ("#RAR 0 20250101 20251231\n", "", 28, "Räkenskapsåret"),
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
