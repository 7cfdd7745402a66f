"""Read a SIE 4 file (SIE-gruppens format for bookkeeping, utgåva 4B): year, accounts, balances, vouchers.

Voucher texts are not kept: they may name people. A file that breaks the format is refused as a whole, with the
line and the reason; labels the reader does not know are passed over with all that stands under them, as the format
demands. Programs write their letters in three ways whatever #FORMAT says, and the letters themselves tell which.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256

_AMOUNT = re.compile(r"[-+]?\d{1,13}(\.\d{1,2})?", re.ASCII)
_DATE = re.compile(r"\d{8}", re.ASCII)
_ACCOUNT = re.compile(r"\d{3,8}", re.ASCII)
_LABEL = re.compile(rb"(\A(\xef\xbb\xbf)?|[\r\n])\s*#(FLAGGA|FORMAT|PROGRAM|SIETYP|FNAMN)\b")
_MOST_VOUCHERS = 200_000
_TYPES = ("4", "4E", "4I")
_END_OF_FILE = "\x1a"
"""What DOS programs end a text with."""
_SWEDISH = "åäöÅÄÖéÉüÜ"


class SieError(Exception):
    """The file cannot be read: `line` counted from 1, `reason` a Swedish sentence."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        self.reason = reason
        super().__init__(f"Rad {line}: {reason}")


@dataclass(frozen=True)
class Transaction:
    """One row of a voucher; `objects` is dimension to object, debit is positive.

    `voucher` is series and number; one without a number is named by what it holds, so that it is known again.
    """

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
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode(_eight_bits(content), errors="replace")


def _eight_bits(content: bytes) -> str:
    """PC8 as the format says, unless the Swedish letters are those of Windows."""
    found = {code: sum(content.count(sign.encode(code)) for sign in _SWEDISH) for code in ("cp437", "cp1252")}
    return "cp1252" if found["cp1252"] > found["cp437"] else "cp437"


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


def _kronor(ore: int) -> str:
    return f"{ore / 100:.2f}".replace(".", ",")


class _Reader:
    """Goes through the lines once; a voucher is open between { and }."""

    def __init__(self, text: str) -> None:
        self.lines = re.split(r"\r\n|\n|\r", text.rstrip(_END_OF_FILE))
        self.made = SieFile()
        self.voucher: tuple[str, date, int] | None = None
        self.is_open = False
        self.unknown = False
        self.passing = False
        self.rows: list[Transaction] = []
        self.vouchers: set[str] = set()
        self.alike: Counter[str] = Counter()
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
            "#RTRANS": self._beside,
            "#BTRANS": self._beside,
        }

    def run(self) -> SieFile:
        for number, text in enumerate(self.lines, start=1):
            self._line(text.strip(), number)
        last = len(self.lines)
        if self.voucher is not None:
            raise SieError(last, f"Filen tar slut mitt i verifikation {self._named()}.")
        if not self.made.transactions:
            raise SieError(last, "Filen har inga verifikationer. Exportera SIE typ 4.")
        if self.made.first_day is None:
            self._year_of_vouchers(last)
        return self.made

    def _year_of_vouchers(self, last: int) -> None:
        """Files from pay and invoice programs have no #RAR; their days tell the year when they share one."""
        years = {row.on_date.year for row in self.made.transactions}
        if len(years) > 1:
            raise SieError(last, "Räkenskapsåret (#RAR 0) saknas, och verifikationerna gäller flera år.")
        year = years.pop()
        self.made.first_day, self.made.last_day = date(year, 1, 1), date(year, 12, 31)

    def _named(self) -> str:
        name, _day, line = self.voucher or ("", None, 0)
        return name or f"på rad {line}"

    def _line(self, text: str, number: int) -> None:
        if self.passing:
            self.passing = text != "}"
        elif text == "{" and self.unknown:
            self.passing = True
        elif text == "{":
            self._open(number)
        elif text == "}":
            self._close(number)
        elif text.startswith("#"):
            self._labelled(text, number)
        elif text:
            raise SieError(number, "Raden börjar inte med # och går inte att läsa.")

    def _labelled(self, text: str, number: int) -> None:
        label = text.split(None, 1)[0].upper()
        handle = self.labels.get(label)
        if self.voucher is not None and label in self.labels and not label.endswith("TRANS"):
            raise SieError(number, f"Verifikation {self._named()} är inte avslutad med }}.")
        self.unknown = handle is None
        if handle:
            handle(_tokens(text, number), number)

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
                f"Verifikation {self._named()} går inte jämnt ut: {_kronor(left)} kr skiljer.",
            )
        name = self.voucher[0] or self._unnumbered()
        self.made.transactions += [replace(row, voucher=name) for row in self.rows]
        self.voucher, self.is_open, self.rows = None, False, []

    def _unnumbered(self) -> str:
        held = sorted(
            (row.on_date.isoformat(), row.account, row.amount_ore, *sorted(row.objects.items()))
            for row in self.rows
        )
        name = f"utan nummer {sha256(repr(held).encode()).hexdigest()[:10]}"
        self.alike[name] += 1
        return name if self.alike[name] == 1 else f"{name} ({self.alike[name]})"

    def _program(self, items: list[Item], line: int) -> None:
        self.made.program = " ".join(_text(items, place, line) for place in range(1, min(3, len(items))))

    def _company(self, items: list[Item], line: int) -> None:
        self.made.company = _text(items, 1, line)

    def _type(self, items: list[Item], line: int) -> None:
        if _text(items, 1, line).upper() not in _TYPES:
            raise SieError(line, "Filen är inte SIE typ 4. Exportera typ 4, som har verifikationerna med.")

    def _year(self, items: list[Item], line: int) -> None:
        if _text(items, 1, line) != "0" or not any(items[2:]):
            return
        first, last = _day(_text(items, 2, line), line), _day(_text(items, 3, line), line)
        if first > last:
            raise SieError(line, "Räkenskapsåret slutar innan det börjar.")
        self.made.first_day, self.made.last_day = first, last

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
        # Nought, like nothing, is what a program writes that leaves the numbering to the books.
        name = f"{series}{'-' if series[-1:].isdigit() else ''}{number}" if number.strip("0") else ""
        if name in self.vouchers:
            raise SieError(line, f"Verifikation {name} finns två gånger i filen.")
        if len(self.vouchers) >= _MOST_VOUCHERS:
            raise SieError(line, "Filen har fler verifikationer än som går att läsa in på en gång.")
        if name:
            self.vouchers.add(name)
        self.voucher = (name, _day(_text(items, 3, line), line), line)

    def _beside(self, items: list[Item], line: int) -> None:
        """A row taken away later, or one put in later: the latter stands as #TRANS on the next line too."""
        self._inside(line)
        _amount(items, line)

    def _inside(self, line: int) -> tuple[str, date, int]:
        if self.voucher is None or not self.is_open:
            raise SieError(line, "En transaktion står utanför en verifikation.")
        return self.voucher

    def _transaction(self, items: list[Item], line: int) -> None:
        voucher, voucher_day, _line = self._inside(line)
        account, objects, amount = _amount(items, line)
        own_day = items[4] if len(items) > 4 else ""
        day = _day(own_day, line) if own_day else voucher_day
        self.rows.append(Transaction(account, objects, amount, day, voucher, line))


def _amount(items: list[Item], line: int) -> tuple[str, dict[str, str], int]:
    """Account, objects by dimension, and amount in öre of a row of a voucher."""
    account = _account(items, 1, line)
    listed = items[2] if len(items) > 2 else None
    if not isinstance(listed, list) or len(listed) % 2:
        raise SieError(line, 'Objektlistan går inte att läsa. Den skrivs {} eller {"1" "456"}.')
    objects = dict(zip(listed[::2], listed[1::2], strict=True))
    return account, objects, _ore(items[3] if len(items) > 3 else "", line)


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
