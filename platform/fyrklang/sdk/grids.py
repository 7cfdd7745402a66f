"""Tables out of files people have: CSV in the spellings Swedish Excel and others write, and xlsx.

Every cell comes as text, the way a person would have typed it; nothing is guessed about what it means.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from fyrklang.kernel.errors import Invalid
from fyrklang.web.uploads import Upload

MOST_ROWS = 100_000
MOST_COLUMNS = 100
LONGEST_CELL = 4_000
_DELIMITERS = (";", "\t", ",")
_HEAD_ROWS = 20


@dataclass(frozen=True)
class Grid:
    """A heading, and the rows under it with their numbers in the file, counted from 1."""

    header: tuple[str, ...]
    rows: Sequence[tuple[int, tuple[str, ...]]]


def read_grid(sent: Upload) -> Grid:
    """The first sheet, or the whole CSV. The heading is the first row with at least two filled cells.

    Raises:
        Invalid: `file` says what is wrong: no heading, no rows, too many of them, or letters of no known code.
    """
    lines = _xlsx(sent.content) if sent.kind.code == "xlsx" else _csv(sent.content)
    numbered = ((number, _tidy(cells)) for number, cells in enumerate(lines, 1))
    filled = (pair for pair in numbered if any(pair[1]))
    header = next((cells for _number, cells in islice(filled, _HEAD_ROWS) if sum(map(bool, cells)) > 1), ())
    if not header:
        raise _refused("Filen har ingen rad med rubriker. Första raden ska säga vad kolumnerna heter.")
    if len(header) > MOST_COLUMNS:
        raise _refused(f"Filen har för många kolumner. Den får ha högst {MOST_COLUMNS}.")
    rows = [(number, _fit(cells, len(header))) for number, cells in islice(filled, MOST_ROWS + 1)]
    if len(rows) > MOST_ROWS:
        raise _refused("Filen har för många rader. Den får ha högst 100 000. Dela upp den.")
    if not rows:
        raise _refused("Filen har rubriker men inga rader under dem.")
    return Grid(header, rows)


def _refused(sentence: str) -> Invalid:
    return Invalid(fields={"file": sentence})


def _tidy(cells: Iterable[object]) -> tuple[str, ...]:
    found = [_text(cell) for cell in cells]
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def _fit(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    return (cells + ("",) * width)[:width]


def _text(cell: object) -> str:
    """A cell as somebody would have typed it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "ja" if cell else "nej"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        # Excel shows fifteen digits; what stands beyond them is how a computer holds a fraction.
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}".replace(".", ",")
    # PostgreSQL keeps no null characters, and no cell means one.
    return str(cell).replace("\0", "").strip()[:LONGEST_CELL]


def _csv(content: bytes) -> Iterator[Sequence[str]]:
    text = _decoded(content)
    csv.field_size_limit(1_000_000)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    except csv.Error as fault:
        raise _refused(
            "Filen går inte att läsa som tabell. Spara den på nytt som CSV och försök igen."
        ) from fault


def _decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with one, else what Windows writes in Sweden."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _delimiter(text: str) -> str:
    """Whichever stands most often outside quotes in the first rows; semicolon when none does."""
    head = "".join(text[:20_000].splitlines(keepends=True)[:_HEAD_ROWS])
    plain = "".join(piece for place, piece in enumerate(head.split('"')) if place % 2 == 0)
    return max(_DELIMITERS, key=plain.count)


def _xlsx(content: bytes) -> Iterator[Sequence[object]]:
    # A page that reads no Excel should not carry the reader.
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        # What a sheet says of its own size is often wrong, and may be a trick.
        sheet.reset_dimensions()
        yield from sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1)
    except Exception as fault:
        raise _refused("Filen går inte att läsa. Spara den på nytt som Excel och försök igen.") from fault
