"""The HTML door of the catalogue: searching and reading nationally, asking and adopting for a förbund."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor, NationalReader
from fyrklang.access.guard import visitor
from fyrklang.access.permissions import Permission, Role, permissions_of
from fyrklang.kernel.errors import Invalid
from fyrklang.national.catalogue import present, schemas, service
from fyrklang.sdk.routes import Pages, Scope
from fyrklang.web.forms import Form, bind
from fyrklang.web.shell import mark_synthetic

pages = Pages("catalogue", __name__, prefix="/kunskap", scope=Scope.NATIONAL)
exchange = Pages("exchange", __name__, prefix="/kunskap")


@pages.route("", permission=Permission.NATIONAL_READ)
def index(reader: NationalReader) -> str:
    """Cards that answer what is asked, or all of them."""
    form = bind(schemas.CatalogueQuery, request.args)
    wanted = service.Wanted(**form.values) if form.ok else service.Wanted()
    rows = service.find_cards(reader, wanted) if form.ok else []
    mark_synthetic(any(row.synthetic for row in rows))
    return render_template(
        "catalogue/index.html", form=form, rows=rows, wanted=wanted, present=present, own=_writers()
    )


@pages.route("/<uuid:card_id>", permission=Permission.NATIONAL_READ)
def card(reader: NationalReader, card_id: UUID) -> str:
    """One card with its results, questions, kin and family."""
    found = service.show_card(reader, card_id)
    mark_synthetic(found.card.synthetic)
    own = [slug for slug in _writers() if slug != found.card.slug]
    mine = found.card.slug in _writers()
    return render_template("catalogue/card.html", found=found, present=present, own=own, mine=mine)


@exchange.route("", permission=Permission.NATIONAL_READ)
def own(actor: Actor) -> str:
    """What the förbund gives and takes."""
    return _own_page(actor, Form())


@exchange.route("/fraga", permission=Permission.INTERVENTIONS_WRITE)
def question(actor: Actor) -> Any:
    """The form for a question to a card's owner."""
    return _card_page(actor, "ask", Form())


@exchange.route("/fraga", permission=Permission.INTERVENTIONS_WRITE, methods=("POST",))
def ask(actor: Actor) -> Any:
    """Send a question."""
    form = bind(schemas.QuestionIn, request.form)
    if form.ok:
        try:
            service.ask(actor, form.values["card_id"], form.values["text"])
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return _see(actor, "fraga")
    return _card_page(actor, "ask", form, 422)


@exchange.route("/svara", permission=Permission.INTERVENTIONS_WRITE, methods=("POST",))
def answer(actor: Actor) -> Any:
    """Answer a question about one's own card."""
    form = bind(schemas.QuestionAnswerIn, request.form)
    if form.ok:
        service.answer(actor, form.values["question_id"], form.values["answer"])
        return _see(actor, "svar")
    return _own_page(actor, form), 422


@exchange.route("/folj", permission=Permission.INTERVENTIONS_WRITE, methods=("POST",))
def follow(actor: Actor) -> Any:
    """Follow a card, or no longer."""
    form = bind(schemas.FollowIn, request.form)
    if form.ok:
        service.follow(actor, form.values["card_id"], wanted=form.values["wanted"])
        return _see(actor, "foljer" if form.values["wanted"] else "foljer-inte")
    return _own_page(actor, form), 422


@exchange.route("/anpassa", permission=Permission.INTERVENTIONS_WRITE)
def adoption(actor: Actor) -> Any:
    """The form that makes a draft from a card."""
    return _card_page(actor, "adopt", Form())


@exchange.route("/anpassa", permission=Permission.INTERVENTIONS_WRITE, methods=("POST",))
def adopt(actor: Actor) -> Any:
    """Make the draft and go to it."""
    form = bind(schemas.AdoptIn, request.form)
    if form.ok:
        try:
            made = service.adopt(actor, form.values["card_id"], form.values)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return redirect(url_for("interventions.show", slug=actor.slug, intervention_id=made), 303)
    return _card_page(actor, "adopt", form, 422)


def _card_page(actor: Actor, name: str, form: Form, status: int = 200) -> Any:
    """A form about one card; without a card there is nothing to fill in."""
    card_id = _uuid(form.value("card_id") or request.args.get("kort", ""))
    if card_id is None:
        return _own_page(actor, form.add_errors({"": schemas.PICK})), 422
    found = service.card_for(actor, card_id)
    if name == "adopt" and not form.errors:
        form = Form.of({"name": found["name"]})
    page = render_template(f"catalogue/{name}.html", actor=actor, card=found, form=form, present=present)
    return page, status


def _own_page(actor: Actor, form: Form) -> str:
    return render_template(
        "catalogue/own.html",
        actor=actor,
        found=present.exchange(service.own_exchange(actor)),
        form=form,
        done=present.done(request.args.get("klart", "")),
        may_write=actor.may(Permission.INTERVENTIONS_WRITE),
    )


def _see(actor: Actor, done: str) -> Response:
    return redirect(url_for("exchange.own", slug=actor.slug, klart=done), 303)


def _writers() -> list[str]:
    """The förbund in whose name the visitor may ask and adopt."""
    person = visitor()
    return [
        place.slug
        for place in (person.memberships if person else ())
        if Permission.INTERVENTIONS_WRITE in permissions_of(frozenset(Role(code) for code in place.roles))
    ]


def _uuid(words: str) -> UUID | None:
    try:
        return UUID(words)
    except ValueError:
        return None
