"""What the pages of files read in show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for

from fyrklang.access.actor import Actor
from fyrklang.modules.imports.models import Batch
from fyrklang.sdk.imports import Importer
from fyrklang.sdk.sheets import Sheet
from fyrklang.web.formats import moment_long, number
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import lazy_gettext
from fyrklang.web.tables import Cell, Column, Row, Table

STATES = {
    "STAGED": lazy_gettext("Granskas"),
    "CHECKED": lazy_gettext("Väntar på att läsas in"),
    "DONE": lazy_gettext("Inläst"),
    "UNDONE": lazy_gettext("Ångrad"),
}
MOST_SHOWN_COLUMNS = 8


def batch_table(actor: Actor, found: Sequence[Batch], kinds: Mapping[str, Importer]) -> Table:
    """Files, latest first, each leading to its page."""
    columns = [
        Column("name", _("Fil")),
        Column("kind", _("Vad")),
        Column("state", _("Läge"), "nowrap"),
        Column("rows", _("Rader"), "number"),
        Column("faulty", _("Varav med fel"), "number"),
        Column("at", _("Uppladdad"), "nowrap"),
    ]
    rows = [
        Row(
            {
                "name": row.file_name,
                "kind": kinds[row.kind].label,
                "state": STATES[row.state],
                "rows": row.rows,
                "faulty": row.faulty,
                "at": moment_long(row.created_at),
            },
            url=url_for("imports.batch", slug=actor.slug, batch_id=row.id),
        )
        for row in found
    ]
    return Table(_("Filer"), columns, rows)


def first_table(row: Batch, first: Sequence[Any]) -> Table:
    """The first rows as they stand in the file; only the first columns of a wide one."""
    shown = row.header[:MOST_SHOWN_COLUMNS]
    columns = [Column("line", _("Rad i filen"))]
    columns += [Column(str(place), heading or "–") for place, heading in enumerate(shown)]
    rows = [
        Row(
            {
                "line": _("Rad %(number)s", number=number(line.line)),
                **{str(place): line.cells[place] for place in range(len(shown))},
            }
        )
        for line in first
        if line.cells
    ]
    return Table(_("De första raderna"), columns, rows)


def fault_table(importer: Importer, row: Batch, faulty: Sequence[Any]) -> Table:
    """Each fault by row and column, with what stood there."""
    columns = [
        Column("line", _("Rad i filen")),
        Column("column", _("Kolumn")),
        Column("value", _("Värde")),
        Column("fault", _("Fel")),
    ]
    rows = [
        Row(
            {
                "line": _("Rad %(number)s", number=number(line.line)),
                "column": importer.labels.get(name, ""),
                "value": _cell(row, line.cells, name),
                "fault": sentence,
            }
        )
        for line in faulty
        for name, sentence in line.faults.items()
    ]
    return Table(_("Rader med fel"), columns, rows)


def _cell(row: Batch, cells: Sequence[str], name: str) -> Cell:
    place = row.mapping.get(name)
    value = cells[place] if place is not None and place < len(cells) else ""
    return Cell(value[:80]) if value else Cell(blank="not_reported", blank_text=_("Tomt"))


def fault_sheet(importer: Importer, row: Batch, faulty: Sequence[Any]) -> Sheet:
    """The rows with faults as they came, so that they can be mended and sent again."""
    header = ["Rad", *row.header, "Fel"]
    rows = [
        (
            line.line,
            *line.cells,
            " ".join(_told(importer, name, words) for name, words in line.faults.items()),
        )
        for line in faulty
    ]
    return Sheet("rader med fel", header, rows)


def _told(importer: Importer, name: str, sentence: str) -> str:
    label = importer.labels.get(name)
    return f"{label}: {sentence}" if label else sentence


def column_options(row: Batch) -> list[tuple[str, str]]:
    """The file's columns, for choosing."""
    return [(str(place), heading or f"kolumn {place + 1}") for place, heading in enumerate(row.header)]
