"""Terms: published by the administrator, accepted by everybody. Nothing here commits but the acceptance, whose
page speaks for no förbund and so has no transaction of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, Uuid, column, func, or_, select, table

from fyrklang.access import terms
from fyrklang.access.actor import Actor
from fyrklang.access.afterwards import when_saved
from fyrklang.access.permissions import Permission
from fyrklang.identity.visitor import Membership
from fyrklang.kernel import clock
from fyrklang.kernel.db import Database
from fyrklang.kernel.errors import Invalid
from fyrklang.kernel.ids import new_id
from fyrklang.modules.terms import acts
from fyrklang.modules.terms.models import Acceptance, TermsText
from fyrklang.sdk.audit import record
from fyrklang.tenancy.session import TenantSession, tenant_session

CHANGED = "Villkoren har ändrats sedan du öppnade sidan. Läs dem igen."
SAME = "Texten är den som redan gäller."
_PLACE = table(
    "membership",
    column("tenant_id", Uuid),
    column("person_id", Uuid),
    column("valid_to", Date),
    column("ended_at", DateTime(timezone=True)),
    schema="registry",
)


@dataclass(frozen=True)
class _Holder:
    session: TenantSession


def versions(actor: Actor) -> Sequence[Any]:
    """The förbund's texts, the latest first, each with how many have accepted it."""
    actor.require(Permission.USERS_READ)
    accepted = (
        select(func.count(Acceptance.id))
        .where(Acceptance.tenant_id == TermsText.tenant_id, Acceptance.terms_id == TermsText.id)
        .scalar_subquery()
    )
    columns = (TermsText.id, TermsText.version, TermsText.body, TermsText.published_at)
    query = select(*columns, accepted.label("accepted"))
    return actor.session.execute(query.order_by(TermsText.version.desc())).all()


def publish(actor: Actor, body: str) -> int:
    """Publish a new version, which everybody must accept before their next page. Returns its number.

    Raises:
        Invalid: it is the text that is in force.
    """
    actor.require(Permission.USERS_WRITE)
    latest = next(iter(versions(actor)), None)
    if latest is not None and latest.body.strip() == body.strip():
        raise Invalid(fields={"body": SAME})
    row = TermsText(
        id=new_id(),
        version=(latest.version if latest else 0) + 1,
        body=body.strip(),
        published_by=actor.person_id,
        published_at=clock.now(),
    )
    actor.session.add(row)
    actor.session.flush()
    record(actor, acts.PUBLISHED, acts.TERMS, row.id, version=row.version)
    tenant_id = actor.context.tenant_id
    when_saved(actor.session, lambda: terms.forget(tenant_id))
    return row.version


def accept(database: Database, person_id: UUID, place: Membership | None, ids: Collection[UUID]) -> None:
    """Accept every text that waits, when they are the ones the person has read.

    Raises:
        Invalid: another version has been published meanwhile, or a box is not ticked.
    """
    due = terms.waiting(database, person_id, place)
    if {each.id for each in due} != set(ids):
        raise Invalid(fields={"ids": CHANGED if ids else "Kryssa i att du har läst och godkänner villkoren."})
    for each in due:
        with tenant_session(database, each.context) as session:
            session.add(
                Acceptance(id=new_id(), terms_id=each.id, person_id=person_id, accepted_at=clock.now())
            )
            if each.place is not None:
                record(_Holder(session), acts.ACCEPTED, acts.TERMS, each.id, version=each.version)


def people(actor: Actor) -> int:
    """How many people have a place in the förbund."""
    actor.require(Permission.USERS_READ)
    query = select(func.count(_PLACE.c.person_id.distinct())).where(
        _PLACE.c.tenant_id == actor.context.tenant_id,
        _PLACE.c.ended_at.is_(None),
        or_(_PLACE.c.valid_to.is_(None), _PLACE.c.valid_to >= clock.today()),
    )
    return actor.session.scalar(query) or 0
