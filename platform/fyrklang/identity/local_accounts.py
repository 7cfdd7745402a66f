"""Accounts of our own: made from an invitation, opened by a password and a code, mended by a recovery code.

To the rest of the house an account is an identity at the issuer `lokal`, at a level of assurance that opens
nothing about participants: nobody but the administrator who handed over the code has seen who it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import redis
from sqlalchemy import Connection, text

from fyrklang.identity import local_secrets as secrets
from fyrklang.identity.invitations import Outcome, digest
from fyrklang.identity.issuers import LOCAL_ACR, LOCAL_ID, Issuer, register
from fyrklang.identity.organisations import link
from fyrklang.identity.outcomes import Accepted
from fyrklang.identity.prelogin import fingerprint, new_cookie
from fyrklang.kernel.config import Config
from fyrklang.kernel.crypto import seal, unseal
from fyrklang.kernel.db import Database
from fyrklang.kernel.ids import new_id

TRIES = 5
TRIES_SECONDS = 900
SETUP_SECONDS = 1800
_PURPOSE = "local-account"

_INVITATION = text("SELECT name, organisation_id, home FROM registry.local_invitation(:hashed)")
_ACCOUNT = text("SELECT * FROM registry.local_account(:login)")
_ADD = text(
    "SELECT registry.local_add(:account, :login, :organisation, :name, :password, :sealed, :step, :recovery)"
)
_SIGN_IN = text("SELECT person_id FROM registry.sign_in(:issuer, :subject, :person, :name)")
_ACCEPT = text(
    "SELECT outcome FROM registry.accept_invitation(:person, :issuer, :organisation, :code, :place)"
)
_STEP = text("SELECT registry.local_step(:account, :step)")
_RENEW = text("SELECT registry.local_renew(:account, :used, :password, :sealed, :step, :recovery)")
_HAS_RECOVERY = text("SELECT registry.local_has_recovery(:account, :used)")


@dataclass(frozen=True)
class Account:
    """An account somebody has proved to be theirs."""

    id: UUID
    login: str
    organisation_id: UUID
    name: str


@dataclass(frozen=True)
class Setup:
    """New proofs that are being chosen, before they are kept.

    Attributes:
        account_id: the account, when it has been one before.
        ticket: SHA-256 (hex) of the invitation's code, or of the recovery code when the account is old.
    """

    account_id: str
    login: str
    name: str
    organisation_id: str
    home: str
    secret: str
    ticket: str
    old: bool


@dataclass(frozen=True)
class Locked:
    """Too many tries for one name, whether or not there is such an account. `seconds` until the next."""

    seconds: int


class LocalAccounts:
    """Makes, opens and mends accounts."""

    def __init__(
        self, config: Config, database: Database, valkey: redis.Redis, clock: Callable[[], datetime]
    ) -> None:
        self._key = config.derive(_PURPOSE)
        self._database = database
        self._valkey = valkey
        self._clock = clock

    def open(self, login: str, password: str, code: str) -> Account | Locked | None:
        """The account when name, password and a code not used before all fit; what failed is not told."""
        login = secrets.typed_login(login)
        if locked := self._locked(login):
            return locked
        found = self._find(login)
        account, hashed, secret = found or (None, None, secrets.new_secret())
        knows = secrets.is_password(hashed, password)
        step = secrets.matching_step(secret, code, self._seconds())
        if account is None or not knows or step is None or not self._spend(account, step):
            return None
        self._forgive(login)
        return account

    def invited(self, code: str) -> tuple[str, Setup] | None:
        """Begin an account with an invitation's code; the cookie to hand over, and what is to be shown."""
        hashed = digest(code)
        with self._database.engine("auth").connect() as connection:
            row = connection.execute(_INVITATION, {"hashed": hashed}).one_or_none()
        if row is None:
            return None
        account = Account(new_id(), secrets.new_login(), row.organisation_id, row.name)
        return self._begin(account, row.home, hashed, old=False)

    def recover(
        self, login: str, recovery: str, password: str, code: str
    ) -> tuple[str, Setup] | Locked | None:
        """Begin anew with a recovery code and the one of password and code that is left."""
        login = secrets.typed_login(login)
        if locked := self._locked(login):
            return locked
        found = self._find(login)
        account, hashed, secret = found or (None, None, secrets.new_secret())
        knows = secrets.is_password(hashed, password)
        step = secrets.matching_step(secret, code, self._seconds()) if code else None
        held = self._has_recovery(account.id if account else new_id(), digest(recovery))
        if account is None or not held:
            return None
        if not knows and (step is None or not self._spend(account, step)):
            return None
        self._forgive(login)
        return self._begin(account, "", digest(recovery), old=True)

    def setup(self, cookie: str | None) -> Setup | None:
        """What was begun in this browser and is not yet done."""
        raw = self._valkey.get(_setup_key(cookie)) if cookie else None
        if raw is None:
            return None
        sealed = bytes.fromhex(raw.decode() if isinstance(raw, bytes) else raw)
        return Setup(**json.loads(unseal(self._key, sealed, (b"setup",))))

    def check_code(self, setup: Setup, code: str) -> int | None:
        """The step of a code made with the new secret; None when it is not."""
        return secrets.matching_step(setup.secret, code, self._seconds())

    def finish(
        self, cookie: str, setup: Setup, password: str, step: int
    ) -> tuple[Account, list[str]] | Outcome:
        """Keep the new proofs; the account with its recovery codes, or why the invitation did not hold."""
        codes, digests = secrets.new_recovery_codes()
        proofs = {
            "account": UUID(setup.account_id),
            "password": secrets.hash_password(password),
            "sealed": seal(self._key, setup.secret.encode(), (b"totp", setup.account_id.encode())),
            "step": step,
            "recovery": digests,
        }
        with self._database.engine("auth").begin() as connection:
            outcome = _renew(connection, setup, proofs) if setup.old else _add(connection, setup, proofs)
            if outcome is not Outcome.ACCEPTED:
                connection.rollback()
                return outcome
        self._valkey.delete(_setup_key(cookie))
        return Account(UUID(setup.account_id), setup.login, UUID(setup.organisation_id), setup.name), codes

    def accepted(self, account: Account, target: str) -> Accepted:
        """The account as a login that has been judged, for the one way sessions are made."""
        return Accepted(
            issuer_id=LOCAL_ID,
            subject=str(account.id),
            name="",
            acr=LOCAL_ACR,
            auth_time=int(self._seconds()),
            organisation_id=account.organisation_id,
            target=target,
            claims={},
            id_token="",
        )

    def _begin(self, account: Account, home: str, ticket: str, *, old: bool) -> tuple[str, Setup]:
        setup = Setup(
            account_id=str(account.id),
            login=account.login,
            name=account.name,
            organisation_id=str(account.organisation_id),
            home=home,
            secret=secrets.new_secret(),
            ticket=ticket,
            old=old,
        )
        cookie = new_cookie()
        sealed = seal(self._key, json.dumps(asdict(setup)).encode(), (b"setup",))
        self._valkey.set(_setup_key(cookie), sealed.hex(), ex=SETUP_SECONDS)
        return cookie, setup

    def _find(self, login: str) -> tuple[Account, str, str] | None:
        with self._database.engine("auth").connect() as connection:
            row = connection.execute(_ACCOUNT, {"login": login}).one_or_none()
        if row is None:
            return None
        secret = unseal(self._key, row.totp_sealed, (b"totp", str(row.id).encode())).decode()
        account = Account(row.id, login, row.organisation_id, row.display_name)
        return account, row.password_hash, secret

    def _spend(self, account: Account, step: int) -> bool:
        with self._database.engine("auth").begin() as connection:
            return bool(connection.execute(_STEP, {"account": account.id, "step": step}).scalar_one())

    def _has_recovery(self, account_id: UUID, used: str) -> bool:
        with self._database.engine("auth").connect() as connection:
            asked = {"account": account_id, "used": used}
            return bool(connection.execute(_HAS_RECOVERY, asked).scalar_one())

    def _locked(self, login: str) -> Locked | None:
        """Count a try before it is judged, so that many at once gain nothing."""
        key = _tries_key(login)
        pipe = self._valkey.pipeline()
        pipe.incr(key)
        pipe.expire(key, TRIES_SECONDS, nx=True)
        pipe.ttl(key)
        count, _, left = pipe.execute()
        return Locked(max(1, int(left))) if count > TRIES else None

    def _forgive(self, login: str) -> None:
        self._valkey.delete(_tries_key(login))

    def _seconds(self) -> float:
        return self._clock().timestamp()


def allow(connection: Connection, organisation_ids: Sequence[UUID]) -> None:
    """Let an organisation's staff be invited to accounts of ours. The connection is the migrator's."""
    register(
        connection,
        Issuer(
            id=LOCAL_ID,
            name="Konto i Fyrklang",
            issuer="urn:fyrklang:local",
            client_id="-",
            kind="LOCAL",
            userinfo="NONE",
            loa_map={LOCAL_ACR: 2, "*": 1},
        ),
    )
    link(connection, organisation_ids, LOCAL_ID)


def forget_if_unused(connection: Connection) -> None:
    """Take the accounts' issuer out of the register when no organisation and no account needs it."""
    connection.execute(
        text(
            "DELETE FROM registry.issuer i WHERE id = :issuer "
            "AND NOT EXISTS (SELECT FROM registry.organisation_issuer WHERE issuer_id = i.id) "
            "AND NOT EXISTS (SELECT FROM registry.identity WHERE issuer_id = i.id)"
        ),
        {"issuer": LOCAL_ID},
    )


def _add(connection: Connection, setup: Setup, proofs: dict[str, object]) -> Outcome:
    home = UUID(setup.organisation_id)
    connection.execute(_ADD, {**proofs, "login": setup.login, "organisation": home, "name": setup.name})
    who = {"issuer": LOCAL_ID, "subject": setup.account_id, "person": new_id(), "name": setup.name}
    person = connection.execute(_SIGN_IN, who).scalar_one()
    asked = {
        "person": person,
        "issuer": LOCAL_ID,
        "organisation": home,
        "code": setup.ticket,
        "place": new_id(),
    }
    return Outcome(connection.execute(_ACCEPT, asked).scalar_one())


def _renew(connection: Connection, setup: Setup, proofs: dict[str, object]) -> Outcome:
    renewed = connection.execute(_RENEW, {**proofs, "used": setup.ticket}).scalar_one()
    return Outcome.ACCEPTED if renewed else Outcome.UNKNOWN


def _setup_key(cookie: str) -> str:
    return "account-setup:" + fingerprint(cookie)


def _tries_key(login: str) -> str:
    return "account-tries:" + fingerprint(login)
