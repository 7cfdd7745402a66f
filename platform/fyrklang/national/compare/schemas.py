"""Shapes of the national JSON door."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fyrklang.national.compare.series import BORDERS, TODAY
from fyrklang.national.compare.service import SEXES
from fyrklang.national.store import reading

_NUMBER = validate.Regexp(
    r"\A([0-9]{4}-[0-9]{1,3}(-pahittat)?)?\Z", error="Ange en utgåva, till exempel 2026-1."
)


class ReleaseWanted(Schema):
    """Which release; empty is the latest."""

    release = fields.String(load_default=reading.LATEST, validate=_NUMBER)


class ComparisonWanted(ReleaseWanted):
    """One measure in one year for one sex."""

    measure = fields.String(load_default="M1", validate=validate.Length(1, 20, error="Ange ett mått."))
    year = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(1990, 2200, error="Ange ett år, till exempel 2025."),
    )
    sex = fields.String(load_default="T", validate=validate.OneOf(list(SEXES), error="Ange T, K eller M."))


class ReleaseRow(Schema):
    """A release that has come out."""

    number = fields.String()
    state = fields.String()
    synthetic = fields.Boolean()
    first_year = fields.Integer()
    last_year = fields.Integer()
    published_at = fields.DateTime()
    withdrawn_at = fields.DateTime(allow_none=True)
    withdrawn_reason = fields.String(allow_none=True)
    engine = fields.String()
    engine_version = fields.String()
    threshold = fields.Integer()
    min_base = fields.Integer()
    note = fields.String()
    checksum = fields.String()


class ReleaseList(Schema):
    """Every release, newest first."""

    items = fields.List(fields.Nested(ReleaseRow))


class MeasureRow(Schema):
    """A definition as it was frozen."""

    code = fields.String()
    version = fields.Integer()
    name = fields.String()
    short_name = fields.String()
    is_share = fields.Boolean()
    counted = fields.String()
    base = fields.String()
    excluded = fields.String()
    caution = fields.String()
    valid_from = fields.Integer()


class MeasureList(Schema):
    """The release's definitions."""

    release = fields.String()
    items = fields.List(fields.Nested(MeasureRow))


class NationRow(Schema):
    """The nation's figure; `complete` says that it holds every förbund that reported."""

    numerator = fields.Integer(allow_none=True)
    denominator = fields.Integer(allow_none=True)
    word = fields.String(allow_none=True)
    associations = fields.Integer()
    complete = fields.Boolean()


class ComparisonRow(Schema):
    """One förbund. Nulls where `word` says why; `place` is against the exact binomial limits."""

    slug = fields.String()
    name = fields.String()
    numerator = fields.Integer(allow_none=True)
    denominator = fields.Integer(allow_none=True)
    share = fields.Float(allow_none=True)
    low = fields.Float(allow_none=True)
    high = fields.Float(allow_none=True)
    known_outcome = fields.Float(allow_none=True)
    place = fields.String(allow_none=True)
    word = fields.String(allow_none=True)


class ComparisonOut(Schema):
    """A measure by förbund in one year, by name and never by rank."""

    release = fields.String()
    synthetic = fields.Boolean()
    measure = fields.String()
    definition = fields.Integer()
    year = fields.Integer()
    sex = fields.String()
    nation = fields.Nested(NationRow)
    items = fields.List(fields.Nested(ComparisonRow))


class SeriesIn(ReleaseWanted):
    """One measure over the years."""

    measure = fields.String(load_default="M1", validate=validate.Length(1, 20, error="Ange ett mått."))
    sex = fields.String(load_default="T", validate=validate.OneOf(list(SEXES), error="Ange T, K eller M."))
    borders = fields.String(
        load_default=TODAY, validate=validate.OneOf(BORDERS, error="Ange today eller then.")
    )


class YearRow(Schema):
    """One year's figure, or its word."""

    year = fields.Integer()
    numerator = fields.Integer(allow_none=True)
    denominator = fields.Integer(allow_none=True)
    word = fields.String(allow_none=True)


class TrackRow(Schema):
    """One förbund; `holds` are others whose figures it holds, `into` where it went itself, by name."""

    slug = fields.String()
    name = fields.String()
    holds = fields.List(fields.String())
    into = fields.List(fields.String())
    years = fields.List(fields.Nested(YearRow))


class NationalSeriesOut(Schema):
    """A measure by förbund and year, `then` as they were or `today` as they are."""

    release = fields.String()
    synthetic = fields.Boolean()
    measure = fields.String()
    sex = fields.String()
    borders = fields.String()
    nation = fields.List(fields.Nested(YearRow))
    items = fields.List(fields.Nested(TrackRow))
