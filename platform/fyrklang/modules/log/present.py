"""Events as tables and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from fyrklang.access.permissions import ROLE_NAMES, Role
from fyrklang.kernel.clock import STOCKHOLM
from fyrklang.modules.log import acts
from fyrklang.sdk.audit import ACTIONS, THINGS
from fyrklang.sdk.codes import PARTY_KINDS
from fyrklang.web.formats import date_iso, number
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import lazy_gettext
from fyrklang.web.tables import Cell, Column, Row, Table

ODD_WORDS = {
    "refused": lazy_gettext("Nekade försök"),
    "export": lazy_gettext("Uttag"),
    "night": lazy_gettext("Natt och helg"),
    "volume": lazy_gettext("Ovanligt många"),
}
RULE_WORDS = {
    "RANDOM": lazy_gettext("Slumpen"),
    "EMERGENCY": lazy_gettext("Nödåtkomst"),
    "REFUSED": lazy_gettext("Nekat försök"),
    "EXPORT": lazy_gettext("Uttag"),
    "NIGHT": lazy_gettext("Natt eller helg"),
    "VOLUME": lazy_gettext("Ovanligt många på en dag"),
    "REASON": lazy_gettext("Skäl krävdes"),
}
VERDICT_STATUS = {"REASONABLE": "stated", "QUESTION": "waiting", "REPORT": "stopped"}
Names = Mapping[UUID, str]


def moment(at: datetime) -> str:
    """`2026-11-21 14.05`, on the Swedish clock."""
    local = at.astimezone(STOCKHOLM)
    return f"{date_iso(local)} {local:%H.%M}"


MARKS = {
    "cover": lazy_gettext("när personen täckte för en kollega"),
    "emergency": lazy_gettext("under nödåtkomst"),
}
"""Under what special access something was done, by the mark in the event's detail."""


def act(row: Any) -> str:
    """What was done, in words; the bare code when nobody here knows it."""
    known = ACTIONS.get(row.action)
    return str(known.words) if known else row.action


def detail(row: Any) -> str:
    """The rest of what is known of the act."""
    known = ACTIONS.get(row.action)
    told = known.tell(row.detail) if known else ""
    under = [str(words) for mark, words in MARKS.items() if mark in row.detail]
    return " · ".join(part for part in (told, *under) if part)


def who(row: Any, names: Names) -> str:
    """Who did it: their name here, or what can be said instead."""
    if row.actor_id is None:
        return _("Plattformen")
    return names.get(row.actor_id) or _("Okänd användare")


def whence(row: Any) -> str:
    """The home organisation and roles at the time."""
    parties = {**PARTY_KINDS, "ASSOCIATION": _("Förbundet")}
    party = parties.get(row.party or "", "")
    roles = [ROLE_NAMES[Role(code)].lower() for code in (row.role or "").split() if code in set(Role)]
    return " · ".join(part for part in (party, ", ".join(roles)) if part)


def on_what(row: Any, names: Names) -> str:
    """What it was done to."""
    if row.object_id is None:
        return ""
    known = THINGS.get(row.object_type or "")
    kind = str(known.words) if known else ""
    name = names.get(row.object_id, "")
    return f"{kind}: {name}" if kind and name else kind or name


def event_table(rows: Sequence[Any], names: Names, *, caption: str, with_actor: bool = True) -> Table:
    """Events as a table, in the order given."""
    columns = [
        Column("when", _("När"), "nowrap"),
        Column("who", _("Vem")),
        Column("act", _("Gjorde vad")),
        Column("thing", _("Med vad")),
        Column("reason", _("Skäl"), "soft"),
    ]
    return Table(
        caption=caption,
        columns=[column for column in columns if with_actor or column.key != "who"],
        rows=[_row(row, names) for row in rows],
    )


def _row(row: Any, names: Names) -> Row:
    return Row(
        cells={
            "when": moment(row.at),
            "who": Cell(who(row, names), note=whence(row), below=True),
            "act": Cell(act(row), note=detail(row), below=True),
            "thing": on_what(row, names),
            "reason": row.reason or "",
        }
    )


def technical_table(rows: Sequence[Any]) -> Table:
    """How often each act was done, for those who run the system."""
    return Table(
        caption=_("Händelser efter slag"),
        columns=[
            Column("act", _("Händelse")),
            Column("count", _("Antal"), "number"),
            Column("refused", _("Varav nekade"), "number-soft"),
            Column("last", _("Senast"), "nowrap"),
        ],
        rows=[
            Row(
                cells={
                    "act": act(row),
                    "count": row.acts,
                    "refused": row.refused,
                    "last": moment(row.last),
                }
            )
            for row in rows
        ],
    )


def review_table(rows: Sequence[Any], url_of: Any) -> Table:
    """Every review there has been."""
    return Table(
        caption=_("Granskningar"),
        columns=[
            Column("span", _("Omfattar")),
            Column("events", _("Händelser"), "number"),
            Column("sample", _("Bedömda"), "number"),
            Column("signed", _("Signerad"), "nowrap"),
        ],
        rows=[
            Row(
                cells={
                    "span": acts.span_of(row),
                    "events": row.population,
                    "sample": _("%(done)s av %(all)s", done=number(row.judged), all=number(row.sample)),
                    "signed": date_iso(row.signed_at) if row.signed_at else _("Pågår"),
                },
                url=url_of(row.id),
            )
            for row in rows
        ],
    )


def as_json(row: Any, names: Names) -> dict[str, Any]:
    """An event for the JSON door."""
    return {
        "seq": row.seq,
        "at": row.at.isoformat(),
        "actor": row.actor_id,
        "actor_name": who(row, names),
        "action": row.action,
        "act": act(row),
        "object_type": row.object_type,
        "object_id": row.object_id,
        "object_name": names.get(row.object_id) if row.object_id else None,
        "reason": row.reason,
        "outcome": row.outcome,
    }
