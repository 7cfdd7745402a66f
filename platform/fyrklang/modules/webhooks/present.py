"""The words and tables around webhooks."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template_string, url_for
from markupsafe import Markup

from fyrklang.kernel.clock import STOCKHOLM
from fyrklang.modules.webhooks.models import Delivery, Webhook
from fyrklang.modules.webhooks.service import EVENTS
from fyrklang.sdk.audit import ACTIONS
from fyrklang.web.formats import date_iso
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import lazy_gettext
from fyrklang.web.tables import Cell, Column, Row, Table

_STATUS = "{{ ui.status(key, text) }}"
STATES = {
    "ON": ("on", lazy_gettext("På")),
    "OFF": ("ended", lazy_gettext("Av")),
    "STOPPED": ("late", lazy_gettext("Stoppad")),
    "WAITING": ("planned", lazy_gettext("Väntar")),
    "DELIVERED": ("on", lazy_gettext("Framme")),
    "FAILED": ("late", lazy_gettext("Kom inte fram")),
}
DONE = {
    "pa": lazy_gettext("Webhooken är på."),
    "av": lazy_gettext("Webhooken är av."),
    "borta": lazy_gettext("Webhooken är borttagen."),
    "om": lazy_gettext("Skickas om nu."),
}


def event_words(code: str) -> str:
    """An event in the words of the log."""
    return str(ACTIONS[code].words) if code in ACTIONS else code


def event_options() -> list[tuple[str, str]]:
    """Events to tick."""
    return [(code, event_words(code)) for code in EVENTS]


def status(code: str) -> Markup:
    """A state as its mark and word."""
    key, words = STATES[code]
    return Markup(render_template_string(_STATUS, key=key, text=words))  # noqa: S704 - our own macro


def hook_table(slug: str, rows: Sequence[Webhook]) -> Table:
    """Every receiver; a row leads to it."""
    return Table(
        caption=_("Webhooks"),
        columns=[
            Column("name", _("Mottagare")),
            Column("status", _("Status"), "nowrap", card="value"),
            Column("events", _("Händelser"), "soft"),
        ],
        rows=[
            Row(
                cells={
                    "name": Cell(row.name, note=row.url, below=True),
                    "status": status(row.status),
                    "events": ", ".join(event_words(code) for code in row.events),
                },
                url=url_for("webhooks.show", slug=slug, webhook_id=row.id),
            )
            for row in rows
        ],
    )


def delivery_table(rows: Sequence[Delivery]) -> Table:
    """The latest tellings."""
    return Table(
        caption=_("Senaste utskick"),
        columns=[
            Column("at", _("När"), "nowrap"),
            Column("status", _("Status"), "nowrap", card="value"),
            Column("event", _("Händelse")),
            Column("attempts", _("Försök"), "number"),
            Column("answer", _("Svar"), "soft"),
        ],
        rows=[
            Row(
                cells={
                    "at": moment(row),
                    "status": status(row.state),
                    "event": event_words(row.event),
                    "attempts": str(row.attempts),
                    "answer": row.fault or str(row.answer or ""),
                }
            )
            for row in rows
        ],
    )


def moment(row: Delivery) -> str:
    """Day and time in Sweden."""
    local = row.created_at.astimezone(STOCKHOLM)
    return f"{date_iso(local)} {local:%H.%M}"
