"""The review's protocol as a PDF to file outside the platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fyrklang.modules.log import acts, present
from fyrklang.modules.log.present import Names
from fyrklang.modules.log.service import SealState
from fyrklang.web.formats import date_iso, moment_long, number
from fyrklang.web.pdf import make_pdf

TEMPLATE = Path(__file__).parent / "templates" / "log" / "protocol.typ"
DRAFT = "utkast"
METHOD = (
    "Systemet drog urvalet bland allt som hänt sedan förra granskningen. Hälften drogs av slumpen och hälften för "
    "att en regel pekade på dem: nekade försök, uttag, natt och helg, ovanligt många händelser på en dag "
    "eller åtkomst som krävde skäl. Räckte inte reglerna till fyllde slumpen på. Dragningen bestäms av loggens "
    "eget fingeravtryck, så ingen väljer den och den går att göra om."
)


@dataclass(frozen=True)
class Subject:
    """Whose log was reviewed."""

    name: str
    synthetic: bool


def pdf(subject: Subject, row: Any, items: Sequence[Any], names: Names, seal: SealState | None) -> bytes:
    """The document. It is in Swedish whoever asks, since it is filed."""
    signed = row.state == "SIGNED"
    title = "Protokoll från logggranskning"
    data = {
        "title": title if signed else f"{title} ({DRAFT})",
        "subtitle": f"{subject.name}, {acts.span_of(row)}",
        "foot": f"{subject.name} · {title.lower()} {acts.span_of(row)}",
        "synthetic": subject.synthetic,
        "facts": _facts(row, items, names),
        "method": METHOD,
        "events": [_event(item, names) for item in items],
        "fingerprint": _fingerprint(row, seal),
        "signature": _signature(row, names),
    }
    return make_pdf(TEMPLATE, data)


def file_name(slug: str, row: Any, subject: Subject) -> str:
    """What, whose, until when; a draft and an invented one say so last."""
    marks = [DRAFT] if row.state != "SIGNED" else []
    marks += ["pahittat"] if subject.synthetic else []
    return "-".join(("logggranskning", slug, date_iso(row.last_at), *marks)) + ".pdf"


def _facts(row: Any, items: Sequence[Any], names: Names) -> list[list[str]]:
    verdicts = [item.verdict for item in items]
    return [
        ["Omfattar", f"{acts.span_of(row)}, händelse {number(row.first_seq)}–{number(row.last_seq)}"],
        ["Händelser i perioden", number(row.population)],
        ["Varav granskarens egna", f"{number(row.set_aside)}. De ingick inte i urvalet."],
        ["Urval", number(len(items))],
        *[[str(words), number(verdicts.count(code))] for code, words in acts.VERDICTS.items()],
        ["Inte bedömda", number(verdicts.count(None))],
        ["Startad", f"{moment_long(row.started_at)} av {_name(row.started_by, names)}"],
    ]


def _event(item: Any, names: Names) -> list[str]:
    what = ", ".join(
        part for part in (present.act(item), present.detail(item), present.on_what(item, names)) if part
    )
    verdict = str(acts.VERDICTS[item.verdict]) if item.verdict else "Inte bedömd"
    return [
        str(item.place),
        present.moment(item.at),
        " · ".join(part for part in (present.who(item, names), present.whence(item)) if part),
        what + (f". Skäl: {item.reason}" if item.reason else ""),
        str(present.RULE_WORDS[item.rule]),
        f"{verdict}. {item.note}" if item.note else verdict,
    ]


def _fingerprint(row: Any, seal: SealState | None) -> list[list[str]]:
    facts = [[f"Händelse {row.last_seq}", row.hash.hex()]]
    if row.seal_number:
        facts.append(["Senaste försegling när urvalet drogs", f"nr {number(row.seal_number)}"])
    if seal is not None:
        facts.append([f"Försegling {seal.number}", seal.root])
        facts.append(["Nyckel", seal.key_id])
    return facts


def _signature(row: Any, names: Names) -> str:
    if row.state != "SIGNED":
        return "Granskningen är inte signerad."
    return f"Signerad i Fyrklang {moment_long(row.signed_at)} av {_name(row.signed_by, names)}."


def _name(person_id: Any, names: Names) -> str:
    return names.get(person_id, "okänd användare")
