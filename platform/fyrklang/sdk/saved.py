"""Lists somebody has narrowed and wants to find again: one's own, or shared with everybody in the förbund.

A saved list is a name and what the address said. Opening it asks the list's own page, which shows each reader
what that reader may see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.access.actor import Actor
from fyrklang.kernel.errors import Invalid, NotFound
from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.session import Base, TenantOwned
from fyrklang.web.i18n import gettext as _

MOST = 20
CASES = "cases.index"
"""The place of lists of participants, which are nobody else's."""
NOT_KEPT = frozenset({"fil", "sida", "page", "q"})
"""What an address may say that no list keeps: words of a search may name somebody."""


class SavedList(TenantOwned, Base):
    """What a list was narrowed to. `place` is the page's endpoint, `choices` what the page understands."""

    __tablename__ = "saved_list"
    __table_args__ = {"schema": "office"}  # noqa: RUF012

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    person_id: Mapped[UUID]
    name: Mapped[str]
    choices: Mapped[dict[str, Any]] = mapped_column(JSONB)
    place: Mapped[str] = mapped_column(default=CASES)
    shared: Mapped[bool] = mapped_column(default=False)


def saved_lists(actor: Actor, place: str) -> Sequence[SavedList]:
    """The actor's own lists of a page and those that are shared, in Swedish order."""
    query = select(SavedList).where(
        SavedList.place == place, or_(SavedList.person_id == actor.person_id, SavedList.shared)
    )
    return actor.session.scalars(query.order_by(func.registry.sv_sort(SavedList.name), SavedList.id)).all()


def keep_list(actor: Actor, place: str, named: tuple[str, bool], choices: Mapping[str, Any]) -> SavedList:
    """Keep what a page was narrowed to; `named` is its name and whether everybody shares it.

    Raises:
        Invalid: one has such a list already, or twenty of them.
    """
    own = select(func.count()).select_from(SavedList).where(SavedList.person_id == actor.person_id)
    if (actor.session.scalar(own) or 0) >= MOST:
        raise Invalid(fields={"name": _("Du har tjugo sparade listor. Ta bort en först.")})
    name, shared = named
    row = SavedList(
        person_id=actor.person_id, name=name.strip(), place=place, shared=shared, choices=dict(choices)
    )
    try:
        with actor.session.begin_nested():
            actor.session.add(row)
    except IntegrityError as error:
        raise Invalid(fields={"name": _("Du har redan en lista med det namnet. Välj ett annat.")}) from error
    return row


def drop_list(actor: Actor, list_id: UUID) -> SavedList:
    """Remove a list of one's own.

    Raises:
        NotFound: the actor has none such.
    """
    query = select(SavedList).where(SavedList.id == list_id, SavedList.person_id == actor.person_id)
    row = actor.session.scalars(query).first()
    if row is None:
        raise NotFound
    actor.session.delete(row)
    actor.session.flush()
    return row
