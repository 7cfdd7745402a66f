"""The plan on paper and in plain words. Nothing that was not said in the plan is in any of them."""

from __future__ import annotations

from pathlib import Path

from fyrklang.kernel import clock
from fyrklang.modules.casework import codes, present
from fyrklang.modules.casework.consents import in_force, text_of
from fyrklang.modules.casework.models import Commitment
from fyrklang.modules.casework.plans import Whole
from fyrklang.modules.casework.stays import Case
from fyrklang.web.formats import date_iso, date_long
from fyrklang.web.pdf import make_pdf

_TEMPLATES = Path(__file__).parent / "templates" / "casework"
DONE = ("DONE", "HANDED_OVER")

Letter = list[tuple[str, list[str]]]
"""Headings, each with its sentences."""


def pdf(case: Case, plan: Whole, *, synthetic: bool) -> bytes:
    """The plan as a table on one page, in Swedish."""
    groups = [
        {
            "who": present.who(party),
            "rows": [
                [
                    row.what,
                    row.responsible,
                    date_iso(row.due_on) if row.due_on else "",
                    codes.COMMITMENT_STATES[row.state],
                ]
                for row in plan.of(party)
            ],
        }
        for party in plan.parties
    ]
    data = {
        "title": "Min plan",
        "subtitle": f"{case.insats.name}, {case.person.code}",
        "foot": f"{case.insats.name} · {case.person.code}",
        "synthetic": synthetic,
        "goal": plan.plan.goal if plan.plan else "",
        "goal_on": date_iso(plan.plan.goal_on) if plan.plan and plan.plan.goal_on else "",
        "met_on": date_iso(plan.met_on) if plan.met_on else "",
        "groups": groups,
    }
    return make_pdf(_TEMPLATES / "plan.typ", data)


def letter(case: Case, plan: Whole) -> Letter:
    """The plan in plain words to the participant, in Swedish whatever the reader's language."""
    own = [row for row in plan.remaining if row.party == codes.PERSON]
    others = [row for row in plan.remaining if row.party != codes.PERSON]
    parts = [
        ("Ditt mål", _goal(plan)),
        ("Det här gör du", [_deed(row) for row in own]),
        ("Det här gör de som hjälper dig", [f"{present.party(row.party)}: {_deed(row)}" for row in others]),
        ("Det här är klart", [row.what for row in plan.commitments if row.state in DONE]),
        ("De här arbetar med dig", [f"{each.name}, {present.party(each.party)}" for each in case.team]),
        ("De här får läsa om dig", _readers(case)),
    ]
    return [(heading, said) for heading, said in parts if said]


def letter_pdf(case: Case, plan: Whole, *, synthetic: bool) -> bytes:
    """The letter on paper. It names neither the person nor their code: it may lie on a kitchen table."""
    data = {
        "title": "Din plan",
        "foot": case.insats.name,
        "synthetic": synthetic,
        "begun": f"Du är med i {case.insats.name} sedan {date_long(case.stay.started_on)}.",
        "met_on": f"Vi kom överens om planen {date_long(plan.met_on)}." if plan.met_on else "",
        "parts": [[heading, said] for heading, said in letter(case, plan)],
        "end": "Fråga någon av dem som arbetar med dig om något är oklart eller har blivit fel.",
    }
    return make_pdf(_TEMPLATES / "letter.typ", data)


def consent_pdf(case: Case, purpose: str, *, synthetic: bool) -> bytes:
    """One consent on paper: the Swedish text, the participant's own language below it, and room to sign."""
    spoken = case.person.language
    told = text_of(purpose, spoken) if spoken != "sv" else None
    data = {
        "title": f"Samtycke: {codes.PURPOSES[purpose].lower()}",
        "subtitle": f"{case.insats.name}, {case.person.code}",
        "foot": f"{case.insats.name} · {case.person.code} · text {codes.TEXT_VERSION}",
        "synthetic": synthetic,
        "text": text_of(purpose, "sv"),
        "language": codes.LANGUAGES[spoken].capitalize() if told else "",
        "code": spoken,
        "told": told or [],
        "parties": [present.party(party) for party in present.parties_here(case)],
    }
    return make_pdf(_TEMPLATES / "consent.typ", data)


def summary(case: Case, plan: Whole) -> str:
    """What the case worker copies into the system of their own organisation, so that nothing is typed twice."""
    stay = case.stay
    doing, living = present.situation_words(case.situations.get("START"))
    lines = [
        f"{case.person.code}: {case.insats.name}, start {date_iso(stay.started_on)}, vecka {case.week}.",
        f"Vid start: {doing}. Försörjning: {living}." if doing else "",
        f"Mål: {plan.plan.goal}" if plan.plan else "",
        *(_line(row) for party in plan.parties for row in plan.of(party)),
        f"Överens på möte {date_iso(plan.met_on)}, version {plan.version}." if plan.met_on else "",
        f"Avslut {date_iso(stay.ended_on)}: {codes.END_REASONS.get(stay.end_reason or '', '')}."
        if stay.ended_on
        else "",
    ]
    return "\n".join(line for line in lines if line)


def _goal(plan: Whole) -> list[str]:
    if plan.plan is None:
        return []
    by = f" Det vill du ha nått {date_long(plan.plan.goal_on)}." if plan.plan.goal_on else ""
    return [f"”{plan.plan.goal}”{by}"]


def _deed(row: Commitment) -> str:
    by = f", senast {date_long(row.due_on)}" if row.due_on else ""
    return f"{row.what}{by}{f' ({row.responsible})' if row.responsible else ''}."


def _line(row: Commitment) -> str:
    by = f", till {date_iso(row.due_on)}" if row.due_on else ""
    return f"{present.who(row.party)}: {row.what}{by} ({codes.COMMITMENT_STATES[row.state].lower()})"


def _readers(case: Case) -> list[str]:
    held = [row for row in case.consents if row.purpose == "INFO_EXCHANGE" and in_force(row, clock.today())]
    if not held:
        return []
    said = [
        f"{present.party(row.party)}, till {date_long(row.valid_to)}."
        if row.valid_to
        else f"{present.party(row.party)}."
        for row in held
    ]
    return [*said, "Du kan ta tillbaka ditt samtycke när du vill."]
