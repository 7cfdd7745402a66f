"""One tenant's log as a file that can be judged anywhere: JSON Lines, signed as a whole.

{"kind": "head", …}    whose log, when it was written, which keys
{"kind": "seal", …}    each seal in which the chain had grown, with the proof of this tenant's leaf
{"kind": "event", …}   every event from the first
{"kind": "end", …}     how many there were, and a signature over every byte before
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import IO, Any
from uuid import UUID

from fyrklang.kernel.audit import merkle
from fyrklang.kernel.audit.chain import Event, Head
from fyrklang.kernel.audit.seals import (
    Leaf,
    Seal,
    Signer,
    from_plain,
    head_of,
    leaf_from_plain,
    leaf_to_plain,
    signed_by,
)
from fyrklang.kernel.audit.verify import Fault, Kind, Report, SealBook, judge_chain

FORM = "fyrklang-audit-export-1"
_UUIDS = frozenset({"tenant_id", "id", "actor_id", "object_id"})
_HASHES = frozenset({"previous_hash", "hash"})
_FIELDS = tuple(field.name for field in fields(Event))


@dataclass(frozen=True)
class Subject:
    """Whose log a file holds, and where its chain ended when it was written."""

    slug: str
    name: str
    head: Head


@dataclass(frozen=True)
class Expected:
    """A fingerprint somebody wrote down: the first hex digits of one event's hash."""

    seq: int
    digits: str


def write_export(
    out: IO[bytes], subject: Subject, seals: Iterable[Seal], events: Iterable[Event], signer: Signer
) -> int:
    """Write the file; returns how many events it holds."""
    running = hashlib.sha256()

    def put(kind: str, values: Mapping[str, Any]) -> None:
        line = _line({"kind": kind, **values})
        running.update(line)
        out.write(line)

    put("head", _head_to_plain(subject, signer))
    for seal, leaf in _telling(seals, subject.head.tenant_id):
        leaves = [each.content() for each in seal.leaves]
        place = seal.leaves.index(leaf)
        proof = [step.hex() for step in merkle.path(leaves, place)]
        put("seal", {**head_of(seal), "leaf": leaf_to_plain(leaf), "place": place, "path": proof})
    count = 0
    for event in events:
        put("event", event_to_plain(event))
        count += 1
    signature = signer.sign(_signed_part(running.digest(), count)).hex()
    put("end", {"events": count, "key_id": signer.key_id, "signature": signature})
    return count


def verify_export(
    lines: Iterable[bytes],
    trusted: Mapping[str, bytes],
    copies: Iterable[Seal] = (),
    expected: Expected | None = None,
) -> tuple[Report, Subject | None]:
    """Judge a file; `copies` are seals kept elsewhere. The subject is None when it is no such file."""
    reader = _Reader(lines, trusted)
    try:
        return reader.judge(copies, expected)
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError):
        reader.report.faults.append(Fault(Kind.FILE_CUT))
        return reader.report, reader.subject


class _Reader:
    """Reads a file once from its first line to its last."""

    def __init__(self, lines: Iterable[bytes], trusted: Mapping[str, bytes]) -> None:
        self._lines = iter(lines)
        self._trusted = trusted
        self._running = hashlib.sha256()
        self._ahead: dict[str, Any] | None = None
        self.report = Report(tenants=1)
        self.subject: Subject | None = None

    def judge(self, copies: Iterable[Seal], expected: Expected | None) -> tuple[Report, Subject]:
        head = self._next("head")
        if head is None or head["form"] != FORM:
            raise ValueError("not an export")
        self.subject = subject = _subject(head)
        book = SealBook(self._trusted)
        tenant_id = subject.head.tenant_id
        while (seal := self._next("seal")) is not None:
            leaf = leaf_from_plain(tenant_id, seal["leaf"])
            proof = [bytes.fromhex(step) for step in seal["path"]]
            book.take_proof(from_plain(seal), leaf, seal["place"], proof)
        for copy in copies:
            book.compare_for(tenant_id, copy)
        self.report.seals, self.report.copies = book.taken, book.copies
        self.report.faults += book.faults
        events = self._watched(self._events(), expected)
        judge_chain(events, subject.head, book.pins.get(tenant_id), self.report)
        self._judge_end()
        return self.report, subject

    def _events(self) -> Iterator[Event]:
        while (values := self._next("event")) is not None:
            yield event_from_plain(values)

    def _watched(self, events: Iterator[Event], expected: Expected | None) -> Iterator[Event]:
        found = expected is None
        for event in events:
            if expected is not None and event.seq == expected.seq:
                found = event.hash.hex().startswith(expected.digits.lower())
            yield event
        if expected is not None and not found:
            self.report.faults.append(Fault(Kind.UNEXPECTED, None, expected.seq))

    def _judge_end(self) -> None:
        digest = self._running.digest()
        end = self._next("end")
        if end is None or next(self._lines, None) is not None or end["events"] != self.report.events:
            raise ValueError("the file does not end where it says")
        public = self._trusted.get(end["key_id"])
        message = _signed_part(digest, end["events"])
        if public is None or not signed_by(public, message, bytes.fromhex(end["signature"])):
            self.report.faults.append(Fault(Kind.FILE_UNSIGNED))

    def _next(self, kind: str) -> dict[str, Any] | None:
        """The next line if it is of that kind, else None and the line is kept."""
        if self._ahead is None:
            line = next(self._lines, None)
            if line is None or not line.endswith(b"\n"):
                raise ValueError("the file ends too soon")
            self._ahead = json.loads(line, object_pairs_hook=_without_twins)
            if self._ahead["kind"] != "end":
                self._running.update(line)
            elif line != _line(self._ahead) or line != line.lower():
                raise ValueError("the last line, which no signature covers, is not as it was written")
        if self._ahead["kind"] != kind:
            return None
        values, self._ahead = self._ahead, None
        values.pop("kind")
        return values


def event_to_plain(event: Event) -> dict[str, Any]:
    """An event as JSON; the moment in UTC to the microsecond."""
    return {name: _plain(getattr(event, name)) for name in _FIELDS}


def event_from_plain(values: Mapping[str, Any]) -> Event:
    """The inverse of `event_to_plain`.

    Raises:
        ValueError: fields are missing or added.
    """
    if set(values) != set(_FIELDS):
        raise ValueError("not an event")
    return Event(**{name: _typed(name, value) for name, value in values.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value


def _typed(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _UUIDS:
        return UUID(value)
    if name in _HASHES:
        return bytes.fromhex(value)
    return datetime.fromisoformat(value) if name == "at" else value


def _head_to_plain(subject: Subject, signer: Signer) -> dict[str, Any]:
    head = subject.head
    return {
        "form": FORM,
        "tenant": {"id": str(head.tenant_id), "slug": subject.slug, "name": subject.name},
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "chain": {"id": str(head.chain_id), "seq": head.seq, "hash": head.hash.hex()},
        "public_key": {"id": signer.key_id, "ed25519": signer.public.hex()},
    }


def _subject(values: Mapping[str, Any]) -> Subject:
    tenant, chain = values["tenant"], values["chain"]
    head = Head(UUID(tenant["id"]), UUID(chain["id"]), chain["seq"], bytes.fromhex(chain["hash"]))
    return Subject(tenant["slug"], tenant["name"], head)


def _telling(seals: Iterable[Seal], tenant_id: UUID) -> Iterator[tuple[Seal, Leaf]]:
    """The seals in which the chain had grown, and the last one, which says how late it was still so."""
    known, latest = -1, None
    for seal in seals:
        leaf = seal.leaf_of(tenant_id)
        if leaf is None:
            continue
        if leaf.seq != known:
            known, latest = leaf.seq, None
            yield seal, leaf
        else:
            latest = (seal, leaf)
    if latest is not None:
        yield latest


def _line(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _signed_part(digest: bytes, count: int) -> bytes:
    return f"{FORM}:{count}:{digest.hex()}".encode()


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice in one line")
    return found
