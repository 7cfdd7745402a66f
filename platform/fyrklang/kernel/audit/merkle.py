"""A Merkle tree (RFC 9162 §2.1): one root over many leaves, and a short proof that one leaf is under it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

_LEAF, _NODE = b"\x00", b"\x01"


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf contents in their order; over none, the hash of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = _split(len(leaves))
    return _node(root(leaves[:split]), root(leaves[split:]))


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """What `root_from` needs beside the leaf at `index`, from the leaf upwards."""
    if len(leaves) <= 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*path(leaves[:split], index), root(leaves[split:])]
    return [*path(leaves[split:], index - split), root(leaves[:split])]


def root_from(leaf: bytes, index: int, size: int, siblings: Sequence[bytes]) -> bytes | None:
    """The root a leaf's path leads to; None when the path does not fit a tree of `size` leaves."""
    if not 0 <= index < size:
        return None
    sides = _sides(index, size)
    if len(sides) != len(siblings):
        return None
    found = leaf_hash(leaf)
    for is_right, sibling in zip(reversed(sides), siblings, strict=True):
        found = _node(sibling, found) if is_right else _node(found, sibling)
    return found


def leaf_hash(content: bytes) -> bytes:
    """The hash of a leaf, told apart from a node's so that neither can be passed off as the other."""
    return hashlib.sha256(_LEAF + content).digest()


def _sides(index: int, size: int) -> list[bool]:
    """From the root down: whether the leaf lies to the right."""
    sides = []
    while size > 1:
        split = _split(size)
        right = index >= split
        sides.append(right)
        index, size = (index - split, size - split) if right else (index, split)
    return sides


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()
