"""Local accounts at the login pages: what is begun, what opens, and what is said when it does not."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import structlog

from fyrklang.identity.grants import sign_in
from fyrklang.identity.invitations import Outcome
from fyrklang.identity.issuers import LOCAL_ID
from fyrklang.identity.local_accounts import Account, Locked, Setup
from fyrklang.identity.local_secrets import password_fault
from fyrklang.identity.session_store import Session
from fyrklang.identity.sessions import Identity
from fyrklang.kernel.errors import Invalid, NotFound
from fyrklang.modules.signin import service
from fyrklang.modules.signin.service import Entered

log = structlog.get_logger(__name__)

WRONG = "Kontonamnet, lösenordet eller koden stämmer inte. En kod fungerar bara en gång: vänta på nästa."
UNRECOVERED = "Uppgifterna hör inte ihop. Kontrollera kontonamnet och koden, och fyll i det du har kvar."
UNINVITED = (
    "Koden fungerar inte. Den kan vara använd, återkallad eller för gammal, eller gälla en annan inloggning."
)
STALE_CODE = (
    "Siffrorna stämmer inte. Kontrollera att telefonens klocka går rätt och skriv dem appen visar nu."
)
TOO_LATE = "Inbjudan gäller inte längre. Be administratören om en ny kod."
APART = "Rollerna i inbjudan kan inte höra ihop med dem du har. Tala med administratören."


@dataclass(frozen=True)
class Made:
    """An account with its new proofs: what to write down, and the session it opened."""

    account: Account
    codes: list[str]
    entered: Entered | None


def offered(identity: Identity) -> bool:
    """Whether the platform keeps accounts of its own."""
    return identity.issuers.get(LOCAL_ID) is not None


def require(identity: Identity) -> None:
    """Answer as a page that does not exist where there are no such accounts.

    Raises:
        NotFound: there are none.
    """
    if not offered(identity):
        raise NotFound


def open_account(
    identity: Identity, typed: dict[str, str], target: str, browser: tuple[Session | None, str]
) -> Entered | None:
    """Log in; None when the person has ended. `browser` is its session until now, and what it calls itself.

    Raises:
        Invalid: it does not fit, or there have been too many tries.
    """
    account = identity.accounts.open(typed["kontonamn"], typed["losenord"], typed["kod"])
    if not isinstance(account, Account):
        log.warning("login_refused", issuer=LOCAL_ID, reason="locked" if account else "wrong", detail="")
        raise _refusal(account, WRONG)
    return service.enter(identity, identity.accounts.accepted(account, target), *browser)


def begin_invited(identity: Identity, code: str) -> str:
    """Begin an account; returns the cookie that leads on.

    Raises:
        Invalid: the code opens none.
    """
    begun = identity.accounts.invited(code)
    if begun is None:
        raise Invalid(fields={"inbjudan": UNINVITED})
    return begun[0]


def begin_recovery(identity: Identity, typed: dict[str, str]) -> str:
    """Begin new proofs for an old account; returns the cookie that leads on.

    Raises:
        Invalid: it does not fit, or there have been too many tries.
    """
    if not typed["losenord"] and not typed["kod"]:
        raise Invalid(fields={"losenord": "Fyll i lösenordet, eller koden från appen."})
    begun = identity.accounts.recover(
        typed["kontonamn"], typed["aterstallning"], typed["losenord"], typed["kod"]
    )
    if not isinstance(begun, tuple):
        raise _refusal(begun, UNRECOVERED)
    return begun[0]


def finish(
    identity: Identity, cookie: str, setup: Setup, typed: dict[str, str], browser: tuple[Session | None, str]
) -> Made:
    """Keep the new proofs and log in; sessions opened with the old ones end.

    Raises:
        Invalid: the password is too weak, the code is wrong, or the invitation holds no more.
    """
    fault = password_fault(typed["losenord"], setup.login, *setup.name.split())
    step = identity.accounts.check_code(setup, typed["kod"])
    faults = {"losenord": fault or "", "kod": STALE_CODE if step is None else ""}
    if step is None or fault:
        raise Invalid(fields={name: words for name, words in faults.items() if words})
    made = identity.accounts.finish(cookie, setup, typed["losenord"], step)
    if isinstance(made, Outcome):
        raise Invalid(fields={"": APART if made is Outcome.APART else TOO_LATE})
    account, codes = made
    if setup.old:
        identity.sessions.end_all(_person(identity, account))
    accepted = identity.accounts.accepted(account, "/")
    return Made(account, codes, service.enter(identity, accepted, *browser))


def _person(identity: Identity, account: Account) -> UUID:
    return sign_in(identity.database, LOCAL_ID, str(account.id), "").person_id


def _refusal(locked: Locked | None, words: str) -> Invalid:
    if locked is None:
        return Invalid(fields={"": words})
    minutes = -(-locked.seconds // 60)
    return Invalid(
        fields={"": f"För många försök med det kontonamnet. Vänta {minutes} minuter och försök igen."}
    )
