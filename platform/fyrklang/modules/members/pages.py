"""The HTML door of members."""

from __future__ import annotations

from flask import render_template

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.modules.members import service
from fyrklang.sdk.codes import PARTY_KINDS
from fyrklang.sdk.routes import Pages
from fyrklang.web.formats import date_iso
from fyrklang.web.i18n import gettext as _
from fyrklang.web.tables import Cell, Column, Row, Table

pages = Pages("members", __name__, prefix="/medlemmar")


@pages.route("", permission=Permission.MEMBERS_READ)
def members(actor: Actor) -> str:
    """Who stands behind the förbund today."""
    day = clock.today()
    found = service.list_members(actor, day)
    table = Table(
        caption=_("Medlemmar"),
        columns=[
            Column("name", _("Medlem")),
            Column("party", _("Part")),
            Column("since", _("Medlem sedan"), "nowrap"),
            Column("source", _("Uppgiften kommer från"), "soft"),
        ],
        rows=[
            Row(
                cells={
                    "name": row.name,
                    "party": PARTY_KINDS[row.party_kind],
                    "since": date_iso(row.valid_from)
                    if row.valid_from
                    else Cell(blank="unknown", blank_text=_("Uppgift saknas")),
                    "source": _("Registret") if row.source == "REGISTER" else _("Förbundet"),
                }
            )
            for row in found
        ],
    )
    return render_template("members/list.html", actor=actor, members=found, table=table, day=day)
