"""Budget, outcome and forecast per insats and post, ESF apart, and own capital. Amounts are öre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Invalid, NotFound
from fyrklang.modules.economy import acts
from fyrklang.modules.economy.models import BudgetLine, Equity, Guideline, LedgerImport, LedgerRow
from fyrklang.modules.economy.service import financing_of
from fyrklang.sdk.audit import record
from fyrklang.sdk.insatser import insatser
from fyrklang.tenancy.session import TenantSession

FINSAM, ESF = "FINSAM", "ESF"
FUNDS = {FINSAM: "Förbundets medel", ESF: "ESF"}
ADMIN_POSTS = {
    "STAFF": "Personal",
    "PREMISES": "Lokaler och drift",
    "BOARD": "Styrelse",
    "AUDIT": "Revision",
    "INFO": "Information",
    "OTHER": "Övrigt",
}
STATE_PART = 2
"""The state pays half; what it may take back of saved money is its half."""


@dataclass(frozen=True)
class Post:
    """One line of the budget with what it has cost. `forecast` is None until somebody made one."""

    target: str
    name: str
    fund: str
    is_insats: bool
    budget: int
    actual: int
    forecast: int | None
    comment: str

    @property
    def expected(self) -> int:
        """The forecast, or the budget until there is one."""
        return self.budget if self.forecast is None else self.forecast

    @property
    def deviation(self) -> int:
        """Expected less budget: negative is cheaper."""
        return self.expected - self.budget


@dataclass(frozen=True)
class Budget:
    """A year: the förbund's own money and ESF's kept apart. `until` is the latest cost's day."""

    year: int
    posts: Sequence[Post]
    until: date | None

    def of_fund(self, fund: str) -> list[Post]:
        """The posts of one fund."""
        return [post for post in self.posts if post.fund == fund]

    def total(self, what: str, fund: str = FINSAM) -> int:
        """The sum of `budget`, `actual`, `expected` or `deviation` in a fund."""
        return sum(getattr(post, what) for post in self.of_fund(fund))


def budget(actor: Actor, year: int) -> Budget:
    """Every post with a budget or a cost in a year."""
    actor.require(Permission.ECONOMY_READ)
    return budget_of(actor.session, year)


def budget_of(session: TenantSession, year: int, until: date | None = None) -> Budget:
    """As `budget`, for figures that other features ask for; `until` leaves later costs out."""
    stored = {
        (row.target, row.fund): row
        for row in session.scalars(select(BudgetLine).where(BudgetLine.year == year))
    }
    spent = costs(session, year, until)
    names = {str(item.id): item.name for item in insatser(session).values()}
    order = [*names, *ADMIN_POSTS]
    keys = sorted(
        {*stored, *spent}, key=lambda key: (order.index(key[0]) if key[0] in order else -1, key[1] != FINSAM)
    )
    posts = [_post(key, stored.get(key), spent.get(key, 0), names) for key in keys]
    last = session.scalar(select(func.max(LedgerRow.on_date)).where(LedgerRow.year == year, _counts()))
    return Budget(year, posts, last)


def _post(key: tuple[str, str], row: BudgetLine | None, actual: int, names: dict[str, str]) -> Post:
    target, fund = key
    return Post(
        target=target,
        name=names.get(target) or ADMIN_POSTS.get(target, target),
        fund=fund,
        is_insats=target in names,
        budget=row.budget_ore if row else 0,
        actual=actual,
        forecast=row.forecast_ore if row else None,
        comment=row.comment if row else "",
    )


def _counts() -> Any:
    """A row that counts: registered by hand, or of an import somebody confirmed; never a refused one."""
    done = select(LedgerImport.id).where(LedgerImport.state == "DONE").scalar_subquery()
    return and_(
        LedgerRow.refused == "",
        LedgerRow.target.notin_(("", "NONE")),
        or_(LedgerRow.import_id.is_(None), LedgerRow.import_id.in_(done)),
    )


def costs(session: TenantSession, year: int, until: date | None = None) -> dict[tuple[str, str], int]:
    """Cost per (target, fund)."""
    query = select(LedgerRow.target, LedgerRow.fund, func.sum(LedgerRow.amount_ore))
    query = query.where(LedgerRow.year == year, _counts()).group_by(LedgerRow.target, LedgerRow.fund)
    if until is not None:
        query = query.where(LedgerRow.on_date <= until)
    return {(row[0], row[1]): int(row[2]) for row in session.execute(query)}


def targets(session: TenantSession) -> dict[str, str]:
    """Everything a cost can be laid on: insatser by id, then posts of administration."""
    return {str(item.id): item.name for item in insatser(session).values()} | ADMIN_POSTS


def post_of(actor: Actor, year: int, target: str, fund: str) -> Post:
    """One post, also one with nothing in it yet.

    Raises:
        NotFound: no such insats or post in this förbund.
    """
    found = budget(actor, year)
    known = targets(actor.session)
    if target not in known or fund not in FUNDS:
        raise NotFound
    same = [post for post in found.posts if (post.target, post.fund) == (target, fund)]
    empty = Post(target, known[target], fund, target not in ADMIN_POSTS, 0, 0, None, "")
    return same[0] if same else empty


def set_post(actor: Actor, year: int, key: tuple[str, str], values: dict[str, Any]) -> None:
    """Set `budget_ore`, `forecast_ore` and `comment` of a (target, fund).

    Raises:
        NotFound: no such insats or post in this förbund.
    """
    actor.require(Permission.ECONOMY_WRITE)
    target, fund = key
    post_of(actor, year, target, fund)
    row = _line(actor.session, year, key)
    if row is None:
        is_post = target in ADMIN_POSTS
        row = BudgetLine(
            year=year,
            intervention_id=None if is_post else UUID(target),
            post=target if is_post else "INSATS",
            fund=fund,
        )
        actor.session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    actor.session.flush()
    record(actor, acts.BUDGET_SET, year=year)


def line_of(session: TenantSession, year: int, key: tuple[str, str]) -> dict[str, Any] | None:
    """What is set for a (target, fund) in a year; None when nothing is."""
    row = _line(session, year, key)
    if row is None:
        return None
    return {"budget_ore": row.budget_ore, "forecast_ore": row.forecast_ore, "comment": row.comment}


def drop_line(actor: Actor, year: int, key: tuple[str, str]) -> None:
    """Take away what is set for a (target, fund) in a year."""
    actor.require(Permission.ECONOMY_WRITE)
    row = _line(actor.session, year, key)
    if row is not None:
        actor.session.delete(row)
        actor.session.flush()
        record(actor, acts.BUDGET_SET, year=year)


def _line(session: TenantSession, year: int, key: tuple[str, str]) -> BudgetLine | None:
    query = select(BudgetLine).where(BudgetLine.year == year, BudgetLine.target == key[0])
    return session.scalars(query.where(BudgetLine.fund == key[1])).first()


def copy_structure(actor: Actor, year: int) -> int:
    """Lay last year's lines as a draft for a year that has none; returns how many."""
    actor.require(Permission.ECONOMY_WRITE)
    if actor.session.scalar(select(BudgetLine.id).where(BudgetLine.year == year).limit(1)):
        return 0
    running = {str(item.id) for item in insatser(actor.session).values() if item.runs_in(year)} | set(
        ADMIN_POSTS
    )
    before = actor.session.scalars(select(BudgetLine).where(BudgetLine.year == year - 1)).all()
    copied = [row for row in before if row.target in running]
    for row in copied:
        actor.session.add(
            BudgetLine(
                year=year,
                intervention_id=row.intervention_id,
                post=row.post,
                fund=row.fund,
                budget_ore=row.budget_ore,
            )
        )
    actor.session.flush()
    record(actor, acts.BUDGET_SET, year=year)
    return len(copied)


def register_cost(actor: Actor, key: tuple[str, str], amount_ore: int, on_date: date) -> None:
    """Register a cost by hand on a (target, fund); a negative one corrects.

    Raises:
        Invalid: nothing to lay it on, nought, or a day that has not come.
    """
    actor.require(Permission.ECONOMY_WRITE)
    faults = {}
    if key[0] not in targets(actor.session) or key[1] not in FUNDS:
        faults["target"] = "Välj en insats eller en post."
    if amount_ore == 0:
        faults["amount"] = "Ange ett belopp."
    if on_date > clock.today():
        faults["on_date"] = "Dagen har inte kommit än."
    if faults:
        raise Invalid(fields=faults)
    row = LedgerRow(year=on_date.year, on_date=on_date, amount_ore=amount_ore, target=key[0], fund=key[1])
    actor.session.add(row)
    actor.session.flush()
    record(actor, acts.COST, year=on_date.year)


@dataclass(frozen=True)
class Capital:
    """Own capital: closings by year, this year's forecast, what is recommended, and next year's effect."""

    year: int
    closings: Sequence[tuple[int, int]]
    forecast: int | None
    recommended: int | None
    source: str

    @property
    def excess(self) -> int:
        """How much the forecast lies over the recommendation."""
        if self.forecast is None or self.recommended is None:
            return 0
        return max(0, self.forecast - self.recommended)

    @property
    def effect(self) -> int:
        """How much less the state may give next year, at most: its half of the excess."""
        return self.excess // STATE_PART


def capital(actor: Actor, year: int) -> Capital:
    """Own capital against the guideline in force in a year."""
    actor.require(Permission.ECONOMY_READ)
    return capital_of(actor.session, year)


def capital_of(session: TenantSession, year: int) -> Capital:
    """As `capital`, for figures that other features ask for."""
    rows = session.execute(select(Equity.year, Equity.closing_ore).order_by(Equity.year)).all()
    closings = {row.year: row.closing_ore for row in rows}
    money = financing_of(session, year)
    forecast = closings.get(year)
    if forecast is None and year - 1 in closings and money.total is not None:
        forecast = closings[year - 1] + money.owed - budget_of(session, year).total("expected")
    rule = guideline(session, year, money.total) if money.total else None
    return Capital(
        year,
        [(at, amount) for at, amount in closings.items() if at <= year],
        forecast,
        ceiling(rule, money.total or 0) if rule else None,
        rule.source if rule else "",
    )


def guideline(session: TenantSession, year: int, total: int) -> Guideline | None:
    """The row of the parameter table for a total in a year: of the latest table in force."""
    query = select(Guideline).where(
        Guideline.valid_from <= year,
        Guideline.from_ore <= total,
        or_(Guideline.to_ore.is_(None), Guideline.to_ore > total),
    )
    return session.scalars(query.order_by(Guideline.valid_from.desc()).limit(1)).first()


def ceiling(rule: Guideline, total: int) -> int:
    """The most own capital that is recommended for a total."""
    share = total * rule.max_permille // 1000
    return share if rule.max_ore is None else min(share, rule.max_ore)


def set_equity(actor: Actor, year: int, closing_ore: int) -> None:
    """Set own capital at the end of a year."""
    actor.require(Permission.ECONOMY_WRITE)
    row = actor.session.scalars(select(Equity).where(Equity.year == year)).first()
    if row is None:
        row = Equity(year=year, closing_ore=closing_ore)
        actor.session.add(row)
    row.closing_ore = closing_ore
    actor.session.flush()
    record(actor, acts.EQUITY_SET, year=year)
