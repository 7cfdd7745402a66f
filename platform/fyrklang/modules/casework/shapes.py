"""Kinds of field that casework's schemas are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from marshmallow import ValidationError, fields, validate

from fyrklang.sdk.person_numbers import NoPersonNumberError, parse_number
from fyrklang.web.forms import SwedishDate, SwedishInteger

CHOOSE = "Välj ett av alternativen."
CHOOSE_SOME = "Välj minst ett alternativ."
DATE = "Ange datum som åååå-mm-dd, till exempel 2026-11-21."
PERCENT = "Ange procent av heltid, 0–100."
FREE_TEXT = 300
"""A text that may be this long is written freely, and holds nobody's personal number."""
_NUMBER_LIKE = re.compile(r"\d{6}[-+ ]?\d{4}")
_NUMBER_WITHIN = re.compile(r"(?<![\d+])(?:\d{8}|\d{6})\s?[-+‐‑–−]?\s?\d{4}(?!\d)")


def choice(among: Iterable[str], **options: Any) -> fields.String:
    """One of some codes."""
    return fields.String(
        validate=validate.OneOf(list(among), error=CHOOSE),
        error_messages={"required": CHOOSE, "null": CHOOSE, "invalid": CHOOSE},
        **options,
    )


def several(among: Iterable[str], **options: Any) -> fields.List[str]:
    """Any number of codes; with `least=1` at least one."""
    least = options.pop("least", 0)
    if least:
        options["validate"] = validate.Length(min=least, error=CHOOSE_SOME)
        options["error_messages"] = {"required": CHOOSE_SOME}
    return fields.List(choice(among), **options)


def no_number_within(value: str) -> None:
    """Refuse a text with a personal number in it.

    Raises:
        ValidationError: it has one.
    """
    for found in _NUMBER_WITHIN.findall(value):
        try:
            parse_number(found)
        except NoPersonNumberError:
            continue
        raise ValidationError("Ta bort personnumret. Personnummer får inte stå i löpande text.")


def words(most: int, ask: str = "", **options: Any) -> fields.String:
    """A text of at most so many characters; with `ask` it must be there."""
    rules: list[Any] = [validate.Length(max=most, error=f"Skriv högst {most} tecken.")]
    if most >= FREE_TEXT:
        rules.append(no_number_within)
    if ask:
        rules.append(validate.Regexp(r"\s*\S", error=ask))
        options |= {"required": True, "error_messages": {"required": ask, "null": ask}}
    else:
        options.setdefault("load_default", "")
    return fields.String(validate=rules, **options)


def day(*, optional: bool = False) -> SwedishDate:
    """A day, which may be left out if `optional`."""
    messages: dict[str, Any] = {"required": DATE, "invalid": DATE, "null": DATE}
    if optional:
        return SwedishDate(load_default=None, allow_none=True, error_messages=messages)
    return SwedishDate(required=True, error_messages=messages)


def percent() -> SwedishInteger:
    rule = validate.Range(0, 100, error=PERCENT)
    return SwedishInteger(load_default=0, validate=rule, error_messages={"invalid": PERCENT})


def no_number(value: str) -> None:
    """Refuse what could be somebody's personal number.

    Raises:
        ValidationError: it could.
    """
    if _NUMBER_LIKE.search(value):
        raise ValidationError("Skriv en kod, inte ett personnummer.")
