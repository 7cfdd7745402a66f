"""The JSON door of the catalogue."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from fyrklang.access.actor import Actor, NationalReader
from fyrklang.access.permissions import Permission
from fyrklang.national.catalogue import schemas, service
from fyrklang.sdk.routes import Api, Scope
from fyrklang.sdk.serialise import compiled, json_list, json_response

api = Api(
    "catalogue", __name__, prefix="/catalogue", scope=Scope.NATIONAL, text="Kunskapsbanken: sök och läs kort."
)
exchange_api = Api(
    "exchange", __name__, prefix="/catalogue", text="Förbundets frågor, svar och anpassningar."
)


@api.route("/cards", permission=Permission.NATIONAL_READ)
@api.arguments(schemas.CatalogueQuery, location="query")
@api.response(200, schemas.CardList)
def list_cards(reader: NationalReader, wanted: dict[str, Any]) -> Response:
    """Kort som svarar på sökningen, bästa träffen först."""
    return json_list(service.find_cards(reader, service.Wanted(**wanted)), schemas.CardRow)


@api.route("/cards/<uuid:card_id>", permission=Permission.NATIONAL_READ)
@api.response(200, schemas.CardDetail)
def get_card(reader: NationalReader, card_id: UUID) -> Response:
    """Ett kort med allt innehåll."""
    return json_response(compiled(schemas.CardDetail)(service.get_card(reader, card_id)))


@exchange_api.route("/questions", permission=Permission.INTERVENTIONS_WRITE, methods=("POST",))
@exchange_api.arguments(schemas.QuestionIn)
@exchange_api.response(204)
def ask(actor: Actor, values: dict[str, Any]) -> Response:
    """Ställ en fråga till kortets förbund."""
    service.ask(actor, values["card_id"], values["text"])
    return Response(status=204)


@exchange_api.route("/answers", permission=Permission.INTERVENTIONS_WRITE, methods=("POST",))
@exchange_api.arguments(schemas.QuestionAnswerIn)
@exchange_api.response(204)
def answer(actor: Actor, values: dict[str, Any]) -> Response:
    """Svara på en fråga om ett eget kort."""
    service.answer(actor, values["question_id"], values["answer"])
    return Response(status=204)


@exchange_api.route("/follows", permission=Permission.INTERVENTIONS_WRITE, methods=("POST",))
@exchange_api.arguments(schemas.FollowIn)
@exchange_api.response(204)
def follow(actor: Actor, values: dict[str, Any]) -> Response:
    """Följ ett kort, eller sluta följa det."""
    service.follow(actor, values["card_id"], wanted=values["wanted"])
    return Response(status=204)


@exchange_api.route("/adoptions", permission=Permission.INTERVENTIONS_WRITE, methods=("POST",))
@exchange_api.arguments(schemas.AdoptIn)
@exchange_api.response(201, schemas.Adopted)
def adopt(actor: Actor, values: dict[str, Any]) -> Response:
    """Gör ett utkast till insats av ett kort. Ursprunget sparas."""
    return json_response({"intervention_id": service.adopt(actor, values["card_id"], values)}, 201)
