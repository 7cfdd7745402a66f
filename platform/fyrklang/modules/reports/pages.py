"""The HTML door of reports: the live sheet, the packs, their sections and files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response as FileResponse
from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.guard import place
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, NotFound
from fyrklang.modules.reports import present, schemas, service
from fyrklang.sdk.audit import EXPORTED, record
from fyrklang.sdk.documents import DOCX
from fyrklang.sdk.routes import Pages
from fyrklang.sdk.sheets import CSV, XLSX, csv_bytes, xlsx
from fyrklang.web.forms import Form, bind

pages = Pages("reports", __name__, prefix="/rapporter")
MADE = {"pdf": (present.pdf, "application/pdf"), "docx": (present.word, DOCX)}
"""What is laid out as a document: how, and its type."""


@pages.route("", permission=Permission.REPORTS_READ)
def reports(actor: Actor) -> str:
    """Every pack, and the form for another."""
    return _list_page(actor, Form.of({"year": clock.today().year, "kind": "BOARD", "period": 0}))


@pages.route("", permission=Permission.REPORTS_WRITE, methods=("POST",))
def create(actor: Actor) -> Any:
    """Make a draft."""
    form = bind(schemas.ReportIn, request.form)
    if form.ok:
        made = service.create(actor, form.values["kind"], form.values["year"], form.values["period"])
        return _see(actor, "show", report_id=made)
    return _list_page(actor, form), 422


@pages.route("/uppfoljning", permission=Permission.REPORTS_READ)
def sheet(actor: Actor) -> str:
    """The sheet for Uppföljning Finsam with live figures."""
    year, period = _period()
    return _render("sheet", actor, figures=service.live(actor, year, period), year=year, period=period)


@pages.route("/uppfoljning.<ending>", permission=Permission.REPORTS_READ)
def sheet_file(actor: Actor, ending: str) -> FileResponse:
    """The same sheet as a file."""
    year, period = _period()
    heading = (f"Uppföljning Finsam, {present.period_words(year, period)}", "Levande siffror, inte frysta")
    made = present.sheet(service.live(actor, year, period), heading)
    return _sheet_file(actor, made, ending, f"uppfoljning-{year}-{period}")


@pages.route("/<uuid:report_id>", permission=Permission.REPORTS_READ)
def show(actor: Actor, report_id: UUID) -> str:
    """A pack: its sections as tasks, its figures, and what has changed since."""
    return _render("show", actor, pack=service.get_pack(actor, report_id))


@pages.route("/<uuid:report_id>/frys", permission=Permission.REPORTS_WRITE, methods=("POST",))
def freeze(actor: Actor, report_id: UUID) -> Any:
    """Freeze a pack under a number."""
    try:
        service.freeze(actor, report_id)
    except Conflict as fault:
        pack = service.get_pack(actor, report_id)
        return _render("show", actor, pack=pack, fault=fault.detail), 409
    return _see(actor, "show", report_id=report_id)


@pages.route("/<uuid:report_id>/del/<code>", permission=Permission.REPORTS_WRITE)
def section(actor: Actor, report_id: UUID, code: str) -> str:
    """The form for a section, started from the figures when nothing is written."""
    pack = service.get_pack(actor, report_id)
    row = _section(pack, code)
    stored = {"text": row.text or present.generated(pack, code), "status": row.status}
    return _render("section", actor, pack=pack, code=code, form=Form.of(stored))


@pages.route("/<uuid:report_id>/del/<code>", permission=Permission.REPORTS_WRITE, methods=("POST",))
def save_section(actor: Actor, report_id: UUID, code: str) -> Any:
    """Save a section."""
    pack, form = service.get_pack(actor, report_id), bind(schemas.SectionIn, request.form)
    _section(pack, code)
    if form.ok:
        try:
            service.write_section(actor, report_id, code, form.values["text"], form.values["status"])
        except Conflict as fault:
            form.add_errors({"": fault.detail})
            return _render("section", actor, pack=pack, code=code, form=form), 409
        return _see(actor, "show", report_id=report_id)
    return _render("section", actor, pack=pack, code=code, form=form), 422


@pages.route("/<uuid:report_id>/fil.<ending>", permission=Permission.REPORTS_READ)
def file(actor: Actor, report_id: UUID, ending: str) -> FileResponse:
    """A pack as PDF, Word, Excel or CSV."""
    pack = service.get_pack(actor, report_id)
    name = f"rapport-{pack.report.number}" if pack.frozen else "rapport-utkast"
    if ending in MADE:
        here = place()
        subject = here.tenant_name if here else actor.slug
        make, mimetype = MADE[ending]
        return _file(actor, make(pack, subject, synthetic=_is_invented()), (f"{name}.{ending}", mimetype))
    heading = (present.title(pack), present.stamp(pack))
    return _sheet_file(actor, present.sheet(pack.figures, heading), ending, name)


def _sheet_file(actor: Actor, made: Any, ending: str, name: str) -> FileResponse:
    if ending == "xlsx":
        return _file(actor, xlsx([made], synthetic=_is_invented()), (f"{name}.xlsx", XLSX))
    if ending == "csv":
        return _file(actor, csv_bytes(made, synthetic=_is_invented()), (f"{name}.csv", CSV))
    raise NotFound


def _file(actor: Actor, content: bytes, named: tuple[str, str]) -> FileResponse:
    record(actor, EXPORTED)
    name, mimetype = named
    mark = "pahittat-" if _is_invented() else ""
    answer = FileResponse(content, content_type=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{mark}{actor.slug}-{name}"'
    return answer


def _is_invented() -> bool:
    here = place()
    return here is not None and here.synthetic


def _period() -> tuple[int, int]:
    """The period the address names, else this year."""
    year = request.args.get("year", default=0, type=int)
    period = request.args.get("period", default=0, type=int)
    return year if 2000 <= year <= 2100 else clock.today().year, 1 if period == 1 else 0


def _section(pack: service.Pack, code: str) -> Any:
    found = next((row for row in pack.sections if row.code == code), None)
    if found is None:
        raise NotFound
    return found


def _list_page(actor: Actor, form: Form) -> str:
    return _render("list", actor, form=form, reports=service.list_reports(actor))


def _render(name: str, actor: Actor, **values: Any) -> str:
    return render_template(
        f"reports/{name}.html",
        actor=actor,
        present=present,
        service=service,
        may_write=actor.may(Permission.REPORTS_WRITE),
        **values,
    )


def _see(actor: Actor, view: str, **values: Any) -> Response:
    return redirect(url_for(f"reports.{view}", slug=actor.slug, **values), 303)
