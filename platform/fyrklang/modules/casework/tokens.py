"""Tokens in addresses that open without a login. The database holds their digest and cannot give them back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from uuid import UUID

from fyrklang.tenancy.session import TenantSession

_BYTES = 24


def new_token() -> str:
    """A token of 192 random bits, as it stands in an address."""
    return secrets.token_urlsafe(_BYTES)


def of_referral(session: TenantSession, referral_id: UUID) -> str:
    """The token of a remiss's status link: always the same, made by a key that is not in the database."""
    key = session.database.config.derive("referral-status")
    whole = hmac.digest(key, session.context.tenant_id.bytes + referral_id.bytes, "sha256")
    return base64.urlsafe_b64encode(whole[:_BYTES]).decode()


def digest(token: str) -> str:
    """SHA-256 (hex) of a token, as the database holds it."""
    return hashlib.sha256(token.encode()).hexdigest()
