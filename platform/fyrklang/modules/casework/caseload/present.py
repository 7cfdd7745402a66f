"""The list of stays in a table, its filters, and stays as choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import url_for

from fyrklang.access.actor import Actor
from fyrklang.access.teams import Colleague
from fyrklang.modules.casework.caseload.listing import (
    MINE,
    NOBODY,
    PAGE_SIZE,
    Wanted,
    address_of,
    wanted_of,
)
from fyrklang.sdk.insatser import Insats
from fyrklang.sdk.saved import SavedList
from fyrklang.web.formats import date_iso
from fyrklang.web.i18n import gettext as _
from fyrklang.web.tables import Column, Link, Pager, Row, Table


def names(team: Iterable[Colleague]) -> dict[UUID, str]:
    """What those in the teams are called."""
    return {each.person_id: each.name for each in team}


def takers(team: Iterable[Colleague]) -> list[tuple[str, str]]:
    """Those who can be made responsible, as a field takes them."""
    return [(str(each.person_id), f"{each.name}, {each.home}") for each in team]


def who(person_id: UUID | None, known: Mapping[UUID, str]) -> str:
    """Whoever is responsible, in words."""
    if person_id is None:
        return _("Ingen än")
    return known.get(person_id, _("Inte längre i teamet"))


def table(actor: Actor, rows: Sequence[Any], known: Mapping[UUID, Insats], team: Mapping[UUID, str]) -> Table:
    """Stays in a list."""
    columns = (
        Column("code", _("Kod")),
        Column("insats", _("Insats")),
        Column("who", _("Ansvarig")),
        Column("started", _("Start"), kind="nowrap"),
        Column("step", _("Nästa steg")),
        Column("ended", _("Slut"), kind="nowrap"),
    )
    return Table(
        _("Deltagare"),
        columns,
        [
            Row(
                {
                    "code": row.code,
                    "insats": known[row.intervention_id].name if row.intervention_id in known else "",
                    "who": who(row.assigned_to, team),
                    "started": date_iso(row.started_on),
                    "step": row.next_step,
                    "ended": date_iso(row.ended_on) if row.ended_on else "",
                },
                url=url_for("cases.show", slug=actor.slug, stay_id=row.id),
            )
            for row in rows
        ],
    )


def stay_options(
    rows: Sequence[Any], known: Mapping[UUID, Insats], team: Mapping[UUID, str]
) -> list[tuple[str, str, str]]:
    """Stays to choose among: id, code, and insats with whoever is responsible now."""
    return [
        (
            str(row.id),
            row.code,
            f"{known[row.intervention_id].name if row.intervention_id in known else ''} · "
            f"{who(row.assigned_to, team)}",
        )
        for row in rows
    ]


def need_words() -> dict[str, str]:
    """What a list can be narrowed to besides whose it is."""
    return {
        "steg": _("Steg har gått ut"),
        "samtycke": _("Samtycke löper ut"),
        "plan": _("Utan plan"),
    }


def states(actor: Actor, wanted: Wanted) -> list[Link]:
    """Going on or over."""
    return [
        Link(_("Pågår"), _url(actor, wanted, state="ACTIVE"), current=wanted.state == "ACTIVE"),
        Link(_("Avslutade"), _url(actor, wanted, state="ENDED", need=""), current=wanted.state == "ENDED"),
    ]


def chips(actor: Actor, wanted: Wanted, known: Mapping[UUID, Insats], team: Mapping[UUID, str]) -> list[Link]:
    """Filters to choose among; the chosen one leads back to all."""
    people = {MINE: _("Mina"), NOBODY: _("Utan ansvarig")}
    if wanted.who and wanted.who not in people:
        people[wanted.who] = who(UUID(wanted.who), team)
    needs = need_words() if wanted.state == "ACTIVE" else {}
    found = [_chip(actor, wanted, "who", code, word) for code, word in people.items()]
    found += [_chip(actor, wanted, "need", code, word) for code, word in needs.items()]
    if len(known) > 1:
        found += [_chip(actor, wanted, "insats", each.id, each.name) for each in known.values()]
    return found


def saved_links(actor: Actor, wanted: Wanted, rows: Sequence[SavedList]) -> list[tuple[UUID, Link]]:
    """Saved lists, each with its id."""
    return [
        (
            row.id,
            Link(
                row.name,
                url_for("cases.index", slug=actor.slug, **address_of(wanted_of(row))),
                current=wanted_of(row).choices == wanted.choices and not wanted.words,
            ),
        )
        for row in rows
    ]


def in_words(wanted: Wanted, known: Mapping[UUID, Insats], team: Mapping[UUID, str]) -> list[str]:
    """What a list is narrowed to, a phrase for each choice."""
    people = {MINE: _("Mina"), NOBODY: _("Utan ansvarig"), "": ""}
    said = [
        _("Pågår") if wanted.state == "ACTIVE" else _("Avslutade"),
        people[wanted.who] if wanted.who in people else who(UUID(wanted.who), team),
        known[wanted.insats].name if wanted.insats and wanted.insats in known else "",
        need_words().get(wanted.need, ""),
    ]
    return [phrase for phrase in said if phrase]


def pager(actor: Actor, wanted: Wanted, shown: int, total: int) -> Pager:
    """Where one is in the list."""
    first = (wanted.page - 1) * PAGE_SIZE + 1
    last = first + shown - 1
    return Pager(
        first,
        last,
        total,
        _("deltaganden"),
        previous_url=_url(actor, wanted, page=wanted.page - 1) if wanted.page > 1 else "",
        next_url=_url(actor, wanted, page=wanted.page + 1) if last < total else "",
    )


def _chip(actor: Actor, wanted: Wanted, name: str, value: Any, word: str) -> Link:
    now = getattr(wanted, name) == value
    return Link(
        word, _url(actor, wanted, **{name: ("" if name != "insats" else None) if now else value}), current=now
    )


def _url(actor: Actor, wanted: Wanted, **changes: Any) -> str:
    return url_for("cases.index", slug=actor.slug, **address_of(wanted, **changes))
