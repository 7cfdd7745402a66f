"""Tasks in a table and as choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import url_for

from fyrklang.access.actor import Actor
from fyrklang.access.teams import Colleague
from fyrklang.kernel import clock
from fyrklang.web.formats import date_iso
from fyrklang.web.i18n import gettext as _
from fyrklang.web.tables import Cell, Column, Row, Table


def table(actor: Actor, rows: Sequence[Any], names: Mapping[UUID, str]) -> Table:
    """Open tasks with their day and who has them."""
    return Table(
        _("Uppgifter"),
        (
            Column("what", _("Uppgift")),
            Column("code", _("Deltagare")),
            Column("due", _("Senast"), kind="nowrap"),
            Column("who", _("Ansvarig")),
        ),
        [
            Row(
                {
                    "what": row.what or _("Uppgift"),
                    "code": row.code,
                    "due": Cell(
                        date_iso(row.due_on),
                        note=_("Gått ut") if row.due_on < clock.today() else "",
                        below=True,
                    ),
                    "who": names.get(row.assigned_to, _("Inte längre i teamet"))
                    if row.assigned_to
                    else _("Ingen än"),
                },
                url=url_for("tasks.edit", slug=actor.slug, task_id=row.id),
            )
            for row in rows
        ],
    )


def takers(team: Sequence[Colleague]) -> list[tuple[str, str]]:
    """Those in a team as a field takes them."""
    return [(str(each.person_id), f"{each.name}, {each.home}") for each in team]
