"""Seals: a signed statement, hour by hour, of where every tenant's chain stood.

A chain alone does not show that its tail was cut or that all of it was rewritten. A seal does: it is
signed with a key the database never sees, each names the one before, and copies lie outside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from fyrklang.kernel.audit import merkle
from fyrklang.kernel.audit.chain import GENESIS, encode, microseconds, moment
from fyrklang.kernel.config import Config

FORM = "fyrklang-seal-1"
KEY_PURPOSE = "audit-seal"


class WentBackError(RuntimeError):
    """A chain is shorter than, or not the one, it was when last sealed. It must not be sealed again."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where one tenant's chain stood. `chain_id` None: it had not begun."""

    tenant_id: UUID
    seq: int
    hash: bytes
    chain_id: UUID | None
    synthetic: bool

    def content(self) -> bytes:
        """What the tree is made of."""
        return encode(
            str(self.tenant_id),
            str(self.seq),
            self.hash.hex(),
            str(self.chain_id) if self.chain_id else None,
            "1" if self.synthetic else "0",
        )

    def follows(self, earlier: Leaf) -> bool:
        """Whether this can be the same chain at a later time.

        An invented förbund may be taken away and drawn anew, and then has another chain.
        """
        if self.chain_id != earlier.chain_id and earlier.chain_id is not None:
            return earlier.synthetic
        return self.seq > earlier.seq or (self.seq == earlier.seq and self.hash == earlier.hash)


@dataclass(frozen=True, slots=True)
class Seal:
    """One signed statement. `leaves` is every tenant there was, ordered by id."""

    number: int
    at: datetime
    previous: bytes
    root: bytes
    tenants: int
    events: int
    key_id: str
    signature: bytes
    leaves: tuple[Leaf, ...]

    def payload(self) -> bytes:
        """What is signed."""
        return encode(
            FORM,
            str(self.number),
            str(microseconds(self.at)),
            self.previous.hex(),
            self.root.hex(),
            str(self.tenants),
            str(self.events),
            self.key_id,
        )

    def fingerprint(self) -> bytes:
        """What the next seal calls this one."""
        return hashlib.sha256(self.payload() + self.signature).digest()

    def leaf_of(self, tenant_id: UUID) -> Leaf | None:
        """A tenant's leaf, if it was there."""
        return next((leaf for leaf in self.leaves if leaf.tenant_id == tenant_id), None)


class Signer:
    """Holds the sealing key, derived from the installation's secret so that every process has the same."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()
        self.key_id = key_id(self.public)

    @classmethod
    def of(cls, config: Config) -> Signer:
        """The signer of an installation."""
        return cls(config.derive(KEY_PURPOSE))

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature (RFC 8032)."""
        return self._key.sign(message)

    def seal(self, leaves: Iterable[Leaf], last: Seal | None, at: datetime) -> Seal:
        """The seal that comes after `last`.

        Raises:
            WentBackError: a tenant's chain cannot be a continuation of what `last` says.
        """
        present = tuple(sorted(leaves, key=lambda leaf: leaf.tenant_id))
        if last is not None:
            refuse_going_back(last, present)
        unsigned = Seal(
            number=last.number + 1 if last else 1,
            at=at,
            previous=last.fingerprint() if last else GENESIS,
            root=root_of(present),
            tenants=len(present),
            events=sum(leaf.seq for leaf in present),
            key_id=self.key_id,
            signature=b"",
            leaves=present,
        )
        return replace(unsigned, signature=self.sign(unsigned.payload()))


def refuse_going_back(last: Seal, present: Sequence[Leaf]) -> None:
    """See that every tenant of a seal is still there and no shorter.

    Raises:
        WentBackError: names the tenants that are not.
    """
    now = {leaf.tenant_id: leaf for leaf in present}
    gone = [
        str(leaf.tenant_id)
        for leaf in last.leaves
        if ((found := now.get(leaf.tenant_id)) is None and not leaf.synthetic)
        or (found is not None and not found.follows(leaf))
    ]  # fmt: skip
    if gone:
        raise WentBackError(f"loggen har gått tillbaka för {', '.join(gone)}")


def root_of(leaves: Sequence[Leaf]) -> bytes:
    """The Merkle root over leaves in order."""
    return merkle.root([leaf.content() for leaf in leaves])


def key_id(public: bytes) -> str:
    """The short name of a public key."""
    return hashlib.sha256(public).hexdigest()[:16]


@lru_cache(maxsize=65_536)
def signed_by(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is the key's."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def to_plain(seal: Seal) -> dict[str, Any]:
    """A seal as JSON holds it, in the copy outside the database."""
    return {**head_of(seal), "leaves": leaves_to_plain(seal.leaves)}


def head_of(seal: Seal) -> dict[str, Any]:
    """A seal as JSON without its leaves."""
    return {
        "number": seal.number,
        "at": microseconds(seal.at),
        "previous": seal.previous.hex(),
        "root": seal.root.hex(),
        "tenants": seal.tenants,
        "events": seal.events,
        "key_id": seal.key_id,
        "signature": seal.signature.hex(),
    }


def from_plain(values: Mapping[str, Any]) -> Seal:
    """The inverse of `to_plain`; without "leaves" it has none.

    Raises:
        KeyError, TypeError, ValueError: it is no seal.
    """
    return Seal(
        number=int(values["number"]),
        at=moment(int(values["at"])),
        previous=bytes.fromhex(values["previous"]),
        root=bytes.fromhex(values["root"]),
        tenants=int(values["tenants"]),
        events=int(values["events"]),
        key_id=str(values["key_id"]),
        signature=bytes.fromhex(values["signature"]),
        leaves=leaves_from_plain(values.get("leaves", {})),
    )


def leaves_to_plain(leaves: Iterable[Leaf]) -> dict[str, list[Any]]:
    """Leaves as JSON: tenant to length, hash, chain and whether it is invented."""
    return {str(leaf.tenant_id): leaf_to_plain(leaf) for leaf in leaves}


def leaf_to_plain(leaf: Leaf) -> list[Any]:
    """One leaf as JSON, without its tenant."""
    return [leaf.seq, leaf.hash.hex(), str(leaf.chain_id) if leaf.chain_id else None, leaf.synthetic]


def leaf_from_plain(tenant_id: UUID, values: Sequence[Any]) -> Leaf:
    """The inverse of `leaf_to_plain`."""
    seq, found, chain, synthetic = values
    return Leaf(
        tenant_id, int(seq), bytes.fromhex(found), UUID(chain) if chain is not None else None, bool(synthetic)
    )


def leaves_from_plain(values: Mapping[str, Sequence[Any]]) -> tuple[Leaf, ...]:
    """The inverse of `leaves_to_plain`, ordered by tenant."""
    found = [leaf_from_plain(UUID(tenant), leaf) for tenant, leaf in values.items()]
    return tuple(sorted(found, key=lambda leaf: leaf.tenant_id))
