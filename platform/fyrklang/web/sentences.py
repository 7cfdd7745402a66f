"""Swedish sentences for faults in input, and how marshmallow is taught to say them.

`forms` calls `speak_swedish` when it is imported: after that every schema of the platform, JSON or HTML,
answers in Swedish (or the reader's language) without naming messages field by field.
"""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from fyrklang.web.i18n import gettext


class Sentence(str):
    """A message that marshmallow fills with `.format` and that is translated at that moment."""

    __slots__ = ()

    def format(self, *args: Any, **values: Any) -> str:
        """The sentence in the reader's language, filled in."""
        text = str.format(gettext(str(self)), *args, **values)
        # Range formats its message twice: first with its operator, later with the limits.
        return Sentence(text) if "{" in text else text


def _kept(sentence: Sentence) -> Sentence:
    """Shield the limits from the first of `Range`'s two passes."""
    return Sentence(sentence.replace("{", "{{").replace("}", "}}"))


REQUIRED = Sentence("Fyll i det här.")
INVALID = Sentence("Kontrollera uppgiften.")
CHOOSE = Sentence("Välj ett av alternativen.")
NUMBER = Sentence("Ange ett tal, till exempel 1 234,5.")
WHOLE_NUMBER = Sentence("Ange ett heltal, till exempel 12.")
DATE = Sentence("Ange datum som åååå-mm-dd, till exempel 2026-11-21.")
MOMENT = Sentence("Ange datum och tid som åååå-mm-dd tt:mm.")
AT_LEAST = Sentence("Ange minst {min}.")
AT_MOST = Sentence("Ange högst {max}.")
BETWEEN = Sentence("Ange ett värde mellan {min} och {max}.")
TOO_SHORT = Sentence("Skriv minst {min} tecken.")
TOO_LONG = Sentence("Skriv högst {max} tecken.")
LENGTH_BETWEEN = Sentence("Skriv mellan {min} och {max} tecken.")
LENGTH_EXACT = Sentence("Skriv {equal} tecken.")
EMAIL = Sentence("Ange en e-postadress, till exempel namn@exempel.se.")
URL = Sentence("Ange en adress som börjar med https.")
UNKNOWN = Sentence("Det här fältet finns inte.")
TYPE = Sentence("Uppgiften har fel form.")
ORDER = Sentence("Slutdatum kan inte vara före startdatum ({start}).")
SHARES = Sentence("Andelarna blir tillsammans {total}. De ska bli 100 %.")
PERSON_FORM = Sentence("Ange personnumret med 10 eller 12 siffror (ååååmmdd-nnnn).")
PERSON_CHECK = Sentence("Kontrollera personnumret. Den sista siffran stämmer inte med de andra.")
SAVE_FAILED = Sentence("Det gick inte att spara. Ditt utkast finns kvar. Försök igen.")
CONFLICT = Sentence("{who} sparade den här sidan kl. {when}. Se skillnaderna innan du sparar.")


def _say(target: Any, **messages: Sentence) -> None:
    target.default_error_messages = {**target.default_error_messages, **messages}


def speak_swedish() -> None:
    """Replace marshmallow's English messages. Safe to call more than once."""
    _say(fields.Field, required=REQUIRED, null=REQUIRED, validator_failed=INVALID)
    _say(fields.Nested, type=TYPE)
    _say(fields.List, invalid=TYPE)
    _say(fields.String, invalid=TYPE, invalid_utf8=TYPE)
    _say(fields.UUID, invalid_uuid=CHOOSE)
    _say(fields.Number, invalid=NUMBER, too_large=NUMBER)
    _say(fields.Integer, invalid=WHOLE_NUMBER)
    _say(fields.Float, special=NUMBER)
    _say(fields.Decimal, special=NUMBER)
    _say(fields.Boolean, invalid=CHOOSE)
    _say(fields.DateTime, invalid=MOMENT, invalid_awareness=MOMENT, format=MOMENT)
    _say(fields.Date, invalid=DATE, format=DATE)
    _say(fields.Enum, unknown=CHOOSE)
    Schema._default_error_messages = {"type": TYPE, "unknown": UNKNOWN, "invalid_schema": TYPE}
    validate.Range.message_min = _kept(AT_LEAST)
    validate.Range.message_max = _kept(AT_MOST)
    validate.Range.message_all = _kept(BETWEEN)
    validate.Length.message_min = TOO_SHORT
    validate.Length.message_max = TOO_LONG
    validate.Length.message_all = LENGTH_BETWEEN
    validate.Length.message_equal = LENGTH_EXACT
    validate.OneOf.default_message = CHOOSE
    validate.Equal.default_message = INVALID
    validate.Regexp.default_message = INVALID
    validate.Email.default_message = EMAIL
    validate.URL.default_message = URL
