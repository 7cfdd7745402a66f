"""What the economy hands to reports: budget and outcome per insats and post, contributions, own capital."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from fyrklang.modules.economy.budget import ESF, FINSAM, budget_of, capital_of
from fyrklang.modules.economy.service import financing_of
from fyrklang.sdk.figures import WHOLE, Figure, provides_figures
from fyrklang.sdk.portfolio import Known, tells
from fyrklang.tenancy.session import TenantSession

_LABELS = {
    (FINSAM, "budget"): "Budgeterat",
    (FINSAM, "actual"): "Utfall",
    (ESF, "budget"): "ESF, budgeterat",
    (ESF, "actual"): "ESF, utfall",
}
_CODES: dict[tuple[str, str], Known] = {
    (FINSAM, "budget"): "budget",
    (FINSAM, "actual"): "actual",
    (ESF, "budget"): "esf_budget",
    (ESF, "actual"): "esf_actual",
}
MISSING = "Ej registrerat"


@provides_figures
def money(session: TenantSession, year: int, period: int) -> Iterator[Figure]:
    """Each post's figures, then the förbund's. A budget is the whole year's, an outcome the period's."""
    until = None if period == WHOLE else date(year, 6, 30)
    found = budget_of(session, year, until)
    for post in found.posts:
        for what in ("budget", "actual"):
            key = (post.fund, what)
            yield Figure(post.target, post.name, _CODES[key], _LABELS[key], "ore", getattr(post, what))
    for (fund, what), label in _LABELS.items():
        yield _whole(_CODES[fund, what], label, found.total(what, fund))
    admin = [post for post in found.of_fund(FINSAM) if not post.is_insats]
    yield _whole("admin_actual", "Administration, utfall", sum(post.actual for post in admin))
    paid = financing_of(session, year)
    yield _whole("contributions", "Medlemmarnas bidrag", paid.total)
    yield _whole("contributions_paid", "Varav betalt", sum(party.paid for party in paid.parties))
    capital = capital_of(session, year)
    closings = dict(capital.closings)
    yield _whole("equity_before", "Eget kapital vid årets början", closings.get(year - 1))
    yield _whole("equity", "Eget kapital vid årets slut", closings.get(year))


@tells
def money_of_insatser(session: TenantSession, year: int) -> Iterator[tuple[UUID, Known, int]]:
    """Budget and outcome of each insats in öre."""
    for post in budget_of(session, year).posts:
        if post.is_insats:
            yield UUID(post.target), _CODES[post.fund, "budget"], post.budget
            yield UUID(post.target), _CODES[post.fund, "actual"], post.actual


def _whole(code: str, label: str, value: int | None) -> Figure:
    return Figure("", "Förbundet", code, label, "ore", value, "" if value is not None else MISSING)
