"""What the feature does, in the words of the log."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select

from fyrklang.modules.groups.models import Series
from fyrklang.sdk.audit import Group, action, thing
from fyrklang.tenancy.session import TenantSession
from fyrklang.web.i18n import lazy_gettext

GROUP = "group_series"


def _names(session: TenantSession, ids: Collection[UUID]) -> Mapping[UUID, str]:
    query = select(Series.id, Series.name).where(Series.id.in_(ids))
    return {row.id: row.name for row in session.execute(query)}


thing(GROUP, lazy_gettext("Grupp"), _names)
CREATED = action("group.created", lazy_gettext("Skapade en grupp"), Group.WRITE)
LISTED = action("group.listed", lazy_gettext("Ändrade en grupps deltagarlista"), Group.WRITE)
MARKED = action("group.marked", lazy_gettext("Registrerade närvaro i en grupp"), Group.WRITE)
READ = action("group.read", lazy_gettext("Läste en grupps deltagarlista"), Group.READ)
