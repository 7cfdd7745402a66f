"""What förbund do in the catalogue, in the words of the log."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import func, select

from fyrklang.sdk.audit import Group, action, thing
from fyrklang.tenancy.session import TenantSession
from fyrklang.web.i18n import lazy_gettext

CARD, QUESTION = "card", "question"


def _names(session: TenantSession, ids: Collection[UUID]) -> Mapping[UUID, str]:
    found = {each: session.scalar(select(func.national.card_for(each))) for each in ids}
    return {each: card["name"] for each, card in found.items() if card}


def _nameless(_session: TenantSession, _ids: Collection[UUID]) -> Mapping[UUID, str]:
    return {}


thing(CARD, lazy_gettext("Kort i kunskapsbanken"), _names)
thing(QUESTION, lazy_gettext("Fråga i kunskapsbanken"), _nameless)
ASKED = action("card.asked", lazy_gettext("Ställde en fråga"), Group.WRITE)
ANSWERED = action("card.answered", lazy_gettext("Besvarade en fråga"), Group.WRITE)
FOLLOWED = action("card.followed", lazy_gettext("Började följa"), Group.WRITE)
UNFOLLOWED = action("card.unfollowed", lazy_gettext("Slutade följa"), Group.WRITE)
ADOPTED = action("card.adopted", lazy_gettext("Anpassade insatsen"), Group.WRITE)
