"""What the feature does, in the words of the log."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from fyrklang.access.permissions import ROLE_NAMES, Role
from fyrklang.modules.users.covers.models import CoverRow
from fyrklang.modules.users.models import ApiToken, Invitation, Place
from fyrklang.modules.users.rounds.models import Round
from fyrklang.sdk.audit import Group, action, thing
from fyrklang.tenancy.session import TenantSession
from fyrklang.web.formats import date_iso
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import lazy_gettext, ngettext

USER, INVITATION, TOKEN = "user_place", "invitation", "api_token"
COVER, ROUND = "cover", "access_review"


def _roles(detail: Mapping[str, Any]) -> str:
    return ", ".join(ROLE_NAMES[role] for role in Role if role.value in detail.get("roles", ()))


def _from_to(detail: Mapping[str, Any]) -> str:
    before = _roles({"roles": detail.get("before", ())})
    after = _roles(detail)
    return _("från %(before)s till %(after)s", before=before, after=after) if before != after else after


def _user_names(session: TenantSession, ids: Collection[UUID]) -> Mapping[UUID, str]:
    query = select(Place.id, Place.display_name).where(Place.id.in_(ids))
    return {row.id: row.display_name for row in session.execute(query)}


def _invited_names(session: TenantSession, ids: Collection[UUID]) -> Mapping[UUID, str]:
    query = select(Invitation.id, Invitation.name).where(Invitation.id.in_(ids))
    return {row.id: row.name for row in session.execute(query)}


def _token_names(session: TenantSession, ids: Collection[UUID]) -> Mapping[UUID, str]:
    query = select(ApiToken.id, ApiToken.name).where(ApiToken.id.in_(ids))
    return {row.id: row.name for row in session.execute(query)}


def _cover_names(session: TenantSession, ids: Collection[UUID]) -> Mapping[UUID, str]:
    giver, taker = aliased(Place), aliased(Place)
    query = (
        select(CoverRow.id, giver.display_name.label("giver"), taker.display_name.label("taker"))
        .join(giver, giver.id == CoverRow.giver_id)
        .join(taker, taker.id == CoverRow.taker_id)
        .where(CoverRow.id.in_(ids))
    )
    found = session.execute(query)
    return {row.id: _("%(taker)s för %(giver)s", taker=row.taker, giver=row.giver) for row in found}


def _days(detail: Mapping[str, Any]) -> str:
    return ngettext("%(num)s dag", "%(num)s dagar", detail.get("days", 0))


def _round_names(session: TenantSession, ids: Collection[UUID]) -> Mapping[UUID, str]:
    rows = session.execute(select(Round.id, Round.opened_on).where(Round.id.in_(ids)))
    return {row.id: date_iso(row.opened_on) for row in rows}


def _decided(detail: Mapping[str, Any]) -> str:
    name = _roles({"roles": [detail.get("role")]})
    words = _("behölls") if detail.get("decision") == "KEEP" else _("togs bort")
    return f"{name}: {words}"


def _tallied(detail: Mapping[str, Any]) -> str:
    return _(
        "%(kept)s roller behölls, %(taken)s togs bort, av %(all)s",
        kept=detail.get("keep", 0),
        taken=detail.get("take", 0),
        all=detail.get("roles", 0),
    )


thing(ROUND, lazy_gettext("Genomgång av roller"), _round_names)
thing(COVER, lazy_gettext("Täckning"), _cover_names)
thing(TOKEN, lazy_gettext("API-nyckel"), _token_names)
thing(USER, lazy_gettext("Plats i förbundet"), _user_names)
thing(INVITATION, lazy_gettext("Inbjudan"), _invited_names)
INVITED = action("user.invited", lazy_gettext("Bjöd in en användare"), Group.WRITE, _roles)
REVOKED = action("user.invitation_revoked", lazy_gettext("Återkallade en inbjudan"), Group.WRITE)
CHANGED = action("user.changed", lazy_gettext("Ändrade en användare"), Group.WRITE, _from_to)
ENDED = action("user.ended", lazy_gettext("Avslutade en användare"), Group.WRITE)
LOGGED_OUT = action("user.logged_out", lazy_gettext("Loggade ut en användare överallt"), Group.WRITE)
KEPT = action("user.kept", lazy_gettext("Bekräftade en användare vid granskning"), Group.WRITE)
TOKEN_MADE = action("token.made", lazy_gettext("Skapade en API-nyckel"), Group.WRITE)
TOKEN_REVOKED = action("token.revoked", lazy_gettext("Återkallade en API-nyckel"), Group.WRITE)
COVER_ARRANGED = action("cover.arranged", lazy_gettext("Ordnade att en kollega täcker"), Group.WRITE, _days)
COVER_ENDED = action("cover.ended", lazy_gettext("Avslutade att en kollega täcker"), Group.WRITE)
COVER_BEGUN = action("cover.begun", lazy_gettext("Öppnade en kollegas ärenden"), Group.READ)
ROUND_OPENED = action("access_review.opened", lazy_gettext("Började en genomgång av roller"), Group.REVIEW)
ROUND_DECIDED = action("access_review.decided", lazy_gettext("Bedömde en roll"), Group.REVIEW, _decided)
ROUND_SIGNED = action(
    "access_review.signed", lazy_gettext("Signerade en genomgång av roller"), Group.REVIEW, _tallied
)
