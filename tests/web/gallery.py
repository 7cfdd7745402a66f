"""A small application that shows every component of the web layer, for the tests in this folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flask import Flask, Response, abort, jsonify, render_template, request
from marshmallow import Schema, fields, validate

from fyrklang.kernel.errors import Conflict, Invalid, NotFound
from fyrklang.web.charts import (
    Dot,
    FunnelLimits,
    FunnelPoint,
    RunPoint,
    dot_groups,
    funnel,
    goal_bar,
    run_chart,
)
from fyrklang.web.context import PARTIES, Menu, MenuItem, Person, Search, Shell, TenantChoice
from fyrklang.web.forms import Form, SwedishDate, SwedishDecimal, SwedishInteger, bind
from fyrklang.web.shell import WebOptions, init_app
from fyrklang.web.tables import Cell, Column, Link, Pager, Row, Table
from fyrklang.web.words import STATUSES

SESSION = "session-one"
KEY = b"k" * 32

PLACES = (
    ("Min dag", "sun"), ("Insatser", "layers"), ("Uppföljning", "phone-call"), ("Ekonomi", "coins"),
    ("Jämför", "git-compare"), ("Kunskap", "book-open"), ("Administration", "settings"),
)  # fmt: skip

SHELL = Shell(
    person=Person("Ulla Förebild", "förbundschef", PARTIES, "Finsam Åsviken"),
    menu=Menu(
        tuple(
            MenuItem(name, "/", icon, current=name == "Insatser", count=2 if name == "Min dag" else None)
            for name, icon in PLACES
        )
    ),
    tenants=(TenantChoice("Finsam Åsviken", "/", current=True), TenantChoice("Finsam Norrlunda", "/plain")),
    search=Search("/", "Sök insats, rapport eller förbund"),
    notices_url="/",
    notices=3,
    help_url="/",
    own=(MenuItem("Mina inloggningar", "/", "user-round"),),
    logout_url="/",
    accessibility_url="/plain",
    privacy_url="/plain",
    synthetic=True,
)


class Sample(Schema):
    """One field of each kind."""

    start = SwedishDate(required=True)
    count = SwedishInteger(required=True, validate=validate.Range(min=0, max=100))
    share = SwedishDecimal(places=2)
    name = fields.String(required=True, validate=validate.Length(max=20))
    choice = fields.String(required=True, validate=validate.OneOf(["a", "b"]))
    ticked = fields.List(fields.String())
    agreed = fields.Boolean()


def sample_table(rows: int = 3) -> Table:
    """A table with own row, links, a blank, a span and a sum."""
    return Table(
        "Till arbete eller studier per förbund",
        (
            Column("name", "Förbund", sort_url="?sort=name", sorted_by="ascending"),
            Column("share", "Andel", "number", "value"),
            Column("interval", "Intervall", "number-soft", "beside"),
            Column("ended", "Avslut", "number", "left", card_unit="avslut"),
            Column("known", "Känt utfall", "number"),
            Column("place", "Läge", card="right"),
        ),
        (
            Row(
                {"name": "Åsviken", "share": "41 %", "interval": "28–55", "ended": 49, "place": "Inom"}, "own"
            ),
            Row({"name": "Bergmarken", "share": Cell(blank="not_reported", span=2)}),
            Row({"name": "Hyttmarken", "share": Cell(blank="protected"), "ended": 23}),
            *(
                Row(
                    {"name": f"Finsam {n}", "share": f"{30 + n} %", "ended": 1000 + n, "known": "98 %"},
                    url="/",
                )
                for n in range(rows)
            ),
            Row({"name": "Summa", "ended": 4720}, "sum"),
        ),
    )


def sample_charts() -> dict[str, object]:
    """One of each chart, with a gap, a new definition, points outside and an own one."""
    bases = list(range(20, 331, 10))
    limits = FunnelLimits(
        bases,
        *([0.36 + sign * width / base**0.5 for base in bases] for sign, width in ((-1, 0.9), (1, 0.9))),
        *([max(0.0, 0.36 + sign * 1.45 / base**0.5) for base in bases] for sign in (-1, 1)),
    )
    points = [
        FunnelPoint("Åsviken", 49, 0.41, "own"),
        FunnelPoint("Granstranden", 148, 0.51, outside="over"),
        FunnelPoint("Sju sjöar", 160, 0.5, outside="over"),
        FunnelPoint("Kolmarken", 310, 0.2, outside="under"),
        FunnelPoint("Norrlunda", 96, 0.44, "similar"),
        *(FunnelPoint(f"Finsam {n}", 25 + 9 * n, 0.3 + n / 100) for n in range(12)),
    ]
    run = [
        RunPoint("H1 24", 0.38, 0.18, 0.61, 6, 16),
        RunPoint("H2 24", 0.39, 0.2, 0.61, 7, 18),
        RunPoint("H1 25", blank="Skyddat värde", mark=".."),
        RunPoint("H2 25", 0.42, 0.23, 0.64, 8, 19, new_definition=True),
        RunPoint("H1 26", 0.48, 0.32, 0.65, 16, 33),
    ]
    dots = [
        Dot("Åsviken", 0.41, 0.28, 0.55, 20, 49, own=True),
        Dot("Granstranden", 0.51, 0.43, 0.59, 76, 148, "over", outside=True),
        Dot("Almbro", 0.34, 0.29, 0.4, 89, 262, note="liknande", url="/"),
        Dot("Västra Åslandet", 0.26, 0.2, 0.33, 46, 176, "under"),
    ]
    return {
        "funnel": funnel(points, limits, 0.36),
        "run": run_chart(run, goal=0.35, median=0.42),
        "goal": goal_bar(0.5, 0.39, 0.61, 0.35),
        "dots": dot_groups(dots, 0.36),
    }


def make_app(shell: Shell = SHELL, session: str = SESSION) -> Flask:
    """The gallery, with or without somebody signed in."""
    app = Flask("gallery", static_folder=None, template_folder=str(Path(__file__).parent / "templates"))
    app.secret_key = "gallery"

    def session_id() -> str:
        return session if request.cookies.get("anonymous") != "1" else ""

    def frame() -> Shell:
        return replace(shell, menu=Menu(), person=None) if request.path == "/plain" else shell

    @app.route("/", methods=["GET", "POST"])
    def components() -> tuple[str, int]:
        form = bind(Sample, request.form) if request.method == "POST" else Form.of({"name": "Hamnen"})
        page = render_template(
            "components.html",
            form=form,
            table=sample_table(),
            pager=Pager(1, 24, 74, "förbund", all_url="/"),
            statuses=STATUSES,
            tabs=[Link("Mål och resultat", "/", current=True), Link("Flöde", "/", count=3)],
        )
        return page, 200 if form.ok else 422

    @app.route("/charts")
    def charts() -> str:
        return render_template("charts.html", table=sample_table(), **sample_charts())

    @app.route("/plain", methods=["GET", "POST"])
    def plain() -> str:
        return render_template("plain.html")

    @app.route("/fragment")
    def fragment() -> str:
        return '<p id="fetched">Hämtat</p>'

    _faults(app)
    init_app(
        app,
        WebOptions(shell=frame, session_id=session_id, csrf_key=KEY, synthetic=True, privacy_url="/plain"),
    )
    return app


def _faults(app: Flask) -> None:
    @app.route("/fault/<int:status>", methods=["GET", "POST"])
    @app.route("/api/v1/fault/<int:status>", methods=["GET", "POST", "DELETE"])
    def fault(status: int) -> Response:
        own = {404: NotFound(), 409: Conflict(), 422: Invalid(fields={"count": "Ange ett heltal."})}
        if status in own:
            raise own[status]
        if status == 500:
            raise RuntimeError("hemligt innehåll")
        if status == 200:
            return jsonify(ok=True)
        return abort(status)
