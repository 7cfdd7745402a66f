"""Is the log whole? Asked of plain rows and seals; nothing the database says about itself is believed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import groupby
from uuid import UUID

from fyrklang.kernel.audit import merkle
from fyrklang.kernel.audit.chain import GENESIS, Event, Head, digest
from fyrklang.kernel.audit.seals import Leaf, Seal, root_of, signed_by


class Kind(Enum):
    """What can be wrong, in words for the person at the terminal."""

    EDITED = "händelse {number} har ändrats"
    UNLINKED = "händelse {number} hänger inte ihop med den före"
    GAP = "händelse {number} saknas eller står på fel plats"
    HEAD_DIFFERS = "loggen slutar inte vid händelse {number}, som dess huvud säger"
    HEADLESS = "loggen har händelser men inget huvud"
    SHORT = "loggen var förseglad till och med händelse {number} men är kortare nu"
    REWRITTEN = "händelse {number} är inte den som förseglades"
    REPLACED = "loggen har bytts mot en annan"
    TENANT_GONE = "förbundet fanns i försegling {number} men är borta"
    TENANT_UNKNOWN = "det finns händelser för ett förbund som inte finns"
    SEAL_GAP = "försegling {number} saknas eller står på fel plats"
    SEAL_UNLINKED = "försegling {number} hänger inte ihop med den före"
    SEAL_EDITED = "försegling {number} stämmer inte med det den förseglar"
    SEAL_UNSIGNED = "försegling {number} är inte underskriven med installationens nyckel"
    SEAL_BACK = "försegling {number} går tillbaka i tiden"
    SEAL_MISSING = "försegling {number} finns i kopian utanför databasen men inte i databasen"
    SEAL_DIFFERS = "försegling {number} är en annan i databasen än i kopian utanför"
    FILE_CUT = "filen är inte hel"
    FILE_UNSIGNED = "filen är inte underskriven med installationens nyckel"
    UNEXPECTED = "händelse {number} har inte det fingeravtryck som väntades"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. `number` is an event's or a seal's, 0 when neither."""

    kind: Kind
    tenant_id: UUID | None = None
    number: int = 0

    @property
    def sentence(self) -> str:
        """In Swedish."""
        return self.kind.value.format(number=self.number)


@dataclass
class Report:
    """What was looked at and what was wrong."""

    tenants: int = 0
    events: int = 0
    seals: int = 0
    copies: int = 0
    redrawn: int = 0
    faults: list[Fault] = field(default_factory=list)
    ends: dict[UUID, int] = field(default_factory=dict)
    unsealed: int = 0

    @property
    def whole(self) -> bool:
        """Whether nothing was wrong."""
        return not self.faults


@dataclass(frozen=True)
class State:
    """Everything to be judged. Rows come in order: events by tenant and number, seals by number.

    `copies` are the seals kept outside the database; `tenants` the ids the register holds.
    """

    tenants: frozenset[UUID]
    heads: Iterable[Head]
    events: Iterable[Event]
    seals: Iterable[Seal]
    copies: Iterable[Seal] = ()


@dataclass
class Pins:
    """What the seals say of one tenant: the hash at each sealed length of its present chain."""

    chain_id: UUID | None
    first_seal: int
    always_synthetic: bool
    hashes: dict[int, bytes] = field(default_factory=dict)
    length: int = 0

    def add(self, leaf: Leaf) -> bool:
        """Note one more sealed length; False when it contradicts an earlier one."""
        fits = self.hashes.setdefault(leaf.seq, leaf.hash) == leaf.hash and leaf.seq >= self.length
        self.length = max(self.length, leaf.seq)
        return fits

    def begin_again(self, chain_id: UUID | None) -> None:
        """An invented förbund was taken away and drawn anew: what was sealed before is gone with it."""
        self.hashes.clear()
        self.chain_id, self.length = chain_id, 0


class SealBook:
    """Takes the seals in, judges each by itself and by the one before, and remembers what they pin."""

    def __init__(self, trusted: Mapping[str, bytes]) -> None:
        self._trusted = trusted
        self._last: Seal | None = None
        self._fingerprints: dict[int, bytes] = {}
        self.pins: dict[UUID, Pins] = {}
        self.faults: list[Fault] = []
        self.copies = 0

    def take(self, seal: Seal) -> None:
        """A seal from the database, in the order of numbers."""
        last, self._last = self._last, seal
        self._fingerprints[seal.number] = seal.fingerprint()
        if not self._genuine(seal):
            return
        if seal.number != (last.number + 1 if last else 1):
            self._fault(Kind.SEAL_GAP, seal)
        elif seal.previous != (last.fingerprint() if last else GENESIS):
            self._fault(Kind.SEAL_UNLINKED, seal)
        elif last is not None and seal.at <= last.at:
            self._fault(Kind.SEAL_BACK, seal)
        self._pin(seal)

    def take_proof(self, seal: Seal, leaf: Leaf, place: int, siblings: Sequence[bytes]) -> None:
        """A seal without its leaves, and the proof that one tenant's leaf is under it."""
        last, self._last = self._last, seal
        self._fingerprints[seal.number] = seal.fingerprint()
        if not self._signed(seal):
            return
        if merkle.root_from(leaf.content(), place, seal.tenants, siblings) != seal.root:
            self._fault(Kind.SEAL_EDITED, seal)
        elif last is not None and (seal.number <= last.number or seal.at <= last.at):
            self._fault(Kind.SEAL_BACK, seal)
        else:
            self._pin_leaf(seal, leaf)

    def compare(self, copy: Seal) -> None:
        """A seal from outside: it must be in the database, byte for byte."""
        self.copies += 1
        stored = self._fingerprints.get(copy.number)
        if stored == copy.fingerprint():
            if root_of(copy.leaves) != copy.root:
                self._fault(Kind.SEAL_DIFFERS, copy)
            return
        self._fault(Kind.SEAL_MISSING if stored is None else Kind.SEAL_DIFFERS, copy)
        if self._genuine(copy):
            self._pin(copy)

    @property
    def taken(self) -> int:
        """How many the database held."""
        return len(self._fingerprints)

    def compare_for(self, tenant_id: UUID, copy: Seal) -> None:
        """As `compare` for one tenant alone, where not every seal is at hand."""
        self.copies += 1
        leaf = copy.leaf_of(tenant_id)
        stored = self._fingerprints.get(copy.number)
        if stored not in (None, copy.fingerprint()):
            self._fault(Kind.SEAL_DIFFERS, copy)
        elif leaf is not None and self._genuine(copy):
            pins = self.pins.setdefault(tenant_id, Pins(leaf.chain_id, copy.number, leaf.synthetic))
            if leaf.seq and pins.hashes.setdefault(leaf.seq, leaf.hash) != leaf.hash:
                self._fault(Kind.SEAL_DIFFERS, copy)

    def _signed(self, seal: Seal) -> bool:
        public = self._trusted.get(seal.key_id)
        if public is not None and signed_by(public, seal.payload(), seal.signature):
            return True
        self._fault(Kind.SEAL_UNSIGNED, seal)
        return False

    def _genuine(self, seal: Seal) -> bool:
        if not self._signed(seal):
            return False
        counted = sum(leaf.seq for leaf in seal.leaves)
        same = seal.tenants == len(seal.leaves) and seal.events == counted
        if not same or root_of(seal.leaves) != seal.root:
            self._fault(Kind.SEAL_EDITED, seal)
            return False
        return True

    def _pin(self, seal: Seal) -> None:
        for leaf in seal.leaves:
            self._pin_leaf(seal, leaf)

    def _pin_leaf(self, seal: Seal, leaf: Leaf) -> None:
        pins = self.pins.get(leaf.tenant_id)
        if pins is None:
            pins = self.pins[leaf.tenant_id] = Pins(leaf.chain_id, seal.number, leaf.synthetic)
        if pins.chain_id is None:
            pins.chain_id = leaf.chain_id
        elif leaf.chain_id != pins.chain_id:
            if not (pins.always_synthetic and leaf.synthetic):
                self._fault(Kind.REPLACED, seal, leaf.tenant_id)
                return
            pins.begin_again(leaf.chain_id)
        pins.always_synthetic = pins.always_synthetic and leaf.synthetic
        if leaf.seq and not pins.add(leaf):
            self._fault(Kind.SEAL_BACK, seal, leaf.tenant_id)

    def _fault(self, kind: Kind, seal: Seal, tenant_id: UUID | None = None) -> None:
        self.faults.append(Fault(kind, tenant_id, seal.number))


def verify(state: State, trusted: Mapping[str, bytes]) -> Report:
    """Judge everything; `trusted` is key id to public key."""
    book = SealBook(trusted)
    for seal in state.seals:
        book.take(seal)
    for copy in state.copies:
        book.compare(copy)
    report = Report(tenants=len(state.tenants), seals=book.taken, copies=book.copies, faults=book.faults)
    heads = {head.tenant_id: head for head in state.heads}
    seen = set()
    for tenant_id, events in groupby(state.events, key=lambda event: event.tenant_id):
        seen.add(tenant_id)
        if tenant_id not in state.tenants:
            report.faults.append(Fault(Kind.TENANT_UNKNOWN, tenant_id))
        judge_chain(events, heads.get(tenant_id), book.pins.get(tenant_id), report)
    for head in heads.values():
        if head.tenant_id not in seen:
            judge_chain((), head, book.pins.get(head.tenant_id), report)
    for tenant_id, pins in book.pins.items():
        _judge_absence(tenant_id, pins, state, heads.keys() | seen, report)
    return report


def judge_chain(events: Iterable[Event], head: Head | None, pins: Pins | None, report: Report) -> None:
    """Judge one tenant's chain from its first event; what is wrong first is what is told."""
    last_seq, last_hash, fault = 0, GENESIS, None
    tenant_id = head.tenant_id if head else None
    held = _pins_in_force(head, pins, report)
    for event in events:
        tenant_id = event.tenant_id
        report.events += 1
        fault = fault or _judge_event(event, last_seq, last_hash, held)
        last_seq, last_hash = event.seq, event.hash
    if fault is None:
        fault = _judge_end(head, last_seq, last_hash, held)
    if tenant_id is not None:
        report.ends[tenant_id] = last_seq
    if fault is not None:
        report.faults.append(Fault(fault[0], tenant_id, fault[1]))
    report.unsealed += max(0, last_seq - max(held, default=0))


def _pins_in_force(head: Head | None, pins: Pins | None, report: Report) -> Mapping[int, bytes]:
    if pins is None:
        return {}
    if head is not None and pins.chain_id is not None and head.chain_id != pins.chain_id:
        if pins.always_synthetic:
            report.redrawn += 1
            return {}
        report.faults.append(Fault(Kind.REPLACED, head.tenant_id))
    return pins.hashes


def _judge_event(
    event: Event, last_seq: int, last_hash: bytes, pins: Mapping[int, bytes]
) -> tuple[Kind, int] | None:
    if event.seq != last_seq + 1:
        return Kind.GAP, last_seq + 1
    if event.previous_hash != last_hash:
        return Kind.UNLINKED, event.seq
    if digest(event) != event.hash:
        return Kind.EDITED, event.seq
    if pins.get(event.seq, event.hash) != event.hash:
        return Kind.REWRITTEN, event.seq
    return None


def _judge_end(
    head: Head | None, last_seq: int, last_hash: bytes, pins: Mapping[int, bytes]
) -> tuple[Kind, int] | None:
    sealed = max(pins, default=0)
    if last_seq < sealed:
        return Kind.SHORT, sealed
    if head is None:
        return (Kind.HEADLESS, 0) if last_seq else None
    if (head.seq, head.hash) != (last_seq, last_hash):
        return Kind.HEAD_DIFFERS, head.seq
    return None


def _judge_absence(
    tenant_id: UUID, pins: Pins, state: State, present: frozenset[UUID] | set[UUID], report: Report
) -> None:
    if pins.always_synthetic and (tenant_id not in state.tenants or tenant_id not in present):
        report.redrawn += 1
        return
    if tenant_id not in state.tenants:
        report.faults.append(Fault(Kind.TENANT_GONE, tenant_id, pins.first_seal))
    elif tenant_id not in present and pins.length:
        report.faults.append(Fault(Kind.SHORT, tenant_id, pins.length))
