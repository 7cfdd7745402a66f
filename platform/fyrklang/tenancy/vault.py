"""What names a person, sealed: one key per participant, wrapped by the förbund's, wrapped by the platform's.

    vault = Vault(actor.session)
    row.name_sealed = vault.seal(row.id, "care.participant.name", "Tolvan Tolvansson")
    row.number_index = vault.index("number", number.digits)

    vault.open(row.id, "care.participant.name", row.name_sealed)            # one
    vault.open_all("care.participant.name", {r.id: r.name_sealed for r in rows})  # a list, one query for keys
    vault.shred(row.id)                                                     # nobody can open it again

Columns that hold sealed text are `bytea`, those of `index` likewise (32 bytes). A text in another table
than the participant's own row names that row: `seal(participant_id, "care.note.body", text, row_id=note.id)`.
Sealed bytes open only for the same förbund, participant, column and row, so that they cannot be moved.

The look-up index is a hash under a key of the förbund's own: the same person has unrelated values in two
förbund, and whoever has the database without the platform's key can neither read nor try numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from fyrklang.kernel import clock
from fyrklang.kernel.crypto import KeyRing, Place, keyed_hash, new_key, seal, unseal
from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.session import Base, TenantOwned, TenantSession, kept

DATA = "DATA"
INDEX = "INDEX"
_VAULT = {"schema": "vault"}


class ErasedError(Exception):
    """The participant's key is destroyed: what was sealed with it is gone for ever."""


class TenantKey(TenantOwned, Base):
    """A key of the förbund. `DATA` wraps participants' keys, `INDEX` makes the look-up index."""

    __tablename__ = "tenant_key"
    __table_args__ = _VAULT

    purpose: Mapped[str]
    generation: Mapped[int]
    platform_key: Mapped[str]
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime]


class PersonKey(TenantOwned, Base):
    """A participant's key; `id` is the participant's. Without `wrapped` it is destroyed, never to come back."""

    __tablename__ = "person_key"
    __table_args__ = _VAULT

    tenant_key_id: Mapped[UUID | None]
    wrapped: Mapped[bytes | None]
    created_at: Mapped[datetime]
    shredded_at: Mapped[datetime | None] = mapped_column(default=None)


class Vault:
    """Seals, opens, finds and destroys in one förbund. Keys are kept for as long as the vault is."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session
        self._tenant = session.context.tenant_id.bytes
        self._ring: KeyRing = session.database.config.field_key_ring()
        self._tenant_keys: dict[UUID, bytes] = {}
        self._person_keys: dict[UUID, bytes] = {}
        self._index_key: bytes | None = None

    def seal(self, person_id: UUID, column: str, plain: str, row_id: UUID | None = None) -> bytes:
        """Seal a text of a participant's; the participant gets a key the first time.

        Raises:
            ErasedError: the participant's key has been destroyed.
        """
        return self.seal_bytes(person_id, column, plain.encode(), row_id)

    def seal_bytes(self, person_id: UUID, column: str, plain: bytes, row_id: UUID | None = None) -> bytes:
        """As `seal`, of what is no text: a file."""
        key = self._person_key(person_id, make=True)
        return seal(key, plain, self._place(column, person_id, row_id))

    def open(self, person_id: UUID, column: str, sealed: bytes, row_id: UUID | None = None) -> str:
        """Read a sealed text.

        Raises:
            ErasedError: the participant's key has been destroyed.
            UnreadableError: it was sealed for another participant, column, row or förbund, or is damaged.
        """
        return self.open_bytes(person_id, column, sealed, row_id).decode()

    def open_bytes(self, person_id: UUID, column: str, sealed: bytes, row_id: UUID | None = None) -> bytes:
        """As `open`, of what `seal_bytes` sealed."""
        key = self._person_key(person_id, make=False)
        return unseal(key, sealed, self._place(column, person_id, row_id))

    def open_all(self, column: str, sealed: Mapping[UUID, bytes | None]) -> dict[UUID, str]:
        """Read one column of many participants' own rows; whoever has nothing there, or is erased, is left out."""
        self.fetch(sealed)
        return {
            person_id: self.open(person_id, column, value)
            for person_id, value in sealed.items()
            if value is not None and person_id in self._person_keys
        }

    def fetch(self, person_ids: Iterable[UUID]) -> None:
        """Get many participants' keys by one query, before they are opened one by one."""
        wanted = [person_id for person_id in person_ids if person_id not in self._person_keys]
        if wanted:
            for row in self._session.execute(_KEYS.where(PersonKey.id.in_(wanted))):
                self._keep(row)

    def index(self, kind: str, plain: str) -> bytes:
        """The value by which a text is found again in this förbund, and there alone. Normalise it first."""
        return keyed_hash(self._look_up_key(), kind.encode(), plain.encode())

    def erased(self, person_id: UUID) -> bool:
        """Whether the participant's key has been destroyed, so that nothing can be sealed for them again."""
        gone = select(PersonKey.id).where(PersonKey.id == person_id, PersonKey.wrapped.is_(None))
        return self._session.scalars(gone).first() is not None

    def shred(self, person_id: UUID) -> None:
        """Destroy a participant's key. What was sealed with it cannot be read from now on, nor sealed anew.

        Copies of the database from before keep the wrapped key until they are thrown away or the platform's
        key is changed; see docs/decisions/0025.
        """
        gone = {"tenant_key_id": None, "wrapped": None, "shredded_at": clock.now()}
        self._session.execute(
            insert(PersonKey)
            .values(
                tenant_id=self._session.context.tenant_id,
                id=person_id,
                created_at=gone["shredded_at"],
                **gone,
            )
            .on_conflict_do_update(index_elements=["tenant_id", "id"], set_=gone)
        )
        self._person_keys.pop(person_id, None)

    def rewrap(self) -> int:
        """Wrap the förbund's keys by the present platform key; returns how many it changed."""
        held = self._session.scalars(select(TenantKey).with_for_update()).all()
        old = [key for key in held if key.platform_key != self._ring.current]
        for key in old:
            plain = self._unwrap(key.id, key.purpose, key.platform_key, key.wrapped)
            key.platform_key, key.wrapped = self._ring.wrap(plain, self._key_place(key.purpose, key.id))
        self._session.flush()
        return len(old)

    def rotate(self) -> int:
        """Give the förbund a new data key and wrap every participant's key by it; returns how many.

        The sealed texts are left as they are: their own keys do not change.
        """
        self._session.execute(_HALT, {"tenant": str(self._session.context.tenant_id)})
        old = self._session.scalars(select(TenantKey).where(TenantKey.purpose == DATA)).all()
        fresh_id = self._make_tenant_key(DATA, max((key.generation for key in old), default=0) + 1)
        fresh = self._tenant_keys[fresh_id]
        people = self._session.execute(_KEYS).all()
        changed = []
        for row in people:
            self._keep(row)
            wrapped = seal(fresh, self._person_keys[row.id], self._key_place("PERSON", row.id))
            changed.append({"id": row.id, "tenant_key_id": fresh_id, "wrapped": wrapped})
        if changed:
            own = {"tenant_id": self._session.context.tenant_id}
            self._session.execute(update(PersonKey), [{**own, **values} for values in changed])
        self._session.execute(delete(TenantKey).where(TenantKey.id.in_([key.id for key in old])))
        return len(changed)

    def _person_key(self, person_id: UUID, *, make: bool) -> bytes:
        self.fetch([person_id])
        if person_id not in self._person_keys and make:
            self._make_person_key(person_id)
            self.fetch([person_id])
        key = self._person_keys.get(person_id)
        if key is None:
            raise ErasedError
        return key

    def _make_person_key(self, person_id: UUID) -> None:
        tenant_key_id, tenant_key = self._wrapping_key()
        self._session.execute(
            insert(PersonKey)
            .values(
                tenant_id=self._session.context.tenant_id,
                id=person_id,
                tenant_key_id=tenant_key_id,
                wrapped=seal(tenant_key, new_key(), self._key_place("PERSON", person_id)),
                created_at=clock.now(),
            )
            .on_conflict_do_nothing()
        )

    def _wrapping_key(self) -> tuple[UUID, bytes]:
        """The förbund's data key, which no rotation takes away before the transaction ends."""
        self._session.execute(_HOLD, {"tenant": str(self._session.context.tenant_id)})
        return self._tenant_key(DATA)

    def _look_up_key(self) -> bytes:
        if self._index_key is None:
            self._index_key = self._tenant_key(INDEX)[1]
        return self._index_key

    def _tenant_key(self, purpose: str) -> tuple[UUID, bytes]:
        query = _TENANT_KEY.where(TenantKey.purpose == purpose)
        row = self._session.execute(query).one_or_none()
        if row is None:
            self._make_tenant_key(purpose, 1)
            row = self._session.execute(query).one()
        return row.id, self._unwrap(*row)

    def _make_tenant_key(self, purpose: str, generation: int) -> UUID:
        """Lay a key; when another request is first with the same generation, theirs stands."""
        key_id, plain = new_id(), new_key()
        platform_key, wrapped = self._ring.wrap(plain, self._key_place(purpose, key_id))
        self._session.execute(
            insert(TenantKey)
            .values(
                tenant_id=self._session.context.tenant_id,
                id=key_id,
                purpose=purpose,
                generation=generation,
                platform_key=platform_key,
                wrapped=wrapped,
                created_at=clock.now(),
            )
            .on_conflict_do_nothing()
        )
        self._tenant_keys[key_id] = plain
        return key_id

    def _keep(self, row: Row[UUID, bytes | None, UUID, str, str, bytes]) -> None:
        tenant_key = self._unwrap(row.tenant_key_id, row.purpose, row.platform_key, row.tenant_wrapped)
        self._person_keys[row.id] = unseal(tenant_key, row.wrapped or b"", self._key_place("PERSON", row.id))

    def _unwrap(self, key_id: UUID, purpose: str, platform_key: str, wrapped: bytes) -> bytes:
        if key_id not in self._tenant_keys:
            place = self._key_place(purpose, key_id)
            self._tenant_keys[key_id] = self._ring.unwrap(platform_key, wrapped, place)
        return self._tenant_keys[key_id]

    def _place(self, column: str, person_id: UUID, row_id: UUID | None) -> Place:
        return (self._tenant, column.encode(), person_id.bytes, (row_id or person_id).bytes)

    def _key_place(self, purpose: str, key_id: UUID) -> Place:
        return (b"key", self._tenant, purpose.encode(), key_id.bytes)


_HOLD = text("SELECT pg_advisory_xact_lock_shared(hashtextextended('vault ' || :tenant, 0))")
_HALT = text("SELECT pg_advisory_xact_lock(hashtextextended('vault ' || :tenant, 0))")
"""Those who give a participant a key hold; the one who changes the key that wraps it halts them."""

_TENANT_KEY = kept(select(TenantKey.id, TenantKey.purpose, TenantKey.platform_key, TenantKey.wrapped))
_KEYS = kept(
    select(
        PersonKey.id,
        PersonKey.wrapped,
        TenantKey.id.label("tenant_key_id"),
        TenantKey.purpose,
        TenantKey.platform_key,
        TenantKey.wrapped.label("tenant_wrapped"),
    ).join(TenantKey, TenantKey.id == PersonKey.tenant_key_id)
)
"""Participants' keys that are not destroyed, each beside the key that wraps it: one picture of both."""
