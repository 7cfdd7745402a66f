"""The HTML door of rounds of review."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid
from fyrklang.modules.users.rounds import present, service
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form

pages = Pages("rounds", __name__, prefix="/anvandare/genomgang")
FIELD = "roll_"


@pages.route("", permission=Permission.USERS_READ)
def rounds(actor: Actor) -> str:
    """Every round, and the one to do now."""
    return _list(actor)


@pages.route("", permission=Permission.USERS_WRITE, methods=("POST",))
def begin(actor: Actor) -> Any:
    """Begin a round before its time."""
    try:
        made = service.open_round(actor)
    except Conflict as fault:
        return _list(actor, fault.detail), 409
    return redirect(url_for("rounds.show", slug=actor.slug, round_id=made), 303)


@pages.route("/<uuid:round_id>", permission=Permission.USERS_READ)
def show(actor: Actor, round_id: UUID) -> str:
    """Everybody's roles, to decide or as decided."""
    return _show(actor, round_id, Form())


@pages.route("/<uuid:round_id>", permission=Permission.USERS_WRITE, methods=("POST",))
def save(actor: Actor, round_id: UUID) -> Any:
    """Keep what was decided so far; with `deed=sign`, sign as well."""
    service.get_round(actor, round_id)
    try:
        service.decide(actor, round_id, _decisions(actor, round_id))
    except Invalid as fault:
        return _show(actor, round_id, Form().add_errors(fault.fields)), 422
    except Conflict as fault:
        return _show(actor, round_id, Form().add_errors({"": fault.detail})), 409
    done = "sparad"
    if request.form.get("deed") == "sign":
        try:
            service.sign(actor, round_id)
        except Conflict as fault:
            return redirect(
                url_for("rounds.show", slug=actor.slug, round_id=round_id, fel=present.fault(fault)), 303
            )
        done = "signerad"
    return redirect(url_for("rounds.show", slug=actor.slug, round_id=round_id, klart=done), 303)


def _decisions(actor: Actor, round_id: UUID) -> dict[UUID, str]:
    """What the form says of roles that are the actor's to decide; the rest of it is not looked at."""
    chosen = {
        item.id: request.form.get(f"{FIELD}{item.id.hex}", "") for item in service.items_of(actor, round_id)
    }
    return {item_id: decision for item_id, decision in chosen.items() if decision in ("KEEP", "TAKE")}


def _list(actor: Actor, fault: str = "") -> str:
    rows = service.list_rounds(actor)
    return render_template(
        "users/rounds.html",
        actor=actor,
        rows=rows,
        open_round=next((row for row in rows if row.state == "OPEN"), None),
        table=present.rounds_table(actor, rows),
        may_write=actor.may(Permission.USERS_WRITE),
        today=clock.today(),
        fault=fault,
    )


def _show(actor: Actor, round_id: UUID, form: Form) -> str:
    row, items = service.get_round(actor, round_id), service.items_of(actor, round_id)
    people = [(place, list(own)) for place, own in groupby(items, key=lambda item: item.membership_id)]
    left = [(place, own) for place, own in people if any(service.is_left(actor, item) for item in own)]
    return render_template(
        "users/round.html",
        actor=actor,
        row=row,
        form=form,
        field=FIELD,
        left=left if row.state == "OPEN" and actor.may(Permission.USERS_WRITE) else [],
        count=sum(service.is_left(actor, item) for item in items),
        service=service,
        present=present,
        table=present.items_table(actor, items),
        today=clock.today(),
        may_write=actor.may(Permission.USERS_WRITE),
        done=present.DONE.get(request.args.get("klart", "")),
        fault=present.FAULTS.get(request.args.get("fel", "")),
    )
