"""What features take in from files: a hook that `imports` runs.

A feature says which columns it knows and in which shapes (a marshmallow schema, the same words as in its
forms), judges rows against what is stored, lays them in, and takes them back:

    imports_rows(Importer(code="counts", label=…, permission=…, schema=CountRow, labels={…}, judge=…, lay=…, undo=…))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.web.forms import FormText, flatten_errors
from fyrklang.web.i18n import LazyText

Values = Mapping[str, Any]
Faults = dict[str, str]
_MOST_REMEMBERED = 50_000
_TRUE = frozenset({"ja", "j", "x", "1", "sant", "true", "yes"})


@dataclass(frozen=True)
class Importer:
    """A kind of rows.

    Attributes:
        labels: field to column heading, in the order of the template.
        words: other headings a field is known by, in lower case.
        schema: what each field takes by itself; what fields say of one another is for `judge`.
        codes: field to its codes and their words; a cell may hold either.
        judge: all rows that could be read, in order, to the faults of each; empty where there are none.
        lay: lays rows in; returns for each what `undo` needs, as JSON. Only for rows without faults.
        undo: takes back what `lay` returned, latest first.
            Raises Conflict when something has changed since.
    """

    code: str
    label: LazyText
    help: LazyText
    permission: Permission
    schema: type[Schema]
    labels: Mapping[str, LazyText]
    judge: Callable[[Actor, Sequence[Values]], Sequence[Faults]]
    lay: Callable[[Actor, Sequence[Values]], Sequence[Any]]
    undo: Callable[[Actor, Sequence[Any]], None]
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def required(self) -> frozenset[str]:
        """The fields a file must have a column for."""
        known = self.schema().load_fields
        return frozenset(name for name in self.labels if known[name].required)


_importers: dict[str, Importer] = {}


def imports_rows(importer: Importer) -> Importer:
    """Register a kind of rows."""
    _importers[importer.code] = importer
    return importer


def importers() -> Mapping[str, Importer]:
    """Every kind of rows by code."""
    return _importers


class RowReader:
    """Reads rows of one kind, cell by cell: in a long file most cells say what another has said before."""

    def __init__(self, importer: Importer) -> None:
        self._schemas = {name: importer.schema(only=(name,)) for name in importer.schema().load_fields}
        self._codes = {
            name: {word.casefold(): code for code, word in known.items()}
            | {code.casefold(): code for code in known}
            for name, known in importer.codes.items()
        }
        self._read: dict[tuple[str, str], tuple[dict[str, Any], Faults]] = {}

    def read(self, texts: Mapping[str, str]) -> tuple[dict[str, Any], Faults]:
        """The values of a row, and its faults; without values where there are faults."""
        values: dict[str, Any] = {}
        faults: Faults = {}
        for name in self._schemas:
            told, wrong = self._cell(name, texts.get(name, ""))
            values.update(told)
            faults.update(wrong)
        return ({} if faults else values), faults

    def _cell(self, name: str, text: str) -> tuple[dict[str, Any], Faults]:
        found = self._read.get((name, text))
        if found is None:
            if len(self._read) >= _MOST_REMEMBERED:
                self._read.clear()
            found = self._read[name, text] = self._field(name, text)
        return found

    def _field(self, name: str, text: str) -> tuple[dict[str, Any], Faults]:
        try:
            loaded = {name: self._loaded(name, text)} if text else {}
            values: dict[str, Any] = self._schemas[name].load(loaded, unknown=EXCLUDE)
        except ValidationError as error:
            return {}, flatten_errors(error.normalized_messages())  # type: ignore[no-untyped-call]
        return values, {}

    def _loaded(self, name: str, text: str) -> Any:
        kind = self._schemas[name].load_fields[name]
        if isinstance(kind, fields.List):
            parts = [part.strip() for part in text.replace(";", ",").split(",")]
            return [self._coded(name, part) for part in parts if part]
        if isinstance(kind, fields.Boolean):
            return text.casefold() in _TRUE
        return self._coded(name, text)

    def _coded(self, name: str, text: str) -> FormText:
        return FormText(self._codes.get(name, {}).get(text.casefold(), text))
