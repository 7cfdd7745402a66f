"""Tables as plain data, drawn by the `table` macro: a real table on wide screens, cards on a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias

from markupsafe import Markup

from fyrklang.web.formats import Blank, number
from fyrklang.web.i18n import LazyText

Text: TypeAlias = str | LazyText | Markup

Kind = Literal["text", "number", "mark", "soft", "number-soft", "nowrap"]
"""How a column stands: numbers to the right, `mark` for a radmått, `soft` in the second ink."""

CardPlace = Literal["pair", "value", "beside", "left", "right", "whole", "bare", "none"]
"""Where a cell goes on a phone: as "label: value" (default), in the card's top right corner, in
brackets beside that value, in the small second line, over the whole width, without its label, or nowhere."""


_KIND_CLASSES: dict[Kind, str] = {
    "text": "",
    "number": "fy-cell--number",
    "number-soft": "fy-cell--number fy-cell--soft",
    "mark": "fy-cell--mark",
    "soft": "fy-cell--soft",
    "nowrap": "fy-cell--nowrap",
}


@dataclass(frozen=True)
class Column:
    """One column. The first column of a table is the row's name and heads the card.

    `sort_url` makes the heading a link; `sorted_by` shows the arrow. `card_unit` follows the value on the
    phone, where the heading is gone ("49 avslut").
    """

    key: str
    label: Text
    kind: Kind = "text"
    card: CardPlace = "pair"
    card_unit: Text = ""
    sort_url: str = ""
    sorted_by: Literal["", "ascending", "descending"] = ""

    @cached_property
    def place(self) -> str:
        """The classes of a plain cell in this column."""
        return f"{_KIND_CLASSES[self.kind]}{self.card_class(self.card)}"

    def card_class(self, card: CardPlace) -> str:
        """The class that puts a cell in its place on the card."""
        return "" if card == "pair" else f" fy-card--{card}"

    def classes(self, cell: Cell) -> str:
        """The classes of one cell; a word for a blank stands to the left where it spans or is a card's value."""
        if cell.blank is None:
            return self.place
        kind = "" if cell.span > 1 else _KIND_CLASSES[self.kind]
        return kind + self.card_class("left" if self.card == "value" else self.card)


@dataclass(frozen=True)
class Cell:
    """A cell that is more than its text: with a note after or below it, a link, or a word for a blank."""

    text: Text = ""
    note: Text = ""
    below: bool = False
    url: str = ""
    blank: Blank | None = None
    blank_text: Text = ""
    span: int = 1

    @property
    def plain(self) -> bool:
        """Whether the text alone is the whole cell, as most are."""
        return not (self.blank or self.note or self.url)


_EMPTY = Cell()


@dataclass(frozen=True)
class Row:
    """One row. `url` makes the whole row lead there, with the link on its name."""

    cells: Mapping[str, Cell | Text | int | None]
    kind: Literal["", "own", "here", "sub", "sum", "group"] = ""
    url: str = ""
    id: str = ""

    def cell(self, key: str) -> Cell:
        """The cell under a column; a missing one is empty on purpose (sum rows)."""
        value = self.cells.get(key)
        if isinstance(value, Cell):
            return value
        if value is None:
            return _EMPTY
        return Cell(text=number(value) if isinstance(value, int) else value)

    def under(self, columns: Sequence[Column]) -> list[tuple[Column, Cell, str]]:
        """The cells after the row's name, each with its column and classes; those a span covers are left out."""
        placed = []
        covered = 0
        for column in columns[1:]:
            if covered:
                covered -= 1
                continue
            cell = self.cell(column.key)
            covered = cell.span - 1
            placed.append((column, cell, column.classes(cell)))
        return placed


@dataclass(frozen=True)
class Table:
    """A whole table. `caption` names it for those who cannot see the heading above it."""

    caption: Text
    columns: Sequence[Column]
    rows: Sequence[Row] = field(default_factory=tuple)
    wide: bool = False
    density: Literal["", "roomy", "dense"] = ""

    @property
    def links(self) -> bool:
        """Whether rows lead somewhere."""
        return any(row.url for row in self.rows)


@dataclass(frozen=True)
class Pager:
    """Where we are in a long list, and the way on. `noun` is the plural: "74 förbund"."""

    first: int
    last: int
    total: int
    noun: Text
    previous_url: str = ""
    next_url: str = ""
    all_url: str = ""


@dataclass(frozen=True)
class Link:
    """A link with what tabs, chips and segments add to it."""

    label: Text
    url: str
    current: bool = False
    count: int | None = None
