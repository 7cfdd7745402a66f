"""What somebody proves a local account with: a password (Argon2id), a code (TOTP, RFC 6238), recovery codes."""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from functools import cache

import pyotp
import segno
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fyrklang.identity.invitations import ALPHABET, digest, new_code

SHORTEST, LONGEST = 15, 128
"""Length is what makes a password hard to guess; no rule asks for digits or signs (NIST SP 800-63B)."""
FEWEST_SIGNS = 6
LOGIN_SIGNS = 8
STEP_SECONDS = 30
RECOVERY_CODES = 8
_NEIGHBOURS = (0, -1, 1)
"""The step of now and one to each side, for clocks that differ."""

# OWASP's recommendation for Argon2id: 19 MiB, so that a worker can check several at once.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def password_fault(password: str, *near: str) -> str | None:
    """Why a password will not do, as a sentence; None when it will. `near` are words it may not lean on."""
    plain = _plain(password)
    if len(plain) < SHORTEST:
        return f"Lösenordet behöver minst {SHORTEST} tecken. Fyra eller fem ord efter varandra är lätt att minnas."
    if len(plain) > LONGEST:
        return f"Lösenordet kan ha högst {LONGEST} tecken."
    small = plain.casefold()
    easy = len(set(small)) < FEWEST_SIGNS or small in (small * 2)[1:-1]
    if easy or any(word and word.casefold() in small for word in ("fyrklang", *near)):
        return "Lösenordet är för lätt att gissa. Undvik upprepningar, ditt namn och kontonamnet."
    return None


def hash_password(password: str) -> str:
    """Argon2id's own form, salt and cost included."""
    return _HASHER.hash(_plain(password))


def is_password(hashed: str | None, password: str) -> bool:
    """Whether the password is the one. With no hash the same time is spent, and the answer is no."""
    try:
        return _HASHER.verify(hashed or _nobodys(), _plain(password)) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def new_secret() -> str:
    """A fresh TOTP secret of 160 bits, in base 32."""
    return pyotp.random_base32()


def matching_step(secret: str, code: str, moment: float) -> int | None:
    """The time step a code belongs to, among now and its neighbours; None when it is none of theirs."""
    typed = "".join(code.split())
    totp = pyotp.TOTP(secret)
    for near in _NEIGHBOURS:
        step = int(moment) // STEP_SECONDS + near
        if hmac.compare_digest(totp.at(step * STEP_SECONDS).encode(), typed.encode()):
            return step
    return None


def setup_address(secret: str, login: str) -> str:
    """The `otpauth:` address that an authenticator app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name="Fyrklang")


def setup_image(address: str) -> str:
    """The address as a QR code: an SVG in a `data:` address, dark on white in every theme."""
    drawn: str = segno.make(address, error="m").svg_data_uri(scale=5, border=4, light="#fff")
    return drawn


def in_fours(secret: str) -> str:
    """A secret to type by hand."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def new_login() -> str:
    """A name for an account, which says nothing of who has it and cannot be guessed."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LOGIN_SIGNS))


def typed_login(text: str) -> str:
    """An account's name however it was typed."""
    return "".join(sign for sign in text.upper() if sign in ALPHABET)[: LOGIN_SIGNS + 1]


def new_recovery_codes() -> tuple[list[str], list[str]]:
    """Codes to write down, and the digests of them, which is all that is kept."""
    codes = [new_code() for _ in range(RECOVERY_CODES)]
    return codes, [digest(code) for code in codes]


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
