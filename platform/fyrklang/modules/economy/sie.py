"""Read a SIE 4 file (SIE-gruppens format for bookkeeping, utgåva 4B): year, accounts, balances, vouchers.

Voucher texts are not kept: they may name people. A file that breaks the format is refused as a whole, with the
line and the reason; labels the reader does not know are passed over, as the format demands.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

_AMOUNT = re.compile(r"[-+]?\d{1,13}(\.\d{1,2})?", re.ASCII)
_DATE = re.compile(r"\d{8}", re.ASCII)
_ACCOUNT = re.compile(r"\d{3,8}", re.ASCII)
_LABEL = re.compile(rb"^\s*#(FLAGGA|FORMAT|PROGRAM|SIETYP|FNAMN)\b", re.MULTILINE)
_MOST_VOUCHERS = 200_000


class SieError(Exception):
    """The file cannot be read: `line` counted from 1, `reason` a Swedish sentence."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        self.reason = reason
        super().__init__(f"Rad {line}: {reason}")


@dataclass(frozen=True)
class Transaction:
    """One row of a voucher; `objects` is dimension to object, debit is positive."""

    account: str
    objects: dict[str, str]
    amount_ore: int
    on_date: date
    voucher: str
    line: int


@dataclass
class SieFile:
    """What a file says. `opening` and `closing` are this year's balances per account in öre."""

    program: str = ""
    company: str = ""
    first_day: date | None = None
    last_day: date | None = None
    accounts: dict[str, str] = field(default_factory=dict)
    objects: dict[tuple[str, str], str] = field(default_factory=dict)
    opening: dict[str, int] = field(default_factory=dict)
    closing: dict[str, int] = field(default_factory=dict)
    transactions: list[Transaction] = field(default_factory=list)


Item = str | list[str]


def read(content: bytes) -> SieFile:
    """The file's content.

    Raises:
        SieError: it breaks the format.
    """
    return _Reader(_decode(content)).run()


def _decode(content: bytes) -> str:
    if not _LABEL.search(content[:4_000]):
        raise SieError(1, "Det här är ingen SIE-fil. Den ska börja med rader som #FLAGGA och #PROGRAM.")
    if content.startswith(b"\xef\xbb\xbf"):
        return content.decode("utf-8-sig", errors="replace")
    return content.decode("cp437")


def _tokens(text: str, line: int) -> list[Item]:
    """The fields of a line: bare words, quoted texts with \\" inside, and object lists in braces."""
    found: list[Item] = []
    group: list[str] | None = None
    place = 0
    while place < len(text):
        sign = text[place]
        if sign in " \t":
            place += 1
        elif sign == "{" and group is None:
            group, place = [], place + 1
        elif sign == "}" and group is not None:
            found.append(group)
            group, place = None, place + 1
        else:
            word, place = _quoted(text, place + 1, line) if sign == '"' else _bare(text, place)
            (found if group is None else group).append(word)
    if group is not None:
        raise SieError(line, "Objektlistan har ingen slutklammer (}).")
    return found


def _quoted(text: str, place: int, line: int) -> tuple[str, int]:
    word = ""
    while place < len(text):
        sign = text[place]
        if sign == "\\" and text[place + 1 : place + 2] in ('"', "\\"):
            word, place = word + text[place + 1], place + 2
        elif sign == '"':
            return word, place + 1
        else:
            word, place = word + sign, place + 1
    raise SieError(line, "Ett citattecken saknar sitt par.")


def _bare(text: str, place: int) -> tuple[str, int]:
    start = place
    place += 1
    while place < len(text) and text[place] not in " \t{}":
        place += 1
    return text[start:place], place


def _day(word: Item, line: int) -> date:
    if isinstance(word, str) and _DATE.fullmatch(word):
        try:
            return datetime.strptime(word, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            pass
    raise SieError(line, "Datumet går inte att läsa. Det skrivs ååååmmdd.")


def _ore(word: Item, line: int) -> int:
    if not isinstance(word, str) or not _AMOUNT.fullmatch(word):
        raise SieError(line, "Beloppet går inte att läsa. Det skrivs med punkt, till exempel -1250.50.")
    whole, _point, part = word.lstrip("+-").partition(".")
    ore = int(whole) * 100 + int(part.ljust(2, "0") or 0)
    return -ore if word.startswith("-") else ore


class _Reader:
    """Goes through the lines once; a voucher is open between { and }."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self.made = SieFile()
        self.voucher: tuple[str, date, int] | None = None
        self.is_open = False
        self.rows: list[Transaction] = []
        self.vouchers: set[str] = set()
        self.labels: dict[str, Callable[[list[Item], int], None]] = {
            "#PROGRAM": self._program,
            "#FNAMN": self._company,
            "#SIETYP": self._type,
            "#RAR": self._year,
            "#KONTO": self._account,
            "#OBJEKT": self._object,
            "#IB": self._balance,
            "#UB": self._balance,
            "#VER": self._voucher,
            "#TRANS": self._transaction,
        }

    def run(self) -> SieFile:
        for number, text in enumerate(self.lines, start=1):
            self._line(text.strip(), number)
        if self.voucher is not None:
            raise SieError(len(self.lines), f"Filen tar slut mitt i verifikation {self.voucher[0]}.")
        if self.made.first_day is None:
            raise SieError(len(self.lines), "Räkenskapsåret (#RAR 0) saknas.")
        if not self.made.transactions:
            raise SieError(len(self.lines), "Filen har inga verifikationer. Exportera SIE typ 4.")
        return self.made

    def _line(self, text: str, number: int) -> None:
        if not text:
            return
        if text == "{":
            self._open(number)
        elif text == "}":
            self._close(number)
        elif text.startswith("#"):
            label = text.split(None, 1)[0].upper()
            handle = self.labels.get(label)
            if self.voucher is not None and label not in ("#TRANS", "#RTRANS", "#BTRANS"):
                raise SieError(number, f"Verifikation {self.voucher[0]} är inte avslutad med }}.")
            if handle:
                handle(_tokens(text, number), number)
        else:
            raise SieError(number, "Raden börjar inte med # och går inte att läsa.")

    def _open(self, number: int) -> None:
        if self.voucher is None or self.is_open:
            raise SieError(number, "En klammer öppnas utan verifikation.")
        self.is_open = True

    def _close(self, number: int) -> None:
        if self.voucher is None or not self.is_open:
            raise SieError(number, "En klammer stängs som inte är öppnad.")
        left = sum(row.amount_ore for row in self.rows)
        if left:
            raise SieError(
                self.voucher[2],
                f"Verifikation {self.voucher[0]} går inte jämnt ut: {left / 100:.2f} kr skiljer.",
            )
        self.made.transactions += self.rows
        self.voucher, self.is_open, self.rows = None, False, []

    def _program(self, items: list[Item], line: int) -> None:
        self.made.program = " ".join(_text(items, place, line) for place in range(1, min(3, len(items))))

    def _company(self, items: list[Item], line: int) -> None:
        self.made.company = _text(items, 1, line)

    def _type(self, items: list[Item], line: int) -> None:
        if _text(items, 1, line) != "4":
            raise SieError(line, "Filen är inte SIE typ 4. Exportera typ 4, som har verifikationerna med.")

    def _year(self, items: list[Item], line: int) -> None:
        if _text(items, 1, line) == "0":
            self.made.first_day = _day(_text(items, 2, line), line)
            self.made.last_day = _day(_text(items, 3, line), line)

    def _account(self, items: list[Item], line: int) -> None:
        self.made.accounts[_account(items, 1, line)] = _text(items, 2, line)

    def _object(self, items: list[Item], line: int) -> None:
        self.made.objects[_text(items, 1, line), _text(items, 2, line)] = _text(items, 3, line)

    def _balance(self, items: list[Item], line: int) -> None:
        if _text(items, 1, line) == "0":
            held = self.made.opening if str(items[0]).upper() == "#IB" else self.made.closing
            held[_account(items, 2, line)] = _ore(_text(items, 3, line), line)

    def _voucher(self, items: list[Item], line: int) -> None:
        series, number = _text(items, 1, line), _text(items, 2, line)
        name = f"{series}{number}" or f"rad {line}"
        if number and name in self.vouchers:
            raise SieError(line, f"Verifikation {name} finns två gånger i filen.")
        if len(self.vouchers) >= _MOST_VOUCHERS:
            raise SieError(line, "Filen har fler verifikationer än som går att läsa in på en gång.")
        self.vouchers.add(name)
        self.voucher = (name, _day(_text(items, 3, line), line), line)

    def _transaction(self, items: list[Item], line: int) -> None:
        if self.voucher is None or not self.is_open:
            raise SieError(line, "En transaktion står utanför en verifikation.")
        account = _account(items, 1, line)
        listed = items[2] if len(items) > 2 else None
        if not isinstance(listed, list) or len(listed) % 2:
            raise SieError(line, 'Objektlistan går inte att läsa. Den skrivs {} eller {"1" "456"}.')
        amount = _ore(items[3] if len(items) > 3 else "", line)
        own_day = items[4] if len(items) > 4 else ""
        day = _day(own_day, line) if own_day else self.voucher[1]
        objects = dict(zip(listed[::2], listed[1::2], strict=True))
        self.rows.append(Transaction(account, objects, amount, day, self.voucher[0], line))


def _text(items: list[Item], place: int, line: int) -> str:
    found = items[place] if place < len(items) else None
    if not isinstance(found, str):
        raise SieError(line, f"Raden {items[0]} saknar ett fält.")
    return found


def _account(items: list[Item], place: int, line: int) -> str:
    number = _text(items, place, line)
    if not _ACCOUNT.fullmatch(number):
        raise SieError(line, f"Kontot ”{number[:20]}” är inget kontonummer.")
    return number
