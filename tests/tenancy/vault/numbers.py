"""Numbers that nobody has been given: a date, a birth number Skatteverket keeps for tests, a right check digit."""

from __future__ import annotations

import random
from datetime import date, timedelta


def check_digit(nine: str) -> int:
    """The Luhn digit of yymmddnnn, counted here by hand and not by what is tried."""
    total = 0
    for place, letter in enumerate(nine):
        doubled = int(letter) * (2 - place % 2)
        total += doubled // 10 + doubled % 10
    return -total % 10


def number(born: date, serial: int, *, coordination: bool = False) -> str:
    """Twelve digits."""
    day = born.day + (60 if coordination else 0)
    nine = f"{born:%y%m}{day:02d}{serial:03d}"
    return f"{born:%Y}{nine[2:]}{check_digit(nine)}"


def numbers(count: int, seed: int = 1) -> list[str]:
    """Different numbers of adults, in the serial range 980–999 that is given to nobody."""
    chance = random.Random(seed)
    made: dict[str, None] = {}
    while len(made) < count:
        born = date(1960, 1, 1) + timedelta(days=chance.randrange(16_000))
        made[number(born, chance.randrange(980, 1000), coordination=chance.random() < 0.1)] = None
    return list(made)
