"""Lists that people shape and take with them: the columns they choose, and all rows as Excel, CSV or PDF.

    def members(actor: Actor) -> Any:
        if sent := list_file(actor, "medlemmar", lambda: table_of(all_rows)):
            return sent
        return render(…, table=chosen(table), tools=list_tools(table, actor))

    {{ ui.table(table) }}{{ ui.list_tools(tools) }}

The address says everything (`kol` for each column, `fil` for a file), so a list can be bookmarked and sent to
a colleague, who sees only what that colleague may. A file holds every row of the list, not the page of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, request, url_for
from markupsafe import escape

from fyrklang.access.actor import Actor
from fyrklang.access.guard import place
from fyrklang.kernel import clock
from fyrklang.sdk.audit import EXPORTED, record
from fyrklang.sdk.saved import NOT_KEPT, saved_lists
from fyrklang.sdk.sheets import CSV, XLSX, Sheet, Value, csv_bytes, xlsx
from fyrklang.web.formats import blank_word, moment_long, number
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import ngettext
from fyrklang.web.pdf import HOUSE, make_pdf
from fyrklang.web.tables import Cell, Column, Link, Row, Table

COLUMN, FILE, PAGE = "kol", "fil", ("sida", "page")
KINDS = {"xlsx": XLSX, "csv": CSV, "pdf": "application/pdf"}
_NARROW = 5
"""Columns that fit on a standing page."""


@dataclass(frozen=True)
class Kept:
    """A saved list: the way to it, and its id where it is the reader's own."""

    link: Link
    own: UUID | None
    shared: bool


@dataclass(frozen=True)
class ListTools:
    """What stands under a list: its columns to choose among, what else the address says, and its files."""

    columns: Sequence[tuple[str, str]]
    chosen: Sequence[str]
    kept: Sequence[tuple[str, str]]
    files: Sequence[Link]
    saved: Sequence[Kept] = ()
    place: str = ""
    query: str = ""
    slug: str = ""


def chosen(table: Table) -> Table:
    """The table with the columns the address names; all of them when it names none. The first one stays."""
    wanted = set(request.args.getlist(COLUMN))
    columns = [each for each in table.columns[1:] if each.key in wanted] or table.columns[1:]
    return replace(table, columns=[*table.columns[:1], *columns])


def list_tools(table: Table, actor: Actor | None = None) -> ListTools:
    """The tools of a table that holds all its columns; with an actor also the saved lists of the page."""
    rest = table.columns[1:]
    shown = {column.key for column in chosen(table).columns}
    kept = [
        (name, value) for name, value in request.args.items(multi=True) if name not in (COLUMN, FILE, *PAGE)
    ]
    labels = {"xlsx": _("Excel"), "csv": _("CSV"), "pdf": _("PDF")}
    return ListTools(
        columns=[(column.key, str(column.label) or column.key) for column in rest],
        chosen=[column.key for column in rest if column.key in shown],
        kept=kept,
        files=[Link(label, _address(ending)) for ending, label in labels.items()],
        saved=_saved(actor) if actor else (),
        place=str(request.endpoint) if actor else "",
        query=urlencode(_said()),
        slug=actor.slug if actor else "",
    )


def _said() -> list[tuple[str, str]]:
    return sorted(pair for pair in request.args.items(multi=True) if pair[0] not in NOT_KEPT)


def _saved(actor: Actor) -> list[Kept]:
    place = str(request.endpoint)
    found = []
    for row in saved_lists(actor, place):
        pairs = sorted((name, value) for name, several in row.choices.items() for value in several)
        address = f"{url_for(place, slug=actor.slug)}?{urlencode(pairs)}"
        own = row.id if row.person_id == actor.person_id else None
        found.append(Kept(Link(row.name, address, current=pairs == _said()), own, row.shared))
    return found


def _address(ending: str) -> str:
    values: dict[str, Any] = dict(request.view_args or {})
    for name, several in request.args.lists():
        if name not in (FILE, *PAGE):
            values[name] = several
    return url_for(str(request.endpoint), **{**values, FILE: ending})


def list_file(actor: Actor, name: str, everything: Callable[[], Table]) -> Response | None:
    """The file the address asks for, with every row of the list; None when it asks for the page."""
    ending = request.args.get(FILE, "")
    if ending not in KINDS:
        return None
    table = chosen(everything())
    here = place()
    synthetic = here is not None and here.synthetic
    made = _made(table, ending, here.tenant_name if here else actor.slug, synthetic=synthetic)
    record(actor, EXPORTED)
    answer = Response(made, content_type=KINDS[ending])
    mark = "pahittat-" if synthetic else ""
    answer.headers["Content-Disposition"] = f'attachment; filename="{mark}{actor.slug}-{name}.{ending}"'
    return answer


def _made(table: Table, ending: str, whose: str, *, synthetic: bool) -> bytes:
    sheet = sheet_of(table)
    if ending == "xlsx":
        return xlsx([sheet], synthetic=synthetic)
    if ending == "csv":
        return csv_bytes(sheet, synthetic=synthetic)
    numbers = [False, *(column.kind.startswith("number") for column in _columns(table)[1:])]
    return make_pdf(
        HOUSE / "table.typ",
        {
            "title": str(table.caption),
            "foot": f"{whose}, {sheet.preface[-1]}",
            "synthetic": synthetic,
            "wide": len(sheet.header) > _NARROW,
            "header": list(sheet.header),
            "numbers": _beside(table, numbers),
            "rows": [[_shown(value) for value in row] for row in sheet.rows],
        },
    )


def sheet_of(table: Table) -> Sheet:
    """The table as plain values: numbers stay numbers, and what stands beside a value has a column of its own."""
    columns = _columns(table)
    noted = _noted(table)
    header = _beside(table, [str(column.label) for column in columns], _("tillägg"))
    rows = []
    for row in table.rows:
        values: list[Value] = []
        for column in columns:
            values.append(_value(row, column))
            if column.key in noted:
                values.append(_plain(row.cell(column.key).note))
        rows.append(values)
    told = ngettext("%(num)s rad", "%(num)s rader", len(rows))
    stamp = _("hämtad %(moment)s, %(rows)s", moment=moment_long(clock.now()), rows=told)
    return Sheet("lista", header, rows, (str(table.caption), stamp))


def _columns(table: Table) -> list[Column]:
    """Those with words or numbers; a drawing has its number in another."""
    return [column for column in table.columns if column.kind != "mark" and column.label]


def _noted(table: Table) -> set[str]:
    return {column.key for column in _columns(table) for row in table.rows if row.cell(column.key).note}


def _beside(table: Table, values: Sequence[Any], more: Any = None) -> list[Any]:
    """A value for each column of the sheet, from one for each of the table's."""
    noted, found = _noted(table), []
    for column, value in zip(_columns(table), values, strict=True):
        found.append(value)
        if column.key in noted:
            found.append(f"{value}, {more}" if more is not None else False)
    return found


def _value(row: Row, column: Column) -> Value:
    value = row.cells.get(column.key)
    if isinstance(value, int):
        return value
    cell: Cell = row.cell(column.key)
    if cell.blank:
        return _plain(cell.blank_text) or blank_word(cell.blank)
    return _plain(cell.text)


def _plain(text: Any) -> str:
    return escape(text).striptags()


def _shown(value: Any) -> str:
    return number(value) if isinstance(value, int) else str(value if value is not None else "")
