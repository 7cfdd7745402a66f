"""The logins that a förbund's organisations use, with what is known of each just now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.identity.health import Standing
from fyrklang.identity.issuers import Issuer, highest_level
from fyrklang.identity.sessions import installed
from fyrklang.kernel import clock
from fyrklang.modules.users.service import homes
from fyrklang.tenancy.registry.models import Member, Organisation


@dataclass(frozen=True)
class Login:
    """One issuer, the organisations of the förbund that log in there, and how it stands.

    `level` is the highest level of assurance that the agreement with it can give.
    """

    issuer: Issuer
    organisations: tuple[str, ...]
    level: int
    standing: Standing


def logins(actor: Actor) -> Sequence[Login]:
    """Every issuer in use, in the order of its name."""
    identity = installed()
    names: dict[str, list[str]] = {}
    for home in homes(actor):
        names.setdefault(home.issuer_id, []).append(home.name)
    standing = identity.health.of(names)
    found = {issuer_id: identity.issuers.get(issuer_id) for issuer_id in names}
    rows = [
        Login(issuer, tuple(names[key]), highest_level(issuer), standing[key])
        for key, issuer in found.items()
        if issuer is not None
    ]
    return sorted(rows, key=lambda row: row.issuer.name)


def unconnected(actor: Actor) -> Sequence[str]:
    """Members of the förbund from which nobody can log in, in Swedish order."""
    actor.require(Permission.USERS_READ)
    today = clock.today()
    connected = {home.id for home in homes(actor)}
    rows = actor.session.execute(
        select(Organisation.id, Organisation.name)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(or_(Member.valid_from.is_(None), Member.valid_from <= today))
        .where(or_(Member.valid_to.is_(None), Member.valid_to >= today))
        .order_by(Organisation.name)
    )
    return [row.name for row in rows if row.id not in connected]
