"""HTML forms on top of the same marshmallow schemas as the JSON API.

`bind(schema, request.form)` gives a `Form`: typed `values` when all is well, else `errors` (field name to
Swedish sentence) beside what was typed, so that nothing is ever erased. A field in a schema that people
type into is a `SwedishInteger`, `SwedishDecimal` or `SwedishDate`: from a form they take the spellings
people use, from JSON only the proper type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from fyrklang.web.formats import date_iso, number
from fyrklang.web.i18n import gettext, ngettext
from fyrklang.web.sentences import speak_swedish

_SPACES = re.compile(r"[\s\u00a0\u2009\u202f]+")
_WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,15})?", re.ASCII)
_DATE_FORMS = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})", re.ASCII),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})", re.ASCII),
    re.compile(r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})", re.ASCII),
    re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})\s*(?P<y>\d{4})", re.ASCII),
)


speak_swedish()


class FormText(str):
    """Text typed by a person, as opposed to a string in JSON."""

    __slots__ = ()


def tidy_number(text: str) -> str:
    """`1 234,5 %` → `1234.5`: no spaces, a point, a plain minus, no percent sign."""
    return _SPACES.sub("", text).replace("\u2212", "-").replace(",", ".").removesuffix("%")


def parse_date(text: str) -> date | None:
    """Read any of the accepted spellings; `None` when it is none of them or no real day."""
    for form in _DATE_FORMS:
        found = form.fullmatch(text.strip())
        if found:
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                return None
    return None


class SwedishInteger(fields.Integer):
    """A whole number: `1234`, from a form also `1 234` and `35 %`."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, FormText):
            tidy = tidy_number(value)
            if not _WHOLE.fullmatch(tidy):
                raise self.make_error("invalid", input=value)
            return int(tidy)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid", input=value)
        return value


class SwedishDecimal(fields.Decimal):
    """An exact number: from a form also `1 234,5` and `35 %`; in JSON a number or a string of digits."""

    def _validated(self, value: Any) -> Decimal:
        tidy = tidy_number(value) if isinstance(value, FormText) else value
        if isinstance(tidy, bool) or not _DECIMAL.fullmatch(str(tidy)):
            raise self.make_error("invalid", input=value)
        try:
            return super()._validated(tidy)
        except InvalidOperation as error:  # More digits than `places` can hold.
            raise self.make_error("invalid", input=value) from error


class SwedishDate(fields.Date):
    """A day: `2026-11-21`, from a form also `20261121`, `2026/11/21` and `21/11 2026`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if isinstance(value, FormText):
            day = parse_date(value)
            if day is None:
                raise self.make_error("invalid", input=value, obj_type="date")
            return day
        return super()._deserialize(value, attr, data, **kwargs)


def as_text(value: object) -> str:
    """A stored value as it stands in a field."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, date | datetime):
        return date_iso(value)
    if isinstance(value, Decimal):
        return number(value, max(0, -int(value.normalize().as_tuple().exponent)))
    return str(value)


def _texts(value: object) -> list[str]:
    if isinstance(value, list | tuple | set | frozenset):
        return [as_text(item) for item in value]
    return [as_text(value)]


@dataclass
class Form:
    """What a form page shows: typed values, what was written, and what is wrong.

    `errors` is in field order, field name to sentence; the name "" is for the form as a whole.
    """

    raw: dict[str, list[str]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, values: Mapping[str, object] | None = None) -> Form:
        """A form filled with stored values, or empty."""
        return cls(raw={name: _texts(value) for name, value in (values or {}).items()})

    @property
    def ok(self) -> bool:
        """Whether everything was understood."""
        return not self.errors

    def value(self, name: str) -> str:
        """What to show in a field."""
        return next(iter(self.raw.get(name, ())), "")

    def chosen(self, name: str) -> frozenset[str]:
        """The ticked values of a group."""
        return frozenset(text for text in self.raw.get(name, ()) if text)

    def error(self, name: str) -> str:
        """The sentence for a field, or nothing."""
        return self.errors.get(name, "")

    def add_errors(self, errors: Mapping[str, str]) -> Form:
        """Add what a service refused (`ProblemError.fields`) and return the form."""
        self.errors.update(errors)
        return self

    @property
    def summary(self) -> str:
        """`Två uppgifter behöver rättas`."""
        count = len(self.errors)
        words = (
            gettext("Noll"), gettext("En"), gettext("Två"), gettext("Tre"), gettext("Fyra"), gettext("Fem"),
            gettext("Sex"), gettext("Sju"), gettext("Åtta"), gettext("Nio"), gettext("Tio"), gettext("Elva"),
            gettext("Tolv"),
        )  # fmt: skip
        shown = words[count] if count < len(words) else str(count)
        return ngettext(
            "%(shown)s uppgift behöver rättas", "%(shown)s uppgifter behöver rättas", count, shown=shown
        )


def _read(schema_field: fields.Field[Any], written: list[str]) -> Any:
    if isinstance(schema_field, fields.List):
        return [FormText(text) for text in written if text.strip()]
    if isinstance(schema_field, fields.Boolean):
        return bool(written and written[-1] not in ("", "0"))
    text = written[-1].strip() if written else ""
    return FormText(text) if text else None


def _first(messages: object) -> str:
    if isinstance(messages, Mapping):
        return _first(next(iter(messages.values()), ""))
    if isinstance(messages, Iterable) and not isinstance(messages, str):
        return _first(next(iter(messages), ""))
    return str(messages)


def flatten_errors(messages: Mapping[str, object]) -> dict[str, str]:
    """marshmallow's error tree as field name to its first sentence; `_schema` becomes ""."""
    return {("" if name == "_schema" else str(name)): _first(tree) for name, tree in messages.items()}


def bind(schema: Schema | type[Schema], data: MultiDict[str, str]) -> Form:
    """Read a posted form with a schema. Fields the schema does not know are left alone."""
    chosen = schema() if isinstance(schema, type) else schema
    written: dict[str, list[str]] = {}
    loaded: dict[str, Any] = {}
    for name, schema_field in chosen.load_fields.items():
        key = schema_field.data_key or name
        written[key] = [text[:20_000] for text in data.getlist(key)]
        read = _read(schema_field, written[key])
        if read is not None:
            loaded[key] = read
        elif schema_field.allow_none:
            loaded[key] = None
    try:
        values = chosen.load(loaded, unknown=EXCLUDE)
    except ValidationError as error:
        found = flatten_errors(error.normalized_messages())  # type: ignore[no-untyped-call]
        ordered = {name: found[name] for name in (*written, "") if name in found}
        return Form(raw=written, errors={**ordered, **found})
    return Form(raw=written, values=dict(values))
