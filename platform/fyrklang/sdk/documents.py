"""Documents as Word files, for those who go on writing where the service ends."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fyrklang.sdk.sheets import INVENTED_MARK

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LANGUAGE = "sv-SE"


@dataclass(frozen=True)
class Part:
    """A heading with its text, in paragraphs parted by an empty line, and a table whose first row heads it."""

    title: str
    text: str = ""
    table: Sequence[Sequence[str]] = field(default_factory=tuple)


def docx(title: str, subtitle: str, parts: Sequence[Part], *, synthetic: bool) -> bytes:
    """A Word file with real headings and table headers, so that it can be read aloud and go on being edited."""
    # A page that makes no Word file should not carry the writer.
    from docx import Document

    made = Document()
    made.core_properties.title, made.core_properties.author = title, "Fyrklang"
    made.core_properties.language = _LANGUAGE
    made.core_properties.created = datetime.now(UTC).replace(tzinfo=None)
    if synthetic:
        made.add_paragraph().add_run(INVENTED_MARK).bold = True
    made.add_heading(_plain(title), level=0)
    made.add_paragraph(_plain(subtitle))
    for part in parts:
        made.add_heading(_plain(part.title), level=1)
        for piece in filter(None, part.text.replace("\r\n", "\n").split("\n\n")):
            made.add_paragraph(_plain(piece))
        if len(part.table) > 1:
            _add_table(made, part.table)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _add_table(made: WordDocument, rows: Sequence[Sequence[str]]) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement

    table = made.add_table(rows=0, cols=len(rows[0]), style="Light Grid Accent 1")
    for place, values in enumerate(rows):
        row = table.add_row()
        for column, (cell, value) in enumerate(zip(row.cells, values, strict=True)):
            cell.text = _plain(value)
            if column and place:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if not place:
            # The library has no word for a row that heads every page and names the columns.
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _plain(text: str) -> str:
    """Text that XML can hold."""
    return "".join(sign for sign in text if sign in "\t\n" or ord(sign) >= 32)
