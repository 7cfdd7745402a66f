"""Bookkeeping read from a file: looked at first, then switched in by one act, and undone by one.

Nothing of a file counts until its import is DONE. Vouchers' texts are never kept; they may name people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.kernel.ids import new_id
from fyrklang.modules.economy import acts, sie
from fyrklang.modules.economy.budget import FINSAM, FUNDS, targets
from fyrklang.modules.economy.models import LedgerImport, LedgerRow
from fyrklang.modules.economy.models import Mapping as Remembered
from fyrklang.sdk.audit import record
from fyrklang.tenancy.bulk import insert_many
from fyrklang.tenancy.session import TenantSession

NOT_IN_BUDGET = "NONE"
COST_CLASSES = "4567"
"""Accounts of costs in BAS; balances, income and interest lie outside the budget unless somebody says else."""
DIMENSIONS = ("6", "1")
"""Project, then cost place: which of a row's objects tells the insats."""


@dataclass(frozen=True)
class Bucket:
    """All rows of one account and object: where they go, and their sum in öre."""

    account: str
    account_name: str
    object: str
    rows: int
    amount: int
    target: str
    fund: str

    @property
    def key(self) -> str:
        """Its name in a form."""
        return f"{self.account}.{self.object}"


def read_in(actor: Actor, file_name: str, content: bytes) -> UUID:
    """Stage a SIE file for a look; returns the import's id.

    Raises:
        Invalid: the file breaks the format (the line and the reason in `fields`), or is read in already.
    """
    actor.require(Permission.ECONOMY_WRITE)
    try:
        found = sie.read(content)
    except sie.SieError as fault:
        text = f"Filen går inte att läsa. Rad {fault.line}: {fault.reason} Inget är sparat."
        raise Invalid(fields={"file": text}) from fault
    digest = sha256(content).hexdigest()
    done = select(LedgerImport.id).where(LedgerImport.digest == digest, LedgerImport.state == "DONE")
    if actor.session.scalar(done):
        raise Invalid(fields={"file": "Den här filen är redan inläst."})
    if found.last_day is None:
        raise Invalid(fields={"file": "Filen säger inte vilket räkenskapsår den gäller. Inget är sparat."})
    made = LedgerImport(
        year=found.last_day.year,
        file_name=file_name[:200],
        digest=digest,
        program=found.program[:200],
        company=found.company[:200],
        created_by=actor.person_id,
    )
    actor.session.add(made)
    actor.session.flush()
    insert_many(actor.session, LedgerRow, list(_rows(actor.session, made, found)))
    return made.id


def _rows(session: TenantSession, made: LedgerImport, found: sie.SieFile) -> Iterable[dict[str, Any]]:
    known = _read_before(session, made.year)
    remembered = _memory(session)
    for item in found.transactions:
        object_ = next((item.objects[kind] for kind in DIMENSIONS if kind in item.objects), "")
        target, fund = _place(item.account, object_, remembered)
        yield {
            "id": new_id(),
            "year": made.year,
            "import_id": made.id,
            "on_date": item.on_date,
            "account": item.account,
            "account_name": found.accounts.get(item.account, "")[:120],
            "object": object_[:60],
            "voucher": item.voucher[:60],
            "amount_ore": item.amount_ore,
            "target": target,
            "fund": fund,
            "refused": _refusal(item, found, known),
        }


def _refusal(item: sie.Transaction, found: sie.SieFile, known: set[str]) -> str:
    """Why a row cannot count, or nothing."""
    if item.voucher in known:
        return f"Rad {item.line}: verifikation {item.voucher} är redan inläst."
    first, last = found.first_day, found.last_day
    if first and last and not first <= item.on_date <= last:
        return f"Rad {item.line}: datumet {item.on_date} ligger utanför räkenskapsåret."
    if found.accounts and item.account not in found.accounts:
        return f"Rad {item.line}: konto {item.account} finns inte i filens kontoplan."
    return ""


def _read_before(session: TenantSession, year: int) -> set[str]:
    query = (
        select(LedgerRow.voucher)
        .join(LedgerImport, LedgerImport.id == LedgerRow.import_id)
        .where(LedgerRow.year == year, LedgerImport.state == "DONE", LedgerRow.refused == "")
    )
    return set(session.scalars(query.distinct()))


def _memory(session: TenantSession) -> dict[tuple[str, str], tuple[str, str]]:
    return {(row.account, row.object): (row.target, row.fund) for row in session.scalars(select(Remembered))}


def _place(
    account: str, object_: str, remembered: Mapping[tuple[str, str], tuple[str, str]]
) -> tuple[str, str]:
    """Where a row goes: as last time; costs without memory wait for a choice."""
    if (account, object_) in remembered:
        return remembered[account, object_]
    return ("" if account[0] in COST_CLASSES else NOT_IN_BUDGET), FINSAM


def get_import(actor: Actor, import_id: UUID) -> LedgerImport:
    """One import.

    Raises:
        NotFound: it does not exist in this förbund.
    """
    actor.require(Permission.ECONOMY_READ)
    row = actor.session.scalars(select(LedgerImport).where(LedgerImport.id == import_id)).first()
    if row is None:
        raise NotFound
    return row


def list_imports(actor: Actor) -> Sequence[LedgerImport]:
    """Files read in, latest first."""
    actor.require(Permission.ECONOMY_READ)
    return actor.session.scalars(
        select(LedgerImport).order_by(LedgerImport.created_at.desc()).limit(100)
    ).all()


def buckets(actor: Actor, import_id: UUID) -> list[Bucket]:
    """What the file holds by account and object, those without a place first."""
    get_import(actor, import_id)
    columns = (LedgerRow.account, LedgerRow.object, LedgerRow.target, LedgerRow.fund)
    query = (
        select(
            *columns,
            func.max(LedgerRow.account_name).label("account_name"),
            func.count().label("rows"),
            func.sum(LedgerRow.amount_ore).label("amount"),
        )
        .where(LedgerRow.import_id == import_id, LedgerRow.refused == "")
        .group_by(*columns)
        .order_by(LedgerRow.target != "", LedgerRow.account, LedgerRow.object)
    )
    return [
        Bucket(row.account, row.account_name, row.object, row.rows, int(row.amount), row.target, row.fund)
        for row in actor.session.execute(query)
    ]


def refused_rows(actor: Actor, import_id: UUID) -> Sequence[Any]:
    """Rows that do not count, each with its reason."""
    get_import(actor, import_id)
    columns = (
        LedgerRow.voucher,
        LedgerRow.on_date,
        LedgerRow.account,
        LedgerRow.amount_ore,
        LedgerRow.refused,
    )
    query = select(*columns).where(LedgerRow.import_id == import_id, LedgerRow.refused != "")
    return actor.session.execute(query.order_by(LedgerRow.id)).all()


def confirm(actor: Actor, import_id: UUID, choices: Mapping[str, tuple[str, str]]) -> None:
    """Switch the file in: every bucket placed, the choices remembered.

    `choices` is a bucket's key to (target, fund).

    Raises:
        Conflict: it is confirmed or undone already.
        Invalid: a bucket has no place, or one that does not exist; keys are the buckets'.
    """
    actor.require(Permission.ECONOMY_WRITE)
    made = get_import(actor, import_id)
    if made.state != "DRAFT":
        raise Conflict("Filen är redan inläst eller ångrad.")
    known = {**targets(actor.session), NOT_IN_BUDGET: ""}
    placed, faults = [], {}
    for bucket in buckets(actor, import_id):
        target, fund = choices.get(bucket.key, (bucket.target, bucket.fund))
        if target not in known or fund not in FUNDS:
            faults[bucket.key] = f"Välj var konto {bucket.account} {bucket.object} hör hemma."
        placed.append(replace(bucket, target=target, fund=fund))
    if faults:
        raise Invalid(fields=faults)
    for bucket in placed:
        _put(actor.session, import_id, bucket)
    _refuse_second(actor.session, made)
    made.state = "DONE"
    actor.session.flush()
    record(actor, acts.READ_IN, year=made.year)


def _refuse_second(session: TenantSession, made: LedgerImport) -> None:
    """Another file may have brought the same vouchers since this one was looked at."""
    known = _read_before(session, made.year)
    query = select(LedgerRow).where(LedgerRow.import_id == made.id, LedgerRow.refused == "")
    for row in session.scalars(query.where(LedgerRow.voucher.in_(known))) if known else ():
        row.refused = f"Verifikation {row.voucher} är redan inläst."


def _put(session: TenantSession, import_id: UUID, bucket: Bucket) -> None:
    rows = select(LedgerRow).where(
        LedgerRow.import_id == import_id,
        LedgerRow.account == bucket.account,
        LedgerRow.object == bucket.object,
    )
    for row in session.scalars(rows):
        row.target, row.fund = bucket.target, bucket.fund
    own = select(Remembered).where(Remembered.account == bucket.account, Remembered.object == bucket.object)
    stored = session.scalars(own).first()
    if stored is None:
        stored = Remembered(account=bucket.account, object=bucket.object)
        session.add(stored)
    stored.target, stored.fund = bucket.target, bucket.fund
    session.flush()


def undo(actor: Actor, import_id: UUID) -> None:
    """Take a file out of the outcome, or throw a draft away; it stays in the list."""
    actor.require(Permission.ECONOMY_WRITE)
    made = get_import(actor, import_id)
    if made.state == "UNDONE":
        raise Conflict("Inläsningen är redan ångrad.")
    made.state = "UNDONE"
    actor.session.flush()
    record(actor, acts.READ_OUT, year=made.year)
