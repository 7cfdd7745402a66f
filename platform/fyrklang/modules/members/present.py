"""What the pages of the parties' people show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for

from fyrklang.access.actor import Actor
from fyrklang.modules.members.service import BODIES, SEAT_ROLES, Lent
from fyrklang.web.formats import span
from fyrklang.web.i18n import gettext as _
from fyrklang.web.tables import Cell, Column, Link, Row, Table


def tabs(actor: Actor, view: str) -> list[Link]:
    """The views of the members."""
    named = (
        ("members", _("Medlemmar")),
        ("seats", _("Styrelse och beredningsgrupp")),
        ("secondments", _("Utlånad personal")),
    )
    return [
        Link(label, url_for(f"members.{name}", slug=actor.slug), current=name == view)
        for name, label in named
    ]


def seat_table(rows: Sequence[Any]) -> Table:
    """Who sits, for whom, and how long."""
    columns = [
        Column("name", _("Namn")),
        Column("body", _("Grupp")),
        Column("role", _("Uppdrag")),
        Column("organisation", _("Utsedd av")),
        Column("term", _("Mandattid"), "nowrap"),
    ]
    found = [
        Row(
            {
                "name": row.name,
                "body": BODIES[row.body],
                "role": SEAT_ROLES[row.role],
                "organisation": row.organisation,
                "term": span(row.valid_from, row.valid_to),
            }
        )
        for row in rows
    ]
    return Table(_("Styrelse och beredningsgrupp"), columns, found)


def lent_table(lent: Sequence[Lent]) -> Table:
    """Promised against filled by member, in percent of full posts."""
    columns = [
        Column("name", _("Medlem")),
        Column("promised", _("Lovat"), "number"),
        Column("filled", _("Tillsatt"), "number"),
        Column("vacant", _("Vakant"), "number"),
    ]
    rows = [_lent_row(each, "") for each in lent]
    total = Lent(_("Summa"), sum(each.promised for each in lent), sum(each.filled for each in lent))
    return Table(_("Utlånad personal i procent av heltid"), columns, [*rows, _lent_row(total, "sum")])


def _lent_row(each: Lent, kind: Any) -> Row:
    cells = {"promised": each.promised, "filled": each.filled, "vacant": each.vacant}
    return Row({"name": each.name, **{key: f"{value} %" for key, value in cells.items()}}, kind=kind)


def secondment_table(rows: Sequence[Any], names: Mapping[str, str]) -> Table:
    """Every post, filled or vacant."""
    columns = [
        Column("profession", _("Funktion")),
        Column("person", _("Person")),
        Column("organisation", _("Hemorganisation")),
        Column("insats", _("Insats")),
        Column("percent", _("Andel"), "number"),
        Column("term", _("Period"), "nowrap"),
    ]
    found = [
        Row(
            {
                "profession": row.profession,
                "person": row.person or Cell(blank="not_reported", blank_text=_("Vakant")),
                "organisation": row.organisation,
                "insats": names.get(str(row.intervention_id), ""),
                "percent": f"{row.percent} %",
                "term": span(row.valid_from, row.valid_to),
            }
        )
        for row in rows
    ]
    return Table(_("Utlånad personal"), columns, found)
