"""How a login can end: accepted, or refused with a reason for the log and a sentence for the user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID


class Reason(StrEnum):
    """Why a login was refused. The code goes to the log; the user reads `SENTENCES`."""

    CANCELLED = "cancelled"
    PROVIDER_ERROR = "provider-error"
    STATE_MISSING = "state-missing"
    STATE_UNKNOWN = "state-unknown"
    STATE_FOREIGN = "state-foreign"
    ISSUER_SWAPPED = "issuer-swapped"
    ISSUER_MISMATCH = "issuer-mismatch"
    ISSUER_ABSENT = "issuer-absent"
    PARAMETER = "parameter"
    UNREACHABLE = "unreachable"
    METADATA = "metadata"
    TOKEN_ENDPOINT = "token-endpoint"  # noqa: S105
    RESPONSE = "response"
    ID_TOKEN_MISSING = "id-token-missing"  # noqa: S105
    ID_TOKEN_FORM = "id-token-form"  # noqa: S105
    ALGORITHM = "algorithm"
    HEADER = "header"
    KEY = "key"
    SIGNATURE = "signature"
    CLAIM = "claim"
    NONCE = "nonce"
    EXPIRED = "expired"
    LEVEL = "level"
    STALE = "stale"
    USERINFO = "userinfo"
    USERINFO_UNSIGNED = "userinfo-unsigned"
    USERINFO_SUBJECT = "userinfo-subject"
    ENDED = "ended"


_AGAIN = "Inloggningen hann bli för gammal eller påbörjades i ett annat fönster. Börja om."
_DOWN = "Inloggningen hos {issuer} svarar inte just nu. Försök igen om en stund."
_UNTRUSTED = (
    "Svaret från {issuer} gick inte att lita på, så du är inte inloggad. Försök igen. "
    "Händer det en gång till, säg till den som sköter inloggningen hos {issuer}."
)
_STRONGER = "Du behöver logga in med en starkare e-legitimation hos {issuer} för att komma in här."

_SENTENCES: Mapping[Reason, str] = {
    Reason.CANCELLED: "Du avbröt inloggningen. Välj din organisation för att börja om.",
    Reason.PROVIDER_ERROR: "{issuer} kunde inte logga in dig. Försök igen, eller fråga din IT-support.",
    Reason.STATE_MISSING: _AGAIN,
    Reason.STATE_UNKNOWN: _AGAIN,
    Reason.STATE_FOREIGN: _AGAIN,
    Reason.UNREACHABLE: _DOWN,
    Reason.METADATA: _DOWN,
    Reason.LEVEL: _STRONGER,
    Reason.STALE: "Du behöver logga in på nytt hos {issuer} för att göra det här.",
    Reason.ENDED: "Ditt konto är avslutat. Vänd dig till administratören i ditt förbund.",
}

SERVER_SIDE = frozenset({Reason.UNREACHABLE, Reason.METADATA})
"""Reasons that lie with the issuer's servers: answered with 502, the rest with 400."""


class LoginRefused(Exception):  # noqa: N818
    """Raised inside the client where a check fails; `detail` never holds a token, code or secret."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        self.trial = False
        super().__init__(f"{reason}: {detail}")


@dataclass(frozen=True)
class Refused:
    """No login. `detail` is for the log; `trial` when none was wanted either, but a look at what comes back."""

    reason: Reason
    issuer_name: str
    detail: str = ""
    trial: bool = False

    @property
    def sentence(self) -> str:
        """What the user reads, in Swedish."""
        return _SENTENCES.get(self.reason, _UNTRUSTED).format(issuer=self.issuer_name)

    @property
    def status(self) -> int:
        """The HTTP status of the page that tells."""
        return 502 if self.reason in SERVER_SIDE else 400


@dataclass(frozen=True)
class Accepted:
    """A login whose every check held. The identity is `(issuer_id, subject)` and nothing else.

    With `trial` it is to be looked at and logs nobody in.
    """

    issuer_id: str
    subject: str
    name: str
    acr: str | None
    auth_time: int | None
    organisation_id: UUID | None
    target: str
    claims: Mapping[str, Any] = field(repr=False)
    id_token: str = field(repr=False)
    trial: bool = False

    @property
    def sid(self) -> str:
        """What the issuer calls its own session; empty where it does not say."""
        sid = self.claims.get("sid")
        return sid if isinstance(sid, str) else ""


Outcome = Accepted | Refused
