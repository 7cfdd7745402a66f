"""The JSON door over releases. A release never changes, so every answer carries its tag."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, request

from fyrklang.access.actor import NationalReader
from fyrklang.access.permissions import Permission
from fyrklang.national.compare import schemas
from fyrklang.national.compare.series import Series, SeriesWanted, follow
from fyrklang.national.compare.service import Comparison, Line, Wanted, compare
from fyrklang.national.store import reading
from fyrklang.national.store.shapes import Figure, ReleaseInfo
from fyrklang.sdk.routes import Api, Scope
from fyrklang.sdk.serialise import compiled, json_list, json_response

api = Api("national", __name__, scope=Scope.NATIONAL, text="Utgåvor, mått och jämförelser för hela landet.")
FORM = 1
"""Rises when the shape of an answer changes, so that a kept answer is not taken for the new one."""


@api.route("/releases", permission=Permission.NATIONAL_READ)
@api.response(200, schemas.ReleaseList)
def list_releases(reader: NationalReader) -> Response:
    """Alla utgåvor, den senaste först."""
    found = reading.releases(reader)
    tag = reading.fingerprint(FORM, *((row.number, row.state, row.checksum) for row in found))
    return tagged(tag, lambda: json_list(found, schemas.ReleaseRow))


@api.route("/measures", permission=Permission.NATIONAL_READ)
@api.arguments(schemas.ReleaseWanted, location="query")
@api.response(200, schemas.MeasureList)
def list_measures(reader: NationalReader, wanted: dict[str, Any]) -> Response:
    """En utgåvas mått med definitioner."""
    release = reading.find_release(reader, wanted["release"])
    return tagged(
        tag_of(release),
        lambda: json_list(reading.measures(reader, release), schemas.MeasureRow, release=release.number),
    )


@api.route("/comparison", permission=Permission.NATIONAL_READ)
@api.arguments(schemas.ComparisonWanted, location="query")
@api.response(200, schemas.ComparisonOut)
def get_comparison(reader: NationalReader, wanted: dict[str, Any]) -> Response:
    """Ett mått per förbund, ett år."""
    release = reading.find_release(reader, wanted["release"])
    chosen = Wanted(**{**wanted, "release": release.number})
    return tagged(tag_of(release), lambda: json_response(_answer(compare(reader, chosen))))


@api.route("/series", permission=Permission.NATIONAL_READ)
@api.arguments(schemas.SeriesIn, location="query")
@api.response(200, schemas.NationalSeriesOut)
def get_series(reader: NationalReader, wanted: dict[str, Any]) -> Response:
    """Ett mått per förbund över åren, i dagens gränser eller som det var."""
    release = reading.find_release(reader, wanted["release"])
    chosen = SeriesWanted(**{**wanted, "release": release.number})
    return tagged(
        tag_of(release),
        lambda: json_response(_years(follow(reader, chosen))),
    )


def tag_of(release: ReleaseInfo) -> str:
    """The tag of anything made of one release alone."""
    return reading.fingerprint(FORM, release.number, release.state, release.checksum)


def tagged(tag: str, make: Callable[[], Response]) -> Response:
    """The answer with its tag, or 304 without working it out when the asker has it already."""
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = make()
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _answer(found: Comparison) -> dict[str, Any]:
    return {
        "release": found.release.number,
        "synthetic": found.release.synthetic,
        "measure": found.measure.code,
        "definition": found.measure.version,
        "year": found.year,
        "sex": found.sex,
        "nation": compiled(schemas.NationRow)(found.nation),
        "items": [_row(line) for line in found.lines],
    }


def _years(found: Series) -> dict[str, Any]:
    return {
        "release": found.release.number,
        "synthetic": found.release.synthetic,
        "measure": found.measure.code,
        "sex": found.sex,
        "borders": found.borders,
        "nation": _by_year(found.nation),
        "items": [
            {
                "slug": track.association.slug,
                "name": track.association.name,
                "holds": list(track.holds),
                "into": list(track.into),
                "years": _by_year(track.figures),
            }
            for track in found.tracks
        ],
    }


def _by_year(figures: Mapping[int, Figure]) -> list[dict[str, Any]]:
    return [
        {"year": year, "numerator": each.numerator, "denominator": each.denominator, "word": each.word}
        for year, each in sorted(figures.items())
    ]


def _row(line: Line) -> dict[str, Any]:
    low, high = line.interval or (None, None)
    return {
        "slug": line.association.slug,
        "name": line.association.name,
        "numerator": line.figure.numerator,
        "denominator": line.figure.denominator,
        "share": line.share,
        "low": low,
        "high": high,
        "known_outcome": line.known,
        "place": line.place.value if line.place else None,
        "word": line.figure.word,
    }
