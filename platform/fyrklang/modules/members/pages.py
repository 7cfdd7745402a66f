"""The HTML door of members."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Invalid
from fyrklang.modules.members import present, schemas, service
from fyrklang.sdk.codes import PARTY_KINDS
from fyrklang.sdk.insatser import insatser
from fyrklang.sdk.lists import chosen, list_file, list_tools
from fyrklang.sdk.routes import Pages
from fyrklang.web.formats import date_iso
from fyrklang.web.forms import Form, bind
from fyrklang.web.i18n import gettext as _
from fyrklang.web.tables import Cell, Column, Row, Table

pages = Pages("members", __name__, prefix="/medlemmar")


@pages.route("", permission=Permission.MEMBERS_READ)
def members(actor: Actor) -> Any:
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
    if sent := list_file(actor, f"medlemmar-{day}", lambda: table):
        return sent
    return render_template(
        "members/list.html",
        actor=actor,
        members=found,
        table=chosen(table),
        tools=list_tools(table, actor),
        day=day,
        tabs=present.tabs(actor, "members"),
    )


@pages.route("/styrelse", permission=Permission.MEMBERS_READ)
def seats(actor: Actor) -> str:
    """Who sits in the board and the preparatory group today."""
    return _seats_page(actor, Form.of({"valid_from": clock.today(), "body": "BOARD", "role": "MEMBER"}))


@pages.route("/styrelse", permission=Permission.MEMBERS_WRITE, methods=("POST",))
def add_seat(actor: Actor) -> Any:
    """Give a member a seat."""
    form = bind(schemas.SeatIn, request.form)
    if form.ok:
        try:
            service.add_seat(actor, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return _see(actor, "seats")
    return _seats_page(actor, form), 422


@pages.route("/styrelse/<uuid:seat_id>", permission=Permission.MEMBERS_WRITE, methods=("POST",))
def end_seat(actor: Actor, seat_id: UUID) -> Any:
    """End a seat on a day."""
    form = bind(schemas.EndIn, request.form)
    try:
        service.end_seat(actor, seat_id, form.values.get("last_day") or clock.today())
    except Invalid as fault:
        return _seats_page(actor, Form.of().add_errors(fault.fields)), 422
    return _see(actor, "seats")


@pages.route("/utlanad-personal", permission=Permission.MEMBERS_READ)
def secondments(actor: Actor) -> str:
    """What the members lend: promised, filled, vacant."""
    return _secondments_page(actor, Form.of({"valid_from": clock.today()}))


@pages.route("/utlanad-personal", permission=Permission.MEMBERS_WRITE, methods=("POST",))
def add_secondment(actor: Actor) -> Any:
    """Register promised staff."""
    form = bind(schemas.SecondmentIn, request.form)
    if form.ok:
        try:
            service.add_secondment(actor, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return _see(actor, "secondments")
    return _secondments_page(actor, form), 422


@pages.route("/utlanad-personal/<uuid:secondment_id>", permission=Permission.MEMBERS_WRITE, methods=("POST",))
def fill_secondment(actor: Actor, secondment_id: UUID) -> Any:
    """Fill, empty or end a post."""
    form = bind(schemas.FillIn, request.form)
    if form.ok:
        try:
            service.fill_secondment(actor, secondment_id, form.values["person"], form.values["last_day"])
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return _see(actor, "secondments")
    return _secondments_page(actor, Form.of().add_errors(form.errors)), 422


def _seats_page(actor: Actor, form: Form) -> str:
    rows = service.list_seats(actor, clock.today())
    return _render("seats", actor, form=form, rows=rows)


def _secondments_page(actor: Actor, form: Form) -> str:
    day = clock.today()
    rows = service.list_secondments(actor, day)
    names = [(str(item.id), item.name) for item in insatser(actor.session).values()]
    lent = service.lent_by_member(rows, day)
    return _render("secondments", actor, form=form, rows=rows, names=names, lent=lent)


def _render(view: str, actor: Actor, **values: Any) -> str:
    return render_template(
        f"members/{view}.html",
        actor=actor,
        present=present,
        service=service,
        tabs=present.tabs(actor, view),
        members=service.member_choices(actor, clock.today()),
        may_write=actor.may(Permission.MEMBERS_WRITE),
        **values,
    )


def _see(actor: Actor, view: str) -> Response:
    return redirect(url_for(f"members.{view}", slug=actor.slug), 303)
