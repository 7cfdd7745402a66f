"""The tables a reader of releases sees. Rows never change once their release is out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Text
from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.tenancy.session import Base

NATIONAL = {"schema": "national"}


class Release(Base):
    """A numbered edition. `threshold` and `min_base` are the limits its engine kept."""

    __tablename__ = "release"
    __table_args__ = NATIONAL

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    first_year: Mapped[int]
    last_year: Mapped[int]
    synthetic: Mapped[bool]
    state: Mapped[str]
    engine: Mapped[str]
    engine_version: Mapped[str]
    threshold: Mapped[int]
    min_base: Mapped[int]
    note: Mapped[str]
    checksum: Mapped[str]
    published_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]


class ReleaseMeasure(Base):
    """A definition as it stood when the release was made."""

    __tablename__ = "measure"
    __table_args__ = NATIONAL

    release_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    version: Mapped[int]
    name: Mapped[str]
    short_name: Mapped[str]
    is_share: Mapped[bool]
    counted: Mapped[str]
    base: Mapped[str]
    excluded: Mapped[str]
    caution: Mapped[str]
    valid_from: Mapped[int]


class Association(Base):
    """A förbund that was expected to report."""

    __tablename__ = "association"
    __table_args__ = NATIONAL

    release_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    short_name: Mapped[str]
    sort_key: Mapped[str]
    status: Mapped[str]
    regions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    kommuner: Mapped[int]
    population: Mapped[int]


class PublishedCell(Base):
    """One förbund's figure: two numbers, or the word that stands instead."""

    __tablename__ = "cell"
    __table_args__ = NATIONAL

    release_id: Mapped[UUID] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    sex: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)
    numerator: Mapped[int | None]
    denominator: Mapped[int | None]
    word: Mapped[str | None]


class PublishedTotal(Base):
    """The nation's figure; `complete` as in `engine.Total`."""

    __tablename__ = "total"
    __table_args__ = NATIONAL

    release_id: Mapped[UUID] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    sex: Mapped[str] = mapped_column(primary_key=True)
    numerator: Mapped[int | None]
    denominator: Mapped[int | None]
    word: Mapped[str | None]
    associations: Mapped[int]
    complete: Mapped[bool]


class KommunCover(Base):
    """A kommun when the release was made: whether a förbund covered it, and which one of the release."""

    __tablename__ = "kommun_cover"
    __table_args__ = NATIONAL

    release_id: Mapped[UUID] = mapped_column(primary_key=True)
    kommun_code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    county: Mapped[str]
    sort_key: Mapped[str]
    population: Mapped[int]
    slug: Mapped[str | None]
    covered: Mapped[bool]


class WentInto(Base):
    """Where a förbund went, as it stood when the release was made."""

    __tablename__ = "succession"
    __table_args__ = NATIONAL

    release_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)
    successor: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    year: Mapped[int | None]
