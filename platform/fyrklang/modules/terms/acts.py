"""What is done about terms, in the words of the log."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from fyrklang.modules.terms.models import TermsText
from fyrklang.sdk.audit import Group, action, thing
from fyrklang.tenancy.session import TenantSession
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import lazy_gettext

TERMS = "terms"


def _names(session: TenantSession, ids: Collection[UUID]) -> Mapping[UUID, str]:
    rows = session.execute(select(TermsText.id, TermsText.version).where(TermsText.id.in_(ids)))
    return {row.id: _("version %(number)s", number=row.version) for row in rows}


def _version(detail: Mapping[str, Any]) -> str:
    return _("version %(number)s", number=detail.get("version", ""))


thing(TERMS, lazy_gettext("Villkor"), _names)
PUBLISHED = action("terms.published", lazy_gettext("Publicerade villkor"), Group.WRITE, _version)
ACCEPTED = action("terms.accepted", lazy_gettext("Godkände villkoren"), Group.WRITE, _version)
