"""The words and tables around an emergency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import render_template_string, url_for
from markupsafe import Markup

from fyrklang.kernel.clock import STOCKHOLM
from fyrklang.modules.emergency import service
from fyrklang.sdk.insatser import Insats
from fyrklang.web.formats import date_iso
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import lazy_gettext
from fyrklang.web.tables import Cell, Column, Row, Table

_STATUS = "{{ ui.status(key, text) }}"
DONE = {
    "begard": lazy_gettext("Begäran är skickad. En kollega i insatsen svarar, och du ser svaret här."),
    "ja": lazy_gettext("Kollegan kan läsa ärendet i en timme. Det granskas i efterhand."),
    "nej": lazy_gettext("Du har svarat nej. Kollegan ser det."),
    "avslutad": lazy_gettext("Avslutat. Ärendet går inte att läsa mer."),
    "granskad": lazy_gettext("Bedömningen är sparad."),
}
VERDICTS = {
    "REASONABLE": lazy_gettext("Rimligt"),
    "QUESTION": lazy_gettext("Fråga"),
    "REPORT": lazy_gettext("Anmäl"),
}


def standing(row: Any) -> tuple[str, str]:
    """An emergency as status key and word."""
    if service.is_open(row):
        return "on", _("Öppet till %(time)s", time=clock_time(row.expires_at))
    if service.is_waiting(row):
        return "planned", _("Väntar på svar")
    if row.answer == "REFUSED":
        return "ended", _("Nej")
    return "ended", _("Över") if row.answer else _("Inte besvarad")


def clock_time(moment: datetime) -> str:
    """The time of day in Sweden."""
    return f"{moment.astimezone(STOCKHOLM):%H.%M}"


def moment(at: datetime) -> str:
    """Day and time in Sweden."""
    local = at.astimezone(STOCKHOLM)
    return f"{date_iso(local)} {local:%H.%M}"


def table(rows: Sequence[Any], known: Mapping[UUID, Insats], caption: str, slug: str = "") -> Table:
    """Emergencies with who asked, who answered, why and what became of it; with `slug` a row leads to its review."""
    return Table(
        caption=caption,
        columns=[
            Column("asked", _("Begärd"), "nowrap"),
            Column("status", _("Status"), "nowrap", card="value"),
            Column("who", _("Vem")),
            Column("insats", _("Insats")),
            Column("reason", _("Skäl"), "soft"),
            Column("review", _("Granskning")),
        ],
        rows=[_row(row, known, slug) for row in rows],
    )


def verdict(row: Any) -> str:
    """What the reviewer thought, or that nobody has looked."""
    if row.answer != "APPROVED":
        return _("Behövs inte")
    if row.verdict is not None:
        return str(VERDICTS[row.verdict])
    return _("Försenad") if service.is_overdue(row) else _("Väntar")


def _row(row: Any, known: Mapping[UUID, Insats], slug: str) -> Row:
    key, word = standing(row)
    answered = _("svar av %(name)s", name=row.approver) if row.approver else ""
    return Row(
        cells={
            "asked": moment(row.asked_at),
            "status": Markup(render_template_string(_STATUS, key=key, text=word)),  # noqa: S704 - our own macro
            "who": Cell(row.asker, note=answered, below=True),
            "insats": known[row.intervention_id].name if row.intervention_id in known else "",
            "reason": row.reason,
            "review": Cell(verdict(row), note=row.review_note, below=True),
        },
        url=url_for("emergency.show", slug=slug, emergency_id=row.id) if slug else "",
    )


def insats_options(choices: Sequence[Insats]) -> list[tuple[str, str]]:
    """Insatser to choose among."""
    return [(str(each.id), each.name) for each in choices]


def verdict_options() -> list[tuple[str, str]]:
    """What a reviewer may think."""
    return [(code, str(words)) for code, words in VERDICTS.items()]
