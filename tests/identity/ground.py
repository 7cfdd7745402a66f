"""Förbund and organisations to log in at, laid beside whatever the register already holds."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4, uuid5

import psycopg

from fyrklang.kernel.config import Config

_NAMES = UUID("0d5c1f0e-0000-4000-8000-00000000e000")

TENANTS = (
    ("asviken", "Finsam Åsviken", "Åsviken", True),
    ("granstranden", "Finsam Granstranden", "Granstranden", True),
    ("halland", "Samordningsförbundet i Halland", "Halland", False),
)
ORGANISATIONS = (
    ("FK", "FK", "Försäkringskassan"),
    ("AF", "AF", "Arbetsförmedlingen"),
    ("COUNCIL", "NATIONELLA_RADET", "Nationella rådet"),
    ("PLATFORM", "PLATTFORMEN", "Plattformens drift"),
    ("REGION", "13", "Region Halland"),
    ("KOMMUN", "1380", "Halmstads kommun"),
    ("KOMMUN", "1383", "Varbergs kommun"),
    ("KOMMUN", "1384", "Kungsbacka kommun"),
    ("KOMMUN", "x-asviken", "Åsvikens kommun"),
    ("REGION", "x-sjo", "Region Sjölanda"),
)
_MEMBERS = {
    "asviken": ("FK", "AF", "x-asviken", "x-sjo"),
    "granstranden": ("FK", "AF", "x-asviken", "x-sjo"),
    "halland": ("FK", "AF", "13", "1380", "1383", "1384"),
}


def connect(config: Config) -> psycopg.Connection:
    """A connection as the migrator, who may write what no serving role may."""
    return psycopg.connect(config.url_for("migrator").replace("+psycopg", ""))


def lay(config: Config) -> None:
    """Lay in everything above that is not there. Safe to repeat."""
    with connect(config) as conn:
        for slug, name, short, synthetic in TENANTS:
            conn.execute(
                "INSERT INTO registry.tenant (id, slug, name, short_name, synthetic) "
                "VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (uuid5(_NAMES, slug), slug, name, short, synthetic),
            )
        for kind, code, name in ORGANISATIONS:
            conn.execute(
                "INSERT INTO registry.organisation (id, kind, code, name, synthetic) "
                "VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (uuid5(_NAMES, kind + code), kind, code, name, code.startswith("x-")),
            )
        for slug, codes in _MEMBERS.items():
            conn.execute(
                "INSERT INTO office.member (tenant_id, id, organisation_id, party_kind, name) "
                "SELECT t.id, gen_random_uuid(), o.id, o.kind, o.name "
                "FROM registry.tenant t, registry.organisation o WHERE t.slug = %s AND o.code = ANY (%s) "
                "AND o.kind IN ('FK', 'AF', 'REGION', 'KOMMUN') AND NOT EXISTS (SELECT FROM office.member m "
                "WHERE m.tenant_id = t.id AND m.organisation_id = o.id)",
                (slug, list(codes)),
            )


def tenant_id(config: Config, slug: str) -> UUID:
    """The id of a förbund."""
    with connect(config) as conn:
        row = conn.execute("SELECT id FROM registry.tenant WHERE slug = %s", (slug,)).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def organisation_id(config: Config, kind: str, code: str) -> UUID:
    """The id of an organisation."""
    with connect(config) as conn:
        row = conn.execute(
            "SELECT id FROM registry.organisation WHERE kind = %s AND code = %s", (kind, code)
        ).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def place(
    config: Config, person_id: UUID, slug: str, *roles: str, organisation: tuple[str, str] = ("AF", "AF")
) -> UUID:
    """Give a person a place in a förbund; returns its id."""
    made = uuid4()
    with connect(config) as conn:
        conn.execute(
            "INSERT INTO registry.membership (tenant_id, id, person_id, organisation_id, display_name, "
            "roles, valid_from) VALUES (%s, %s, %s, %s, 'Prova Person', %s, %s)",
            (
                tenant_id(config, slug),
                made,
                person_id,
                organisation_id(config, *organisation),
                list(roles),
                date(2020, 1, 1),
            ),
        )
    return made
