"""Reading releases as the council's role, which reaches nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Select, exists, func, select

from fyrklang.access.actor import NationalReader
from fyrklang.access.permissions import Permission
from fyrklang.kernel.errors import NotFound
from fyrklang.national.store.models import (
    Association,
    KommunCover,
    PublishedCell,
    PublishedTotal,
    Release,
    ReleaseMeasure,
    WentInto,
)
from fyrklang.national.store.shapes import (
    AssociationInfo,
    Figure,
    KommunInfo,
    MeasureText,
    NationFigure,
    ReleaseInfo,
)

PUBLISHED = "PUBLISHED"
LATEST = ""
_OUT = Release.state != "DRAFT"
_Shape = TypeVar("_Shape")


def _columns(model: type[Any], shape: type[Any], **renamed: str) -> list[Any]:
    """The model's columns in the order of the shape's fields."""
    return [getattr(model, renamed.get(field.name, field.name)) for field in fields(shape)]


_RELEASE = _columns(Release, ReleaseInfo)


def releases(reader: NationalReader) -> list[ReleaseInfo]:
    """Every release that ever came out, newest first, the withdrawn ones with their reason."""
    return _read(reader, select(*_RELEASE).where(_OUT).order_by(Release.published_at.desc()), ReleaseInfo)


def find_release(reader: NationalReader, number: str = LATEST) -> ReleaseInfo:
    """The release of that number; without one the latest where the reader's own förbund stands, else real
    before invented.

    Raises:
        NotFound: no such release has come out.
    """
    found = latest(reader) if number == LATEST else _numbered(reader, number)
    if found is None:
        raise NotFound("Det finns ingen sådan utgåva.")
    return found


def latest(reader: NationalReader) -> ReleaseInfo | None:
    """As `find_release` without a number, None when nothing has come out."""
    holds_own = exists().where(
        Association.release_id == Release.id, Association.slug.in_(sorted(reader.own_slugs))
    )
    query = select(*_RELEASE).where(Release.state == PUBLISHED)
    order = (holds_own.desc(), Release.synthetic, Release.published_at.desc())
    return next(iter(_read(reader, query.order_by(*order).limit(1), ReleaseInfo)), None)


def fingerprint(*parts: object) -> str:
    """A tag of what an answer is made of, for conditional requests."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:32]


def measures(reader: NationalReader, release: ReleaseInfo) -> list[MeasureText]:
    """The release's definitions in their order."""
    query = select(*_columns(ReleaseMeasure, MeasureText)).where(ReleaseMeasure.release_id == release.id)
    return _read(reader, query.order_by(ReleaseMeasure.position), MeasureText)


def roster(reader: NationalReader, release: ReleaseInfo) -> list[AssociationInfo]:
    """Every förbund of the release in Swedish order."""
    query = select(*_columns(Association, AssociationInfo)).where(Association.release_id == release.id)
    return _read(reader, query.order_by(Association.sort_key.collate("C"), Association.slug), AssociationInfo)


def cells(
    reader: NationalReader, release: ReleaseInfo, codes: Sequence[str], period: tuple[int, str]
) -> dict[tuple[str, str], Figure]:
    """(measure, slug) to the figure or its word, for a year and sex."""
    reader.require(Permission.NATIONAL_READ)
    c = PublishedCell
    query = select(c.measure, c.slug, *_columns(c, Figure)).where(
        c.release_id == release.id, c.measure.in_(codes), c.year == period[0], c.sex == period[1]
    )
    return {(row[0], row[1]): Figure(*row[2:]) for row in reader.session.execute(query)}


def cells_of_years(
    reader: NationalReader, release: ReleaseInfo, codes: Sequence[str], sex: str
) -> dict[tuple[str, int, str], Figure]:
    """(measure, year, slug) to the figure or its word, for every year of the release."""
    reader.require(Permission.NATIONAL_READ)
    c = PublishedCell
    query = select(c.measure, c.year, c.slug, *_columns(c, Figure)).where(
        c.release_id == release.id, c.measure.in_(codes), c.sex == sex
    )
    return {(row[0], row[1], row[2]): Figure(*row[3:]) for row in reader.session.execute(query)}


def successions(reader: NationalReader, release: ReleaseInfo) -> list[tuple[str, str]]:
    """Each förbund that went into another, with the other, by slug."""
    reader.require(Permission.NATIONAL_READ)
    query = select(WentInto.slug, WentInto.successor).where(WentInto.release_id == release.id)
    return [(row[0], row[1]) for row in reader.session.execute(query.order_by(*query.selected_columns))]


def totals(reader: NationalReader, release: ReleaseInfo, year: int) -> dict[tuple[str, str], NationFigure]:
    """(measure, sex) to the nation's figure or its word."""
    reader.require(Permission.NATIONAL_READ)
    t = PublishedTotal
    query = select(t.measure, t.sex, *_columns(t, NationFigure)).where(
        t.release_id == release.id, t.year == year
    )
    return {(row[0], row[1]): NationFigure(*row[2:]) for row in reader.session.execute(query)}


def coverage(reader: NationalReader, release: ReleaseInfo) -> list[KommunInfo]:
    """Every kommun, län by län in the order of their codes, with its förbund's slug or None."""
    k = KommunCover
    query = select(*_columns(k, KommunInfo, code="kommun_code")).where(k.release_id == release.id)
    county = func.left(k.kommun_code, 2)
    return _read(reader, query.order_by(county, k.sort_key.collate("C")), KommunInfo)


def _numbered(reader: NationalReader, number: str) -> ReleaseInfo | None:
    query = select(*_RELEASE).where(Release.number == number, _OUT)
    return next(iter(_read(reader, query, ReleaseInfo)), None)


def _read(reader: NationalReader, query: Select[Any], shape: Callable[..., _Shape]) -> list[_Shape]:
    reader.require(Permission.NATIONAL_READ)
    return [shape(*row) for row in reader.session.execute(query)]
