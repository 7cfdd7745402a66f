"""Who the members are on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import case, func, or_, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.sdk.codes import PARTY_KINDS
from fyrklang.tenancy.registry.models import Member


def list_members(actor: Actor, on: date) -> Sequence[Any]:
    """Members in force on a day: the four kinds in their fixed order, then Swedish name order."""
    actor.require(Permission.MEMBERS_READ)
    kind_order = case({kind: place for place, kind in enumerate(PARTY_KINDS)}, value=Member.party_kind)
    columns = (Member.id, Member.party_kind, Member.name, Member.valid_from, Member.valid_to, Member.source)
    return actor.session.execute(
        select(*columns)
        .where(
            or_(Member.valid_from.is_(None), Member.valid_from <= on),
            or_(Member.valid_to.is_(None), Member.valid_to >= on),
        )
        .order_by(kind_order, func.registry.sv_sort(Member.name))
    ).all()
