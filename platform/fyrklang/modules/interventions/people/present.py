"""What the pages of mode, way in and team show: rows and words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import render_template_string, url_for
from markupsafe import Markup

from fyrklang.access.actor import Actor
from fyrklang.kernel import clock
from fyrklang.modules.interventions.models import ModeChange
from fyrklang.modules.interventions.people import team
from fyrklang.modules.interventions.people.service import Standing
from fyrklang.sdk.codes import MODES
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import lazy_gettext
from fyrklang.web.tables import Cell, Column, Row, Table

DONE = {
    "mode": lazy_gettext("Läget är bytt. Det gäller från och med nu."),
    "intake": lazy_gettext("Vägen in är sparad."),
    "joined": lazy_gettext("Personen är med i teamet."),
    "changed": lazy_gettext("Platsen i teamet är ändrad."),
    "left": lazy_gettext("Platsen är avslutad. Personen når inga deltagare i insatsen längre."),
}
MODE_HELP = {
    "A": lazy_gettext("Antal per kvartal och kön. Inget om enskilda personer sparas."),
    "B": lazy_gettext("Varje deltagare har en kod. Nyckeln till koden finns hos parten, inte här."),
    "C": lazy_gettext("Parterna får spara vem deltagaren är. Kräver samtycke, och uppgifterna krypteras."),
}
_STATUS = "{{ ui.status(key) }}"
_PARTY = "{{ ui.party([kind], label) }}"


def mode_options(found: Standing) -> list[tuple[str, str, str]]:
    """The modes there are to choose: all but the present one."""
    return [(code, word, str(MODE_HELP[code])) for code, word in MODES.items() if code != found.row.mode]


def figures_from(found: Standing) -> str:
    """Which years are made of what, in a sentence."""
    first, last = found.row.person_level_from, found.row.person_level_to
    if first is None or (last is not None and last < first):
        return _("Alla år räknas på registrerade antal.")
    if last is not None:
        return _(
            "%(first)s till %(last)s räknas på deltagarna, övriga år på registrerade antal.",
            first=first,
            last=last,
        )
    return _(
        "Från och med %(first)s räknas insatsen på deltagarna, tidigare år på registrerade antal.",
        first=first,
    )


def consequences(found: Standing) -> list[str]:
    """What a change does and what cannot be taken back, for this insats today."""
    year = max(found.earliest, clock.today().year)
    if found.row.mode == "A":
        return [
            _("Teamet kan ta emot remisser och registrera deltagare från och med i dag."),
            _counted(found),
            _(
                "Från det året registreras inga antal. Siffrorna räknas på deltagarna, så att ingen räknas två gånger."
            ),
            _(
                "Det går att gå tillbaka till endast antal, men bara en gång, när alla deltaganden är avslutade."
            ),
        ]
    return [
        _(
            "Tillbaka till endast antal: siffrorna räknas på antal från %(year)s. Det som är räknat på deltagarna "
            "till och med %(last)s ligger fast.",
            year=year,
            last=year - 1,
        ),
        _("Alla deltaganden och remisser behöver vara avslutade före det, och insatsen stängs för remisser."),
        _(
            "Att gå tillbaka till endast antal går inte att ångra. För att följa deltagare igen: skapa en ny insats."
        ),
        _(
            "Mellan kod och parternas uppgifter ändras inga siffror. Det som är sparat finns kvar tills det gallras."
        ),
    ]


def _counted(found: Standing) -> str:
    if found.counted_to is None:
        return _("Inga antal är registrerade. Välj det år som deltagarna ska räknas från.")
    return _(
        "Antal är registrerade till och med %(last)s och ligger fast. Deltagarna kan räknas tidigast från %(first)s.",
        last=found.counted_to,
        first=found.earliest,
    )


def seat_table(actor: Actor, intervention_id: UUID, *, may_change: bool) -> Table:
    """The team: those who work in it first, then those who have."""
    return Table(
        caption=_("Team"),
        columns=[
            Column("name", _("Namn")),
            Column("home", _("Hemorganisation"), card="whole"),
            Column("state", _("Status"), "nowrap", card="value"),
            Column("from", _("Från och med"), "nowrap"),
            Column("to", _("Till och med"), "nowrap"),
        ],
        rows=[
            Row(
                cells=_seat_cells(seat),
                url=url_for(
                    "insats_team.place", slug=actor.slug, intervention_id=intervention_id, place_id=seat.id
                )
                if may_change
                else "",
            )
            for seat in team.seats(actor, intervention_id)
        ],
    )


def _seat_cells(seat: team.Seat) -> dict[str, Any]:
    party = render_template_string(_PARTY, kind=seat.kind.lower(), label=seat.home)
    return {
        "name": Cell(seat.name, note=_("Insatsansvarig") if seat.responsible else "", below=True),
        "home": Cell(Markup(party)),  # noqa: S704
        "state": Cell(Markup(render_template_string(_STATUS, key=seat.state))),  # noqa: S704
        "from": seat.valid_from.isoformat(),
        "to": seat.valid_to.isoformat() if seat.valid_to else _("tills vidare"),
    }


def change_table(changes: Sequence[ModeChange]) -> Table:
    """Every change of mode, the latest first."""
    return Table(
        caption=_("Byten av läge"),
        columns=[
            Column("decided_on", _("Beslut")),
            Column("what", _("Byte"), card="whole"),
            Column("year", _("Siffror från"), "number"),
            Column("officer", _("Dataskyddsombud")),
            Column("basis", _("Underlag")),
        ],
        rows=[
            Row(
                cells={
                    "decided_on": change.decided_on.isoformat(),
                    "what": _("%(old)s till %(new)s", old=MODES[change.from_mode], new=MODES[change.to_mode]),
                    "year": str(change.first_year),
                    "officer": change.officer,
                    "basis": change.basis,
                }
            )
            for change in changes
        ],
    )


def people(rows: Sequence[Any]) -> list[tuple[str, str]]:
    """Those who could join, as a field takes them."""
    return [(str(row.id), f"{row.name}, {row.home}") for row in rows]
