"""How a stay counts. One place for the figures, the preview before an ending and the tests' recount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WORKING = frozenset({"WORK", "WORK_SUB", "SELF_EMP"})
NEVER_COUNTED = "MISREG"
OUTSIDE = frozenset({NEVER_COUNTED, "DECEASED"})
"""Reasons to end that stand outside every share of endings."""
HALF_TIME = 50


@dataclass(frozen=True)
class Situation:
    """Occupation and support at one moment; extents in per cent of full time."""

    occupations: frozenset[str]
    work: int = 0
    study: int = 0
    income: frozenset[str] = frozenset({"UNK"})

    @property
    def known(self) -> bool:
        """Whether anybody wrote down what the person did."""
        return "UNK" not in self.occupations

    @property
    def income_known(self) -> bool:
        """Whether anybody wrote down what the person lived on."""
        return "UNK" not in self.income

    @property
    def in_work_or_study(self) -> bool:
        """M1: works, with or without support, runs a business, or studies; more than 0 per cent."""
        works = bool(self.occupations & WORKING) and self.work > 0
        return works or ("STUDY" in self.occupations and self.study > 0)

    @property
    def extent(self) -> int:
        """Work and study together, in per cent."""
        return self.work + self.study

    @property
    def step(self) -> int:
        """The ladder of M6, 0 (no activity) to 6 (work without support)."""
        held = self.occupations
        if held & {"WORK", "SELF_EMP"} and self.work > 0:
            return 6
        if self.in_work_or_study:
            return 5 if self.extent > HALF_TIME else 4
        for code, step in (("SEEK", 3), ("TRAIN", 2), ("DAY", 2)):
            if code in held:
                return step
        return 0


@dataclass(frozen=True)
class StayCounted:
    """What happened in one stay, without anything that tells whose it was."""

    sex: str
    started_on: date
    ended_on: date | None = None
    end_reason: str | None = None
    referring_party: str | None = None
    referred_on: date | None = None
    before: Situation | None = None
    after: Situation | None = None
    later: Situation | None = None

    @property
    def counts(self) -> bool:
        """A misregistration is never counted anywhere."""
        return self.end_reason != NEVER_COUNTED

    @property
    def ended(self) -> bool:
        """Whether it is an ending that shares are made of."""
        return self.ended_on is not None and self.end_reason not in OUTSIDE

    def active(self, first: date, last: date) -> bool:
        """M9: whether it went on any day from first to last."""
        return self.counts and self.started_on <= last and (self.ended_on is None or self.ended_on >= first)


Parts = dict[str, tuple[int, int]]
"""Measure to what one ending adds to its numerator and to its denominator."""


def ending_parts(stay: StayCounted) -> Parts:
    """What an ending adds to each share; empty when it is outside them."""
    if not stay.ended:
        return {}
    after = stay.after
    known = after is not None and after.known
    parts: Parts = {"M20": (int(known), 1)}
    if after is None or not known:
        return parts
    working = after.in_work_or_study
    parts["M1"] = (int(working), 1)
    parts["M3"] = (int("SEEK" in after.occupations and not working), 1)
    if stay.before is not None and stay.before.known:
        parts["M2"] = (int(after.extent > stay.before.extent), 1)
        parts["M6"] = (int(after.step > stay.before.step), 1)
    if after.income_known:
        parts["M5"] = (int("NONE" in after.income), 1)
    if after.work > 0 and after.occupations & {"WORK", "WORK_SUB"}:
        parts["M7"] = (int("WORK_SUB" in after.occupations), 1)
    if stay.later is not None and stay.later.known:
        parts["M8"] = (int(stay.later.in_work_or_study), 1)
    return parts


def support_pairs(stay: StayCounted) -> list[str]:
    """M4: every source of support before beside every one after, as `before>after`."""
    before, after = stay.before, stay.after
    if not stay.ended or before is None or after is None:
        return []
    if not before.income_known or not after.income_known:
        return []
    return [f"{x}>{y}" for x in sorted(before.income) for y in sorted(after.income)]


def median(values: Sequence[int]) -> int:
    """The median in whole days, half a day rounded up."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle] + 1) // 2
