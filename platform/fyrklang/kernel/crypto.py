"""Sealing small texts: authenticated encryption bound to a place, keys wrapped by keys, keyed hashes.

AES-256-GCM-SIV (RFC 8452) with a random nonce: should a nonce ever come twice, it tells that two texts are
equal and nothing more. What is sealed carries one byte of version, 12 of nonce and 16 of tag.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

KEY_BYTES = 32
_VERSION = b"\x01"
_NONCE_BYTES = 12
_TAG_BYTES = 16

Place = tuple[bytes, ...]
"""Where a sealed text stands, part by part. It opens in no other place."""


class UnreadableError(Exception):
    """The key or the place is another, or somebody has changed the bytes; which of them cannot be told."""


def new_key() -> bytes:
    """A fresh random key."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, plain: bytes, place: Place) -> bytes:
    """Encrypt so that only this key opens it, and only in this place."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _VERSION + nonce + AESGCMSIV(key).encrypt(nonce, plain, _joined(place))


def unseal(key: bytes, sealed: bytes, place: Place) -> bytes:
    """What was sealed.

    Raises:
        UnreadableError: wrong key, wrong place or changed bytes.
    """
    head, nonce, body = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    if head != _VERSION or len(body) < _TAG_BYTES:
        raise UnreadableError
    try:
        return AESGCMSIV(key).decrypt(nonce, body, _joined(place))
    except InvalidTag as error:
        raise UnreadableError from error


def keyed_hash(key: bytes, *parts: bytes) -> bytes:
    """HMAC-SHA-256 (RFC 2104) over parts that cannot run into one another; 32 bytes."""
    return hmac.new(key, _joined(parts), hashlib.sha256).digest()


@dataclass(frozen=True)
class KeyRing:
    """The platform's own keys, by name. The first wraps; the others only open what they once wrapped."""

    keys: Mapping[str, bytes]

    @property
    def current(self) -> str:
        """The name of the key that wraps."""
        return next(iter(self.keys))

    def wrap(self, key: bytes, place: Place) -> tuple[str, bytes]:
        """A key sealed under the present platform key, and that key's name."""
        return self.current, seal(self.keys[self.current], key, (self.current.encode(), *place))

    def unwrap(self, name: str, wrapped: bytes, place: Place) -> bytes:
        """The key inside.

        Raises:
            UnreadableError: the ring has no such key, or it does not fit.
        """
        if name not in self.keys:
            raise UnreadableError(f"the platform key {name} is not among FYRKLANG_FIELD_KEYS")
        return unseal(self.keys[name], wrapped, (name.encode(), *place))


def _joined(parts: Place) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
