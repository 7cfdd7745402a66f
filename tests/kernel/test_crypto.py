"""Sealing: what goes in comes out, in its own place, with its own key, and in no other way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fyrklang.kernel.config import Config, ConfigError
from fyrklang.kernel.crypto import KeyRing, UnreadableError, keyed_hash, new_key, seal, unseal

SECRET = "f3" * 20
PLACES = st.lists(st.binary(max_size=8), min_size=1, max_size=4).map(tuple)


@given(st.binary(max_size=300), PLACES)
def test_what_is_sealed_is_opened_in_its_place(plain: bytes, place: tuple[bytes, ...]) -> None:
    key = new_key()
    sealed = seal(key, plain, place)
    assert unseal(key, sealed, place) == plain
    assert seal(key, plain, place) != sealed
    assert len(sealed) == len(plain) + 29


@given(PLACES, PLACES)
def test_it_opens_in_no_other_place(one: tuple[bytes, ...], other: tuple[bytes, ...]) -> None:
    key = new_key()
    sealed = seal(key, b"Tolvan", one)
    if one == other:
        assert unseal(key, sealed, other) == b"Tolvan"
    else:
        with pytest.raises(UnreadableError):
            unseal(key, sealed, other)


def test_no_byte_can_be_changed_or_cut() -> None:
    key, place = new_key(), (b"a", b"b")
    sealed = seal(key, b"Tolvan Tolvansson", place)
    for at in range(len(sealed)):
        for broken in (sealed[:at], sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]):
            with pytest.raises(UnreadableError):
                unseal(key, broken, place)
    with pytest.raises(UnreadableError):
        unseal(new_key(), sealed, place)


def test_parts_do_not_run_into_one_another() -> None:
    key = new_key()
    assert keyed_hash(key, b"ab", b"c") != keyed_hash(key, b"a", b"bc")
    assert keyed_hash(key, b"ab") == keyed_hash(key, b"ab") != keyed_hash(new_key(), b"ab")


def test_the_ring_opens_with_old_keys_and_wraps_with_the_first() -> None:
    old, inner = KeyRing({"k1": new_key()}), new_key()
    name, wrapped = old.wrap(inner, (b"x",))
    both = KeyRing({"k2": new_key(), **old.keys})
    assert both.unwrap(name, wrapped, (b"x",)) == inner
    assert both.wrap(inner, (b"x",))[0] == "k2"
    with pytest.raises(UnreadableError):
        KeyRing({"k2": both.keys["k2"]}).unwrap(name, wrapped, (b"x",))


def _config(keys: str) -> Config:
    return Config.from_env(
        {
            "FYRKLANG_SECRET_KEY": SECRET,
            "FYRKLANG_DEMO": "1",
            "FYRKLANG_DATABASE_URL": "postgresql://x",
            "FYRKLANG_REDIS_URL": "redis://x",
            "FYRKLANG_FIELD_KEYS": keys,
        }
    )


def test_field_keys_come_before_the_one_from_the_secret() -> None:
    bare, given_two = _config("").field_key_ring(), _config(f"k2:{'a' * 32}, k1:{'b' * 32}").field_key_ring()
    assert list(given_two.keys) == ["k2", "k1", "secret"]
    assert bare.current == "secret"
    assert bare.keys["secret"] == given_two.keys["secret"]
    assert len(set(given_two.keys.values())) == 3


@pytest.mark.parametrize(
    "keys", ["k1:kort", "a" * 40, f"secret:{'a' * 32}", f"k1:{'a' * 32},k1:{'b' * 32}", f"K 1:{'a' * 32}"]
)
def test_a_field_key_that_cannot_be_used_is_told(keys: str) -> None:
    with pytest.raises(ConfigError, match="FYRKLANG_FIELD_KEYS"):
        _config(keys)
