"""Reading what people type with the schemas that also serve JSON."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from marshmallow import Schema, ValidationError, fields, validate
from werkzeug.datastructures import MultiDict

from fyrklang.web.forms import (
    Form,
    SwedishDate,
    SwedishDecimal,
    SwedishInteger,
    as_text,
    bind,
    parse_date,
)
from fyrklang.web.sentences import Sentence
from tests.web.gallery import Sample


class Numbers(Schema):
    whole = SwedishInteger()
    exact = SwedishDecimal(places=2)
    day = SwedishDate()
    optional = SwedishInteger(allow_none=True)


def test_a_good_form_gives_typed_values() -> None:
    form = bind(
        Sample,
        MultiDict(
            [
                ("start", "21/11 2026"), ("count", "35 %"), ("share", "12,5"), ("name", " Hamnen "),
                ("choice", "a"), ("ticked", "fk"), ("ticked", "af"), ("agreed", "1"), ("_csrf", "x"),
            ]
        ),
    )  # fmt: skip
    assert form.ok
    assert form.values == {
        "start": date(2026, 11, 21),
        "count": 35,
        "share": Decimal("12.50"),
        "name": "Hamnen",
        "choice": "a",
        "ticked": ["fk", "af"],
        "agreed": True,
    }


def test_nothing_typed_is_lost_and_faults_stand_in_field_order() -> None:
    form = bind(Sample, MultiDict([("name", "x" * 30), ("count", "många"), ("start", "i går")]))
    assert list(form.errors) == ["start", "count", "name", "choice"]
    assert form.errors["start"] == "Ange datum som åååå-mm-dd, till exempel 2026-11-21."
    assert form.errors["count"] == "Ange ett heltal, till exempel 12."
    assert form.errors["name"] == "Skriv högst 20 tecken."
    assert form.errors["choice"] == "Fyll i det här."
    assert (form.value("count"), form.value("start")) == ("många", "i går")
    assert form.summary == "Fyra uppgifter behöver rättas"


def test_a_limit_is_said_with_its_numbers() -> None:
    form = bind(Sample, MultiDict([("count", "101")]))
    assert form.errors["count"] == "Ange ett värde mellan 0 och 100."


def test_one_sided_limits() -> None:
    class Low(Schema):
        n = SwedishInteger(validate=validate.Range(min=1))

    class High(Schema):
        n = SwedishInteger(validate=validate.Range(max=9))

    assert bind(Low, MultiDict({"n": "0"})).errors["n"] == "Ange minst 1."
    assert bind(High, MultiDict({"n": "10"})).errors["n"] == "Ange högst 9."


def test_an_own_sentence_takes_values() -> None:
    assert Sentence("Andelarna blir {total}.").format(total="98,5 %") == "Andelarna blir 98,5 %."


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1 234", 1234), ("1\u00a0234", 1234), ("35%", 35), ("\u22125", -5), ("-5", -5), (" 7 ", 7)],
)
def test_whole_numbers(typed: str, value: int) -> None:
    assert bind(Numbers, MultiDict({"whole": typed})).values["whole"] == value


@pytest.mark.parametrize("typed", ["12,5", "1e3", "tolv", "９", "9" * 400, "1_000", "0x1", "--1", "٣"])
def test_not_whole_numbers(typed: str) -> None:
    assert bind(Numbers, MultiDict({"whole": typed})).errors == {"whole": "Ange ett heltal, till exempel 12."}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1 234,5", "1234.50"),
        ("1234.5", "1234.50"),
        ("1 234.5", "1234.50"),
        ("35 %", "35.00"),
        ("-0,5", "-0.50"),
    ],
)
def test_decimals(typed: str, value: str) -> None:
    assert bind(Numbers, MultiDict({"exact": typed})).values["exact"] == Decimal(value)


@pytest.mark.parametrize("typed", ["NaN", "Infinity", "1,2,3", "1e9", ",", "1.", "12abc"])
def test_not_decimals(typed: str) -> None:
    assert bind(Numbers, MultiDict({"exact": typed})).errors == {
        "exact": "Ange ett tal, till exempel 1 234,5."
    }


@pytest.mark.parametrize(
    "typed", ["2026-11-21", "20261121", "2026/11/21", "21/11 2026", "21/112026", "2026-11-21 "]
)
def test_dates(typed: str) -> None:
    assert parse_date(typed) == date(2026, 11, 21)


@pytest.mark.parametrize(
    "typed", ["2026-02-30", "21-11-26", "26-11-21", "2026", "0000-01-01", "21 november 2026", ""]
)
def test_not_dates(typed: str) -> None:
    assert parse_date(typed) is None


def test_an_empty_field_is_missing_and_an_emptied_one_is_none() -> None:
    form = bind(Numbers, MultiDict([("whole", "  "), ("optional", "")]))
    assert form.ok
    assert form.values == {"optional": None}


@pytest.mark.parametrize("value", ["12", "1 234", True, 1.5, None, [1]])
def test_json_must_be_typed(value: object) -> None:
    with pytest.raises(ValidationError):
        Numbers().load({"whole": value})


def test_json_of_the_proper_type_passes() -> None:
    assert Numbers().load({"whole": 12, "exact": 1.5, "day": "2026-11-21"}) == {
        "whole": 12,
        "exact": Decimal("1.50"),
        "day": date(2026, 11, 21),
    }


def test_json_takes_only_iso_dates() -> None:
    with pytest.raises(ValidationError) as caught:
        Numbers().load({"day": "21/11 2026"})
    assert caught.value.messages == {"day": ["Ange datum som åååå-mm-dd, till exempel 2026-11-21."]}


def test_unknown_json_fields_are_said_in_swedish() -> None:
    with pytest.raises(ValidationError) as caught:
        Numbers().load({"other": 1})
    assert caught.value.messages == {"other": ["Det här fältet finns inte."]}


def test_nested_faults_surface_as_one_sentence() -> None:
    class Rows(Schema):
        rows = fields.List(SwedishInteger(), validate=validate.Length(max=2))

    form = bind(Rows, MultiDict([("rows", "1"), ("rows", "två")]))
    assert form.errors == {"rows": "Ange ett heltal, till exempel 12."}


def test_stored_values_are_shown_as_people_write_them() -> None:
    form = Form.of(
        {"a": Decimal("1234.50"), "b": date(2026, 1, 2), "c": None, "d": True, "e": ["x", "y"], "f": 0}
    )
    shown = [form.value(name) for name in "abcdf"]
    assert shown == ["1\u00a0234,5", "2026-01-02", "", "1", "0"]
    assert form.chosen("e") == {"x", "y"}
    assert as_text(Decimal("1E+3")) == "1\u00a0000"


def test_what_a_service_refuses_joins_the_form() -> None:
    form = Form.of({"a": 1}).add_errors({"a": "Slutdatum kan inte vara före startdatum (2026-03-02)."})
    assert not form.ok
    assert form.summary == "En uppgift behöver rättas"
