"""The shared tables of the catalogue. Nothing here names a person; `slug` names a förbund."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, FetchedValue, Text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.tenancy.session import Base

_NATIONAL = {"schema": "national"}


class Card(Base):
    """An insats as its owner tells it. `hours` is the planned dose per participant; `content` as `CardIn`."""

    __tablename__ = "card"
    __table_args__ = _NATIONAL

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    owner_name: Mapped[str]
    synthetic: Mapped[bool]
    origin_id: Mapped[UUID | None]
    name: Mapped[str]
    summary: Mapped[str]
    body: Mapped[str]
    format: Mapped[str]
    status: Mapped[str]
    need_groups: Mapped[list[str]] = mapped_column(ARRAY(Text))
    methods: Mapped[list[str]] = mapped_column(ARRAY(Text))
    parties: Mapped[list[str]] = mapped_column(ARRAY(Text))
    hours: Mapped[int | None]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    updated_on: Mapped[date]
    search: Mapped[str] = mapped_column(TSVECTOR, FetchedValue())


class Question(Base):
    """A question to a card's owner, and the answer that everyone may read."""

    __tablename__ = "question"
    __table_args__ = _NATIONAL

    id: Mapped[UUID] = mapped_column(primary_key=True)
    card_id: Mapped[UUID]
    slug: Mapped[str]
    synthetic: Mapped[bool]
    text: Mapped[str]
    asked_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]


class Adoption(Base):
    """That a förbund made an insats of its own from a card, and what it changed."""

    __tablename__ = "adoption"
    __table_args__ = _NATIONAL

    id: Mapped[UUID] = mapped_column(primary_key=True)
    card_id: Mapped[UUID]
    slug: Mapped[str]
    synthetic: Mapped[bool]
    intervention_id: Mapped[UUID]
    name: Mapped[str]
    changed: Mapped[str]
    adopted_at: Mapped[datetime]
