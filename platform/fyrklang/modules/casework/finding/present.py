"""What a search found, in a table. Codes alone: a name is shown to whoever asks for it on the participant's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import url_for

from fyrklang.access.actor import Actor
from fyrklang.modules.casework.finding.service import Found
from fyrklang.sdk.insatser import Insats
from fyrklang.web.formats import date_iso
from fyrklang.web.i18n import gettext as _
from fyrklang.web.tables import Column, Row, Table


def table(actor: Actor, found: Found, known: Mapping[UUID, Insats]) -> Table:
    """The stays that were found, those that go on first."""
    return Table(
        _("Träffar"),
        (
            Column("code", _("Kod")),
            Column("insats", _("Insats")),
            Column("started", _("Start"), kind="nowrap"),
            Column("ended", _("Slut"), kind="nowrap"),
            Column("by", _("Träff på")),
        ),
        [
            Row(
                {
                    "code": row.code,
                    "insats": known[row.intervention_id].name if row.intervention_id in known else "",
                    "started": date_iso(row.started_on),
                    "ended": date_iso(row.ended_on) if row.ended_on else "",
                    "by": _way(found, row),
                },
                url=url_for("cases.show", slug=actor.slug, stay_id=row.id),
            )
            for row in found.rows
        ],
    )


def _way(found: Found, row: Any) -> str:
    if found.way == "number":
        return _("Personnummer")
    return _("Namn") if row.by_name else _("Kod")
