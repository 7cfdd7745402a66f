"""A comparison as a file: Excel and CSV with the same words for blanks, marked when it is invented."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import xlsxwriter

from fyrklang.national.compare import present
from fyrklang.national.compare.service import SEXES, Comparison, Line
from fyrklang.national.store.shapes import INVENTED
from fyrklang.sdk.sheets import INVENTED_MARK
from fyrklang.web.formats import date_iso

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_WIDTHS = (28, 12, 12, 12, 14, 14, 18, 24)

Value = str | int | float | None


def file_name(found: Comparison, ending: str) -> str:
    """What, when, which release; an invented one says so last."""
    number = found.release.short_number
    mark = INVENTED if found.release.synthetic else ""
    return f"fyrklang-{found.measure.code}-{found.year}-{found.sex}-utgava-{number}{mark}.{ending}".lower()


def xlsx(found: Comparison) -> bytes:
    """Two sheets, tabell and definition. Text stays text: nothing in it becomes a formula or a link."""
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        bold = book.add_format({"bold": True})
        percent = book.add_format({"num_format": "0.0%"})
        sheet = book.add_worksheet("tabell")
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        shares = _share_columns(found)
        head = len(_preface(found))
        for row, values in enumerate((*_preface(found), _header(found), *_rows(found))):
            for column, value in enumerate(values):
                if isinstance(value, str):
                    sheet.write_string(row, column, value, bold if row in (0, head) else None)
                elif value is not None:
                    sheet.write_number(row, column, value, percent if column in shares else None)
        sheet.freeze_panes(head + 1, 1)
        explained = book.add_worksheet("definition")
        explained.set_column(0, 0, 26)
        explained.set_column(1, 1, 110, book.add_format({"text_wrap": True}))
        for row, (label, sentence) in enumerate(_definition(found)):
            explained.write_string(row, 0, label, bold)
            explained.write_string(row, 1, sentence)
    return target.getvalue()


def csv_text(found: Comparison) -> bytes:
    """Semicolons, decimal comma and a byte order mark, as Swedish Excel reads it."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    for values in (*_preface(found), _header(found), *_rows(found)):
        writer.writerow([_plain(value) for value in values])
    return b"\xef\xbb\xbf" + target.getvalue().encode()


def _preface(found: Comparison) -> list[list[Value]]:
    mark: list[list[Value]] = [[INVENTED_MARK]] if found.release.synthetic else []
    edition = f"Utgåva {found.release.short_number}, fryst {date_iso(found.release.published_at)}"
    return [*mark, [present.title(found)], [edition], []]


def _header(found: Comparison) -> list[Value]:
    if not found.measure.is_share:
        return ["Förbund", "Antal", "Kommentar"]
    return ["Förbund", "Andel", "Lägst", "Högst", "Täljare", "Nämnare", "Känt utfall", "Läge eller skäl"]


def _share_columns(found: Comparison) -> frozenset[int]:
    return frozenset({1, 2, 3, 6}) if found.measure.is_share else frozenset()


def _rows(found: Comparison) -> Iterator[list[Value]]:
    yield from (_row(found, line) for line in found.lines)
    nation = found.nation
    name = "Riket" if nation.complete else "Riket, visade förbund"
    if nation.word:
        yield _blank(found, name, "Summan visas inte")
    elif not found.measure.is_share:
        yield [name, nation.numerator]
    elif nation.numerator is not None and nation.denominator:
        share = nation.numerator / nation.denominator
        yield [name, share, None, None, nation.numerator, nation.denominator]


def _row(found: Comparison, line: Line) -> list[Value]:
    name = line.association.short_name
    if line.figure.word:
        return _blank(found, name, present.blank_of(line))
    if not found.measure.is_share:
        return [name, line.figure.numerator]
    low, high = line.interval or (None, None)
    numbers = (line.figure.numerator, line.figure.denominator)
    return [name, line.share, low, high, *numbers, line.known, present.place_words(line.place)]


def _blank(found: Comparison, name: str, word: str) -> list[Value]:
    return [name, *[None] * (len(_header(found)) - 2), word]


def _definition(found: Comparison) -> Iterator[tuple[str, str]]:
    release = found.release
    if release.synthetic:
        yield INVENTED_MARK, "Inga riktiga personer eller resultat."
    yield "Mått", f"{found.measure.name} ({found.measure.code}), {present.definition_note(found)}"
    yield "År", str(found.year)
    yield "Kön", SEXES[found.sex]
    yield from present.definition(found)
    yield "Intervall", "Wilsons intervall, 95 %."
    yield "Utgåva", f"{release.number}, fryst {date_iso(release.published_at)}"
    yield "Skydd", f"{release.engine} {release.engine_version}, minst {release.threshold} personer"
    yield "Kontrollsumma", release.checksum
    yield "Citera så här", present.citation(found)


def _plain(value: Value) -> str:
    """A cell of text. What a spreadsheet would take for a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}".replace(".", ",")
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
