"""The HTML door of the comparison: funnel, dots and table of one measure, and the same as files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, render_template, request, url_for

from fyrklang.access.actor import NationalReader
from fyrklang.access.permissions import Permission
from fyrklang.kernel.errors import NotFound
from fyrklang.national.compare import export, present, tracks
from fyrklang.national.compare.series import AS_IT_WAS, TODAY, Series, SeriesWanted, follow
from fyrklang.national.compare.service import Comparison, Wanted, compare
from fyrklang.national.store import reading
from fyrklang.national.store.shapes import INVENTED
from fyrklang.sdk.routes import Pages, Scope
from fyrklang.sdk.sheets import CSV, XLSX, csv_bytes
from fyrklang.sdk.sheets import xlsx as xlsx_bytes
from fyrklang.web.i18n import gettext as _
from fyrklang.web.shell import mark_synthetic
from fyrklang.web.tables import Link

pages = Pages("compare", __name__, prefix="/jamfor", scope=Scope.NATIONAL)
FUNNEL, DOTS, TABLE = "tratt", "punkter", "tabell"
VIEWS = (FUNNEL, DOTS, TABLE)
BORDERS = {"idag": TODAY, "da": AS_IT_WAS}


@pages.route("", permission=Permission.NATIONAL_READ)
def show(reader: NationalReader) -> str:
    """One measure by förbund, in the view the address names."""
    if not request.args.get("utgava") and reading.latest(reader) is None:
        return render_template("compare/nothing.html")
    found = compare(reader, _wanted())
    mark_synthetic(found.release.synthetic)
    view = _view(found)
    order = present.BY_SIZE if request.args.get("ordning") == present.BY_SIZE else present.BY_NAME
    return render_template(
        "compare/show.html",
        found=found,
        present=present,
        view=view,
        order=order,
        views=_views(found, view),
        orders=_orders(found, order),
        measures=[(each.code, each.short_name) for each in found.measures],
        years=[(str(year), _("Helår %(year)s", year=year)) for year in found.release.years],
        sexes=[("T", _("Alla")), ("K", _("Kvinnor")), ("M", _("Män"))],
        files=[(_("Excel"), _address("xlsx", found)), (_("CSV"), _address("csv", found))],
        chart=present.funnel_chart(found) if view == FUNNEL else None,
        dots=present.dots(found, order) if view == DOTS else None,
        stranger=bool(reader.own_slugs) and not found.own,
    )


@pages.route("/tabell.xlsx", permission=Permission.NATIONAL_READ)
def xlsx(reader: NationalReader) -> Response:
    """The table as an Excel file."""
    found = compare(reader, _wanted())
    return _attached(export.xlsx(found), XLSX, export.file_name(found, "xlsx"))


@pages.route("/tabell.csv", permission=Permission.NATIONAL_READ)
def csv(reader: NationalReader) -> Response:
    """The table as semicolon-separated text."""
    found = compare(reader, _wanted())
    return _attached(export.csv_text(found), CSV, export.file_name(found, "csv"))


@pages.route("/over-tid", permission=Permission.NATIONAL_READ)
def series(reader: NationalReader) -> str:
    """One measure by förbund over the years, in the borders the address names."""
    if not request.args.get("utgava") and reading.latest(reader) is None:
        return render_template("compare/nothing.html")
    found = follow(reader, _series_wanted())
    mark_synthetic(found.release.synthetic)
    year = found.years[-1]
    labels = {FUNNEL: _("Tratt"), DOTS: _("Punkter"), TABLE: _("Tabell")}
    chosen: dict[str, Any] = {"utgava": found.release.number, "matt": found.measure.code, "kon": found.sex}
    return render_template(
        "compare/series.html",
        found=found,
        tracks=tracks,
        views=[
            *(Link(labels[each], url_for("compare.show", **chosen, ar=year, vy=each)) for each in VIEWS),
            Link(_("Över tid"), url_for("compare.series", **chosen), current=True),
        ],
        measures=[(each.code, each.short_name) for each in found.measures],
        sexes=[("T", _("Alla")), ("K", _("Kvinnor")), ("M", _("Män"))],
        chosen_borders=_borders_word(found),
        kinds=[("idag", _("Dagens")), ("da", _("Som det var"))],
        files=[
            (label, url_for(f"compare.series_{ending}", **chosen, granser=_borders_word(found)))
            for label, ending in ((_("Excel"), "xlsx"), (_("CSV"), "csv"))
        ],
    )


@pages.route("/over-tid.xlsx", permission=Permission.NATIONAL_READ)
def series_xlsx(reader: NationalReader) -> Response:
    """The years as an Excel file."""
    found = follow(reader, _series_wanted())
    body = xlsx_bytes([tracks.sheet(found)], synthetic=found.release.synthetic)
    return _attached(body, XLSX, _series_file(found, "xlsx"))


@pages.route("/over-tid.csv", permission=Permission.NATIONAL_READ)
def series_csv(reader: NationalReader) -> Response:
    """The years as semicolon-separated text."""
    found = follow(reader, _series_wanted())
    body = csv_bytes(tracks.sheet(found), synthetic=found.release.synthetic)
    return _attached(body, CSV, _series_file(found, "csv"))


def _series_wanted() -> SeriesWanted:
    """What the address asks for; the service refuses borders of no known name."""
    args, usual = request.args, SeriesWanted()
    return SeriesWanted(
        release=args.get("utgava", usual.release),
        measure=args.get("matt", usual.measure),
        sex=args.get("kon", usual.sex),
        borders=BORDERS.get(args.get("granser", "idag"), ""),
    )


def _borders_word(found: Series) -> str:
    return next(word for word, borders in BORDERS.items() if borders == found.borders)


def _series_file(found: Series, ending: str) -> str:
    mark = INVENTED if found.release.synthetic else ""
    number = found.release.short_number
    what = f"{found.measure.code}-{found.sex}-over-tid-{_borders_word(found)}"
    return f"fyrklang-{what}-utgava-{number}{mark}.{ending}".lower()


def _wanted() -> Wanted:
    """What the address asks for. Anything it does not say is the usual choice.

    Raises:
        NotFound: the year is not a number.
    """
    args = request.args
    year = args.get("ar", "")
    if year and not (year.isascii() and year.isdigit() and len(year) == 4):
        raise NotFound(_("Utgåvan har inte det du frågar efter."))
    usual = Wanted()
    return replace(
        usual,
        release=args.get("utgava", usual.release),
        measure=args.get("matt", usual.measure),
        year=int(year) if year else None,
        sex=args.get("kon", usual.sex),
    )


def _view(found: Comparison) -> str:
    """A plain count has no share to draw against limits: only the table."""
    if not found.measure.is_share:
        return TABLE
    wanted = request.args.get("vy", FUNNEL)
    return wanted if wanted in VIEWS else FUNNEL


def _address(endpoint: str, found: Comparison, **more: str) -> str:
    """The same selection seen in another way."""
    values: dict[str, Any] = {
        "utgava": found.release.number,
        "matt": found.measure.code,
        "ar": found.year,
        "kon": found.sex,
        **more,
    }
    return url_for(f"compare.{endpoint}", **values)


def _views(found: Comparison, view: str) -> list[Link]:
    labels = {FUNNEL: _("Tratt"), DOTS: _("Punkter"), TABLE: _("Tabell")}
    offered = VIEWS if found.measure.is_share else (TABLE,)
    years = url_for("compare.series", utgava=found.release.number, matt=found.measure.code, kon=found.sex)
    return [
        *(Link(labels[each], _address("show", found, vy=each), current=each == view) for each in offered),
        Link(_("Över tid"), years),
    ]


def _orders(found: Comparison, order: str) -> list[Link]:
    labels = {present.BY_NAME: _("Namn"), present.BY_SIZE: _("Antal avslut")}
    return [
        Link(label, _address("show", found, vy=DOTS, ordning=each), current=each == order)
        for each, label in labels.items()
    ]


def _attached(body: bytes, kind: str, name: str) -> Response:
    return Response(
        body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
