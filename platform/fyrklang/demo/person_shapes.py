"""What single deltaganden are drawn from: shares per code, in the order they are drawn.

Levels marked *sourced* are published for Sweden (the national follow-up of 2012, 2018, 2020 and 2021); the
others are assumptions of ours. Nothing here is a result of any real förbund.
"""

from __future__ import annotations

UNNAMED = 0.03
"""People who are counted beside the stays, since nothing may be kept of them, per starter."""
MISREGISTERED = 0.007
DECEASED = 0.003
AGAIN = 0.06
"""Share of stays that are a second one of somebody who has been there before."""

MONTHS = (10, 10, 10, 8, 8, 5, 2, 9, 12, 11, 10, 5)
"""Starts by month; only how they spread within a quarter is taken from here."""

AGES = (
    ((16, 19), 4),
    ((20, 24), 17),
    ((25, 29), 16),
    ((30, 39), 25),
    ((40, 49), 20),
    ((50, 59), 14),
    ((60, 66), 4),
)

REFERRERS = ("KOMMUN", "AF", "FK", "REGION", "OTHER")
REFERRERS_2018 = (38, 31, 15, 13, 3)
REFERRERS_2021 = (42, 22, 17, 16, 3)
"""*Sourced* trend; years between lie between."""
WAIT_DAYS = (28, 1.08)
"""Days from remiss to start: median and lognormal spread."""

EDUCATION = {"E0": 12, "E1": 30, "E2": 43, "E3": 5, "E4": 8, "EU": 2}
DURATION = {"D0": 8, "D1": 18, "D2": 22, "D3": 17, "D4": 20, "D5": 15}
INCOME = {
    "EB": 38, "AST": 18, "SJP": 20, "AE": 9, "SE": 4, "AK": 5, "RHP": 2, "UTV": 3, "ETE": 5, "STU": 3,
    "ANN": 3, "NONE": 12,
}  # fmt: skip
"""Before; *sourced* for SJP and AE. They sum to more than a hundred, since some live on two."""
TWO_INCOMES = 0.22
BEFORE = {"NONE": 64, "SEEK": 17, "TRAIN": 6, "DAY": 2, "LEAVE": 2, "WORK": 3, "STUDY": 3, "UNK": 3}
AFTER_OTHERWISE = {"SEEK": 31, "TRAIN": 14, "DAY": 5, "LEAVE": 3, "NONE": 47}
"""Of those who are neither in work nor in studies when they end."""

STARTED_OR_INCREASED = 0.8
"""Of those in work or studies when they end; the rest had as much before."""
WORK_OF_WORKING = {"K": 0.70, "M": 0.78, "U": 0.74}
SUBSIDISED = {"K": 0.40, "M": 0.52, "U": 0.46}
"""Of those in work; *sourced* direction."""
EXTENTS = {100: 40, 75: 25, 50: 25, 25: 10}
SUBSIDIES = {"LB": 40, "NSJ": 20, "INTRO": 20, "TRYGG": 8, "OSA": 7, "ETJ": 2, "ANN": 3}

WORKING_REASONS = {"DONE": 3, "OWN": 7}
"""To work or to studies as the reason, or done as planned."""
OTHER_REASONS = {
    "CONT_REHAB": 37, "DONE": 26, "SEEKING": 10, "ILLNESS": 13, "OWN_CHOICE": 6, "NO_SHOW": 2, "MOVED": 3,
    "WRONG_GROUP": 2, "CLOSED": 1,
}  # fmt: skip
"""*Sourced* for CONT_REHAB and ILLNESS (2012)."""
UNKNOWN_REASONS = {"NO_SHOW": 35, "OWN_CHOICE": 25, "MOVED": 25, "ILLNESS": 15}

REACHED = 0.54
"""Attempted 90 %, reached 60 % of those."""
STILL_WORKING, CAME_TO_WORK = 0.75, 0.12

LESS_BY_DURATION, YOUNG_PENSION, TWENTIES = -0.25, -0.6, 0.2
"""On the logit of ending in work or studies: per class of years in support, with AE, and between 20 and 29."""
PROBLEMS = {"MEDICAL": 55, "MENTAL": 60, "SOCIAL": 40, "WORK": 70}
"""Per cent that have each."""
