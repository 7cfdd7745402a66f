"""The words and tables around a round of review."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template_string, url_for
from markupsafe import Markup

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import ROLE_NAMES, Role
from fyrklang.kernel import clock
from fyrklang.kernel.clock import STOCKHOLM
from fyrklang.kernel.errors import Conflict
from fyrklang.web.formats import date_iso
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import lazy_gettext
from fyrklang.web.tables import Cell, Column, Row, Table

_STATUS = "{{ ui.status(key, text) }}"
DONE = {
    "sparad": lazy_gettext("Sparat. Borttagna roller gäller inte från personens nästa klick."),
    "signerad": lazy_gettext("Genomgången är signerad. Protokollet står i loggen."),
}
FAULTS = {"kvar": lazy_gettext("Sparat, men inte signerat: det finns roller som inte är bedömda än.")}
DECISIONS = {"KEEP": lazy_gettext("Behålls"), "TAKE": lazy_gettext("Togs bort")}


def fault(_error: Conflict) -> str:
    """What the address of the page after says of a signing that was refused."""
    return "kvar"


def options() -> list[tuple[str, str]]:
    """What can be decided about a role."""
    return [("KEEP", _("Behåll")), ("TAKE", _("Ta bort"))]


def role(code: str) -> str:
    """A role's name."""
    return ROLE_NAMES[Role(code)]


def login(item: Any) -> str:
    """When the person was last signed in."""
    return date_iso(item.last_login_at.astimezone(STOCKHOLM).date()) if item.last_login_at else _("aldrig")


def standing(row: Any) -> tuple[str, str]:
    """A round as status key and word."""
    if row.state == "SIGNED":
        return "on", _("Signerad")
    return ("late", _("Försenad")) if row.due_on < clock.today() else ("planned", _("Pågår"))


def rounds_table(actor: Actor, rows: Sequence[Any]) -> Table:
    """Every round; a row leads to it."""
    return Table(
        caption=_("Genomgångar"),
        columns=[
            Column("opened", _("Började"), "nowrap"),
            Column("status", _("Status"), "nowrap", card="value"),
            Column("due", _("Klar senast"), "nowrap"),
            Column("decided", _("Bedömda roller")),
            Column("taken", _("Borttagna"), "number"),
        ],
        rows=[_round(actor, row) for row in rows],
    )


def items_table(actor: Actor, items: Sequence[Any]) -> Table:
    """Every role with what was decided."""
    return Table(
        caption=_("Roller i genomgången"),
        columns=[
            Column("name", _("Namn")),
            Column("role", _("Roll")),
            Column("decision", _("Beslut"), "nowrap", card="value"),
            Column("login", _("Senast inloggad"), "nowrap"),
        ],
        rows=[
            Row(
                cells={
                    "name": Cell(item.display_name, note=item.organisation, below=True),
                    "role": role(item.role),
                    "decision": _decision(actor, item),
                    "login": login(item),
                }
            )
            for item in items
        ],
    )


def _decision(actor: Actor, item: Any) -> str:
    if item.decision is not None:
        return str(DECISIONS[item.decision])
    if item.gone:
        return _("Redan borta")
    return _("Någon annan bedömer dig") if item.person_id == actor.person_id else _("Inte bedömd")


def _round(actor: Actor, row: Any) -> Row:
    key, word = standing(row)
    return Row(
        cells={
            "opened": date_iso(row.opened_on),
            "status": Markup(render_template_string(_STATUS, key=key, text=word)),  # noqa: S704 - our own macro
            "due": date_iso(row.due_on),
            "decided": _("%(done)s av %(all)s", done=row.decided, all=row.roles),
            "taken": str(row.taken),
        },
        url=url_for("rounds.show", slug=actor.slug, round_id=row.id),
    )
