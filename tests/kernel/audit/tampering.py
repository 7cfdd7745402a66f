"""A small log in three förbund with its seals, and every way we know to bend it.

All of it is sealed: what is younger than the last seal and kept nowhere else, whoever owns the database can
rewrite, and the seals come every hour for that reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from fyrklang.kernel.audit.chain import GENESIS, Event, Head, digest
from fyrklang.kernel.audit.seals import Leaf, Seal, Signer
from fyrklang.kernel.audit.verify import State

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
SEALS = 5
EVENTS = 20
OWN = Signer(b"o" * 32)
FOREIGN = Signer(b"f" * 32)
TRUSTED = {OWN.key_id: OWN.public}


@dataclass
class Log:
    """What a database and the copy outside it hold, in lists that can be bent."""

    tenants: set[UUID]
    heads: dict[UUID, Head]
    events: dict[UUID, list[Event]]
    seals: list[Seal]
    copies: list[Seal]

    def copy(self) -> Log:
        events = {tenant: list(chain) for tenant, chain in self.events.items()}
        return Log(set(self.tenants), dict(self.heads), events, list(self.seals), list(self.copies))

    def state(self) -> State:
        rows = [event for tenant in sorted(self.events) for event in self.events[tenant]]
        return State(frozenset(self.tenants), list(self.heads.values()), rows, self.seals, self.copies)


def uuid(rng: Random) -> UUID:
    """A random id."""
    return UUID(int=rng.getrandbits(128), version=4)


def an_event(rng: Random, tenant: UUID, seq: int, previous: bytes) -> Event:
    """An event that hangs on the one before."""
    made = Event(
        tenant_id=tenant,
        id=uuid(rng),
        seq=seq,
        at=BEGUN + timedelta(minutes=seq, microseconds=rng.randrange(10**6)),
        actor_id=uuid(rng),
        session=f"{rng.getrandbits(64):016x}",
        role="CASE_WORKER",
        party="FK",
        loa="loa3",
        action=rng.choice(("case.read", "case.changed", "export.made")),
        object_type="stay",
        object_id=uuid(rng),
        reason="",
        request_id=f"{rng.getrandbits(48):012x}",
        outcome="DONE",
        detail={"count": rng.randrange(9), "ids": [f"{rng.getrandbits(32):08x}"]},
        previous_hash=previous,
        hash=b"",
    )
    return replace(made, hash=digest(made))


def a_log(rng: Random) -> Log:
    """Three förbund whose logs grow between the seals."""
    tenants = [uuid(rng) for _number in range(3)]
    chains: dict[UUID, list[Event]] = {tenant: [] for tenant in tenants}
    ids = {tenant: uuid(rng) for tenant in tenants}
    sealed: list[Seal] = []
    for number in range(1, SEALS + 1):
        for tenant, chain in chains.items():
            while len(chain) < EVENTS * number // SEALS:
                chain.append(an_event(rng, tenant, len(chain) + 1, chain[-1].hash if chain else GENESIS))
        leaves = [Leaf(t, len(c), c[-1].hash, ids[t], synthetic=False) for t, c in chains.items()]
        sealed.append(OWN.seal(leaves, sealed[-1] if sealed else None, BEGUN + timedelta(hours=number)))
    heads = {tenant: Head(tenant, ids[tenant], len(c), c[-1].hash) for tenant, c in chains.items()}
    return Log(set(tenants), heads, chains, sealed, list(sealed))


def other(rng: Random, value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, UUID):
        return uuid(rng)
    if isinstance(value, bytes):
        place = rng.randrange(len(value))
        return value[:place] + bytes([value[place] ^ 1 << rng.randrange(8)]) + value[place + 1 :]
    if isinstance(value, datetime):
        return value + timedelta(microseconds=rng.choice((-1, 1, 10**6)))
    if isinstance(value, int):
        return value + rng.choice((-1, 1, 7))
    if isinstance(value, dict):
        return {**value, "count": value["count"] + 1} if rng.random() < 0.5 else {}
    return rng.choice((None, f"{value}x"))


def anywhere(rng: Random, log: Log) -> tuple[UUID, list[Event], int]:
    """A förbund, its chain and a place in it."""
    tenant = rng.choice(sorted(log.events))
    return tenant, log.events[tenant], rng.randrange(len(log.events[tenant]))


def hang_together(log: Log, tenant: UUID, first: int) -> None:
    """Compute every hash anew from a place on, and the head: what an owner of the database would do."""
    chain = log.events[tenant]
    for place in range(first, len(chain)):
        previous = chain[place - 1].hash if place else GENESIS
        bent = replace(chain[place], seq=place + 1, tenant_id=tenant, previous_hash=previous)
        chain[place] = replace(bent, hash=digest(bent))
    log.heads[tenant] = replace(log.heads[tenant], seq=len(chain), hash=chain[-1].hash if chain else GENESIS)


def change(rng: Random, log: Log) -> None:
    _tenant, chain, place = anywhere(rng, log)
    name = rng.choice([each.name for each in fields(Event) if each.name != "tenant_id"])
    chain[place] = replace(chain[place], **{name: other(rng, getattr(chain[place], name))})


def change_and_rehash(rng: Random, log: Log) -> None:
    _tenant, chain, place = anywhere(rng, log)
    bent = replace(chain[place], object_id=uuid(rng))
    chain[place] = replace(bent, hash=digest(bent))


def delete(rng: Random, log: Log) -> None:
    _tenant, chain, place = anywhere(rng, log)
    del chain[place]


def insert(rng: Random, log: Log) -> None:
    tenant, chain, place = anywhere(rng, log)
    chain.insert(place, an_event(rng, tenant, place + 1, chain[place - 1].hash if place else GENESIS))


def repeat(rng: Random, log: Log) -> None:
    _tenant, chain, place = anywhere(rng, log)
    chain.insert(place, chain[place])


def reorder(rng: Random, log: Log) -> None:
    _tenant, chain, place = anywhere(rng, log)
    there = (place + rng.randrange(1, len(chain))) % len(chain)
    chain[place], chain[there] = chain[there], chain[place]


def swap_between(rng: Random, log: Log) -> None:
    one, two = rng.sample(sorted(log.events), 2)
    place = rng.randrange(EVENTS)
    first, second = log.events[one][place], log.events[two][place]
    log.events[one][place] = replace(second, tenant_id=one)
    log.events[two][place] = replace(first, tenant_id=two)


def swap_chains(rng: Random, log: Log) -> None:
    one, two = rng.sample(sorted(log.events), 2)
    log.events[one], log.events[two] = log.events[two], log.events[one]
    for tenant in (one, two):
        hang_together(log, tenant, 0)


def cut(rng: Random, log: Log) -> None:
    _tenant, chain, place = anywhere(rng, log)
    del chain[place:]


def cut_with_head(rng: Random, log: Log) -> None:
    tenant, chain, place = anywhere(rng, log)
    del chain[place:]
    hang_together(log, tenant, len(chain))


def rewrite(rng: Random, log: Log) -> None:
    tenant, chain, place = anywhere(rng, log)
    chain[place] = replace(chain[place], actor_id=uuid(rng))
    hang_together(log, tenant, place)


def rewrite_without(rng: Random, log: Log) -> None:
    tenant, chain, place = anywhere(rng, log)
    del chain[place]
    hang_together(log, tenant, place)


def rewrite_all(rng: Random, log: Log) -> None:
    tenant, chain, _place = anywhere(rng, log)
    chain[:] = [an_event(rng, tenant, each.seq, GENESIS) for each in chain]
    hang_together(log, tenant, 0)


def rewrite_and_seal(rng: Random, log: Log) -> None:
    """As somebody with the whole database and a key of their own; the copy outside is not theirs."""
    rewrite(rng, log)
    signer = rng.choice((FOREIGN, FOREIGN, OWN))
    sealed: list[Seal] = []
    for old in log.seals:
        leaves = [
            replace(leaf, hash=log.events[leaf.tenant_id][leaf.seq - 1].hash) if leaf.seq else leaf
            for leaf in old.leaves
        ]
        sealed.append(signer.seal(leaves, sealed[-1] if sealed else None, old.at))
    log.seals = sealed


def another_chain(rng: Random, log: Log) -> None:
    tenant, _chain, _place = anywhere(rng, log)
    log.heads[tenant] = replace(log.heads[tenant], chain_id=uuid(rng))


def bend_head(rng: Random, log: Log) -> None:
    tenant, _chain, _place = anywhere(rng, log)
    name = rng.choice(("seq", "hash"))
    log.heads[tenant] = replace(log.heads[tenant], **{name: other(rng, getattr(log.heads[tenant], name))})


def no_head(rng: Random, log: Log) -> None:
    del log.heads[anywhere(rng, log)[0]]


def no_chain(rng: Random, log: Log) -> None:
    tenant = anywhere(rng, log)[0]
    log.events[tenant].clear()
    if rng.random() < 0.5:
        del log.heads[tenant]
    else:
        hang_together(log, tenant, 0)


def no_tenant(rng: Random, log: Log) -> None:
    tenant = anywhere(rng, log)[0]
    log.tenants.discard(tenant)
    if rng.random() < 0.7:
        log.events[tenant].clear()
        del log.heads[tenant]


def back_in_time(rng: Random, log: Log) -> None:
    """An old backup put back: chains, heads and seals agree with each other, the copy outside with neither."""
    keep = rng.randrange(SEALS)
    log.seals = log.seals[:keep]
    for tenant, chain in log.events.items():
        del chain[EVENTS * keep // SEALS :]
        hang_together(log, tenant, len(chain))


def bend_seal(rng: Random, log: Log) -> None:
    where = rng.choice((log.seals, log.copies))
    place = rng.randrange(SEALS)
    name = rng.choice(("number", "at", "previous", "root", "tenants", "events", "signature"))
    where[place] = replace(where[place], **{name: other(rng, getattr(where[place], name))})


def bend_leaf(rng: Random, log: Log) -> None:
    where, place = rng.choice((log.seals, log.copies)), rng.randrange(SEALS)
    leaves = list(where[place].leaves)
    leaf = rng.randrange(len(leaves))
    name = rng.choice(("seq", "hash", "chain_id", "tenant_id"))
    leaves[leaf] = replace(leaves[leaf], **{name: other(rng, getattr(leaves[leaf], name))})
    where[place] = replace(where[place], leaves=tuple(leaves))


def no_seal(rng: Random, log: Log) -> None:
    del log.seals[rng.randrange(SEALS)]


def seals_out_of_order(rng: Random, log: Log) -> None:
    place = rng.randrange(SEALS - 1)
    log.seals[place], log.seals[place + 1] = log.seals[place + 1], log.seals[place]


WAYS: tuple[Callable[[Random, Log], None], ...] = (
    change, change, change_and_rehash, delete, insert, repeat, reorder, swap_between, swap_chains, cut,
    cut_with_head, rewrite, rewrite_without, rewrite_all, rewrite_and_seal, another_chain, bend_head, no_head,
    no_chain, no_tenant, back_in_time, bend_seal, bend_leaf, no_seal, seals_out_of_order,
)  # fmt: skip


def bend_file(rng: Random, lines: list[bytes]) -> list[bytes]:
    """A file of one log, bent: a byte, a line, an order, an end."""
    bent, place = list(lines), rng.randrange(len(lines))
    way = rng.randrange(7)
    if way == 0:
        at = rng.randrange(len(bent[place]) - 1)
        bent[place] = (
            bent[place][:at] + bytes([bent[place][at] ^ 1 << rng.randrange(7)]) + bent[place][at + 1 :]
        )
    elif way == 1:
        del bent[place]
    elif way == 2:
        bent.insert(place, bent[place])
    elif way == 3:
        there = (place + rng.randrange(1, len(bent))) % len(bent)
        bent[place], bent[there] = bent[there], bent[place]
    elif way == 4:
        del bent[place:]
    elif way == 5:
        bent[place] = bent[place].replace(b"CASE_WORKER", b"TENANT_ADMIN").replace(b'":', b'": ', 1)
    else:
        at = rng.randrange(len(bent[place]))
        bent[place] = bent[place][:at] + b"0" + bent[place][at:]
    return bent
