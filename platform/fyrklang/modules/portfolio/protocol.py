"""The steps an insats can take: from which status each may be taken, where it leads, and what it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fyrklang.web.i18n import LazyText, lazy_gettext

MONEY = ("amount_ore", "first_day", "last_day")


@dataclass(frozen=True)
class StepKind:
    """A kind of step. `to` is the status it leads to, empty where the status stays.

    `labels` are the fields it shows beside its date, in order, in the words of the step; `required` those
    that must be filled in.
    """

    deed: LazyText
    done: LazyText
    sources: frozenset[str]
    to: str
    labels: Mapping[str, LazyText]
    required: frozenset[str] = field(default_factory=frozenset)


_PERIOD = {
    "first_day": lazy_gettext("Från och med"),
    "last_day": lazy_gettext("Till och med"),
}
_DECISION = {
    "by_whom": lazy_gettext("Beslutat av"),
    "reference": lazy_gettext("Paragraf eller diarienummer"),
    "amount_ore": lazy_gettext("Beviljat för hela perioden"),
    **_PERIOD,
    "words": lazy_gettext("Villkor"),
}
_DECIDED = frozenset({"by_whom", "reference", "amount_ore", "first_day", "last_day"})

STEPS: Mapping[str, StepKind] = {
    "APPLY": StepKind(
        lazy_gettext("Registrera ansökan"),
        lazy_gettext("Ansökan"),
        frozenset({"IDEA", "REJECTED"}),
        "APPLIED",
        {
            "by_whom": lazy_gettext("Sökande"),
            "amount_ore": lazy_gettext("Sökt belopp för hela perioden"),
            **_PERIOD,
            "words": lazy_gettext("Kort om ansökan"),
        },
        frozenset({"by_whom"}),
    ),
    "PREPARE": StepKind(
        lazy_gettext("Registrera beredning"),
        lazy_gettext("Beredning"),
        frozenset({"APPLIED"}),
        "",
        {"by_whom": lazy_gettext("Beredd av"), "words": lazy_gettext("Beredningens bedömning")},
        frozenset({"by_whom", "words"}),
    ),
    "DECIDE": StepKind(
        lazy_gettext("Registrera beslut"),
        lazy_gettext("Beslut"),
        frozenset({"IDEA", "APPLIED"}),
        "DECIDED",
        _DECISION,
        _DECIDED,
    ),
    "START": StepKind(
        lazy_gettext("Starta insatsen"),
        lazy_gettext("Start"),
        frozenset({"DECIDED"}),
        "RUNNING",
        {"words": lazy_gettext("Kommentar")},
    ),
    "EXTEND": StepKind(
        lazy_gettext("Registrera nytt beslut"),
        lazy_gettext("Nytt beslut"),
        frozenset({"DECIDED", "RUNNING", "PAUSED"}),
        "",
        _DECISION,
        _DECIDED,
    ),
    "PAUSE": StepKind(
        lazy_gettext("Gör vilande"),
        lazy_gettext("Vilande"),
        frozenset({"RUNNING"}),
        "PAUSED",
        {"words": lazy_gettext("Skäl")},
        frozenset({"words"}),
    ),
    "RESUME": StepKind(
        lazy_gettext("Återuppta"),
        lazy_gettext("Återupptagen"),
        frozenset({"PAUSED"}),
        "RUNNING",
        {"words": lazy_gettext("Kommentar")},
    ),
    "FOLLOW": StepKind(
        lazy_gettext("Registrera uppföljning"),
        lazy_gettext("Uppföljning"),
        frozenset({"RUNNING", "PAUSED", "ENDED", "IMPLEMENTED"}),
        "",
        {
            "by_whom": lazy_gettext("Gjord av"),
            "words": lazy_gettext("Vad uppföljningen eller utvärderingen visar"),
        },
        frozenset({"words"}),
    ),
    "IMPLEMENT": StepKind(
        lazy_gettext("Övertagen av ordinarie verksamhet"),
        lazy_gettext("Övertagen"),
        frozenset({"RUNNING", "PAUSED", "ENDED"}),
        "IMPLEMENTED",
        {"by_whom": lazy_gettext("Mottagare"), "words": lazy_gettext("Vad som togs över")},
        frozenset({"by_whom"}),
    ),
    "END": StepKind(
        lazy_gettext("Avsluta insatsen"),
        lazy_gettext("Avslut"),
        frozenset({"DECIDED", "RUNNING", "PAUSED"}),
        "ENDED",
        {"words": lazy_gettext("Varför insatsen avslutas")},
        frozenset({"words"}),
    ),
    "REJECT": StepKind(
        lazy_gettext("Registrera avslag"),
        lazy_gettext("Avslag"),
        frozenset({"IDEA", "APPLIED"}),
        "REJECTED",
        {
            "by_whom": lazy_gettext("Beslutat av"),
            "reference": lazy_gettext("Paragraf eller diarienummer"),
            "words": lazy_gettext("Skäl"),
        },
        frozenset({"by_whom", "words"}),
    ),
}
DECISIONS = ("DECIDE", "EXTEND")
PARTS: Mapping[str, LazyText] = {
    "background": lazy_gettext("Bakgrund och behov"),
    "aims": lazy_gettext("Mål och målgrupp"),
    "responsibility": lazy_gettext("Ansvar och styrning"),
    "plan": lazy_gettext("Genomförande"),
    "budget": lazy_gettext("Budget i ord"),
}
"""The headings of an application."""


def possible(status: str) -> dict[str, StepKind]:
    """The steps that can be taken from a status, in order."""
    return {code: kind for code, kind in STEPS.items() if status in kind.sources}
