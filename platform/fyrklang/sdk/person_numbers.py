"""Personnummer and samordningsnummer: read, checked, written and masked; and names as they are looked up.

The number's rules are Skatteverket's (SKV 704 and SKV 707): ten or twelve digits, a plus sign from the year one
turns 100, 60 added to the day in a samordningsnummer, a Luhn digit last.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from personnummer import personnummer

from fyrklang.kernel import clock
from fyrklang.tenancy.vault import Vault

_SPACES = re.compile(r"\s+")
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_SHAPE = re.compile(r"[0-9]{6}(?:[0-9]{2})?[-+]?[0-9]{4}")
_WORDS = re.compile(r"[^\W_]+")
_FOLDED = str.maketrans({"ø": "ö", "æ": "ä", "ð": "d", "þ": "th", "ł": "l", "đ": "d"})

NUMBER = "number"
NAME = "name"


class NoPersonNumberError(ValueError):
    """The text is no number that Skatteverket could have given."""


@dataclass(frozen=True)
class PersonNumber:
    """A number that exists in form. `digits` is the twelve digits, the one way it is stored and looked up."""

    digits: str

    @property
    def is_coordination(self) -> bool:
        """Whether it is a samordningsnummer."""
        return int(self.digits[6:8]) > 60

    @property
    def born(self) -> date:
        """The date of birth in the number."""
        day = int(self.digits[6:8]) - (60 if self.is_coordination else 0)
        return date(int(self.digits[:4]), int(self.digits[4:6]), day)

    @property
    def legal_sex(self) -> str:
        """K or M, by the next to last digit."""
        return "M" if int(self.digits[10]) % 2 else "K"

    @property
    def shown(self) -> str:
        """As Swedish forms write it: ååmmdd-nnnn, with + from the year the person turns 100."""
        sign = "+" if clock.today().year - int(self.digits[:4]) >= 100 else "-"
        return f"{self.digits[2:8]}{sign}{self.digits[8:]}"

    @property
    def masked(self) -> str:
        """The day of birth with the last four hidden."""
        return self.shown[:7] + "••••"


def parse_number(text: str) -> PersonNumber:
    """Read ten or twelve digits, with or without sign and spaces.

    Raises:
        NoPersonNumberError: wrong form, check digit or date, or born in the future.
    """
    plain = _SPACES.sub("", text).translate(_HYPHENS)
    if not _SHAPE.fullmatch(plain):
        raise NoPersonNumberError
    number = _checked(plain)
    if number.born > clock.today() and len(plain) < 12:
        # Two digits for the year: somebody whose birthday comes later this year is 99, not unborn.
        number = _checked(f"{int(number.digits[:2]) - 1}{number.digits[2:]}")
    if number.born > clock.today():
        raise NoPersonNumberError
    return number


def _checked(plain: str) -> PersonNumber:
    try:
        return PersonNumber(personnummer.parse(plain).format(long_format=True))
    except personnummer.PersonnummerException as error:
        raise NoPersonNumberError from error


def number_index(vault: Vault, number: PersonNumber) -> bytes:
    """The value a number is found by in this förbund."""
    return vault.index(NUMBER, number.digits)


def name_index(vault: Vault, name: str) -> list[bytes]:
    """The values a name is found by, one for each word in it; for a column `bytea[]` and the operator `@>`."""
    return [vault.index(NAME, word) for word in name_words(name)]


def name_words(name: str) -> list[str]:
    """The words of a name without case, hyphens or foreign accents; å, ä and ö are letters of their own."""
    return sorted({_plain(word) for word in _WORDS.findall(unicodedata.normalize("NFC", name))})


def _plain(word: str) -> str:
    return "".join(_letter(letter) for letter in word.casefold().translate(_FOLDED))


def _letter(letter: str) -> str:
    if letter in "åäö":
        return letter
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
