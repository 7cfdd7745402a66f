"""Words of the follow-up."""

from __future__ import annotations

from fyrklang.sdk.care import Situation
from fyrklang.sdk.codes import WORKING
from fyrklang.web.i18n import LazyText, lazy_gettext

CHANNELS: dict[str, LazyText] = {
    "CALL": lazy_gettext("Samtal"),
    "SMS": lazy_gettext("Sms"),
    "LETTER": lazy_gettext("Brev"),
}
OUTCOMES: dict[str, LazyText] = {
    "NO_ANSWER": lazy_gettext("Inget svar"),
    "CALL_BACK": lazy_gettext("Ring igen senare"),
    "SENT": lazy_gettext("Skickat"),
}
ITEMS: dict[str, LazyText] = {
    "respect": lazy_gettext("Jag blev bemött med respekt."),
    "influence": lazy_gettext("Jag kunde påverka det som planerades."),
    "difference": lazy_gettext("Insatsen har gjort skillnad i min vardag."),
}
SCALE: tuple[tuple[str, LazyText], ...] = (
    ("1", lazy_gettext("1, inte alls")),
    ("2", lazy_gettext("2")),
    ("3", lazy_gettext("3")),
    ("4", lazy_gettext("4")),
    ("5", lazy_gettext("5, helt och hållet")),
)
POSITIVE = 4
"""Lowest answer that counts as agreeing."""

GOAL = 0.6
"""The share that should answer: with fewer, those who are silent may turn the result around."""

CLASSES: dict[str, LazyText] = {
    "WORK": lazy_gettext("Arbete utan stöd"),
    "WORK_SUB": lazy_gettext("Subventionerat arbete"),
    "STUDY": lazy_gettext("Studier"),
    "SEEK": lazy_gettext("Arbetssökande"),
    "OTHER": lazy_gettext("Annat eller ingen"),
    "UNK": lazy_gettext("Okänt"),
}
"""What somebody mostly does, strongest first: whoever both works and studies stands under work."""

SILENT: dict[str, LazyText] = {
    "DECLINED": lazy_gettext("Ville inte svara"),
    "NOT_REACHED": lazy_gettext("Gick inte att nå"),
    "NO_CONSENT": lazy_gettext("Inget samtycke till kontakt"),
}
"""Why there is no answer. Each is a class of its own and never left out."""

DONE: dict[str, LazyText] = {
    "svar": lazy_gettext("Uppföljningen är sparad."),
    "forsok": lazy_gettext("Försöket är sparat."),
    "slut": lazy_gettext("Uppföljningen är avslutad utan svar."),
}


def class_of(found: Situation | None) -> str:
    """The class of a situation."""
    if found is None or "UNK" in found.occupations:
        return "UNK"
    held = set(found.occupations)
    if held & WORKING and found.work_extent > 0:
        return "WORK_SUB" if "WORK_SUB" in held and not held & {"WORK", "SELF_EMP"} else "WORK"
    if "STUDY" in held and found.study_extent > 0:
        return "STUDY"
    return "SEEK" if "SEEK" in held else "OTHER"
