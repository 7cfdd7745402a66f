"""Webhooks: laid up, told, tried again and stopped. Both doors and the job call this; nothing commits."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import requests
from sqlalchemy import delete, func, select, update

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.kernel.ids import new_id
from fyrklang.kernel.outgoing import InnerAddressError, WalledAdapter
from fyrklang.modules.webhooks import acts
from fyrklang.modules.webhooks.models import Delivery, Webhook
from fyrklang.sdk.audit import Action, HasSession, record
from fyrklang.sdk.jobs import enqueue, enqueue_later
from fyrklang.tenancy.session import TenantSession
from fyrklang.tenancy.vault import Vault

DELIVER = "webhooks.deliver"
EVENTS = (
    *("intervention.created", "intervention.changed", "intervention.counted", "intervention.goal_set"),
    *("report.created", "report.frozen", "plugin.on", "plugin.off", "economy.budget_set"),
)
"""Acts of the office that are told of. None is about a participant or says who did it."""

PAUSES = (1, 5, 15, 60, 240, 720)
"""Minutes from a failed try to the next; after the last the telling has failed."""

EARLY = timedelta(seconds=30)
"""How much before its time a try may begin, since two clocks are involved."""

STOP_AFTER = timedelta(days=3)
TIMEOUT = (3.0, 10.0)
SHOWN = 50
HTTPS = "Ange en adress som börjar med https://, till exempel https://exempel.se/fyrklang."
SEALED = "office.webhook.secret"


@dataclass(frozen=True)
class Made:
    """A new receiver with its secret in the clear, which is shown this once."""

    id: UUID
    secret: str


def listed(actor: Actor) -> Sequence[Webhook]:
    """Every receiver of the förbund, by name."""
    actor.require(Permission.TOKENS_WRITE)
    return actor.session.scalars(
        select(Webhook).order_by(func.registry.sv_sort(Webhook.name), Webhook.id)
    ).all()


def one(actor: Actor, webhook_id: UUID) -> Webhook:
    """One receiver.

    Raises:
        NotFound: it does not exist in this förbund.
    """
    actor.require(Permission.TOKENS_WRITE)
    row = actor.session.scalars(select(Webhook).where(Webhook.id == webhook_id).with_for_update()).first()
    if row is None:
        raise NotFound
    return row


def deliveries(actor: Actor, webhook_id: UUID) -> Sequence[Delivery]:
    """The latest tellings to a receiver, the latest first."""
    one(actor, webhook_id)
    query = select(Delivery).where(Delivery.webhook_id == webhook_id)
    return actor.session.scalars(
        query.order_by(Delivery.created_at.desc(), Delivery.id.desc()).limit(SHOWN)
    ).all()


def make(actor: Actor, values: Mapping[str, Any]) -> Made:
    """Lay up a receiver; its secret is in the answer and stored sealed.

    Raises:
        Invalid: the address is not https, or names a user.
    """
    actor.require(Permission.TOKENS_WRITE)
    parts = urlsplit(values["url"])
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        raise Invalid(fields={"url": HTTPS})
    webhook_id, secret = new_id(), secrets.token_urlsafe(32)
    actor.session.add(
        Webhook(
            id=webhook_id,
            name=values["name"],
            url=values["url"],
            events=sorted(values["events"]),
            secret_sealed=Vault(actor.session).seal(webhook_id, SEALED, secret),
            created_by=actor.person_id,
            created_at=clock.now(),
        )
    )
    actor.session.flush()
    record(actor, acts.MADE, acts.WEBHOOK, webhook_id, events=sorted(values["events"]))
    return Made(webhook_id, secret)


def switch(actor: Actor, webhook_id: UUID, *, on: bool) -> None:
    """Switch a receiver on or off; on begins afresh after a stop."""
    row = one(actor, webhook_id)
    row.status, row.failing_since, row.fault = ("ON" if on else "OFF"), None, ""
    actor.session.flush()
    record(actor, acts.SWITCHED, acts.WEBHOOK, webhook_id, on=on)


def remove(actor: Actor, webhook_id: UUID) -> None:
    """Take a receiver away with its log, and destroy its secret."""
    one(actor, webhook_id)
    actor.session.execute(delete(Webhook).where(Webhook.id == webhook_id))
    Vault(actor.session).shred(webhook_id)
    record(actor, acts.REMOVED, acts.WEBHOOK, webhook_id)


def replay(actor: Actor, webhook_id: UUID, delivery_id: UUID) -> None:
    """Tell once more what was told before, under the same id.

    Raises:
        NotFound: no such telling to this receiver.
        Conflict: the receiver is not switched on.
    """
    if one(actor, webhook_id).status != "ON":
        raise Conflict("Slå på webhooken först.")
    query = select(Delivery).where(Delivery.id == delivery_id, Delivery.webhook_id == webhook_id)
    row = actor.session.scalars(query.with_for_update()).first()
    if row is None:
        raise NotFound
    row.state, row.attempts, row.next_at, row.fault = "WAITING", 0, clock.now(), ""
    actor.session.flush()
    enqueue(actor, DELIVER, {"delivery_id": row.id})
    record(actor, acts.REPLAYED, acts.WEBHOOK, webhook_id)


def announce(source: HasSession, act: Action, kind: str, object_id: UUID | None) -> None:
    """Have everybody told who wants to know of such an act, when and if this transaction commits."""
    if act.code not in EVENTS:
        return
    session = source.session
    wants = select(Webhook.id).where(Webhook.status == "ON", Webhook.events.contains([act.code]))
    for webhook_id in session.scalars(wants).all():
        row = Delivery(
            id=new_id(),
            webhook_id=webhook_id,
            event=act.code,
            payload={},
            created_at=clock.now(),
            next_at=clock.now(),
        )
        row.payload = {
            "id": str(row.id),
            "event": act.code,
            "tenant": session.context.slug,
            "at": row.created_at.isoformat(),
            "object": {"type": kind, "id": str(object_id) if object_id else None},
        }
        session.add(row)
        session.flush()
        enqueue(session, DELIVER, {"delivery_id": row.id})


def deliver(source: HasSession, delivery_id: UUID, inner: frozenset[str] = frozenset()) -> None:
    """Try one telling; a failure is tried again later, and a receiver that fails for days is stopped.

    `inner` names hosts that may be anywhere, because an operator chose them.
    """
    session = source.session
    row = session.scalars(select(Delivery).where(Delivery.id == delivery_id).with_for_update()).first()
    if row is None or row.state != "WAITING" or row.next_at > clock.now() + EARLY:
        return
    hook = session.scalars(select(Webhook).where(Webhook.id == row.webhook_id).with_for_update()).one()
    if hook.status != "ON":
        row.state, row.fault = "FAILED", "av"
        return
    row.attempts += 1
    row.answer, row.fault = send(session, hook, row, inner)
    if row.fault == "":
        row.state, row.delivered_at, hook.failing_since, hook.fault = "DELIVERED", clock.now(), None, ""
        return
    _failed(source, hook, row)


def send(
    session: TenantSession, hook: Webhook, row: Delivery, inner: frozenset[str] = frozenset()
) -> tuple[int | None, str]:
    """One call through the wall: the receiver's status code, and what went wrong or nothing."""
    body = json.dumps(row.payload, separators=(",", ":"), sort_keys=True).encode()
    secret = Vault(session).open(hook.id, SEALED, hook.secret_sealed)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Fyrklang",
        "Fyrklang-Event": row.event,
        "Fyrklang-Delivery": str(row.id),
        "Fyrklang-Signature": signature(secret, int(clock.now().timestamp()), body),
    }
    with requests.Session() as caller:
        caller.mount("https://", WalledAdapter(inner))
        caller.mount("http://", WalledAdapter(inner))
        try:
            with caller.post(
                hook.url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True
            ) as answer:
                code = answer.status_code
        except (requests.RequestException, OSError) as error:
            return None, "inre adress" if _is_inner(error) else "inget svar"
    return code, "" if 200 <= code < 300 else f"svar {code}"


def signature(secret: str, moment: int, body: bytes) -> str:
    """`t=<seconds since 1970>,v1=<HMAC-SHA-256 of "<t>.<body>", hex>`."""
    mac = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={mac}"


def _failed(source: HasSession, hook: Webhook, row: Delivery) -> None:
    hook.failing_since, hook.fault = hook.failing_since or clock.now(), row.fault
    if clock.now() - hook.failing_since >= STOP_AFTER:
        hook.status, row.state = "STOPPED", "FAILED"
        source.session.execute(
            update(Delivery)
            .where(Delivery.webhook_id == hook.id, Delivery.state == "WAITING")
            .values(state="FAILED", fault="stoppad")
        )
        record(source, acts.STOPPED, acts.WEBHOOK, hook.id)
        return
    if row.attempts > len(PAUSES):
        row.state = "FAILED"
        return
    pause = timedelta(minutes=PAUSES[row.attempts - 1])
    row.next_at = clock.now() + pause
    source.session.flush()
    enqueue_later(source, DELIVER, {"delivery_id": row.id}, pause)


def _is_inner(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, InnerAddressError):
            return True
        error = error.__cause__ or error.__context__
    return False
