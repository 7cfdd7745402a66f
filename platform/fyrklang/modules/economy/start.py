"""What the economy asks of a new förbund."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import url_for
from sqlalchemy import exists, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.modules.economy.models import BudgetLine, EconomyYear
from fyrklang.sdk.onboarding import Task, onboards
from fyrklang.web.i18n import gettext as _


@onboards
def first_things(actor: Actor) -> Iterator[Task]:
    """The year's sum and its budget."""
    if not actor.may(Permission.ECONOMY_WRITE):
        return
    year = clock.today().year
    yield Task(
        50,
        _("Sätt årets bidrag"),
        _("Summan medlemmarna betalar %(year)s. Fördelningen 50, 25 och 25 procent räknas ut.", year=year),
        url_for("economy.year_form", slug=actor.slug, year=year),
        done=_any(actor, EconomyYear, EconomyYear.year == year),
        minutes=2,
    )
    yield Task(
        60,
        _("Lägg årets budget"),
        _("En rad per insats och för administrationen, för hand eller ur en fil."),
        url_for("economy.budget", slug=actor.slug, year=year),
        done=_any(actor, BudgetLine, BudgetLine.year == year),
        minutes=10,
    )


def _any(actor: Actor, model: type[Any], condition: Any) -> bool:
    return bool(actor.session.scalar(select(exists().where(condition, model.id.is_not(None)))))
