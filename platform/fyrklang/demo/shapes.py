"""The numbers the invented nation is drawn from.

Levels marked *sourced* are published for Sweden (finsam.se, Försäkringskassan, Arbetsförmedlingen's
report of 2021 on prioritised groups, Västra Götaland 2012); the others are assumptions of ours, chosen to
agree with them. Nothing here is a result of any real förbund.
"""

from __future__ import annotations

from math import erf, log, sqrt

FIRST_YEAR = 2019
LAST_YEAR = 2026
LAST_QUARTER = 3
"""The last quarter registered is the third of `LAST_YEAR`."""
FULL_YEARS = tuple(range(FIRST_YEAR, LAST_YEAR))

PARTICIPANTS = {
    2019: 29_000,
    2020: 24_867,
    2021: 23_500,
    2022: 25_000,
    2023: 26_000,
    2024: 26_000,
    2025: 26_000,
    2026: 26_000,
}
"""Participants in individual insatser, the whole nation. 2020 is sourced, the rest drawn through it."""

PARTICIPANT_SLACK = 0.03

INTERVENTIONS_2018 = 1_105
ASSOCIATIONS_2018 = 83
"""Sourced: 1 105 insatser (559 individual) in 83 förbund in 2018."""
INDIVIDUAL_SHARE = 559 / 1_105
INTERVENTION_SLACK = 0.05

WOMEN_ENDED = 0.56
WOMEN_SLACK = 0.02
"""Sourced: 57 % women among those who ended in 2012; förbund between 46 and 65 % (Västra Götaland)."""
WOMEN_SPREAD = 0.05
WOMEN_RANGE = (0.46, 0.65)

WORK_STUDY = 0.355
WORK_STUDY_RANGE = (0.33, 0.38)
TENANT_SPREAD = 0.25
INTERVENTION_SPREAD = 0.45
DRIFT = 0.08
"""Random effects on the logit of ending to work or study: förbund, insats, and a yearly wandering."""
SEX_EFFECT = -0.045
"""Women minus men on the logit: three points fewer to work, two more to study."""
PANDEMIC = {2020: -0.18, 2021: -0.09}
"""On the logit: four points fewer in 2020, half of that in 2021."""

UNKNOWN_SHARE = 0.04
UNKNOWN_RANGE = (0.025, 0.06)

MONEY_TOTAL = 678.0
MONEY_MEDIAN = 6.0
MONEY_SPREAD = 0.86
MONEY_CLIP = (1.2, 50.0)
"""SEK million a year; the total is sourced, the shape is lognormal."""

KOMMUN_COUNTS = {1: 15, 2: 14, 3: 12, 4: 9, 5: 10, 6: 5, 7: 1, 8: 3, 9: 2, 10: 2, 12: 1}
"""Kommuner per förbund → how many förbund: as among the 74 active förbund of the register."""
REGION_SIZES = (12, 10, 9, 6, 6, 4, 3, 3, 3, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1)
"""How many förbund each region has; they sum to 74."""

QUARTER_STARTS = (0.30, 0.21, 0.23, 0.26)
"""Share of the year's starts by quarter: few in July, many in September and January."""
PANDEMIC_STARTS = {(2020, 1): 1.12, (2020, 2): 0.72, (2021, 1): 0.88}
"""How starts shifted within the pandemic years; the years' own level follows `PARTICIPANTS`."""

FORMATS = ("TEAM", "COACH", "GROUP", "OPEN")
FORMAT_WEIGHTS = (0.19, 0.38, 0.29, 0.14)
SIZE = {"TEAM": (58, 0.30), "COACH": (29, 0.40), "GROUP": (37, 0.45), "OPEN": (125, 0.70)}
"""Participants a year: median and lognormal spread."""
LENGTH_DAYS = {"TEAM": (290, 0.72), "COACH": (190, 0.65), "GROUP": (75, 0.35), "OPEN": (30, 0.60)}
"""Days from start to end: median and lognormal spread. A group has ten weekly meetings."""
PERSON_SHARE = {"TEAM": 1.0, "COACH": 0.95, "GROUP": 0.85, "OPEN": 0.25}
"""Share of insatser followed up person by person; gives about 70 % of participants, as in 2020 (sourced)."""
FORMAT_EFFECT = {"TEAM": 0.25, "COACH": 0.2, "GROUP": -0.05, "OPEN": -0.3}
FOCUS_OF = {
    "TEAM": (("TEAM", 0.7), ("ASSESS", 0.2), ("TREAT", 0.1)),
    "COACH": (("WORK", 0.45), ("MOTIVATE", 0.3), ("ASSESS", 0.15), ("PREVENT", 0.1)),
    "GROUP": (("MOTIVATE", 0.3), ("HEALTH", 0.25), ("TREAT", 0.2), ("ACTIVATE", 0.15), ("PREVENT", 0.1)),
    "OPEN": (("ACTIVATE", 0.5), ("HEALTH", 0.25), ("PREVENT", 0.25)),
}
FOCUS_EFFECT = {
    "WORK": 0.3,
    "TEAM": 0.1,
    "ASSESS": -0.1,
    "TREAT": -0.15,
    "MOTIVATE": -0.05,
    "ACTIVATE": 0.0,
    "HEALTH": -0.3,
    "PREVENT": 0.05,
}

NEED_WEIGHTS = {
    "MENTAL": 52,
    "ECON_AID": 34,
    "LONG_UNEMP": 30,
    "LONG_SICK": 18,
    "YOUNG_NEET": 16,
    "EXHAUST": 12,
    "NPF": 11,
    "YOUNG_DISAB": 10,
    "YOUNG_AE": 8,
    "NEW_ARR": 8,
    "ADDICT": 6,
}

INDIVIDUAL_YEARS = ((1, 0.08), (2, 0.17), (3, 0.25), (4, 0.15), (5, 0.12), (7, 0.13), (10, 0.10))
STRUCTURAL_YEARS = ((1, 0.45), (2, 0.25), (3, 0.18), (4, 0.12))
"""Calendar years an insats spans, and how often."""
VACANT = 0.08
"""How often a year passes before an ended insats is followed by another."""


def exit_shares(form: str, quarters: int) -> list[float]:
    """Share of starters who end in the starting quarter, the next, … ; the last takes the rest.

    A starter is taken to begin in the middle of the quarter.
    """
    median, spread = LENGTH_DAYS[form]
    days = [(step + 0.5) * 365.25 / 4 for step in range(quarters - 1)]
    ended = [0.5 + 0.5 * erf(log(day / median) / spread / sqrt(2)) for day in days]
    return [late - early for early, late in zip([0.0, *ended], [*ended, 1.0], strict=True)]
