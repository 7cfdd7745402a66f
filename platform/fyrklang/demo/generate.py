"""From a seed to the whole nation, in memory: nothing here touches a database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from fyrklang.demo.flow import Flow, simulate
from fyrklang.demo.nation import Association, build_nation
from fyrklang.demo.portfolio import Insats, build_portfolio
from fyrklang.demo.sanity import Finding, findings, require_plausible


@dataclass(frozen=True)
class Nation:
    """Everything invented. `flow`'s rows are those of `people`, the insatser that people take part in."""

    seed: int
    associations: tuple[Association, ...]
    interventions: list[Insats]
    people: list[Insats]
    flow: Flow
    checked: list[Finding]

    def only(self, slugs: Collection[str]) -> Nation:
        """The same nation with some of its förbund, for where all of them would take too long to write."""
        kept = [place for place, item in enumerate(self.people) if item.slug in slugs]
        arrays = {name: value[kept] for name, value in vars(self.flow).items() if name != "quarters"}
        return replace(
            self,
            associations=tuple(item for item in self.associations if item.slug in slugs),
            interventions=[item for item in self.interventions if item.slug in slugs],
            people=[self.people[place] for place in kept],
            flow=Flow(quarters=self.flow.quarters, **arrays),
        )


def generate(seed: int) -> Nation:
    """The nation of a seed; the same seed gives the same nation.

    Raises:
        ImplausibleNationError: it does not resemble the real one.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    associations = build_nation(rng)
    interventions = build_portfolio(associations, rng)
    people = [item for item in interventions if item.serves_people]
    flow = simulate(associations, people, rng)
    checked = findings(interventions, people, flow)
    require_plausible(checked)
    return Nation(seed, associations, interventions, people, flow, checked)
