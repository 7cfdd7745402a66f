"""What is typed on the pages of local accounts."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

LOGIN = "Skriv kontonamnet, åtta tecken."
PASSWORD = "Skriv lösenordet."  # noqa: S105
CODE = "Skriv de sex siffrorna som kodappen visar."
INVITATION = "Skriv koden du har fått."
RECOVERY = "Skriv en av dina återställningskoder."


def _text(fault: str, most: int = 200, *, required: bool = True) -> fields.String:
    options: dict[str, Any] = {"required": True} if required else {"load_default": ""}
    return fields.String(
        validate=validate.Length(0, most, error=fault),
        error_messages={"required": fault, "null": fault, "invalid": fault},
        **options,
    )


class LoginIn(Schema):
    """An account and both its proofs."""

    kontonamn = _text(LOGIN, 40)
    losenord = _text(PASSWORD)
    kod = _text(CODE, 20)


class InvitationIn(Schema):
    """The code of an invitation."""

    inbjudan = _text(INVITATION, 60)


class RecoveryIn(Schema):
    """A recovery code, and the proof that is left."""

    kontonamn = _text(LOGIN, 40)
    aterstallning = _text(RECOVERY, 60)
    losenord = _text(PASSWORD, required=False)
    kod = _text(CODE, 20, required=False)


class ProofsIn(Schema):
    """New proofs: a password, and a code from the app that has just been set up."""

    losenord = _text("Skriv ett lösenord.")
    kod = _text(CODE, 20)
