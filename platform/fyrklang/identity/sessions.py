"""Identity put together for one process, and the one question the layers above ask: who is this?"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import redis
from flask import Flask, Request, current_app, g
from flask import request as present
from redis.backoff import NoBackoff
from redis.retry import Retry

from fyrklang.identity.api_tokens import bearer, visitor_of
from fyrklang.identity.grants import read_grants
from fyrklang.identity.health import Health
from fyrklang.identity.issuers import IssuerRegistry, level_of
from fyrklang.identity.local_accounts import LocalAccounts
from fyrklang.identity.logout import LogoutTokens
from fyrklang.identity.network import Network
from fyrklang.identity.oidc import OidcClient
from fyrklang.identity.prelogin import PreLogins
from fyrklang.identity.provider import Providers
from fyrklang.identity.session_store import Session, Sessions
from fyrklang.identity.trials import Trials
from fyrklang.identity.visitor import Visitor
from fyrklang.kernel.clock import now
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database

EXTENSION = "fyrklang.identity"
ANSWER_SECONDS = 2
"""How long a request waits for Valkey before it is told that the service is away."""


@dataclass(frozen=True)
class Identity:
    """Everything that tells people apart."""

    config: Config
    database: Database
    issuers: IssuerRegistry
    sessions: Sessions
    client: OidcClient
    logouts: LogoutTokens
    health: Health
    accounts: LocalAccounts
    trials: Trials


def build(
    config: Config,
    database: Database,
    valkey: redis.Redis,
    clock: Callable[[], datetime] = now,
    ticks: Callable[[], float] = time.monotonic,
) -> Identity:
    """Put the parts together. `clock`, and `ticks` for the age of copies, are bent by tests."""
    issuers = IssuerRegistry(config, database, ticks)
    health = Health(valkey)
    client = OidcClient(
        config.base_url,
        issuers,
        Providers(Network(), ticks, health),
        PreLogins(valkey),
        lambda: clock().timestamp(),
    )
    sessions = Sessions(config, valkey, lambda person, at: read_grants(database, person, at), clock)
    accounts = LocalAccounts(config, database, valkey, clock)
    logouts = LogoutTokens(valkey, lambda: clock().timestamp())
    return Identity(config, database, issuers, sessions, client, logouts, health, accounts, Trials(valkey))


def init_app(app: Flask, config: Config, database: Database) -> None:
    """Make identity for an app that serves, with a Valkey client of its own."""
    valkey = connect(config.redis_url)
    app.extensions.setdefault("fyrklang.valkey", valkey)
    install(app, build(config, database, valkey))


def connect(url: str) -> redis.Redis:
    """A client that tries once more on a broken connection and then says so, since a user is waiting."""
    return redis.Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=ANSWER_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 1),
    )


def install(app: Flask, identity: Identity) -> None:
    """Let the layers above ask this app who is behind a request."""
    app.extensions[EXTENSION] = identity
    app.extensions["fyrklang.visitor"] = visitor


def installed() -> Identity:
    """The identity of the app at work."""
    return cast("Identity", current_app.extensions[EXTENSION])


def current(request: Request) -> Session | None:
    """The session behind a request, looked up once."""
    if "session_of_visitor" not in g:
        sessions = installed().sessions
        g.session_of_visitor = sessions.find(sessions.cookie_of(request))
    return cast("Session | None", g.session_of_visitor)


def visitor() -> Visitor | None:
    """Who is behind the present request; what the guard asks. A token, good or bad, is asked before any cookie.

    A session whose issuer is trusted no more ends here, within the half minute the registry is kept.
    """
    token = bearer(present)
    if token is not None:
        return visitor_of(installed().database, token, now())
    session = current(present)
    if session is None:
        return None
    issuer = installed().issuers.get(session.issuer_id)
    if issuer is None:
        # Nobody answers any more for who this is.
        installed().sessions.end(session.person_id, session.handle)
        g.session_of_visitor = None
        return None
    return session.visitor(level_of(issuer, session.acr))
