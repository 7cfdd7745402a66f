"""Förbund and people for tests: three förbund that must never meet, and a place in one of them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
from flask import Flask
from flask.testing import FlaskClient

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Role, permissions_of
from fyrklang.identity.outcomes import Accepted
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import TenantSession
from fyrklang.web.security import csrf_token

TRUSTED = """
INSERT INTO registry.issuer (id, name, issuer, client_id, algorithms, loa_map) VALUES
('prov', 'Provinloggningen', 'https://prov.test', 'prov', '{RS256}', '{"loa1": 1, "loa2": 2, "loa3": 3, "loa4": 4}')
ON CONFLICT DO NOTHING
"""
"""The issuer everyone in tests has signed in at."""

ACCEPTED_TERMS = """
INSERT INTO registry.terms_acceptance (tenant_id, id, terms_id, person_id)
SELECT tenant_id, gen_random_uuid(), id, %(person)s FROM registry.terms WHERE tenant_id = %(tenant)s
"""
"""Whoever is signed in has accepted what was published before."""


@dataclass(frozen=True)
class Forbund:
    """A förbund made for one test."""

    id: UUID
    slug: str

    @property
    def context(self) -> TenantContext:
        """The context of the förbund, with nobody acting."""
        return TenantContext(self.id, self.slug)


def make_forbund(config: Config, name: str = "prov", *, synthetic: bool = True) -> Forbund:
    """Lay a new förbund in the register."""
    made = Forbund(uuid4(), f"{name}-{uuid4().hex[:8]}")
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", "")) as conn:
        conn.execute(
            "INSERT INTO registry.tenant (id, slug, name, short_name, synthetic) VALUES (%s, %s, %s, %s, %s)",
            (made.id, made.slug, f"Förbundet {name}", name, synthetic),
        )
    return made


def act(database: Database, forbund: Forbund, *roles: Role, at: str = "app") -> Actor:
    """An actor with a session as the role `at` of the database; the caller closes the session."""
    context = TenantContext(forbund.id, forbund.slug, actor_id=uuid4())
    held = frozenset(roles)
    return Actor(
        session=TenantSession(database, context, at),
        context=context,
        person_id=context.actor_id,
        name="Prova Person",
        roles=held,
        permissions=permissions_of(held),
        loa=3,
    )


def sign_in(
    app: Flask,
    *places: tuple[Forbund, Role],
    national: Role | None = None,
    loa: int = 3,
    person_id: UUID | None = None,
    party: str = "FK",
    team: UUID | None = None,
) -> FlaskClient:
    """A browser in which somebody with these places is signed in at a level, acting in the first.

    They come from an organisation of the kind `party`, and work in the insats `team` of every förbund.
    """
    identity = app.extensions["fyrklang.identity"]
    person_id = person_id or uuid4()
    with psycopg.connect(identity.config.url_for("migrator").replace("+psycopg", "")) as conn:
        conn.execute(
            "INSERT INTO registry.person (id, display_name, synthetic) VALUES (%s, 'Prova Person', true)",
            (person_id,),
        )
        conn.execute(TRUSTED)
        for forbund, role in places:
            place_id = uuid4()
            conn.execute(
                "INSERT INTO registry.membership (tenant_id, id, person_id, organisation_id, display_name, "
                "roles, valid_from) SELECT %s, %s, %s, id, 'Prova Person', %s, '2024-01-01' "
                "FROM registry.organisation WHERE kind = %s AND NOT synthetic ORDER BY code LIMIT 1",
                (forbund.id, place_id, person_id, [role.value], party),
            )
            conn.execute(ACCEPTED_TERMS, {"tenant": forbund.id, "person": person_id})
            if team is not None:
                conn.execute(
                    "INSERT INTO office.team_member (tenant_id, id, intervention_id, membership_id, valid_from) "
                    "VALUES (%s, %s, %s, %s, '2024-01-01')",
                    (forbund.id, uuid4(), team, place_id),
                )
        if national is not None:
            conn.execute(
                "INSERT INTO registry.national_role (person_id, role) VALUES (%s, %s)",
                (person_id, national.value),
            )
    if identity.issuers.get("prov") is None:
        identity.issuers.forget()
    accepted = Accepted("prov", str(person_id), "Prova Person", f"loa{loa}", None, None, "/", {}, "")
    made = identity.sessions.create(accepted, person_id, "prov")
    assert made is not None
    cookie, session = made
    if session.acting is None and session.choices:
        cookie, session = identity.sessions.act(session, session.choices[0])
    client = app.test_client()
    client.set_cookie(identity.sessions.cookie_name, cookie)
    client.environ_base.update(
        {
            "HTTP_SEC_FETCH_SITE": "same-origin",
            "HTTP_X_CSRF_TOKEN": csrf_token(session.csrf_key.hex(), identity.config.derive("csrf")),
        }
    )
    return client
