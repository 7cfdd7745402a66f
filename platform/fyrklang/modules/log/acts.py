"""What those who read and review the log do themselves, in the log's own words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from fyrklang.modules.log.models import PLACES, Review
from fyrklang.sdk.audit import Group, action, thing
from fyrklang.tenancy.session import TenantSession
from fyrklang.web.formats import date_iso
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import lazy_gettext, ngettext

PERSON = "user"
REVIEW = "log_review"

VERDICTS = {
    "REASONABLE": lazy_gettext("Rimligt"),
    "QUESTION": lazy_gettext("Fråga"),
    "REPORT": lazy_gettext("Anmäl"),
}


def person_names(session: TenantSession, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """What people are called in the förbund, the latest place deciding."""
    query = (
        select(PLACES.c.person_id, PLACES.c.display_name)
        .where(PLACES.c.tenant_id == session.context.tenant_id, PLACES.c.person_id.in_(ids))
        .order_by(PLACES.c.valid_from)
    )
    return {row.person_id: row.display_name for row in session.execute(query)}


def _review_names(session: TenantSession, ids: Collection[UUID]) -> Mapping[UUID, str]:
    query = select(Review.id, Review.first_at, Review.last_at).where(Review.id.in_(ids))
    return {row.id: span_of(row) for row in session.execute(query)}


def span_of(review: Any) -> str:
    """The days a review covers."""
    return _("%(first)s till %(last)s", first=date_iso(review.first_at), last=date_iso(review.last_at))


def _read(detail: Mapping[str, Any]) -> str:
    count = detail.get("count", 0)
    return ngettext("%(num)s händelse", "%(num)s händelser", count)


def _judged(detail: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{words}: {detail[code.lower()]}" for code, words in VERDICTS.items() if detail.get(code.lower())
    )


thing(PERSON, lazy_gettext("Användare"), person_names)
thing(REVIEW, lazy_gettext("Logggranskning"), _review_names)
READ = action("log.read", lazy_gettext("Läste loggen"), Group.READ, _read)
STARTED = action("log.review_started", lazy_gettext("Startade en logggranskning"), Group.REVIEW)
JUDGED = action("log.review_judged", lazy_gettext("Bedömde händelser i loggen"), Group.REVIEW, _judged)
SIGNED = action("log.review_signed", lazy_gettext("Signerade en logggranskning"), Group.REVIEW, _judged)
TAKEN_OUT = action(
    "log.taken_out", lazy_gettext("Loggen hämtades ut av den som sköter driften"), Group.EXPORT, _read
)
