"""Seats in the board and the preparatory group out of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate
from sqlalchemy import select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel.errors import Conflict
from fyrklang.modules.members import schemas, service
from fyrklang.modules.members.models import Seat
from fyrklang.sdk.imports import Faults, Importer, Values, imports_rows
from fyrklang.web.forms import SwedishDate
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import lazy_gettext

_LONE = ("CHAIR", "VICE")


class SeatRow(Schema):
    """A seat, with its member by name."""

    name = fields.String(
        required=True,
        validate=validate.Length(1, 120, error="Skriv ett namn på högst 120 tecken."),
        error_messages={"required": "Skriv ledamotens namn."},
    )
    body = fields.String(
        load_default="BOARD", validate=validate.OneOf(list(service.BODIES), error=schemas.CHOOSE)
    )
    role = fields.String(
        load_default="MEMBER", validate=validate.OneOf(list(service.SEAT_ROLES), error=schemas.CHOOSE)
    )
    member = fields.String(required=True, error_messages={"required": schemas.MEMBER})
    valid_from = SwedishDate(
        required=True, error_messages={"required": schemas.DATE, "invalid": schemas.DATE}
    )
    valid_to = SwedishDate(load_default=None, allow_none=True, error_messages={"invalid": schemas.DATE})


def judge(actor: Actor, rows: Sequence[Values]) -> list[Faults]:
    """As the form judges one, and one chair at a time within the file too."""
    found: list[Faults] = []
    lone: list[Values] = []
    for row in rows:
        faults = service.seat_faults(actor, _seat(actor, row))
        if "organisation_id" in faults:
            faults["member"] = "Det finns ingen medlem med det namnet den dagen."
            del faults["organisation_id"]
        if row["role"] in _LONE and any(_meet(row, other) for other in lone):
            faults["role"] = "En tidigare rad har samma uppdrag under samma tid."
        if row["role"] in _LONE:
            lone.append(row)
        found.append(faults)
    return found


def _meet(one: Values, other: Values) -> bool:
    if (one["body"], one["role"]) != (other["body"], other["role"]):
        return False
    starts_before = one["valid_to"] is None or other["valid_from"] <= one["valid_to"]
    return starts_before and (other["valid_to"] is None or one["valid_from"] <= other["valid_to"])


def _seat(actor: Actor, row: Values) -> Mapping[str, Any]:
    """The seat as the form would have it; a member nobody knows has no id."""
    known = {name.casefold(): own for own, name in service.member_choices(actor, row["valid_from"])}
    own = known.get(row["member"].strip().casefold())
    rest = {name: value for name, value in row.items() if name != "member"}
    return {**rest, "organisation_id": UUID(own) if own else None}


def lay(actor: Actor, rows: Sequence[Values]) -> list[Any]:
    """Give each a seat."""
    return [{"seat": str(service.add_seat(actor, _seat(actor, row)))} for row in rows]


def undo(actor: Actor, made: Sequence[Any]) -> None:
    """Take the seats away again.

    Raises:
        Conflict: one of them is gone.
    """
    ids = [UUID(each["seat"]) for each in made]
    rows = actor.session.scalars(select(Seat).where(Seat.id.in_(ids))).all()
    if len(rows) < len(ids):
        raise Conflict(_("En av platserna är borta sedan filen lästes in."))
    for row in rows:
        actor.session.delete(row)
    actor.session.flush()


SEATS = imports_rows(
    Importer(
        code="styrelse",
        label=lazy_gettext("Styrelse och beredningsgrupp"),
        help=lazy_gettext("En rad per plats: vem, för vilken medlem, och mandattiden."),
        permission=Permission.MEMBERS_WRITE,
        schema=SeatRow,
        labels={
            "name": lazy_gettext("Namn"),
            "body": lazy_gettext("Grupp"),
            "role": lazy_gettext("Uppdrag"),
            "member": lazy_gettext("Utsedd av"),
            "valid_from": lazy_gettext("Från och med"),
            "valid_to": lazy_gettext("Till och med"),
        },
        judge=judge,
        lay=lay,
        undo=undo,
        words={"name": ("ledamot",), "member": ("medlem", "organisation"), "role": ("roll",)},
        codes={"body": service.BODIES, "role": service.SEAT_ROLES},
    )
)
