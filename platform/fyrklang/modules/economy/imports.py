"""Costs and budgets out of files, beside the bookkeeping's own format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from marshmallow import fields, validate
from sqlalchemy import delete, func, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict
from fyrklang.kernel.ids import new_id
from fyrklang.modules.economy import acts, budget, schemas
from fyrklang.modules.economy.models import LedgerRow
from fyrklang.sdk.audit import record
from fyrklang.sdk.imports import Faults, Importer, Values, imports_rows
from fyrklang.tenancy.bulk import insert_many
from fyrklang.web.forms import SwedishDate, SwedishInteger
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import lazy_gettext
from fyrklang.web.money import MOST, Kronor, money_field

NO_TARGET = "Det finns ingen insats eller post med det namnet."
YEAR = "Ange ett år, till exempel 2026."
_AT_A_TIME = 5_000


class _OnTarget(Kronor):
    """What stands on an insats or a post of administration, by name."""

    target = fields.String(required=True, error_messages={"required": "Skriv insats eller post."})
    fund = fields.String(
        load_default=budget.FINSAM,
        validate=validate.OneOf(list(budget.FUNDS), error="Välj ett av alternativen."),
    )


class CostRow(_OnTarget):
    """A cost."""

    on_date = SwedishDate(required=True, error_messages={"required": schemas.DATE, "invalid": schemas.DATE})
    amount = money_field(-MOST, required=True)


class BudgetRow(_OnTarget):
    """A line of the budget."""

    year = SwedishInteger(
        required=True,
        validate=validate.Range(2000, 2100, error=YEAR),
        error_messages={"required": YEAR, "invalid": YEAR},
    )
    budget_ore = money_field(required=True)
    forecast_ore = money_field(load_default=None, allow_none=True)
    comment = fields.String(
        load_default="", validate=validate.Length(max=500, error="Skriv högst 500 tecken.")
    )


def judge_costs(actor: Actor, rows: Sequence[Values]) -> list[Faults]:
    """There is something to lay each on, it is not nought, and its day has come."""
    known, today = _targets(actor), clock.today()
    found = []
    for row in rows:
        faults: Faults = {}
        if _key(row["target"]) not in known:
            faults["target"] = NO_TARGET
        if row["amount"] == 0:
            faults["amount"] = "Ange ett belopp."
        if not row["on_date"].year >= 2000 or row["on_date"] > today:
            faults["on_date"] = "Dagen har inte kommit än, eller ligger för långt tillbaka."
        found.append(faults)
    return found


def lay_costs(actor: Actor, rows: Sequence[Values]) -> list[Any]:
    """Register every cost."""
    known = _targets(actor)
    made = [
        {
            "id": new_id(),
            "year": row["on_date"].year,
            "on_date": row["on_date"],
            "amount_ore": row["amount"],
            "target": known[_key(row["target"])],
            "fund": row["fund"],
        }
        for row in rows
    ]
    insert_many(actor.session, LedgerRow, made)
    for year in sorted({row["year"] for row in made}):
        record(actor, acts.COST, year=year)
    return [{"cost": str(row["id"])} for row in made]


def undo_costs(actor: Actor, made: Sequence[Any]) -> None:
    """Take the costs away again.

    Raises:
        Conflict: one of them is gone.
    """
    ids = [UUID(each["cost"]) for each in made]
    for start in range(0, len(ids), _AT_A_TIME):
        piece = LedgerRow.id.in_(ids[start : start + _AT_A_TIME])
        there = actor.session.scalar(select(func.count()).select_from(LedgerRow).where(piece))
        if there != len(ids[start : start + _AT_A_TIME]):
            raise Conflict(_("En av kostnaderna är borta sedan filen lästes in."))
        actor.session.execute(delete(LedgerRow).where(piece))


def judge_budget(actor: Actor, rows: Sequence[Values]) -> list[Faults]:
    """There is something to lay each on, and no line stands twice."""
    known = _targets(actor)
    seen: set[tuple[Any, ...]] = set()
    found = []
    for row in rows:
        key = (row["year"], _key(row["target"]), row["fund"])
        faults: Faults = {}
        if key[1] not in known:
            faults["target"] = NO_TARGET
        elif key in seen:
            faults["target"] = "Samma post står på en tidigare rad i filen."
        seen.add(key)
        found.append(faults)
    return found


_KEPT = ("budget_ore", "forecast_ore", "comment")


def lay_budget(actor: Actor, rows: Sequence[Values]) -> list[Any]:
    """Set each line, remembering what it was."""
    known = _targets(actor)
    made = []
    for row in rows:
        key = (known[_key(row["target"])], row["fund"])
        before = budget.line_of(actor.session, row["year"], key)
        after = {name: row[name] for name in _KEPT}
        budget.set_post(actor, row["year"], key, after)
        made.append({"year": row["year"], "key": list(key), "before": before, "after": after})
    return made


def undo_budget(actor: Actor, made: Sequence[Any]) -> None:
    """Give each line what it had.

    Raises:
        Conflict: a line has been changed since.
    """
    for each in made:
        key = (each["key"][0], each["key"][1])
        if budget.line_of(actor.session, each["year"], key) != each["after"]:
            raise Conflict(_("Budgeten för %(year)s är ändrad sedan filen lästes in.", year=each["year"]))
        if each["before"] is None:
            budget.drop_line(actor, each["year"], key)
        else:
            budget.set_post(actor, each["year"], key, each["before"])


def _targets(actor: Actor) -> Mapping[str, str]:
    return {_key(name): target for target, name in budget.targets(actor.session).items()}


def _key(name: str) -> str:
    return name.strip().casefold()


_TARGET = lazy_gettext("Insats eller post")
_FUND = lazy_gettext("Medel")
_WORDS = {"target": ("insats", "post", "aktivitet"), "budget_ore": ("budget",), "forecast_ore": ("prognos",)}

COSTS = imports_rows(
    Importer(
        code="kostnader",
        label=lazy_gettext("Kostnader"),
        help=lazy_gettext("En rad per kostnad, för den som inte har en SIE-fil. Negativa belopp rättar."),
        permission=Permission.ECONOMY_WRITE,
        schema=CostRow,
        labels={
            "on_date": lazy_gettext("Datum"),
            "target": _TARGET,
            "fund": _FUND,
            "amount": lazy_gettext("Belopp"),
        },
        judge=judge_costs,
        lay=lay_costs,
        undo=undo_costs,
        words={**_WORDS, "on_date": ("bokföringsdatum", "dag"), "amount": ("kronor", "utfall")},
        codes={"fund": budget.FUNDS},
    )
)

BUDGET = imports_rows(
    Importer(
        code="budget",
        label=lazy_gettext("Budget och prognos"),
        help=lazy_gettext(
            "En rad per insats eller post. Det som redan är satt för samma post och år ersätts."
        ),
        permission=Permission.ECONOMY_WRITE,
        schema=BudgetRow,
        labels={
            "year": lazy_gettext("År"),
            "target": _TARGET,
            "fund": _FUND,
            "budget_ore": lazy_gettext("Budget"),
            "forecast_ore": lazy_gettext("Prognos"),
            "comment": lazy_gettext("Kommentar"),
        },
        judge=judge_budget,
        lay=lay_budget,
        undo=undo_budget,
        words=_WORDS,
        codes={"fund": budget.FUNDS},
    )
)
