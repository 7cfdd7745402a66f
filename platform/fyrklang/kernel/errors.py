"""What can go wrong, said once: each error carries its status and a Swedish sentence.

The JSON door renders them as RFC 9457 problem documents, the HTML door as pages.
"""

from __future__ import annotations

from collections.abc import Mapping


class ProblemError(Exception):
    """An outcome the user should read about.

    Attributes:
        status: HTTP status.
        title: short Swedish heading, the same for every case of the error.
        detail: Swedish sentence that says what to do.
        fields: field name to Swedish sentence, empty when no field is at fault.
    """

    status = 500
    title = "Något gick fel"
    detail = "Det gick inte att göra klart det du bad om. Försök igen om en stund."

    def __init__(self, detail: str | None = None, fields: Mapping[str, str] | None = None) -> None:
        self.detail = detail or type(self).detail
        self.fields = dict(fields or {})
        super().__init__(self.detail)


class NotFound(ProblemError):  # noqa: N818
    """The thing is missing, or belongs to another förbund: the answer is the same."""

    status = 404
    title = "Sidan finns inte"
    detail = "Det du söker finns inte här. Kontrollera adressen eller gå till startsidan."


class NotSignedIn(ProblemError):  # noqa: N818
    """Nobody is signed in."""

    status = 401
    title = "Du behöver logga in"
    detail = "Logga in och försök igen."


class Forbidden(ProblemError):  # noqa: N818
    """Signed in, in the right förbund, without the right to this act."""

    status = 403
    title = "Du har inte behörighet"
    detail = "Din roll får inte göra det här. Vänd dig till förbundets administratör om du behöver det."


class TooWeak(Forbidden):
    """The login is not strong enough for this act. `level` is the level of assurance it takes, 1–4."""

    title = "Du behöver logga in starkare"
    detail = (
        "Det här kräver en starkare inloggning. Öppna sidan på nytt, så får du logga in starkare. "
        "Inget är sparat."
    )

    def __init__(self, level: int) -> None:
        self.level = level
        super().__init__()


class TermsWaiting(ProblemError):  # noqa: N818
    """There are terms to accept before anything else."""

    status = 403
    title = "Villkor att godkänna"
    detail = (
        "Läs och godkänn villkoren först. Öppna Fyrklang i webbläsaren, så leder sidan dit. Inget är sparat."
    )


class Invalid(ProblemError):  # noqa: N818
    """Fields need mending; nothing was saved."""

    status = 422
    title = "Uppgifter behöver rättas"
    detail = "Rätta de markerade uppgifterna och försök igen. Inget är sparat."


class Conflict(ProblemError):  # noqa: N818
    """Somebody else was first, or the state has moved on."""

    status = 409
    title = "Någon annan hann före"
    detail = "Uppgiften har ändrats sedan du öppnade den. Se skillnaden innan du sparar."


class BadRequest(ProblemError):  # noqa: N818
    """The request cannot be read."""

    status = 400
    title = "Begäran gick inte att läsa"
    detail = "Gå tillbaka, ladda om sidan och försök igen."


class Unavailable(ProblemError):  # noqa: N818
    """A part the request needs does not answer."""

    status = 503
    title = "Tjänsten svarar inte just nu"
    detail = "Vänta en minut och försök igen. Inget är sparat."


class TooMany(ProblemError):  # noqa: N818
    """The caller has asked for too much in a short time. `retry_after` is in seconds."""

    status = 429
    title = "För många försök"
    detail = "Vänta en minut och försök igen. Inget är sparat."

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__()
