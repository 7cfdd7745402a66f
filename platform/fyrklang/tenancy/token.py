"""The context token: who acts for which förbund, signed so that SQL alone cannot make one.

Form: `key.tenant.actor.party.interventions.expiry.mac`, alphabet `A–Z a–z 0–9 . _ -`. The database
checks it in `context.claims()`; nothing in the token is secret, everything in it is bound by the mac.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import TYPE_CHECKING

from fyrklang.kernel.config import Config
from fyrklang.kernel.schema import KEY_ID

if TYPE_CHECKING:
    from fyrklang.tenancy.context import TenantContext

LIFETIME_SECONDS = 900
"""Longest a transaction may go on seeing rows; a leaked token is dead after it."""


class TokenSigner:
    """Signs contexts with the key that `context.key` also holds (HMAC-SHA-256, RFC 2104)."""

    def __init__(self, config: Config) -> None:
        self._key = config.derive("context-token")

    def sign(self, context: TenantContext, lifetime: int = LIFETIME_SECONDS) -> str:
        """The token for one transaction; `lifetime` is seconds from now, less when the context ends before."""
        ends = int(time.time()) + lifetime
        if context.until is not None:
            ends = min(ends, int(context.until.timestamp()))
        body = ".".join(
            (
                KEY_ID,
                context.tenant_id.hex,
                context.actor_id.hex if context.actor_id else "-",
                context.party or "-",
                "-".join(item.hex for item in context.interventions) or "-",
                str(ends),
            )
        )
        mac = hmac.new(self._key, body.encode(), hashlib.sha256).hexdigest()
        return f"{body}.{mac}"
