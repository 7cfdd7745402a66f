"""Tables as files: Excel and CSV in which text stays text, whatever a user wrote in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import xlsxwriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
INVENTED_MARK = "Påhittade uppgifter"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Value = str | int | float | None


@dataclass(frozen=True)
class Kronor:
    """An amount in öre, written as kronor."""

    ore: int


@dataclass(frozen=True)
class Sheet:
    """One sheet: what stands above the table, its heading, its rows."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Value | Kronor]]
    preface: Sequence[str] = field(default_factory=tuple)


def xlsx(sheets: Iterable[Sheet], *, synthetic: bool) -> bytes:
    """A workbook; invented figures say so in the first row of every sheet."""
    target = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, {"in_memory": True, **plain}) as book:
        bold = book.add_format({"bold": True})
        kronor = book.add_format({"num_format": "#,##0.00"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name[:31])
            page.set_column(0, 0, 38)
            page.set_column(1, max(1, len(sheet.header) - 1), 16)
            lines = _lines(sheet, synthetic=synthetic)
            head = len(lines) - len(sheet.rows) - 1
            for row, values in enumerate(lines):
                for column, value in enumerate(values):
                    if isinstance(value, Kronor):
                        page.write_number(row, column, value.ore / 100, kronor)
                    elif isinstance(value, str):
                        page.write_string(row, column, value, bold if row in (0, head) else None)
                    elif value is not None:
                        page.write_number(row, column, value)
            page.freeze_panes(head + 1, 1)
    return target.getvalue()


def csv_bytes(sheet: Sheet, *, synthetic: bool) -> bytes:
    """Semicolons, decimal comma and a byte order mark, as Swedish Excel reads it."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    for values in _lines(sheet, synthetic=synthetic):
        writer.writerow([_plain(value) for value in values])
    return b"\xef\xbb\xbf" + target.getvalue().encode()


def _lines(sheet: Sheet, *, synthetic: bool) -> list[Sequence[Value | Kronor]]:
    above = [[INVENTED_MARK]] if synthetic else []
    above += [[line] for line in sheet.preface]
    return [*above, *([[]] if above else []), list(sheet.header), *sheet.rows]


def _plain(value: Value | Kronor) -> str:
    """A cell of text. What a spreadsheet would take for a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, Kronor):
        return f"{value.ore / 100:.2f}".replace(".", ",")
    if isinstance(value, int | float):
        return str(value).replace(".", ",")
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
