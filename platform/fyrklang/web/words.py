"""The closed list of status words: same word, icon and tone for the same state everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fyrklang.web.i18n import LazyText, lazy_gettext

Tone = Literal["pos", "warn", "neg", "info", "neu"]


@dataclass(frozen=True)
class Status:
    """A state in a word, with the icon and tone that always go with it."""

    word: LazyText
    icon: str
    tone: Tone


STATUSES: dict[str, Status] = {
    "agreed": Status(lazy_gettext("Överens"), "circle", "neu"),
    "ongoing": Status(lazy_gettext("Pågår"), "circle-dot", "info"),
    "done": Status(lazy_gettext("Klart"), "check", "pos"),
    "changed": Status(lazy_gettext("Ändrat"), "pencil", "neu"),
    "expired": Status(lazy_gettext("Gått ut"), "clock-alert", "warn"),
    "expiring": Status(lazy_gettext("Löper ut"), "clock-alert", "warn"),
    "missing": Status(lazy_gettext("Saknas"), "minus", "neu"),
    "revoked": Status(lazy_gettext("Återkallat"), "ban", "neg"),
    "draft": Status(lazy_gettext("Utkast"), "pencil", "neu"),
    "new": Status(lazy_gettext("Ny"), "inbox", "info"),
    "full": Status(lazy_gettext("Fullt"), "hourglass", "warn"),
    "waiting": Status(lazy_gettext("Väntar på svar"), "hourglass", "warn"),
    "no_show": Status(lazy_gettext("Uteblev"), "user-round-x", "warn"),
    "late": Status(lazy_gettext("Sen"), "clock-alert", "info"),
    "consent": Status(lazy_gettext("Samtycke"), "check", "pos"),
    "above_goal": Status(lazy_gettext("Över målet"), "check", "pos"),
    "below_goal": Status(lazy_gettext("Under målet"), "arrow-down", "warn"),
    "indistinct": Status(lazy_gettext("Går inte att skilja"), "equal", "neu"),
    "frozen": Status(lazy_gettext("Fryst"), "snowflake", "neu"),
    "stopped": Status(lazy_gettext("Stoppat"), "circle-alert", "neg"),
    "protected_person": Status(lazy_gettext("Skyddade uppgifter"), "eye-off", "neu"),
    "on": Status(lazy_gettext("På"), "check", "pos"),
    "off": Status(lazy_gettext("Av"), "minus", "neu"),
    "went_well": Status(lazy_gettext("Gick bra"), "check", "pos"),
    "not_started": Status(lazy_gettext("Inte påbörjad"), "circle", "neu"),
    "planned": Status(lazy_gettext("Planerad"), "circle", "neu"),
    "ended": Status(lazy_gettext("Avslutad"), "check", "neu"),
    "stated": Status(lazy_gettext("Stämmer"), "check", "pos"),
}


def status_of(key: str) -> Status:
    """Look a state up.

    Raises:
        KeyError: the word is not in the list; a new state belongs here first.
    """
    return STATUSES[key]
