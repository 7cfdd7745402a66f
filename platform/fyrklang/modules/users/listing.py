"""The tables of users and invitations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import url_for

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel.clock import STOCKHOLM
from fyrklang.modules.users import present
from fyrklang.web.formats import date_iso
from fyrklang.web.i18n import gettext as _
from fyrklang.web.shell import component
from fyrklang.web.tables import Cell, Column, Row, Table


def user_table(actor: Actor, rows: Sequence[Any]) -> Table:
    """Users with where they come from, what they may do and for how long; a row leads to its change."""
    may_write = actor.may(Permission.USERS_WRITE)
    return Table(
        caption=_("Användare"),
        columns=[
            Column("name", _("Namn")),
            Column("status", _("Status"), "nowrap", card="value"),
            Column("organisation", _("Hemorganisation")),
            Column("roles", _("Roller")),
            Column("period", _("Gäller"), "nowrap"),
            Column("login", _("Senast inloggad"), "nowrap"),
        ],
        rows=[_user_row(actor, row, may_write) for row in rows],
    )


def invitation_table(rows: Sequence[Any]) -> Table:
    """Invitations that wait for their code to be used."""
    return Table(
        caption=_("Inbjudningar som väntar"),
        columns=[
            Column("name", _("Namn")),
            Column("organisation", _("Loggar in från")),
            Column("roles", _("Roller")),
            Column("expires", _("Koden gäller till"), "nowrap"),
        ],
        rows=[
            Row(
                cells={
                    "name": row.name,
                    "organisation": row.organisation,
                    "roles": present.role_names(row.roles),
                    "expires": date_iso(row.expires_at.astimezone(STOCKHOLM).date()),
                }
            )
            for row in rows
        ],
    )


def token_table(rows: Sequence[Any]) -> Table:
    """Tokens for programs, with who made them and when they were last used."""
    return Table(
        caption=_("API-nycklar"),
        columns=[
            Column("name", _("Program")),
            Column("status", _("Status"), "nowrap", card="value"),
            Column("may", _("Kan")),
            Column("expires", _("Gäller till"), "nowrap"),
            Column("used", _("Senast använd"), "nowrap"),
        ],
        rows=[_token_row(row) for row in rows],
    )


def _token_row(row: Any) -> Row:
    key, word = present.token_standing(row)
    may = [str(present.PERMISSION_WORDS[Permission(each)]) for each in row.permissions]
    last_day = (row.expires_at - timedelta(seconds=1)).astimezone(STOCKHOLM).date()
    used = date_iso(row.last_used_at.astimezone(STOCKHOLM).date()) if row.last_used_at else _("Aldrig")
    return Row(
        cells={
            "name": Cell(row.name, note=f"{row.prefix}…", below=True),
            "status": component("status", key, text=word),
            "may": Cell(present.listed(may), note=_("skapad av %(name)s", name=row.maker), below=True),
            "expires": date_iso(last_day),
            "used": used,
        }
    )


def chosen_table(rows: Sequence[Any]) -> Table:
    """The preview of a review."""
    return Table(
        caption=_("De du har valt"),
        columns=[
            Column("name", _("Namn")),
            Column("organisation", _("Hemorganisation")),
            Column("roles", _("Roller")),
            Column("login", _("Senast inloggad"), "nowrap"),
        ],
        rows=[
            Row(
                cells={
                    "name": row.display_name,
                    "organisation": row.organisation,
                    "roles": present.role_names(row.roles),
                    "login": last_login(row),
                }
            )
            for row in rows
        ],
    )


def review_options(rows: Sequence[Any]) -> list[tuple[str, str, str]]:
    """Those to look at, as boxes to tick."""
    return [
        (
            str(row.id),
            row.display_name,
            _(
                "%(roles)s, %(home)s. Senast inloggad: %(login)s",
                roles=present.role_names(row.roles),
                home=row.organisation,
                login=last_login(row).lower(),
            ),
        )
        for row in rows
    ]


def last_login(row: Any) -> str:
    """The day of the last login in Swedish time, or that there has been none."""
    return date_iso(row.last_login_at.astimezone(STOCKHOLM).date()) if row.last_login_at else _("Aldrig")


def _user_row(actor: Actor, row: Any, may_write: bool) -> Row:
    key, word = present.standing(row)
    ended = row.ended_at is not None
    last_day = row.ended_at.astimezone(STOCKHOLM).date() if ended else row.valid_to
    own = row.person_id == actor.person_id
    lead = may_write and key != "ended"
    return Row(
        cells={
            "name": Cell(
                row.display_name,
                note=_("Det är du") if own else row.mission,
                below=True,
            ),
            "status": component("status", key, text=word),
            "organisation": Cell(row.organisation, note=present.SOURCES[row.source], below=True),
            "roles": Cell(present.role_names(row.roles), note=_percent(row.percent), below=True),
            "period": Cell(
                _("från %(day)s", day=date_iso(row.valid_from)),
                note=_("till %(day)s", day=date_iso(last_day)) if last_day else _("tills vidare"),
                below=True,
            ),
            "login": last_login(row),
        },
        url=url_for("users.edit", slug=actor.slug, membership_id=row.id) if lead else "",
    )


def _percent(percent: int | None) -> str:
    return _("utlånad %(percent)s %%", percent=percent) if percent else ""
