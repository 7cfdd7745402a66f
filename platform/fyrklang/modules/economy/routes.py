"""The JSON door of the economy."""

from __future__ import annotations

from flask import Response

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.economy import budget, schemas, service
from fyrklang.sdk.routes import Api
from fyrklang.sdk.serialise import compiled, json_list, json_response

api = Api(
    "economy", __name__, prefix="/economy", text="Bidrag, budget, utfall och eget kapital. Belopp i öre."
)
YEAR = "/<int(min=2000, max=2100):year>"


@api.route(f"{YEAR}/financing", permission=Permission.ECONOMY_READ)
@api.response(200, schemas.FinancingOut)
def get_financing(actor: Actor, year: int) -> Response:
    """Medlemmarnas bidrag ett år."""
    found = service.financing(actor, year)
    lines = [line for party in found.parties for line in party.lines]
    return json_list(
        lines, schemas.FinancingLine, year=found.year, total=found.total, balanced=found.balanced
    )


@api.route(f"{YEAR}/budget", permission=Permission.ECONOMY_READ)
@api.response(200, schemas.BudgetOut)
def get_budget(actor: Actor, year: int) -> Response:
    """Budget, utfall och prognos per insats och post."""
    found = budget.budget(actor, year)
    return json_list(found.posts, schemas.PostOut, year=found.year, until=found.until)


@api.route(f"{YEAR}/capital", permission=Permission.ECONOMY_READ)
@api.response(200, schemas.CapitalOut)
def get_capital(actor: Actor, year: int) -> Response:
    """Eget kapital mot rekommenderad nivå."""
    return json_response(compiled(schemas.CapitalOut)(budget.capital(actor, year)))
