"""Does the invented nation agree with what is published about the real one? If not, it is not written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fyrklang.demo import shapes
from fyrklang.demo.flow import SEXES, Flow
from fyrklang.demo.portfolio import Insats, target_per_year


class ImplausibleNationError(RuntimeError):
    """The seed gave a nation outside the limits; another seed will do."""


@dataclass(frozen=True)
class Finding:
    """One figure held against its limits, both included."""

    name: str
    value: float
    low: float
    high: float

    @property
    def holds(self) -> bool:
        """Whether the figure lies within its limits."""
        return self.low <= self.value <= self.high

    def __str__(self) -> str:
        return f"{self.name}: {self.value:.4g} (ska vara {self.low:.4g}–{self.high:.4g})"


def findings(interventions: list[Insats], people: list[Insats], flow: Flow) -> list[Finding]:
    """Every figure that is checked.

    Participants a year are the nation's published level whatever the number of förbund: there are fewer
    förbund than in 2018 because they merged, with the same money. Insatser are scaled by 74/83, since each
    förbund keeps about as many.
    """
    return [*_participants(flow), *_interventions(interventions, people), *_shares(flow)]


def require_plausible(checked: list[Finding]) -> None:
    """Refuse a nation that does not hold.

    Raises:
        ImplausibleNationError: with every figure that failed.
    """
    broken = [str(finding) for finding in checked if not finding.holds]
    if broken:
        text = "Den påhittade nationen liknar inte den verkliga. Välj ett annat frö. "
        raise ImplausibleNationError(text + "; ".join(broken))


def _participants(flow: Flow) -> Iterator[Finding]:
    """Ended in the year, and those there when it ended: the measure M9, as facts count it."""
    for year in shapes.FULL_YEARS:
        steps = [step for step, (at, _quarter) in enumerate(flow.quarters) if at == year]
        shown = flow.reported[:, None, steps]
        ended = (flow.ended[:, :, steps] * shown).sum()
        remaining = (flow.ongoing[:, :, steps[-1]] * shown[:, :, -1]).sum()
        target = shapes.PARTICIPANTS[year]
        slack = target * shapes.PARTICIPANT_SLACK
        yield Finding(f"Deltagare {year}", float(ended + remaining), target - slack, target + slack)


def _interventions(interventions: list[Insats], people: list[Insats]) -> Iterator[Finding]:
    target = target_per_year()
    slack = target * shapes.INTERVENTION_SLACK
    for year in shapes.FULL_YEARS:
        total = sum(item.in_force(year) for item in interventions)
        individual = sum(item.in_force(year) for item in people)
        yield Finding(f"Insatser {year}", total, target - slack, target + slack)
        wanted = shapes.INDIVIDUAL_SHARE
        yield Finding(f"Andel individinriktade {year}", individual / total, wanted - 0.02, wanted + 0.02)


def _shares(flow: Flow) -> Iterator[Finding]:
    years = [step for step, (year, _quarter) in enumerate(flow.quarters) if year in shapes.FULL_YEARS]
    shown = flow.reported[:, None, years]
    ended, known, work_study = (
        counts[:, :, years] * shown for counts in (flow.ended, flow.known_outcome, flow.ended_work_study)
    )
    women, men = (int(ended[:, SEXES.index(sex)].sum()) for sex in ("K", "M"))
    low, high = shapes.WOMEN_ENDED - shapes.WOMEN_SLACK, shapes.WOMEN_ENDED + shapes.WOMEN_SLACK
    yield Finding("Andel kvinnor bland avslutade", women / (women + men), low, high)
    share = float(work_study.sum() / known.sum())
    yield Finding("Andel till arbete eller studier", share, *shapes.WORK_STUDY_RANGE)
    unknown = 1 - float(known.sum() / ended.sum())
    yield Finding("Andel avslut utan känt utfall", unknown, *shapes.UNKNOWN_RANGE)
