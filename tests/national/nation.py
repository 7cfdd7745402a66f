"""A small nation for tests: förbund with insatser and yearly figures, kept beside the database to compare."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import uuid4

import psycopg

from fyrklang.kernel.config import Config
from tests.people import Forbund, make_forbund

SEXES = ("K", "M", "U")
Counts = tuple[int, int, int, int]
"""Ended to work or study, ended to something else, ended with unknown outcome, still taking part."""
Figures = dict[tuple[int, str], Counts]
"""(year, sex) to counts, of one insats."""


@dataclass
class Nation:
    """Förbund and the figures of each of their insatser."""

    config: Config
    forbund: dict[str, Forbund] = field(default_factory=dict)
    figures: dict[str, list[Figures]] = field(default_factory=dict)

    def add(self, name: str, insatser: list[Figures], *, synthetic: bool = True) -> str:
        """Lay a förbund with its figures in the database; returns its slug."""
        made = make_forbund(self.config, name, synthetic=synthetic)
        self.forbund[made.slug] = made
        self.figures[made.slug] = []
        for figures in insatser:
            self.report(made.slug, figures)
        return made.slug

    def report(self, slug: str, figures: Figures) -> None:
        """Add one insats with its figures."""
        self.figures[slug].append(figures)
        with connect(self.config) as conn:
            tenant, insats = self.forbund[slug].id, uuid4()
            conn.execute(
                "INSERT INTO office.intervention (tenant_id, id, name, direction, follow_up_method, focus, "
                "format, status, starts_on) VALUES (%s, %s, %s, 'INDIVIDUAL', 'COUNT_ONLY', 'WORK', 'TEAM', "
                "'RUNNING', '2015-01-01')",
                (tenant, insats, f"Insats {insats}"),
            )
            for row in _facts(figures):
                conn.execute(
                    "INSERT INTO facts.cell (tenant_id, id, intervention_id, measure, definition, year, "
                    "quarter, sex, numerator, denominator) VALUES (%s, %s, %s, %s, 1, %s, %s, %s, %s, %s)",
                    (tenant, uuid4(), insats, *row),
                )

    def sums(self, slug: str, year: int, sex: str) -> Counts | None:
        """The förbund's counts added up by hand, None when nothing was reported for the year."""
        found = [
            counts
            for figures in self.figures[slug]
            for (when, who), counts in figures.items()
            if when == year and sex in ("T", who)
        ]
        return tuple(sum(column) for column in zip(*found, strict=True)) if found else None  # type: ignore[return-value]


def connect(config: Config, role: str = "migrator") -> psycopg.Connection:
    """A plain connection as a role."""
    return psycopg.connect(config.url_for(role).replace("+psycopg", ""))


def admin(config: Config) -> psycopg.Connection:
    """A plain connection as administrator."""
    return psycopg.connect(config.database_url)


def of(counts: Counts, measure: str) -> tuple[int, int]:
    """Numerator and denominator of a measure, by its definition."""
    work, other, unknown, ongoing = counts
    return {
        "M1": (work, work + other),
        "M20": (work + other, work + other + unknown),
        "M9": (work + other + unknown + ongoing, 0),
    }[measure]


def invent(chance: random.Random, years: range, size: int) -> Figures:
    """Figures of one insats where each sex has up to `size` of each kind a year."""
    return {
        (year, sex): (
            (chance.randint(0, size), chance.randint(0, size), chance.randint(0, 3), chance.randint(0, size))
            if sex != "U"
            else (0, chance.choice((0, 0, 0, 6)), 0, 0)
        )
        for year in years
        for sex in SEXES
    }


def _facts(figures: Mapping[tuple[int, str], Counts]) -> Iterator[tuple[str, int, int, str, int, int]]:
    for year in sorted({year for year, _ in figures}):
        for sex in ("T", *SEXES):
            found = [counts for (when, who), counts in figures.items() if when == year and sex in ("T", who)]
            if not found:
                continue
            whole: Counts = tuple(sum(column) for column in zip(*found, strict=True))  # type: ignore[assignment]
            for measure in ("M1", "M20", "M9"):
                # Quarter 1 stands beside the year, so that a sum over both would be seen.
                for quarter in (0, 1):
                    yield (measure, year, quarter, sex, *of(whole, measure))
