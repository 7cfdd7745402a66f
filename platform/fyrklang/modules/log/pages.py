"""The HTML door of the log: questions for the reviewer, one's own extract, the state for the administrator."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from fyrklang.access.actor import Actor
from fyrklang.access.guard import place
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid
from fyrklang.modules.log import acts, present, protocol, review, schemas, service
from fyrklang.modules.log.service import Wanted
from fyrklang.sdk.audit import GROUP_WORDS, THINGS
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind
from fyrklang.web.i18n import gettext as _
from fyrklang.web.tables import Link, Pager

pages = Pages("log", __name__, prefix="/logg")
own_pages = Pages("own_log", __name__, prefix="/min-logg")
state_pages = Pages("log_state", __name__, prefix="/loggens-lage")

MONTH = timedelta(days=31)


@pages.route("", permission=Permission.LOG_READ)
def events(actor: Actor) -> str:
    """S20: a question first, then the events that answer it."""
    wanted, form = _asked()
    found = service.list_events(actor, wanted) if _is_asked(wanted) else None
    return _render(
        "events",
        actor,
        form=form,
        wanted=wanted,
        found=found,
        names=service.names_for(actor.session, found.rows) if found else {},
        odd=service.oddities(actor, wanted) if wanted.question == "odd" else None,
        people=service.people(actor) if wanted.question == "person" else (),
        things=_things(actor, wanted) if wanted.question == "thing" else (),
        seal=service.seal_state(actor),
        first_day=service.first_day(actor),
        questions=_questions(actor, wanted),
        pager=_pager(actor, found, wanted) if found else None,
        due=_is_due(actor) if actor.may(Permission.LOG_REVIEW) else None,
    )


@own_pages.route("", permission=Permission.LOG_OWN)
def own(actor: Actor) -> str:
    """Everything the log says of the one who reads."""
    wanted, form = _asked()
    found = service.own_events(actor, wanted)
    names = service.names_for(actor.session, found.rows)
    pager = _pager(actor, found, wanted, "own_log.own")
    return _render("own", actor, form=form, wanted=wanted, found=found, names=names, pager=pager)


@state_pages.route("", permission=Permission.LOG_TECHNICAL)
def state(actor: Actor) -> str:
    """Is the log in order? Without who did what."""
    wanted, _form = _asked()
    return _render(
        "state",
        actor,
        wanted=wanted,
        rows=service.acts_per_code(actor, wanted),
        length=service.length(actor),
        seal=service.seal_state(actor),
        first_day=service.first_day(actor),
    )


@pages.route("/granskning", permission=Permission.LOG_REVIEW)
def reviews(actor: Actor) -> str:
    """The reviews there have been, and whether one is due."""
    return _reviews_page(actor)


@pages.route("/granskning", permission=Permission.LOG_REVIEW, methods=("POST",))
def start_review(actor: Actor) -> Any:
    """Draw a sample."""
    try:
        made = review.start(actor)
    except Conflict as fault:
        return _reviews_page(actor, fault.detail), 409
    return _see(actor, "show_review", review_id=made)


@pages.route("/granskning/<uuid:review_id>", permission=Permission.LOG_REVIEW)
def show_review(actor: Actor, review_id: UUID) -> str:
    """The sample, to judge or as it was judged."""
    row = review.get_review(actor, review_id)
    items = review.items_of(actor, review_id)
    stored = {f"verdict_{item.place}": item.verdict for item in items}
    stored |= {f"note_{item.place}": item.note for item in items}
    return _review_page(actor, row, items, Form.of(stored))


@pages.route("/granskning/<uuid:review_id>", permission=Permission.LOG_REVIEW, methods=("POST",))
def judge(actor: Actor, review_id: UUID) -> Any:
    """Keep what was judged so far; with `deed=sign`, sign as well."""
    row = review.get_review(actor, review_id)
    try:
        review.judge(actor, review_id, _judgements())
        if request.form.get("deed") == "sign":
            review.sign(actor, review_id)
    except Invalid as fault:
        form = Form(raw=request.form.to_dict(flat=False)).add_errors(fault.fields)
        return _review_page(actor, row, review.items_of(actor, review_id), form), 422
    except Conflict as fault:
        form = Form(raw=request.form.to_dict(flat=False)).add_errors({"": fault.detail})
        return _review_page(actor, row, review.items_of(actor, review_id), form), 409
    return _see(actor, "show_review", review_id=review_id)


@pages.route("/granskning/<uuid:review_id>/protokoll.pdf", permission=Permission.LOG_REVIEW)
def review_protocol(actor: Actor, review_id: UUID) -> Response:
    """The protocol to file: what was drawn, what was thought of it, and the log's fingerprint."""
    row = review.get_review(actor, review_id)
    items = review.items_of(actor, review_id)
    names = _names_of_review(actor, row, items)
    here = place()
    subject = protocol.Subject(here.tenant_name if here else actor.slug, bool(here and here.synthetic))
    made = protocol.pdf(subject, row, items, names, service.seal_state(actor))
    review.note_protocol(actor, review_id)
    answer = Response(made, mimetype="application/pdf")
    answer.headers.set(
        "Content-Disposition", "attachment", filename=protocol.file_name(actor.slug, row, subject)
    )
    return answer


def _asked() -> tuple[Wanted, Form]:
    form = bind(schemas.LogFilter, request.args)
    return service.wanted_of(form.values or schemas.LogFilter().load({})), form


def _is_asked(wanted: Wanted) -> bool:
    """Whether the question names what it is about."""
    return {"person": wanted.person, "thing": wanted.thing}.get(wanted.question, True) is not None


def _questions(actor: Actor, wanted: Wanted) -> list[Link]:
    words = {
        "odd": _("Ovanligt"),
        "person": _("Vad har den här användaren gjort?"),
        "thing": _("Vad hände med det här?"),
        "all": _("Allt"),
    }
    days: dict[str, Any] = {"first": wanted.first, "last": wanted.last}
    return [
        Link(
            label,
            url_for("log.events", slug=actor.slug, question=question, **days),
            current=question == wanted.question,
        )
        for question, label in words.items()
    ]


def _things(actor: Actor, wanted: Wanted) -> list[tuple[str, list[tuple[UUID, str]]]]:
    found = service.things(actor, wanted)
    return [(str(THINGS[kind].words), options) for kind, options in found.items() if options]


def _address(actor: Actor, wanted: Wanted, endpoint: str, page: int) -> str:
    asked: dict[str, Any] = {
        "question": wanted.question,
        "person": wanted.person,
        "thing": wanted.thing,
        "group": wanted.group,
        "odd": wanted.odd if wanted.odd != "any" else None,
        "first": wanted.first,
        "last": wanted.last,
        "page": page if page > 1 else None,
    }
    return url_for(endpoint, slug=actor.slug, **{name: value for name, value in asked.items() if value})


def _pager(actor: Actor, found: service.Listing, wanted: Wanted, endpoint: str = "log.events") -> Pager:
    first = (found.page - 1) * found.page_size + 1
    last = first + len(found.rows) - 1
    before, after = found.page - 1, found.page + 1
    return Pager(
        first,
        last,
        found.total,
        _("händelser"),
        previous_url=_address(actor, wanted, endpoint, before) if before else "",
        next_url=_address(actor, wanted, endpoint, after) if last < found.total else "",
    )


def _is_due(actor: Actor) -> bool:
    """Whether it is more than a month since anybody reviewed the log, and there is something to review."""
    signed = [row.signed_at for row in review.list_reviews(actor) if row.signed_at]
    late = not signed or clock.now() - signed[0] > MONTH
    return late and review.waiting_span(actor) is not None


def _reviews_page(actor: Actor, fault: str = "") -> str:
    rows, span = review.list_reviews(actor), review.waiting_span(actor)
    table = present.review_table(
        rows, lambda each: url_for("log.show_review", slug=actor.slug, review_id=each)
    )
    return _render(
        "reviews",
        actor,
        rows=rows,
        table=table,
        fault=fault,
        span=span,
        open_review=next((row for row in rows if row.state == "OPEN"), None),
        due=_is_due(actor),
        sample=min(review.SAMPLE, span.population) if span else 0,
    )


def _review_page(actor: Actor, row: Any, items: Any, form: Form) -> str:
    return _render(
        "review",
        actor,
        row=row,
        items=items,
        form=form,
        names=_names_of_review(actor, row, items),
        verdicts=[(code, str(words)) for code, words in acts.VERDICTS.items()],
        judged=sum(item.verdict is not None for item in items),
        content=review.digest_of(items) if row.state == "SIGNED" else "",
    )


def _names_of_review(actor: Actor, row: Any, items: Any) -> dict[UUID, str]:
    names = service.names_for(actor.session, items)
    people = {each for each in (row.started_by, row.signed_by, *(item.judged_by for item in items)) if each}
    return {**names, **acts.person_names(actor.session, people)} if people else names


def _judgements() -> dict[int, review.Judgement]:
    """What the form says of each event that has a mark."""
    found = {}
    for name, value in request.form.items():
        number = name.removeprefix("verdict_")
        if name != number and number.isdecimal() and len(number) < 5 and value in acts.VERDICTS:
            note = request.form.get(f"note_{number}", "").strip()
            found[int(number)] = review.Judgement(value, note)
    return found


def _render(name: str, actor: Actor, **values: Any) -> str:
    helpers = {"present": present, "acts": acts, "groups": GROUP_WORDS}
    return render_template(f"log/{name}.html", actor=actor, **helpers, **values)


def _see(actor: Actor, view: str, **values: Any) -> AnyResponse:
    return redirect(url_for(f"log.{view}", slug=actor.slug, **values), 303)
