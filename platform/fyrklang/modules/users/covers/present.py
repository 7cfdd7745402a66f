"""The words and tables around a cover."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template_string
from markupsafe import Markup

from fyrklang.access.actor import Actor
from fyrklang.kernel import clock
from fyrklang.web.formats import date_iso
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import lazy_gettext
from fyrklang.web.tables import Cell, Column, Row, Table

_STATUS = "{{ ui.status(key, text) }}"
DONE = {
    "ordnad": lazy_gettext("Klart. Kollegan ser det på sin startsida."),
    "avslutad": lazy_gettext("Avslutat. Kollegan ser inte ärendena mer."),
    "tillbaka": lazy_gettext("Du ser dina egna ärenden igen."),
}


def standing(row: Any) -> tuple[str, str]:
    """A cover as status key and word."""
    today = clock.today()
    if row.ended_at is not None or row.last_day < today:
        return "ended", _("Avslutad")
    if row.first_day > today:
        return "planned", _("Börjar senare")
    return "on", _("Gäller")


def is_open(row: Any) -> bool:
    """Whether there is anything left to end."""
    return standing(row)[0] != "ended"


def table(actor: Actor, rows: Sequence[Any], caption: str) -> Table:
    """Covers with who, whom, when and why."""
    return Table(
        caption=caption,
        columns=[
            Column("taker", _("Täcker")),
            Column("status", _("Status"), "nowrap", card="value"),
            Column("giver", _("För")),
            Column("period", _("Dagar"), "nowrap"),
            Column("reason", _("Skäl"), "soft"),
        ],
        rows=[_row(actor, row) for row in rows],
    )


def _row(actor: Actor, row: Any) -> Row:
    key, word = standing(row)
    return Row(
        cells={
            "taker": _name(actor, row.taker, row.taker_person),
            "status": Markup(render_template_string(_STATUS, key=key, text=word)),  # noqa: S704 - our own macro
            "giver": _name(actor, row.giver, row.giver_person),
            "period": f"{date_iso(row.first_day)} – {date_iso(row.last_day)}",
            "reason": row.reason,
        }
    )


def _name(actor: Actor, name: str, person: Any) -> Cell:
    return Cell(name, note=_("Det är du") if person == actor.person_id else "", below=True)
