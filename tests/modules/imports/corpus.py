"""Files good, dirty and hostile, made in code: costs of one förbund, as people's programs would save them."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment

from fyrklang.kernel import clock

YEAR = clock.today().year - 1
HEAD = ("Datum", "Insats eller post", "Belopp")
LINES = ((f"{YEAR}-03-01", "Team Åsen", "1 234,50"), (f"{YEAR}-03-02", "Revision", "-10"))
TYPED: tuple[tuple[Any, ...], ...] = (
    (date(YEAR, 3, 1), "Team Åsen", 1234.5),
    (datetime(YEAR, 3, 2, 13, 45, tzinfo=UTC).replace(tzinfo=None), "Revision", -10),
)
MEANT = [(date(YEAR, 3, 1), 123_450), (date(YEAR, 3, 2), -1_000)]
Grid = Sequence[Sequence[Any]]
Files = dict[str, bytes]


def table(rows: Grid, delimiter: str = ";", ending: str = "\n", head: Sequence[str] = HEAD) -> str:
    """Rows as text."""
    return ending.join(delimiter.join(map(str, row)) for row in (head, *rows)) + ending


def book(rows: Grid, change: Callable[[Any], None] | None = None) -> bytes:
    """Rows as a workbook, with its sheet changed by hand before it is saved."""
    made = Workbook()
    for row in rows:
        made.active.append(list(row))  # type: ignore[union-attr]
    if change:
        change(made.active)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def repacked(change: Callable[[dict[str, bytes]], object], flag: int = 0, link: bool = False) -> bytes:
    """A workbook with its parts changed."""
    with zipfile.ZipFile(io.BytesIO(book((HEAD, *TYPED)))) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name)
            if link and name.endswith("styles.xml"):
                entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            packed.writestr(entry, part, zipfile.ZIP_DEFLATED)
        if flag:
            packed.infolist()[0].flag_bits |= flag
    return out.getvalue()


def _sheet(old: bytes, new: bytes) -> bytes:
    name = "xl/worksheets/sheet1.xml"
    return repacked(lambda parts: parts.update({name: parts[name].replace(old, new, 1)}))


def good_text() -> Files:
    """CSV in every letter code, delimiter and line ending, and in the habits of those who write it."""
    plain = table(LINES)
    quoted = [[f'"{cell}"' for cell in row] for row in LINES]
    found = {
        f"{code} {'semi' if mark == ';' else 'tab' if mark == chr(9) else 'comma'} {len(end)}{ord(end[0])}.csv": (
            start + table(quoted if mark == "," else LINES, mark, end).encode(code)
        )
        for code, start in (
            ("utf-8", b""), ("utf-8-sig", b""), ("cp1252", b""), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")
        )
        for mark in (";", ",", "\t")
        for end in ("\n", "\r\n", "\r")
    }  # fmt: skip
    for number, spelt in enumerate(
        (f"{YEAR}0301", f"{YEAR}/03/01", f"1/3 {YEAR}", f"01/03 {YEAR}", f"{YEAR}-3-1")
    ):
        found[f"date {number}.csv"] = plain.replace(f"{YEAR}-03-01", spelt).encode()
    for number, spelt in enumerate(
        (
            "1234,5",
            "1234.50",
            "1\u00a0234,50",
            "1\u202f234,50",
            " 1 234,50 ",
            "1234,5000001",
            "1234,500000000001",
        )
    ):
        found[f"amount {number}.csv"] = plain.replace("1 234,50", spelt).encode()
    found["minus sign.csv"] = plain.replace("-10", "\u221210").encode()
    for number, head in enumerate(
        ("DATUM;INSATS ELLER POST;BELOPP", " datum ; Insats  eller post;belopp", "Bokföringsdatum;Aktivitet;Kronor",
         "on_date;target;amount", "Dag;Post;Utfall")
    ):  # fmt: skip
        found[f"heading {number}.csv"] = plain.replace(";".join(HEAD), head).encode()
    found |= {
        "above.csv": f"Kostnader\n\n{plain}".encode(),
        "gaps.csv": plain.replace("\n", "\n\n;;\n").encode(),
        "trailing.csv": plain.replace("\n", ";;;\n").encode(),
        "no last line end.csv": plain.rstrip().encode(),
        "other columns.csv": table([(*row, "=1", "x\ty") for row in LINES], head=(*HEAD, "A", "B")).encode(),
        "other order.csv": table([row[::-1] for row in LINES], head=HEAD[::-1]).encode(),
        "lines in cells.csv": table(
            [(*row, '"två\nrader; med ""citat"""') for row in LINES], head=(*HEAD, "A")).encode(),
        "spaces.csv": plain.replace("Team Åsen", "  team åsen ").encode(),
        "text.txt": plain.encode(),
        "UPPER.CSV": plain.encode(),
    }  # fmt: skip
    return found


def good_books() -> Files:
    """Workbooks: real dates and numbers, texts, merged headings, hidden rows, notes, and what lies beside."""

    def merged(sheet: Any) -> None:
        sheet.insert_rows(1)
        sheet["A1"] = "Kostnader"
        sheet.merge_cells("A1:C1")

    def merged_cells(sheet: Any) -> None:
        sheet["E1"] = "Anteckning"
        sheet.merge_cells("E2:F3")

    def hidden(sheet: Any) -> None:
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["B"].hidden = True
        sheet["B2"].comment = Comment("Hej", "Någon")
        sheet.auto_filter.ref = "A1:C3"

    def beside(sheet: Any) -> None:
        other = sheet.parent.create_sheet("Annat")
        other.append(["Något", "helt", "annat"])

    def formula_beside(sheet: Any) -> None:
        sheet["E1"], sheet["E2"], sheet["E3"] = "Summa", "=SUM(C2:C3)", '=HYPERLINK("http://exempel.se")'

    rows = (HEAD, *TYPED)
    return {
        "typed.xlsx": book(rows),
        "texts.xlsx": book((HEAD, *LINES)),
        "merged heading.xlsx": book(rows, merged),
        "merged cells.xlsx": book(rows, merged_cells),
        "hidden.xlsx": book(rows, hidden),
        "two sheets.xlsx": book(rows, beside),
        "formula beside.xlsx": book(rows, formula_beside),
        "gaps.xlsx": book((HEAD, (), TYPED[0], (None, None, None), TYPED[1], (), ())),
        "above.xlsx": book((("Kostnader",), (), *rows)),
        "other order.xlsx": book([row[::-1] for row in rows]),
        "lying size.xlsx": _sheet(b'<dimension ref="A1:C3"', b'<dimension ref="A1:XFD1048576"'),
        "no size.xlsx": _sheet(b'<dimension ref="A1:C3" />', b""),
        "sums.xlsx": book(
            (HEAD, (TYPED[0][0], "Team Åsen", 1234.4 + 0.1 + 1e-12), (TYPED[1][0], "Revision", -9.9 - 0.1))),
        "whole floats.xlsx": book(
            (HEAD, (TYPED[0][0], "Team Åsen", 1234.1 + 0.4), (TYPED[1][0], "Revision", -10.0))),
    }  # fmt: skip


def faulty() -> dict[str, tuple[bytes, set[str]]]:
    """Files with one row that must not be laid in, and the fields at fault."""
    good = dict(zip(("on_date", "target", "amount"), LINES[0], strict=True))
    bad = {
        "amount": ("", "fem", "=1+4", "1.2.3", "12,345", "1e5", "∞", "NaN", "0", "9" * 20, "0x10", "--5", "٥", "５",
                   "5️⃣", "1/2", "+1234,5", "1.234,50", "kr", "-", "#DIV/0!", "TRUE"),
        "on_date": ("", f"{YEAR}-02-30", f"31/2 {YEAR}", "i går", "1899-12-31", f"{YEAR + 5}-01-01", "0000-00-00",
                    "45000", str(YEAR), "=TODAY()", f"{YEAR}-3", f"1/3-{YEAR}", "2025-13-01", f"{YEAR}-03-01T25:00"),
        "target": ("", "Okänd post", "<script>alert(1)</script>", "'; DROP TABLE office.ledger_row; --",
                   "Team Åsen\u202e", "x" * 5_000, '=HYPERLINK("http://exempel.se")', "@SUM(A1)", "Team Asen",
                   "Team\u200bÅsen"),
    }  # fmt: skip
    found: dict[str, tuple[bytes, set[str]]] = {}
    for field, texts in bad.items():
        for number, text in enumerate(texts):
            row = [text.replace('"', '""') if name == field else value for name, value in good.items()]
            cells = [f'"{cell}"' for cell in row]
            found[f"{field} {number}.csv"] = (table([cells]).encode(), {field})
    for number, (field, value) in enumerate(
        (("amount", True), ("amount", date(YEAR, 1, 1)), ("amount", "=1+1"), ("amount", 1e300), ("amount", 0.001),
         ("on_date", 45_000), ("on_date", False), ("on_date", "=TODAY()"), ("target", 17), ("target", "=1+1"))
    ):  # fmt: skip
        typed = dict(zip(good, TYPED[0], strict=True)) | {field: value}
        found[f"{field} {number}.xlsx"] = (book((HEAD, tuple(typed.values()))), {field})
    found["two at once.csv"] = (table([("x", "y", "z")]).encode(), {"on_date", "amount"})
    found["no such column.csv"] = (
        table([LINES[0]], head=("A", "B", "C")).encode(),
        {"on_date", "target", "amount"},
    )
    return found


def refused() -> Files:
    """Files that are no table at all, or more than one."""
    whole = book((HEAD, *TYPED))
    types = "[Content_Types].xml"
    found = {
        f"cut {part}.xlsx": whole[: len(whole) * part // 100] for part in (1, 10, 30, 50, 70, 90, 95, 99)
    }

    def doctype(text: bytes) -> bytes:
        return _sheet(b"<worksheet", text + b"<worksheet")

    def put(name: str, part: bytes) -> bytes:
        return repacked(lambda parts: parts.update({name: part}))

    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    rels = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        b'Type="http://x/oleObject" Target="http://exempel.se/x" TargetMode="External"/></Relationships>'
    )
    return found | {
        "entities.xlsx": doctype(laughs),
        "outside entity.xlsx": doctype(b'<!DOCTYPE x SYSTEM "file:///etc/passwd">'),
        "bomb.xlsx": put("xl/media/a.xml", b"<a>" + b" " * 30_000_000 + b"</a>"),
        "many parts.xlsx": repacked(lambda parts: parts.update({f"xl/{n}.xml": b"<a/>" for n in range(5_000)})),
        "macro.xlsx": put("xl/vbaProject.bin", b"x"),
        "control.xlsx": put("xl/activeX/activeX1.xml", b"<a/>"),
        "program inside.xlsx": put("xl/media/image1.png", b"MZ" + bytes(50)),
        "zip inside.xlsx": put("xl/media/image1.png", whole),
        "climbs.xlsx": put("../../etc/passwd", b"x"),
        "absolute.xlsx": put("/etc/passwd", b"x"),
        "linked.xlsx": repacked(lambda _parts: None, link=True),
        "locked.xlsx": repacked(lambda _parts: None, flag=1),
        "outside.xlsx": put("xl/worksheets/_rels/sheet1.xml.rels", rels),
        "word.xlsx": repacked(lambda parts: parts.update(
            {types: parts[types].replace(b"spreadsheetml.sheet.main", b"wordprocessingml.document.main")})),
        "no types.xlsx": repacked(lambda parts: parts.pop(types)),
        "no sheet.xlsx": repacked(lambda parts: parts.pop("xl/worksheets/sheet1.xml")),
        "broken sheet.xlsx": _sheet(b"</sheetData>", b""),
        "empty book.xlsx": book(()),
        "only heading.xlsx": book((HEAD,)),
        "old.xls": b"\xd0\xcf\x11\xe0" + bytes(600),
        "web page.xlsx": b"<html><table><tr><td>Datum</td></tr></table></html>",
        "csv as book.xlsx": table(LINES).encode(),
        "empty.csv": b"",
        "blank.csv": b"\n\n  \n;;;\n",
        "only heading.csv": ";".join(HEAD).encode(),
        "one column.csv": b"hej\nhopp\n",
        "wide.csv": (";".join(f"k{place}" for place in range(200)) + "\n1\n").encode(),
        "nulls.csv": b"a;b\n\x00;1\n",
        "bell.csv": b"a;b\n\x07;1\n",
        "half utf-16.csv": b"\xff\xfea",
        "nulls in utf-16.csv": b"\xff\xfe" + "a;b\n\0;1\n".encode("utf-16-le"),
        "book as text.csv": whole,
        "picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(40),
        "document.csv": b"%PDF-1.7\n\x01\x02",
        "packed.csv": b"\x1f\x8b\x08" + bytes(20),
        "program.exe": b"MZ" + bytes(100),
        "open document.ods": whole,
        "nameless": table(LINES).encode(),
        "too long.csv": (";".join(HEAD) + "\n" + f"{YEAR}-01-01;Revision;1\n" * 100_001).encode(),
        "endless cell.csv": (";".join(HEAD) + '\n"' + "x" * 2_000_000).encode(),
    }  # fmt: skip
