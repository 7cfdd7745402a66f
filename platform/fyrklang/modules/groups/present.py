"""Words of the feature: marks, templates and their themes."""

from __future__ import annotations

from dataclasses import dataclass

from fyrklang.modules.groups.models import Meeting, Series
from fyrklang.web.formats import clock, date_full
from fyrklang.web.i18n import LazyText, lazy_gettext
from fyrklang.web.i18n import gettext as _

HERE, LATE, EXCUSED, ABSENT = MARKS = ("HERE", "LATE", "EXCUSED", "ABSENT")
MARK_WORDS: dict[str, LazyText] = {
    HERE: lazy_gettext("Här"),
    LATE: lazy_gettext("Sen"),
    EXCUSED: lazy_gettext("Anmäld"),
    ABSENT: lazy_gettext("Uteblev"),
}
MARK_LETTERS: dict[str, LazyText] = {
    HERE: lazy_gettext("H"),
    LATE: lazy_gettext("S"),
    EXCUSED: lazy_gettext("A"),
    ABSENT: lazy_gettext("U"),
}
HEADS: dict[str, LazyText] = {
    "extra_women": lazy_gettext("Kvinnor"),
    "extra_men": lazy_gettext("Män"),
    "extra_unknown": lazy_gettext("Annat eller okänt"),
}


@dataclass(frozen=True)
class Template:
    """What a new series begins as; every line of it can be changed before it is saved."""

    words: LazyText
    themes: tuple[LazyText, ...]
    professions: tuple[LazyText, ...]


_PROFESSIONS = (lazy_gettext("sjuksköterska"), lazy_gettext("fysioterapeut"))
TEMPLATES: dict[str, Template] = {
    "ADULT10": Template(
        lazy_gettext("Hälsoskola för vuxna, tio träffar"),
        (
            lazy_gettext("Vi lär känna varandra. Hälsa och vård i Sverige"),
            lazy_gettext("Vart vänder jag mig? Vården, egenvård och tolk"),
            lazy_gettext("Kroppen i rörelse"),
            lazy_gettext("Mat och måltider"),
            lazy_gettext("Sömn och vila"),
            lazy_gettext("Stress och oro"),
            lazy_gettext("Smärta"),
            lazy_gettext("Tankar och känslor"),
            lazy_gettext("Vägar till arbete och studier"),
            lazy_gettext("Det jag tar med mig. Nästa steg"),
        ),
        _PROFESSIONS,
    ),
    "YOUTH5": Template(
        lazy_gettext("Hälsoskola för unga, fem träffar"),
        (
            lazy_gettext("Att må bra. Vart vänder jag mig?"),
            lazy_gettext("Sömn, mat och skärmar"),
            lazy_gettext("Kroppen i rörelse"),
            lazy_gettext("Känslor, stress och relationer"),
            lazy_gettext("Det jag tar med mig. Skola och framtid"),
        ),
        _PROFESSIONS,
    ),
    "OWN": Template(lazy_gettext("Egen grupp"), (), ()),
}


def facts(series: Series) -> list[tuple[str, str]]:
    """What a group is, for the head of a page; what is not said is left out."""
    told = (
        (_("Plats"), series.place),
        (_("Leds av"), "; ".join(series.leaders)),
        (_("Tolk"), series.interpreter),
    )
    return [(label, text) for label, text in told if text]


def when(meeting: Meeting, series: Series) -> str:
    """Day, time and place of a meeting."""
    at = f" {clock(meeting.starts_at)}" if meeting.starts_at else ""
    place = f", {series.place}" if series.place else ""
    return f"{date_full(meeting.held_on)}{at}{place}"


def legend() -> str:
    """What each letter stands for."""
    return ", ".join(f"{MARK_LETTERS[mark]} {str(MARK_WORDS[mark]).lower()}" for mark in MARKS) + "."
