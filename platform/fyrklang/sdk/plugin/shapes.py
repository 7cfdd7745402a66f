"""What hooks answer with: plain values that the platform draws. A plugin writes no HTML. All texts are Swedish."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """One of the values a field may have."""

    value: str
    label: str

    @property
    def pair(self) -> tuple[str, str]:
        """As a form takes it."""
        return self.value, self.label


@dataclass(frozen=True)
class Field:
    """Something to fill in: a setting, or a field of a plugin's own form.

    Attributes:
        type: text, area, integer, boolean, choice, choices, date, address (https) or secret.
        default: as it is written in a form; for `choices` values with commas between.
        minimum: of an integer.
        maximum: of an integer.
    """

    name: str
    label: str
    type: str = "text"
    help: str = ""
    unit: str = ""
    group: str = ""
    default: str = ""
    optional: bool = False
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Form:
    """A form of the plugin's own page; what is sent comes back to the hook `page` as `values`."""

    deed: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Block:
    """A part of a page; made by `text`, `table` or `figures`. The last item of a figure is its base."""

    kind: str
    title: str = ""
    text: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def text(words: str, title: str = "") -> Block:
    """A paragraph."""
    return Block("text", title, words)


def table(title: str, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Block:
    """A table with its caption."""
    return Block("table", title, columns=columns, rows=rows)


def figures(*each: tuple[str, str, str]) -> Block:
    """Key figures: label, value, and what it rests on."""
    return Block("figures", rows=each)


@dataclass(frozen=True)
class Page:
    """A whole page in the platform's look. `errors` puts a sentence at a field of the form."""

    title: str
    lead: str = ""
    blocks: tuple[Block, ...] = ()
    form: Form | None = None
    done: str = ""
    errors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Panel:
    """A box on the participant's page."""

    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """A point to think over in a plan; `code` is what is kept when it is ticked."""

    code: str
    label: str
    help: str = ""


@dataclass(frozen=True)
class Criterion:
    """A question asked of a referral."""

    code: str
    label: str
    help: str = ""


@dataclass(frozen=True)
class Item:
    """A question in a survey. A locked one is national and asked in the same words everywhere."""

    code: str
    label: str
    choices: tuple[Choice, ...]
    locked: bool = False


@dataclass(frozen=True)
class Instrument:
    """A survey: `version` rises when the words do."""

    code: str
    version: int
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class MeasureText:
    """What a measure of the plugin means, in the words shown beside its number."""

    code: str
    name: str
    counted: str
    base: str
    caution: str


@dataclass(frozen=True)
class Sheet:
    """A table to fetch as Excel or CSV; `note` says what the figures rest on."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Refusal:
    """A row that could not be read, counted from 1, and why."""

    row: int
    reason: str


@dataclass(frozen=True)
class ImportReport:
    """What became of the rows."""

    accepted: int
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class Notice:
    """Something for Min dag; `page` is one of the plugin's own."""

    title: str
    detail: str
    page: str
    late: bool = False
