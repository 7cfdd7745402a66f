"""Local accounts: what opens them, what does not, and what nobody can tell from the outside."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pyotp
import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from fyrklang.identity import local_secrets as secrets
from fyrklang.identity.invitations import Outcome, digest, new_code
from fyrklang.identity.issuers import LOCAL_ACR, LOCAL_ID, LOCAL_MOST, Issuer, level_of, ways_to
from fyrklang.identity.local_accounts import TRIES, TRIES_SECONDS, Account, LocalAccounts, Locked, allow
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from tests.identity import ground
from tests.identity.support import Clock

Recorder = Callable[[str, object], None]
PASSWORD = "blå cykel under trappan"
OTHER = "sju getter på en holme"


@dataclass
class Desk:
    """Where accounts are made, with a clock of its own."""

    accounts: LocalAccounts
    clock: Clock
    config: Config
    home: UUID

    def invite(self, **changes: object) -> str:
        """Lay an invitation to the förbund in Åsviken; its code."""
        code = new_code()
        values = {
            "issuer": LOCAL_ID,
            "created_by": uuid4(),
            "expires": self.clock() + timedelta(days=14),
            "revoked": None,
            **changes,
        }
        with ground.connect(self.config) as conn:
            conn.execute(
                "INSERT INTO registry.invitation (tenant_id, id, name, organisation_id, issuer_id, code_hash, "
                "roles, valid_from, created_by, expires_at, revoked_at) VALUES "
                "(%s, %s, 'Kim Prov', %s, %s, %s, '{BOARD}', current_date, %s, %s, %s)",
                (
                    ground.tenant_id(self.config, "asviken"),
                    uuid4(),
                    self.home,
                    values["issuer"],
                    digest(code),
                    values["created_by"],
                    values["expires"],
                    values["revoked"],
                ),
            )
        return code

    def code(self, secret: str) -> str:
        """What the app shows now."""
        return pyotp.TOTP(secret).at(self.clock())

    def make(self) -> tuple[Account, str, list[str]]:
        """An account: itself, its secret and its recovery codes. Half a minute has gone when it is done."""
        begun = self.accounts.invited(self.invite())
        assert begun is not None
        cookie, setup = begun
        step = self.accounts.check_code(setup, self.code(setup.secret))
        assert step is not None
        made = self.accounts.finish(cookie, setup, PASSWORD, step)
        assert not isinstance(made, Outcome)
        self.clock.ahead += 90
        return made[0], setup.secret, made[1]


@pytest.fixture
def desk(grounded: Config, database: Database, valkey: redis.Redis, clock: Clock) -> Desk:
    home = ground.organisation_id(grounded, "KOMMUN", "x-asviken")
    engine = create_engine(grounded.url_for("migrator"))
    with engine.begin() as connection:
        allow(connection, [home])
    engine.dispose()
    return Desk(LocalAccounts(grounded, database, valkey, clock), clock, grounded, home)


def test_an_invitation_makes_an_account_that_opens_with_both_proofs(desk: Desk) -> None:
    account, secret, _codes = desk.make()
    opened = desk.accounts.open(account.login, PASSWORD, desk.code(secret))
    assert opened == account
    small = f" {account.login[:4].lower()} {account.login[4:].lower()} "
    desk.clock.ahead += 90
    spaced = f"{desk.code(secret)[:3]} {desk.code(secret)[3:]}"
    assert desk.accounts.open(small, PASSWORD, spaced) == account
    with ground.connect(desk.config) as conn:
        place = conn.execute(
            "SELECT m.roles, p.display_name FROM registry.identity i "
            "JOIN registry.person p ON p.id = i.person_id JOIN registry.membership m ON m.person_id = p.id "
            "WHERE i.issuer_id = %s AND i.sub = %s",
            (LOCAL_ID, str(account.id)),
        ).fetchall()
    assert place == [(["BOARD"], "Kim Prov")]


def test_nothing_is_kept_that_opens_it(desk: Desk, valkey: redis.Redis) -> None:
    account, secret, codes = desk.make()
    with ground.connect(desk.config) as conn:
        row = conn.execute(
            "SELECT a::text FROM registry.local_account a WHERE id = %s", (account.id,)
        ).fetchone()
    assert row is not None
    raw = bytes.fromhex(secret.encode().hex()).hex()
    for kept in (PASSWORD, secret, raw, *codes, *(code.replace("-", "") for code in codes)):
        assert kept not in row[0]
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in row[0]
    begun = desk.accounts.invited(desk.invite())
    assert begun is not None
    stored = b"".join(
        str(valkey.get(key)).encode() for key in valkey.scan_iter("account-setup:*") if valkey.get(key)
    )
    assert begun[1].secret.encode() not in stored


@pytest.mark.parametrize("wrong", ["login", "password", "code", "old code", "code to come", "all"])
def test_one_wrong_proof_opens_nothing(desk: Desk, wrong: str) -> None:
    account, secret, _codes = desk.make()
    totp, now = pyotp.TOTP(secret), desk.clock()
    right = totp.at(now)
    tries = {
        "login": ("ABCDEFGH", PASSWORD, right),
        "password": (account.login, PASSWORD + "x", right),
        "code": (account.login, PASSWORD, f"{(int(right) + 1) % 1_000_000:06}"),
        "old code": (account.login, PASSWORD, totp.at(now - timedelta(seconds=61))),
        "code to come": (account.login, PASSWORD, totp.at(now + timedelta(seconds=61))),
        "all": ("", "", ""),
    }
    assert desk.accounts.open(*tries[wrong]) is None


def test_a_code_counts_once_also_when_it_comes_twenty_times_at_once(
    desk: Desk, valkey: redis.Redis, record_property: Recorder
) -> None:
    account, secret, _codes = desk.make()
    code = desk.code(secret)
    accounts = desk.accounts
    accounts._locked = lambda _login: None  # type: ignore[method-assign]
    with ThreadPoolExecutor(20) as pool:
        tried = list(pool.map(lambda _n: accounts.open(account.login, PASSWORD, code), range(20)))
    assert sum(one is not None for one in tried) == 1
    before = pyotp.TOTP(secret).at(desk.clock() - timedelta(seconds=30))
    assert accounts.open(account.login, PASSWORD, before) is None
    record_property("logins by one TOTP code sent 20 times at once", 1)


@pytest.mark.parametrize("known", [True, False])
def test_five_tries_and_then_a_wait_whether_or_not_there_is_such_an_account(desk: Desk, known: bool) -> None:
    account, secret, _codes = desk.make()
    login = account.login if known else secrets.new_login()
    for _ in range(TRIES):
        assert desk.accounts.open(login, "fel lösenord igen", "000000") is None
    told = desk.accounts.open(login, PASSWORD, desk.code(secret))
    assert isinstance(told, Locked)
    assert 0 < told.seconds <= TRIES_SECONDS
    assert isinstance(desk.accounts.recover(login, new_code(), PASSWORD, ""), Locked)


def test_the_same_work_is_done_for_a_name_that_is_none(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    account, _secret, _codes = desk.make()
    checked: list[str] = []
    real = secrets._HASHER.verify

    class Counting:
        def verify(self, hashed: str, password: str) -> bool:
            checked.append(hashed.split("$")[3])
            return bool(real(hashed, password))

    monkeypatch.setattr(secrets, "_HASHER", Counting())
    for login in (account.login, secrets.new_login()):
        assert desk.accounts.open(login, "fel lösenord igen", "000000") is None
    assert checked == ["m=19456,t=2,p=1"] * 2


@pytest.mark.parametrize("why", ["another issuer", "expired", "called back", "unknown", "used"])
def test_no_other_invitation_makes_an_account(desk: Desk, hostile: object, why: str) -> None:
    changes: dict[str, dict[str, object]] = {
        "another issuer": {"issuer": "hostile"},
        "expired": {"expires": desk.clock() - timedelta(days=1)},
        "called back": {"revoked": desk.clock()},
    }
    code = desk.invite(**changes.get(why, {})) if why != "unknown" else new_code()
    if why == "used":
        begun = [desk.accounts.invited(code) for _ in range(2)]
        outcomes = []
        for one in begun:
            assert one is not None
            outcomes.append(desk.accounts.finish(one[0], one[1], PASSWORD, 1))
        assert isinstance(outcomes[0], tuple)
        assert outcomes[1] is Outcome.UNKNOWN
        with ground.connect(desk.config) as conn:
            kept = conn.execute(
                "SELECT count(*) FROM registry.local_account WHERE id = ANY (%s)",
                ([UUID(one[1].account_id) for one in begun if one],),
            ).fetchone()
        assert kept == (1,)
    assert desk.accounts.invited(code) is None


def test_a_recovery_code_and_one_proof_give_new_ones_once(desk: Desk) -> None:
    account, secret, codes = desk.make()
    assert desk.accounts.recover(account.login, codes[0], "fel lösenord igen", "000000") is None
    assert desk.accounts.recover(account.login, new_code(), PASSWORD, "") is None
    by_code = desk.accounts.recover(account.login, codes[0], "", desk.code(secret))
    by_password = desk.accounts.recover(account.login, codes[0].lower(), PASSWORD, "")
    assert isinstance(by_code, tuple)
    assert isinstance(by_password, tuple)
    cookie, setup = by_password
    assert setup.secret not in (secret, by_code[1].secret)
    step = desk.accounts.check_code(setup, desk.code(setup.secret))
    assert step is not None
    made = desk.accounts.finish(cookie, setup, OTHER, step)
    assert not isinstance(made, Outcome)
    assert len(set(made[1]) | set(codes)) == 16
    assert desk.accounts.finish(by_code[0], by_code[1], OTHER, step) is Outcome.UNKNOWN
    assert desk.accounts.setup(cookie) is None
    desk.clock.ahead += 90
    assert desk.accounts.open(account.login, PASSWORD, desk.code(setup.secret)) is None
    assert desk.accounts.open(account.login, OTHER, desk.code(secret)) is None
    assert desk.accounts.open(account.login, OTHER, desk.code(setup.secret)) == account
    assert desk.accounts.recover(account.login, codes[1], OTHER, "") is None, "old codes are worthless"


def test_an_account_never_counts_as_more_than_two(desk: Desk) -> None:
    generous = Issuer(LOCAL_ID, "x", "urn:x", "-", kind="LOCAL", loa_map={LOCAL_ACR: 4, "*": 3})
    assert LOCAL_MOST == 2
    assert [level_of(generous, acr) for acr in (LOCAL_ACR, None, "loa4")] == [2, 2, 2]
    assert ways_to(generous, 1) == ()


def test_the_serving_roles_read_no_account(desk: Desk) -> None:
    for role in ("app", "auth", "worker", "council"):
        with (
            psycopg.connect(desk.config.url_for(role).replace("+psycopg", "")) as conn,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            conn.execute("SELECT password_hash FROM registry.local_account")


@pytest.mark.parametrize(
    "password",
    ["kort", "fjorton tecken", "a" * 40, "abcabcabcabcabcabc", "123412341234123412341234", "fyrklang är bäst nu",
     "kim prov kim prov x", "ABCD2345 och lite till", "x" * 129 + "yzåäöabc"],
)  # fmt: skip
def test_passwords_that_will_not_do(password: str) -> None:
    assert secrets.password_fault(password, "ABCD2345", "Kim", "Prov")


@settings(deadline=None, max_examples=8)
@given(st.text(min_size=15, max_size=60, alphabet=st.characters(exclude_categories=("Cs", "Cc"))))
def test_any_long_password_in_any_script_opens_what_it_closed(password: str) -> None:
    hashed = secrets.hash_password(password)
    assert secrets.is_password(hashed, password)
    assert not secrets.is_password(hashed, password + "x")
    assert not secrets.is_password(None, password)
    assert not secrets.is_password("not a hash", password)


def test_codes_follow_the_published_vectors() -> None:
    """RFC 6238, appendix B, SHA-1, the last six digits."""
    import base64

    secret = base64.b32encode(b"12345678901234567890").decode()
    for moment, code in (
        (59, "287082"),
        (1111111109, "081804"),
        (1234567890, "005924"),
        (20000000000, "353130"),
    ):
        assert secrets.matching_step(secret, code, moment) == moment // 30
        assert secrets.matching_step(secret, code, moment + 95) is None
