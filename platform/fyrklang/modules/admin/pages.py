"""The platform operator's start page."""

from __future__ import annotations

from typing import cast

from flask import current_app, render_template
from sqlalchemy import func, select

from fyrklang.access.permissions import Permission
from fyrklang.kernel.db import Database
from fyrklang.sdk.parts import MenuEntry, Part
from fyrklang.sdk.routes import Pages, Scope
from fyrklang.tenancy.registry.models import Area, Tenant
from fyrklang.web.i18n import gettext as _
from fyrklang.web.tables import Cell, Column, Row, Table

pages = Pages("platform", __name__, prefix="/plattform", scope=Scope.NONE)


@pages.route("", permission=Permission.PLATFORM_READ)
def overview() -> str:
    """Every förbund in the register, with what the register knows and how surely."""
    kommuner = (
        select(func.count()).where(Area.tenant_id == Tenant.id, Area.valid_to.is_(None)).scalar_subquery()
    )
    query = (
        select(Tenant.name, Tenant.status, Tenant.synthetic, Tenant.confidence, kommuner.label("kommuner"))
        .where(Tenant.kind == "ASSOCIATION", Tenant.status == "ACTIVE")
        .order_by(Tenant.synthetic, func.registry.sv_sort(Tenant.short_name))
    )
    with cast("Database", current_app.extensions["fyrklang.database"]).engine("app").connect() as link:
        rows = link.execute(query).all()
    confidence = {"high": _("Hög"), "medium": _("Medel"), "low": _("Låg")}
    table = Table(
        caption=_("Förbund i registret"),
        columns=[
            Column("name", _("Förbund")),
            Column("kommuner", _("Kommuner"), "number"),
            Column("confidence", _("Säkerhet i uppgiften"), "soft"),
        ],
        rows=[
            Row(
                cells={
                    "name": Cell(row.name, note=_("Påhittat") if row.synthetic else ""),
                    "kommuner": row.kommuner or (None if row.synthetic else Cell(blank="unknown")),
                    "confidence": "" if row.synthetic else confidence[row.confidence],
                }
            )
            for row in rows
        ],
    )
    real = sum(not row.synthetic for row in rows)
    return render_template("admin/platform.html", table=table, real=real, invented=len(rows) - real)


PART = Part(
    name="platform",
    pages=(pages,),
    menu=(
        MenuEntry(
            lambda: _("Förbund"),
            "layers",
            "platform.overview",
            Permission.PLATFORM_READ,
            scope=Scope.NONE,
            order=10,
        ),
    ),
)
