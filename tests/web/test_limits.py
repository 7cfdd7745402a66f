"""Limits count in real Valkey, say when to come back, and hold when Valkey is away."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from flask import Flask, request

from fyrklang.app import create_app
from fyrklang.kernel.config import Config, ConfigError, is_weak
from fyrklang.kernel.errors import TooMany
from fyrklang.kernel.limits import API, EXPORT, LIMITS, LOGIN, SEARCH, WRITE, Limit, Limiter
from fyrklang.web.limits import class_of

RANDOM = "8c1f0b7ad94e3625f7a0c3d9be516842"
"""The same in every process, since it names tests."""
NOBODY_HERE = "redis://127.0.0.1:1/0"


def allowed(limiter: Limiter, limit: Limit, caller: str) -> int:
    """How many requests pass before the first refusal."""
    passed = 0

    def use_up() -> None:
        nonlocal passed
        while passed < limit.per_minute + 5:
            limiter.count(limit, caller)
            passed += 1

    with pytest.raises(TooMany) as refused:
        use_up()
    assert 1 <= refused.value.retry_after <= 60
    return passed


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_each_class_has_its_own_count_shared_by_processes(config: Config, limit: Limit) -> None:
    caller, one, other = uuid4().hex, Limiter(config.redis_url), Limiter(config.redis_url)
    half = limit.per_minute // 2
    for _time in range(half):
        other.count(limit, caller)
    assert allowed(one, limit, caller) == limit.per_minute - half
    with pytest.raises(TooMany):
        other.count(limit, caller)
    one.count(limit, uuid4().hex)
    for another in set(LIMITS) - {limit}:
        one.count(another, caller)


def test_without_valkey_logins_and_exports_are_held_tighter() -> None:
    limiter = Limiter(NOBODY_HERE)
    for limit in LIMITS:
        assert allowed(limiter, limit, "here") == limit.alone
    assert LOGIN.alone * 4 <= LOGIN.per_minute
    assert EXPORT.alone * 4 <= EXPORT.per_minute
    assert SEARCH.alone == SEARCH.per_minute


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        ("GET", "/logga-in", LOGIN),
        ("POST", "/logga-in", LOGIN),
        ("POST", "/logga-in/konto", LOGIN),
        ("POST", "/logga-in/konto/aterstall", LOGIN),
        ("GET", "/auth/prov/callback", LOGIN),
        ("POST", "/auth/prov/utloggad", WRITE),
        ("POST", "/inbjudan", LOGIN),
        ("GET", "/api/v1/f/x/interventions", API),
        ("POST", "/api/v1/f/x/interventions", API),
        ("GET", "/nationellt/jamfor/tabell.xlsx", EXPORT),
        ("GET", "/f/x/insatser?q=halsa", SEARCH),
        ("POST", "/f/x/insatser/ny", WRITE),
        ("GET", "/f/x/insatser", None),
        ("GET", "/f/x/insatser?q=", None),
    ],
)
def test_a_request_counts_in_one_class(method: str, path: str, limit: Limit | None) -> None:
    with Flask("prov").test_request_context(path, method=method):
        assert class_of(request) is limit


def test_the_answer_says_when_to_come_back(config: Config) -> None:
    app = create_app(replace(config, limits=True, proxy_hops=1))
    client = app.test_client()

    def ask(path: str, visitor: str) -> tuple[int, str, str]:
        answer = client.get(path, headers={"X-Forwarded-For": visitor})
        return answer.status_code, answer.headers.get("Retry-After", ""), answer.text

    limiter = Limiter(config.redis_url)
    page, program = (f"192.0.2.{uuid4().int % 250}-{uuid4().hex}" for _each in "ab")
    assert ask("/logga-in", page)[0] == 200
    allowed(limiter, LOGIN, page)
    status, after, text = ask("/logga-in", page)
    assert (status, 1 <= int(after) <= 60) == (429, True)
    assert "För många försök" in text
    assert ask("/logga-in", f"{page}-granne")[0] == 200
    allowed(limiter, API, program)
    status, after, text = ask("/api/v1/f/x/interventions", program)
    assert (status, 1 <= int(after) <= 60) == (429, True)
    assert '"title": "För många försök"' in text


@pytest.mark.parametrize(
    ("hops", "forwarded", "seen"),
    [
        (0, "203.0.113.7", "127.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.1, 203.0.113.7, 192.0.2.1", "203.0.113.7"),
        (2, "203.0.113.7", "127.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(config: Config, hops: int, forwarded: str, seen: str) -> None:
    app = create_app(replace(config, proxy_hops=hops))
    app.before_request(lambda: f"{request.remote_addr} {request.host} {request.is_secure}")
    headers = {
        "X-Forwarded-For": forwarded,
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "ond.example",
    }
    told = app.test_client().get("/", headers=headers).text.split()
    assert told[0] == seen
    assert told[1] == "localhost"


def test_behind_a_proxy_with_https_browsers_are_told_to_stay_there(config: Config) -> None:
    sent = {"X-Forwarded-Proto": "https"}
    for hops, pinned in ((0, False), (1, True)):
        answer = create_app(replace(config, proxy_hops=hops)).test_client().get("/logga-in", headers=sent)
        assert ("Strict-Transport-Security" in answer.headers) == pinned


@pytest.mark.parametrize("hops", ["-1", "ett", "1.5", "10"])
def test_a_wrong_number_of_proxies_stops_the_start(hops: str) -> None:
    given = {
        "FYRKLANG_SECRET_KEY": uuid4().hex + uuid4().hex,
        "FYRKLANG_DATABASE_URL": "postgresql://x/y",
        "FYRKLANG_REDIS_URL": "redis://x",
        "FYRKLANG_PROXY_HOPS": hops,
    }
    with pytest.raises(ConfigError, match="FYRKLANG_PROXY_HOPS"):
        Config.from_env(given)


@pytest.mark.parametrize(
    "secret",
    [
        "kort",
        "changeme" * 8,
        "SECRET-" + RANDOM,
        "password" + RANDOM,
        "test-only-0123456789-abcdefghijklmnopqrstuvwxyz",
        "demo-" + RANDOM,
        "a" * 64,
        "abc123" * 10,
        "0123456789abcdef" * 4,
    ],
)
def test_weak_secrets_stop_a_real_installation(secret: str) -> None:
    assert is_weak(secret, demo=False)
    given = {
        "FYRKLANG_SECRET_KEY": secret,
        "FYRKLANG_DATABASE_URL": "postgresql://x/y",
        "FYRKLANG_REDIS_URL": "redis://x",
    }
    with pytest.raises(ConfigError, match="FYRKLANG_SECRET_KEY"):
        Config.from_env(given)


def test_random_secrets_pass() -> None:
    assert not is_weak(uuid4().hex + uuid4().hex, demo=False)
