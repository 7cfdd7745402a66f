"""Home organisations people may log in from: those linked to an issuer, found by search or on a list."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from fyrklang.identity.issuers import Issuer
from fyrklang.kernel.db import Database

KINDS = {
    "FK": "Försäkringskassan",
    "AF": "Arbetsförmedlingen",
    "REGION": "Region",
    "KOMMUN": "Kommun",
    "ASSOCIATION": "Samordningsförbund",
    "COUNCIL": "Nationella rådet",
    "PLATFORM": "Plattformen",
}
"""Kinds of organisation with the heading they stand under, in the order they are shown."""

_LINKED = text(
    """
    SELECT o.id, o.kind, o.name, oi.issuer_id
      FROM registry.organisation o
      JOIN registry.organisation_issuer oi ON oi.organisation_id = o.id
      JOIN registry.issuer i ON i.id = oi.issuer_id
     WHERE i.enabled
     ORDER BY registry.sv_sort(o.name), oi.issuer_id
    """
)


@dataclass(frozen=True)
class HomeOrganisation:
    """An employer and the issuer its staff log in at."""

    id: UUID
    kind: str
    name: str
    issuer: Issuer


@dataclass(frozen=True)
class Group:
    """Organisations of one kind under one heading."""

    kind: str
    heading: str
    organisations: tuple[HomeOrganisation, ...]


def linked(database: Database, issuers: dict[str, Issuer]) -> tuple[HomeOrganisation, ...]:
    """Every organisation with an issuer to be sent to, in Swedish order; the first issuer linked is used."""
    with database.engine("auth").connect() as connection:
        rows = connection.execute(_LINKED).all()
    found: dict[UUID, HomeOrganisation] = {}
    for row in rows:
        issuer = issuers.get(row.issuer_id)
        if issuer is not None and not issuer.local and row.id not in found:
            found[row.id] = HomeOrganisation(row.id, row.kind, row.name, issuer)
    return tuple(found.values())


def search(organisations: Sequence[HomeOrganisation], words: str) -> tuple[HomeOrganisation, ...]:
    """Those whose name holds every word. Å, ä and ö count as typed first, then as a and o."""
    asked = words.casefold().split()
    if not asked:
        return tuple(organisations)
    exact = [item for item in organisations if _holds(item.name.casefold(), asked)]
    forgiving = [_bare(word) for word in asked]
    loose = [item for item in organisations if item not in exact and _holds(_bare(item.name), forgiving)]
    return (*exact, *loose)


def grouped(organisations: Sequence[HomeOrganisation]) -> tuple[Group, ...]:
    """The organisations by kind; kinds without any are left out."""
    groups = (
        Group(kind, heading, tuple(item for item in organisations if item.kind == kind))
        for kind, heading in KINDS.items()
    )
    return tuple(group for group in groups if group.organisations)


def link(connection: Connection, organisation_ids: Sequence[UUID], issuer_id: str) -> None:
    """Let an organisation's staff log in at an issuer. The connection is the migrator's."""
    for organisation_id in organisation_ids:
        connection.execute(
            text(
                "INSERT INTO registry.organisation_issuer (organisation_id, issuer_id) "
                "VALUES (:organisation, :issuer) ON CONFLICT DO NOTHING"
            ),
            {"organisation": organisation_id, "issuer": issuer_id},
        )


def _holds(name: str, words: Sequence[str]) -> bool:
    return all(word in name for word in words)


def _bare(text_: str) -> str:
    decomposed = unicodedata.normalize("NFD", text_.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))
