"""The HTML door of the economy: financing, budget and outcome, own capital, bookkeeping."""

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
from fyrklang.kernel.errors import Conflict, Invalid
from fyrklang.modules.economy import budget as budgets
from fyrklang.modules.economy import ledger, present, schemas, service
from fyrklang.sdk.audit import EXPORTED, record
from fyrklang.sdk.routes import Pages
from fyrklang.sdk.sheets import XLSX, xlsx
from fyrklang.web.forms import Form, bind
from fyrklang.web.uploads import SIE, receive

pages = Pages("economy", __name__, prefix="/ekonomi")


@pages.route("", permission=Permission.ECONOMY_READ)
def financing(actor: Actor) -> str:
    """Who pays what, and what is paid."""
    return _financing_page(actor, _year())


@pages.route("/rekvirera", permission=Permission.ECONOMY_WRITE, methods=("POST",))
def call(actor: Actor) -> Any:
    """Call a quarter's contributions from every member."""
    year = _year()
    quarter = request.form.get("quarter", default=0, type=int)
    if not 1 <= quarter <= 4:
        return _financing_page(actor, year, "Välj ett kvartal."), 422
    try:
        service.call_quarter(actor, year, quarter)
    except (Invalid, Conflict) as fault:
        words = next(iter(fault.fields.values()), fault.detail)
        return _financing_page(actor, year, words), fault.status
    return _see(actor, "financing", year=year)


@pages.route("/ar", permission=Permission.ECONOMY_WRITE)
def year_form(actor: Actor) -> str:
    """The form for the year's sum."""
    found = service.financing(actor, _year())
    stored = {
        "total": "" if found.total is None else present.kronor(found.total),
        "decided_on": found.decided_on,
        "decision": found.decision,
    }
    return _render("year", actor, form=Form.of(stored), year=found.year)


@pages.route("/ar", permission=Permission.ECONOMY_WRITE, methods=("POST",))
def save_year(actor: Actor) -> Any:
    """Save the year's sum."""
    year, form = _year(), bind(schemas.YearIn, request.form)
    if form.ok:
        values = form.values
        service.set_year(actor, year, values["total"], values["decided_on"], values["decision"])
        return _see(actor, "financing", year=year)
    return _render("year", actor, form=form, year=year), 422


@pages.route("/nyckel", permission=Permission.ECONOMY_WRITE)
def key_form(actor: Actor) -> str:
    """The form for the members' weights within their party."""
    found = service.financing(actor, _year())
    stored = {str(line.organisation_id): line.weight for party in found.parties for line in party.lines}
    return _render("key", actor, form=Form.of(stored), found=found)


@pages.route("/nyckel", permission=Permission.ECONOMY_WRITE, methods=("POST",))
def save_key(actor: Actor) -> Any:
    """Save the weights from a year on."""
    found = service.financing(actor, _year())
    form, weights = _read_weights(found)
    if form.ok:
        try:
            service.set_key(actor, found.year, weights)
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return _see(actor, "financing", year=found.year)
    return _render("key", actor, form=form, found=found), 422


@pages.route("/betalning", permission=Permission.ECONOMY_WRITE)
def payment_form(actor: Actor) -> str:
    """The form for a payment from a member."""
    found = service.financing(actor, _year())
    return _render("payment", actor, form=Form.of({"on_date": clock.today()}), found=found)


@pages.route("/betalning", permission=Permission.ECONOMY_WRITE, methods=("POST",))
def save_payment(actor: Actor) -> Any:
    """Save a payment."""
    year, form = _year(), bind(schemas.PaymentIn, request.form)
    if form.ok:
        values = form.values
        try:
            service.register_payment(
                actor, year, values["organisation_id"], values["amount"], values["on_date"]
            )
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return _see(actor, "financing", year=year)
    return _render("payment", actor, form=form, found=service.financing(actor, year)), 422


@pages.route("/budget", permission=Permission.ECONOMY_READ)
def budget(actor: Actor) -> str:
    """Budget, outcome and forecast; ESF apart."""
    year = _year()
    return _render(
        "budget",
        actor,
        found=budgets.budget(actor, year),
        funds=budgets.FUNDS,
        **_frame(actor, "budget", year),
    )


@pages.route("/budget/utkast", permission=Permission.ECONOMY_WRITE, methods=("POST",))
def copy_budget(actor: Actor) -> Response:
    """Lay last year's lines as a draft."""
    year = _year()
    budgets.copy_structure(actor, year)
    return _see(actor, "budget", year=year)


@pages.route("/budget/<target>/<fund>", permission=Permission.ECONOMY_WRITE)
def post(actor: Actor, target: str, fund: str) -> str:
    """The form for one post."""
    found = budgets.post_of(actor, _year(), target, fund)
    stored = {
        "budget": present.kronor(found.budget),
        "forecast": "" if found.forecast is None else present.kronor(found.forecast),
        "comment": found.comment,
    }
    return _render("post", actor, form=Form.of(stored), post=found, year=_year(), funds=budgets.FUNDS)


@pages.route("/budget/<target>/<fund>", permission=Permission.ECONOMY_WRITE, methods=("POST",))
def save_post(actor: Actor, target: str, fund: str) -> Any:
    """Save one post."""
    year, form = _year(), bind(schemas.PostIn, request.form)
    found = budgets.post_of(actor, year, target, fund)
    if form.ok:
        budgets.set_post(actor, year, (target, fund), form.values)
        return _see(actor, "budget", year=year)
    return _render("post", actor, form=form, post=found, year=year, funds=budgets.FUNDS), 422


@pages.route("/utfall", permission=Permission.ECONOMY_WRITE)
def cost_form(actor: Actor) -> str:
    """The form for a cost by hand."""
    return _cost_page(actor, Form.of({"on_date": clock.today(), "fund": budgets.FINSAM}))


@pages.route("/utfall", permission=Permission.ECONOMY_WRITE, methods=("POST",))
def save_cost(actor: Actor) -> Any:
    """Save a cost."""
    form = bind(schemas.CostIn, request.form)
    if form.ok:
        values = form.values
        key = (values["target"], values["fund"])
        try:
            budgets.register_cost(actor, key, values["amount"], values["on_date"])
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return _see(actor, "budget", year=values["on_date"].year)
    return _cost_page(actor, form), 422


@pages.route("/kapital", permission=Permission.ECONOMY_READ)
def capital(actor: Actor) -> str:
    """Own capital, what is recommended, and what it may cost next year."""
    year = _year()
    return _render("capital", actor, found=budgets.capital(actor, year), **_frame(actor, "capital", year))


@pages.route("/kapital/andra", permission=Permission.ECONOMY_WRITE)
def equity_form(actor: Actor) -> str:
    """The form for a year's closing."""
    return _render("equity", actor, form=Form.of({"year": _year() - 1}), year=_year())


@pages.route("/kapital/andra", permission=Permission.ECONOMY_WRITE, methods=("POST",))
def save_equity(actor: Actor) -> Any:
    """Save a year's closing."""
    form = bind(schemas.EquityIn, request.form)
    if form.ok:
        budgets.set_equity(actor, form.values["year"], form.values["closing"])
        return _see(actor, "capital", year=_year())
    return _render("equity", actor, form=form, year=_year()), 422


@pages.route("/bokforing", permission=Permission.ECONOMY_READ)
def imports(actor: Actor) -> str:
    """Files read in, and the form for another."""
    return _imports_page(actor, Form.of())


@pages.route("/bokforing", permission=Permission.ECONOMY_WRITE, methods=("POST",), takes_file=True)
def upload(actor: Actor) -> Any:
    """Stage a file and show what it would do."""
    try:
        sent = receive("file", SIE)
        made = ledger.read_in(actor, sent.name, sent.content)
    except Invalid as fault:
        return _imports_page(actor, Form.of().add_errors(fault.fields)), 422
    return _see(actor, "show_import", import_id=made)


@pages.route("/bokforing/<uuid:import_id>", permission=Permission.ECONOMY_READ)
def show_import(actor: Actor, import_id: UUID) -> str:
    """What a file holds and where it goes; a draft can be changed and confirmed."""
    return _import_page(actor, import_id, Form.of())


@pages.route("/bokforing/<uuid:import_id>", permission=Permission.ECONOMY_WRITE, methods=("POST",))
def confirm(actor: Actor, import_id: UUID) -> Any:
    """Switch the file in, or take it out."""
    try:
        if request.form.get("deed") == "undo":
            ledger.undo(actor, import_id)
        else:
            ledger.confirm(actor, import_id, _choices(actor, import_id))
    except Invalid as fault:
        form = Form(raw=request.form.to_dict(flat=False)).add_errors(fault.fields)
        return _import_page(actor, import_id, form), 422
    except Conflict as fault:
        return _import_page(actor, import_id, Form.of().add_errors({"": fault.detail})), 409
    return _see(actor, "show_import", import_id=import_id)


@pages.route("/bokforing/<uuid:import_id>/rader.xlsx", permission=Permission.ECONOMY_READ)
def refused_file(actor: Actor, import_id: UUID) -> FileResponse:
    """The refused rows as Excel."""
    rows = ledger.refused_rows(actor, import_id)
    return _file(
        actor, xlsx([present.refused_sheet(rows)], synthetic=_is_invented()), "rader-som-inte-raknas"
    )


@pages.route("/excel", permission=Permission.ECONOMY_READ)
def workbook(actor: Actor) -> FileResponse:
    """The year as Excel."""
    year = _year()
    parts = (service.financing(actor, year), budgets.budget(actor, year), budgets.capital(actor, year))
    return _file(actor, xlsx(present.sheets(*parts), synthetic=_is_invented()), f"ekonomi-{year}")


def _file(actor: Actor, content: bytes, name: str) -> FileResponse:
    record(actor, EXPORTED)
    mark = "-pahittat" if _is_invented() else ""
    answer = FileResponse(content, mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{actor.slug}{mark}.xlsx"'
    return answer


def _is_invented() -> bool:
    here = place()
    return here is not None and here.synthetic


def _year() -> int:
    """The year the address names, else this one."""
    year = request.args.get("year", default=0, type=int)
    return year if 2000 <= year <= 2100 else clock.today().year


def _frame(actor: Actor, view: str, year: int) -> dict[str, Any]:
    years = service.years(actor)
    return {
        "year": year,
        "tabs": present.tabs(actor, view, year),
        "year_links": present.year_links(actor, view, years, year),
        "may_write": actor.may(Permission.ECONOMY_WRITE),
    }


def _financing_page(actor: Actor, year: int, fault: str = "") -> str:
    found = service.financing(actor, year)
    return _render("financing", actor, found=found, fault=fault, **_frame(actor, "financing", year))


def _read_weights(found: service.Financing) -> tuple[Form, dict[UUID, int]]:
    form = Form(raw=request.form.to_dict(flat=False))
    weights = {}
    for line in (line for party in found.parties for line in party.lines):
        name = str(line.organisation_id)
        typed = form.value(name).replace("\u00a0", "").replace(" ", "")
        if typed.isascii() and typed.isdigit() and len(typed) <= 8:
            weights[line.organisation_id] = int(typed)
        else:
            form.add_errors({name: "Ange ett heltal, till exempel antalet invånare."})
    return form, weights


def _choices(actor: Actor, import_id: UUID) -> dict[str, tuple[str, str]]:
    return {
        bucket.key: (
            request.form.get(f"target.{bucket.key}", bucket.target),
            request.form.get(f"fund.{bucket.key}", bucket.fund),
        )
        for bucket in ledger.buckets(actor, import_id)
    }


def _cost_page(actor: Actor, form: Form) -> str:
    known = list(budgets.targets(actor.session).items())
    return _render("cost", actor, form=form, targets=known, funds=list(budgets.FUNDS.items()))


def _imports_page(actor: Actor, form: Form) -> str:
    return _render(
        "imports", actor, form=form, imports=ledger.list_imports(actor), **_frame(actor, "imports", _year())
    )


def _import_page(actor: Actor, import_id: UUID, form: Form) -> str:
    return _render(
        "import",
        actor,
        form=form,
        row=ledger.get_import(actor, import_id),
        buckets=ledger.buckets(actor, import_id),
        refused=ledger.refused_rows(actor, import_id),
        targets=present.target_options(budgets.targets(actor.session)),
        funds=list(budgets.FUNDS.items()),
        may_write=actor.may(Permission.ECONOMY_WRITE),
    )


def _render(name: str, actor: Actor, **values: Any) -> str:
    return render_template(f"economy/{name}.html", actor=actor, present=present, **values)


def _see(actor: Actor, view: str, **values: Any) -> Response:
    return redirect(url_for(f"economy.{view}", slug=actor.slug, **values), 303)
