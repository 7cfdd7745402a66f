"""The JSON door of reports."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.reports import schemas, service
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import json_list

api = Api("reports", __name__, prefix="/reports", text="Uppgifter till rapporter, levande och frysta.")


@api.route("/figures/<int(min=2000, max=2100):year>/<int(max=1):period>", permission=Permission.REPORTS_READ)
@api.response(200, schemas.FiguresOut)
def live_figures(actor: Actor, year: int, period: int) -> Response:
    """Uppgifterna som de är nu. Period 0 är helåret, 1 första halvåret."""
    return json_list(service.live(actor, year, period), schemas.FigureOut)


@api.route("/<uuid:report_id>/figures", permission=Permission.REPORTS_READ)
@api.response(200, schemas.FiguresOut)
def report_figures(actor: Actor, report_id: UUID) -> Response:
    """En rapports uppgifter: de frysta, eller de levande om den är ett utkast."""
    return json_list(service.get_pack(actor, report_id).figures, schemas.FigureOut)
