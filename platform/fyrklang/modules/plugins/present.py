"""Plugins in words: what each may see, how it stands, and its file."""

from __future__ import annotations

import io

import xlsxwriter

from fyrklang.sdk.plugin.shapes import Block, Sheet
from fyrklang.sdk.plugins.shelf import Found
from fyrklang.web.i18n import LazyText, lazy_gettext
from fyrklang.web.i18n import gettext as _
from fyrklang.web.tables import Column, Row, Table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

DATA_WORDS: dict[str, LazyText] = {
    "office": lazy_gettext("Läsa insatsernas namn, inriktning och läge"),
    "counts": lazy_gettext("Läsa antal och andelar per insats och kön, med små tal skyddade"),
    "own": lazy_gettext("Spara egna anteckningar i förbundet, aldrig om en person"),
}
STATUS_WORDS: dict[str, LazyText] = {
    "ON": lazy_gettext("På"),
    "OFF": lazy_gettext("Av"),
    "STOPPED": lazy_gettext("Stoppat"),
}
DONE: dict[str, LazyText] = {
    "on": lazy_gettext("Tillägget är på."),
    "off": lazy_gettext("Tillägget är av och syns ingenstans i förbundet."),
    "sparad": lazy_gettext("Inställningarna är sparade."),
}


def may_words(found: Found) -> list[str]:
    """What the plugin may do in the förbund, a line each."""
    made = found.manifest
    lines = [str(DATA_WORDS[name]) for name in made.data]
    if made.pages:
        lines.append(_("Visa egna sidor: %(names)s", names=", ".join(page.title for page in made.pages)))
    if any(entry.nightly for entry in made.jobs):
        lines.append(_("Arbeta på natten"))
    return lines


def never_words() -> list[str]:
    """What no plugin may do."""
    return [
        _("Aldrig läsa uppgifter om en person"),
        _("Aldrig nå andra förbund"),
        _("Aldrig skicka något på nätet"),
    ]


def block_table(block: Block) -> Table:
    """A plugin's table in the platform's own."""
    names = [f"c{place}" for place in range(len(block.columns))]
    return Table(
        caption=block.title,
        columns=[Column(name, label) for name, label in zip(names, block.columns, strict=True)],
        rows=[Row(cells=dict(zip(names, values, strict=False))) for values in block.rows],
    )


def xlsx(sheet: Sheet, synthetic: bool) -> bytes:
    """One sheet of text; nothing in it becomes a formula or a link. Invented figures are marked."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        page = book.add_worksheet("tabell")
        bold = book.add_format({"bold": True})
        head = [["Påhittade uppgifter"]] if synthetic else []
        rows = [*head, [sheet.title], [sheet.note], [], list(sheet.columns), *map(list, sheet.rows)]
        for row, values in enumerate(rows):
            for column, value in enumerate(values):
                page.write_string(row, column, value, bold if row == len(head) + 3 else None)
    return target.getvalue()
