"""Shapes of what people say about money, and of the economy's JSON. Amounts in JSON are öre."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fyrklang.modules.economy.budget import FUNDS
from fyrklang.web.forms import SwedishDate, SwedishInteger
from fyrklang.web.money import MOST, Kronor, money_field

DATE = "Ange datum som åååå-mm-dd, till exempel 2026-11-21."


class YearIn(Kronor):
    """The sum the members pay together."""

    total = money_field(required=True)
    decided_on = SwedishDate(load_default=None, allow_none=True, error_messages={"invalid": DATE})
    decision = fields.String(
        load_default="", validate=validate.Length(max=200, error="Skriv högst 200 tecken.")
    )


class PaymentIn(Kronor):
    """Money from a member."""

    organisation_id = fields.UUID(
        required=True,
        error_messages={"required": "Välj en medlem.", "invalid_uuid": "Välj en medlem."},
    )
    amount = money_field(-MOST, required=True)
    on_date = SwedishDate(required=True, error_messages={"required": DATE, "invalid": DATE})


class PostIn(Kronor):
    """Budget and forecast of one post."""

    budget_ore = money_field(required=True, data_key="budget")
    forecast_ore = money_field(load_default=None, allow_none=True, data_key="forecast")
    comment = fields.String(
        load_default="", validate=validate.Length(max=500, error="Skriv högst 500 tecken.")
    )


class CostIn(Kronor):
    """A cost on a post."""

    target = fields.String(required=True, error_messages={"required": "Välj en insats eller en post."})
    fund = fields.String(load_default="FINSAM", validate=validate.OneOf(list(FUNDS), error="Välj medel."))
    amount = money_field(-MOST, required=True)
    on_date = SwedishDate(required=True, error_messages={"required": DATE, "invalid": DATE})


class EquityIn(Kronor):
    """Own capital at the end of a year."""

    year = SwedishInteger(
        required=True,
        validate=validate.Range(2000, 2100, error="Ange ett år."),
        error_messages={"required": "Ange ett år.", "invalid": "Ange ett år."},
    )
    closing = money_field(-MOST, required=True)


class FinancingLine(Schema):
    """A member's year in öre."""

    organisation_id = fields.UUID()
    name = fields.String()
    party_kind = fields.String()
    days = fields.Integer()
    owed = fields.Integer()
    called = fields.Integer()
    paid = fields.Integer()


class FinancingOut(Schema):
    """Everybody's year; `balanced` says whether 50/25/25 stands."""

    year = fields.Integer()
    total = fields.Integer(allow_none=True)
    balanced = fields.Boolean()
    items = fields.List(fields.Nested(FinancingLine))


class PostOut(Schema):
    """One post of the budget in öre."""

    target = fields.String()
    name = fields.String()
    fund = fields.String()
    is_insats = fields.Boolean()
    budget = fields.Integer()
    actual = fields.Integer()
    forecast = fields.Integer(allow_none=True)
    comment = fields.String()


class BudgetOut(Schema):
    """A year's budget; ESF's posts have their own fund."""

    year = fields.Integer()
    until = fields.Date(allow_none=True)
    items = fields.List(fields.Nested(PostOut))


class CapitalOut(Schema):
    """Own capital in öre; `effect` is how much less the state may give next year, at most."""

    year = fields.Integer()
    forecast = fields.Integer(allow_none=True)
    recommended = fields.Integer(allow_none=True)
    excess = fields.Integer()
    effect = fields.Integer()
