"""The HTML doors that open without a login: a remiss by invitation, and its status."""

from __future__ import annotations

from typing import Any, cast

from flask import current_app, g, render_template, request

from fyrklang.access.guard import PUBLIC, Scope
from fyrklang.access.teams import team_of
from fyrklang.kernel.db import Database
from fyrklang.kernel.errors import Invalid
from fyrklang.modules.casework import codes, outside, present, referrals, schemas, steps
from fyrklang.sdk import codes as shared
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind

pages = Pages("outside", __name__, scope=Scope.NONE)


@pages.route("/remisstatus/<slug>/<token>", permission=PUBLIC)
def status(slug: str, token: str) -> str:
    """How it goes for one remiss, without a word of whom it is about."""
    row = outside.status_of(_database(), slug, token)
    g.fy_synthetic = row.synthetic
    return _render("status", row=row)


@pages.route("/remiss/<slug>/<token>", permission=PUBLIC)
def begin(slug: str, token: str) -> str:
    """Step 1: the insats one is invited to refer to, for whom it is and how long one waits."""
    with outside.opened(_database(), slug, token) as door:
        return _step(door, 1, Form())


@pages.route("/remiss/<slug>/<token>", permission=PUBLIC, methods=("POST",))
def go(slug: str, token: str) -> Any:
    """On to the next step, back to the one before, or send; what was written follows along."""
    with outside.opened(_database(), slug, token) as door:
        move = steps.read(request.form, first=1)
        if move.step is not None:
            answer = _step(door, move.step, move.form), move.status
        else:
            answer = _send(door, token)
        return answer


def _send(door: outside.Door, token: str) -> tuple[str, int]:
    form = bind(schemas.ReferralIn, request.form)
    if form.ok:
        try:
            receipt = outside.send(door, token, form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return _render("receipt", receipt=receipt, slug=door.session.context.slug, door=door), 200
    return _step(door, steps.wrong_step(form), form), 422


def _step(door: outside.Door, step: int, form: Form) -> str:
    g.fy_synthetic = door.synthetic
    parties = referrals.receiving_parties(door.session, door.insats.id)
    steps.propose_parties(form, step, parties)
    return _render(
        "invited",
        door=door,
        insats=door.insats,
        step=step,
        form=form,
        carried=steps.carried(request.form, step),
        parties=parties,
        team=team_of(door.session, door.insats.id),
        wait=referrals.waits(door.session).get(door.insats.id),
        full=door.insats.id in referrals.full(door.session),
        summary=present.summary(form, door.insats) if step == steps.LAST else (),
    )


def _render(name: str, **values: Any) -> str:
    return render_template(
        f"casework/{name}.html", codes=codes, shared=shared, present=present, party=present.party, **values
    )


def _database() -> Database:
    return cast("Database", current_app.extensions["fyrklang.database"])
