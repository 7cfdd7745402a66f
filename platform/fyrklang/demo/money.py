"""The invented förbund's money: contributions, budget, outcome and own capital of the last years."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Any
from uuid import UUID, uuid5

from fyrklang.demo import shapes
from fyrklang.demo.nation import Association
from fyrklang.demo.portfolio import Insats
from fyrklang.modules.economy.budget import ADMIN_POSTS
from fyrklang.modules.economy.shares import Payer, allot, instalment, split

Row = dict[str, Any]
YEARS = tuple(range(shapes.LAST_YEAR - 3, shapes.LAST_YEAR + 1))
TO_INSATSER, TO_ADMIN = 86, 13
POST_WEIGHTS = dict(zip(ADMIN_POSTS, (55, 15, 12, 6, 5, 7), strict=True))
QUARTER_WEIGHTS = {1: 23, 2: 26, 3: 21, 4: 30}


class Purse:
    """One förbund's rows. Its own chance follows from the nation's seed and its name."""

    def __init__(self, seed: int, item: Association, insatser: Sequence[tuple[UUID, Insats]]) -> None:
        self._chance = Random(f"{seed}:{item.slug}")  # noqa: S311 - nothing secret is drawn
        self._item = item
        self._insatser = insatser
        self._total = round(item.money * 1_000) * 100_000
        self._lines: dict[int, list[Row]] = {year: list(self._year_lines(year)) for year in YEARS}

    def years(self) -> list[Row]:
        """`office.economy_year`."""
        return [
            {
                "id": self._id("ar", year),
                "year": year,
                "total_ore": self._total,
                "decided_on": date(year - 1, 11, 18),
                "decision": f"styrelsen § {30 + year % 10}",
            }
            for year in YEARS
        ]

    def weights(self) -> list[Row]:
        """`office.contribution_weight`: invented numbers of inhabitants."""
        return [
            {
                "id": self._id("nyckel", each.code),
                "organisation_id": each.id,
                "weight": 4_000 + each.id.int % 56_000,
                "first_year": YEARS[0],
            }
            for each in self._item.kommuner
        ]

    def entries(self, members: Sequence[Row], weights: Sequence[Row]) -> list[Row]:
        """`office.contribution_entry`: all quarters called, and the last not paid by everybody."""
        keyed = {row["organisation_id"]: row["weight"] for row in weights}
        payers = [
            Payer(
                own := row["organisation_id"], row["party_kind"], row["valid_from"], None, keyed.get(own, 1)
            )
            for row in members
        ]
        found: list[Row] = []
        for year in YEARS:
            last = shapes.LAST_QUARTER if year == shapes.LAST_YEAR else 4
            for own, owed in allot(self._total, payers, year).items():
                found += self._called(year, own, owed, last)
        return found

    def _called(self, year: int, own: UUID, owed: int, last: int) -> list[Row]:
        found, called = [], 0
        for quarter in range(1, last + 1):
            amount = instalment(owed, quarter, called)
            called += amount
            late = year == shapes.LAST_YEAR and quarter == last and self._chance.random() < 0.12
            for kind, day in (("CALLED", 1), ("PAID", 24)):
                if amount and not (kind == "PAID" and late):
                    found.append(
                        {
                            "id": self._id(kind, year, quarter, own),
                            "organisation_id": own,
                            "year": year,
                            "kind": kind,
                            "quarter": quarter,
                            "amount_ore": amount,
                            "on_date": date(year, 3 * quarter - 1, day),
                        }
                    )
        return found

    def lines(self) -> list[Row]:
        """`office.budget_line`."""
        return [row for year in YEARS for row in self._lines[year]]

    def _year_lines(self, year: int) -> list[Row]:
        running = {
            own: item
            for own, item in self._insatser
            if item.starts_on.year <= year and (item.ends_on is None or item.ends_on.year >= year)
        }
        weights = {
            own: self._chance.randint(20, 60) * (3 if item.serves_people else 1)
            for own, item in running.items()
        }
        found = []
        for own, amount in split(self._total * TO_INSATSER // 100, weights).items():
            found.append(self._line(year, (own, "INSATS"), "FINSAM", amount))
            if running[own].esf_funded:
                found.append(self._line(year, (own, "INSATS"), "ESF", amount * 2 // 3))
        for post, amount in split(self._total * TO_ADMIN // 100, POST_WEIGHTS).items():
            found.append(self._line(year, (None, post), "FINSAM", amount))
        return found

    def _line(self, year: int, key: tuple[UUID | None, str], fund: str, amount: int) -> Row:
        own, post = key
        budget = amount // 100_000 * 100_000
        return {
            "id": self._id("post", year, own or post, fund),
            "year": year,
            "intervention_id": own,
            "post": post,
            "fund": fund,
            "budget_ore": budget,
            "forecast_ore": round(budget * self._chance.uniform(0.9, 1.06) / 100_000) * 100_000,
        }

    def budgets(self) -> dict[UUID, dict[int, int]]:
        """Each insats' budget of the förbund's own money by year, for the board's decisions."""
        found: dict[UUID, dict[int, int]] = {}
        for row in self.lines():
            if row["intervention_id"] is not None and row["fund"] == "FINSAM":
                found.setdefault(row["intervention_id"], {})[row["year"]] = row["budget_ore"]
        return found

    def costs(self) -> list[Row]:
        """`office.ledger_row`: a cost a quarter on each line, towards its forecast."""
        return [
            {
                "id": uuid5(line["id"], f"kostnad:{quarter}"),
                "year": year,
                "import_id": None,
                "on_date": date(year, 3 * quarter, 28),
                "amount_ore": amount,
                "target": str(line["intervention_id"] or line["post"]),
                "fund": line["fund"],
            }
            for year in YEARS
            for line in self._lines[year]
            for quarter, amount in split(line["forecast_ore"], QUARTER_WEIGHTS).items()
            if amount and (year, quarter) <= (shapes.LAST_YEAR, shapes.LAST_QUARTER)
        ]

    def equity(self) -> list[Row]:
        """`office.equity_balance`: follows from what came in and went out, up to last year."""
        closing = round(self._total * self._chance.uniform(0.05, 0.4) / 100_000) * 100_000
        found = []
        for year in range(YEARS[0] - 1, shapes.LAST_YEAR):
            if year in self._lines:
                spent = sum(row["forecast_ore"] for row in self._lines[year] if row["fund"] == "FINSAM")

                closing += self._total - spent
            found.append({"id": self._id("kapital", year), "year": year, "closing_ore": closing})
        return found

    def _id(self, *parts: object) -> UUID:
        return uuid5(self._item.id, "|".join(("pengar", *map(str, parts))))
