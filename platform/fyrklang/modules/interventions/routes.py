"""The JSON door of insatser."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.interventions import schemas, service
from fyrklang.sdk.codes import EVERYONE
from fyrklang.sdk.measures import MEASURES
from fyrklang.sdk.results import Share, measure_series
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import compiled, json_list, json_response

api = Api("interventions", __name__, prefix="/interventions", text="Insatser, mål, antal och resultat.")
PROTECTED = "Skyddat värde"


@api.route("", permission=Permission.INTERVENTIONS_READ)
@api.arguments(schemas.InterventionFilter, location="query")
@api.response(200, schemas.InterventionList)
def list_interventions(actor: Actor, wanted: dict[str, Any]) -> Response:
    """Förbundets insatser, i namnordning."""
    listing = service.list_interventions(actor, service.Filter(**wanted))
    return json_list(
        listing.rows,
        schemas.InterventionRow,
        total=listing.total,
        page=listing.page,
        page_size=listing.page_size,
    )


@api.route("", permission=Permission.INTERVENTIONS_WRITE, methods=("POST",))
@api.arguments(schemas.InterventionIn)
@api.response(201, schemas.Created)
def create_intervention(actor: Actor, values: dict[str, Any]) -> Response:
    """Skapa en insats."""
    return json_response({"id": service.create_intervention(actor, values)}, 201)


@api.route("/<uuid:intervention_id>", permission=Permission.INTERVENTIONS_READ)
@api.response(200, schemas.InterventionDetail)
def get_intervention(actor: Actor, intervention_id: UUID) -> Response:
    """En insats."""
    row = service.get_intervention(actor, intervention_id)
    return json_response(compiled(schemas.InterventionDetail)(row))


@api.route("/<uuid:intervention_id>", permission=Permission.INTERVENTIONS_WRITE, methods=("PUT",))
@api.arguments(schemas.InterventionChange)
@api.response(204)
def update_intervention(actor: Actor, values: dict[str, Any], intervention_id: UUID) -> Response:
    """Ändra en insats. Ange versionen du utgick från."""
    version = values.pop("version")
    service.update_intervention(actor, intervention_id, values, version)
    return Response(status=204)


@api.route("/<uuid:intervention_id>/goals", permission=Permission.INTERVENTIONS_READ)
@api.response(200, schemas.GoalRow(many=True))
def list_goals(actor: Actor, intervention_id: UUID) -> Response:
    """Insatsens mål."""
    service.get_intervention(actor, intervention_id)
    dump = compiled(schemas.GoalRow)
    return json_response([dump(row) for row in service.list_goals(actor, intervention_id)])


@api.route("/<uuid:intervention_id>/goals", permission=Permission.INTERVENTIONS_WRITE, methods=("PUT",))
@api.arguments(schemas.GoalIn)
@api.response(204)
def set_goal(actor: Actor, values: dict[str, Any], intervention_id: UUID) -> Response:
    """Sätt ett mål från och med ett år."""
    permille = round(values["target_percent"] * 10)
    service.set_goal(actor, intervention_id, values["measure"], permille, values["first_year"])
    return Response(status=204)


@api.route(
    "/<uuid:intervention_id>/counts/<int:year>/<int(min=1, max=4):quarter>",
    permission=Permission.COUNTS_WRITE,
)
@api.response(200, schemas.CountsOut)
def get_counts(actor: Actor, intervention_id: UUID, year: int, quarter: int) -> Response:
    """Registrerade antal för ett kvartal."""
    service.get_intervention(actor, intervention_id)
    return json_response(service.counts_of(actor, intervention_id, year, quarter))


@api.route(
    "/<uuid:intervention_id>/counts/<int(min=2000, max=2100):year>/<int(min=1, max=4):quarter>",
    permission=Permission.COUNTS_WRITE,
    methods=("PUT",),
)
@api.arguments(schemas.CountsIn)
@api.response(202, schemas.Registered)
def register_counts(
    actor: Actor, counts: dict[str, Any], intervention_id: UUID, year: int, quarter: int
) -> Response:
    """Registrera ett kvartals antal. Siffrorna räknas om inom några sekunder."""
    job_id = service.register_counts(actor, intervention_id, (year, quarter), counts)
    return json_response({"job_id": job_id}, 202)


@api.route("/<uuid:intervention_id>/results/<measure>", permission=Permission.INTERVENTIONS_READ)
@api.response(200, schemas.Results)
def get_results(actor: Actor, intervention_id: UUID, measure: str) -> Response:
    """Ett mått per år, med bas och 95 procents osäkerhetsintervall."""
    service.get_intervention(actor, intervention_id)
    definition = service.share_measure(measure)
    series = measure_series(actor.session, intervention_id, measure)
    goal = service.goal_for(actor, intervention_id, measure, max(series.years(), default=0))
    rows = [
        _result_row(year, sex, share)
        for year in series.years()
        for sex, share in {EVERYONE: series.at(year), **series.by_sex(year)}.items()
    ]
    return json_response(
        {
            "measure": measure,
            "definition": MEASURES[definition.code].version,
            "goal_permille": goal,
            "items": rows,
        }
    )


def _result_row(year: int, sex: str, share: Share) -> dict[str, Any]:
    row: dict[str, Any] = {"year": year, "sex": sex, "word": None}
    if share.protected or share.interval is None:
        word = PROTECTED if share.protected else "Ej rapporterat"
        blank = dict.fromkeys(("numerator", "denominator", "share", "low", "high"))
        return row | blank | {"word": word}
    low, high = share.interval
    return row | {
        "numerator": share.numerator,
        "denominator": share.denominator,
        "share": share.value,
        "low": low,
        "high": high,
    }
