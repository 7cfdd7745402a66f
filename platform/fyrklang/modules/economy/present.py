"""What the pages of the economy show: tables and files made of the service's answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from markupsafe import Markup

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.economy import ledger
from fyrklang.modules.economy.budget import ADMIN_POSTS, FINSAM, FUNDS, Budget, Capital, Post, targets
from fyrklang.modules.economy.ledger import Bucket
from fyrklang.modules.economy.service import Financing, Line, Party
from fyrklang.sdk.insatser import insatser
from fyrklang.sdk.sheets import Kronor, Sheet
from fyrklang.web.formats import date_iso, money, number, percent
from fyrklang.web.i18n import gettext as _
from fyrklang.web.tables import Cell, Column, Link, Row, Table

PARTY_WORDS = {"FK": "Staten via Försäkringskassan", "REGION": "Regionen", "KOMMUN": "Kommunerna"}
TONES = {"FK": "fk", "REGION": "region", "KOMMUN": "kommun"}
STATES = {"DRAFT": ("draft", "Väntar på dig"), "DONE": ("done", "Inläst"), "UNDONE": ("off", "Ångrad")}


def tabs(actor: Actor, view: str, year: int) -> list[Link]:
    """The views of one year's money."""
    named = (
        ("financing", _("Finansiering")),
        ("budget", _("Budget och utfall")),
        ("capital", _("Eget kapital")),
        ("imports", _("Bokföring")),
    )
    return [
        Link(label, url_for(f"economy.{name}", slug=actor.slug, year=year), current=name == view)
        for name, label in named
    ]


def year_links(actor: Actor, view: str, years: Sequence[int], year: int) -> list[Link]:
    """The years there are, latest first, with the one shown among them."""
    shown = sorted({*years, year}, reverse=True)[:6]
    return [
        Link(str(each), url_for(f"economy.{view}", slug=actor.slug, year=each), current=each == year)
        for each in shown
    ]


def kronor(ore: int) -> str:
    """Kronor, with öre only when there are any; the unit stands in the heading."""
    return money(ore).removesuffix("kr").rstrip()


def bar(value: int, tick: int, most: int, tone: str) -> Markup:
    """A bar up to `value` and a tick, of `most`; the row says the same in numbers."""
    if most <= 0:
        return Markup("")
    width, place = (min(100.0, max(0.0, 100 * part / most)) for part in (value, tick))
    return Markup(
        '<svg class="fy-mark-row" aria-hidden="true">'
        '<line class="fy-r-track" x1="0" x2="100%" y1="50%" y2="50%"/>'
        '<rect class="fy-money fy-money--{}" x="0" y="25%" width="{:.2f}%" height="50%"/>'
        '<line class="fy-r-goal" x1="{:.2f}%" x2="{:.2f}%" y1="8%" y2="92%"/></svg>'
    ).format(tone, width, place, place)


def share_bar(found: Financing) -> list[dict[str, Any]]:
    """The parts of one bar: start and width in percent, tone and words."""
    parts, start = [], 0.0
    for party in found.parties:
        for line in party.lines:
            width = 100 * line.owed / found.owed if found.owed else 0.0
            parts.append({"x": start, "width": width, "tone": TONES[party.kind], "name": line.name})
            start += width
    return parts


def financing_table(found: Financing) -> Table:
    """Parties, and the members within those that have several."""
    columns = [
        Column("name", _("Medlem")),
        Column("share", _("Andel"), "number"),
        Column("owed", _("Avtalat"), "number"),
        Column("called", _("Rekvirerat"), "number"),
        Column("paid", _("Betalt"), "number"),
        Column("left", _("Kvar att betala"), "number"),
        Column("mark", _("Betalt mot rekvirerat"), "mark", card="none"),
    ]
    rows: list[Row] = []
    for party in found.parties:
        several = len(party.lines) > 1
        first = party.lines[0]
        name = PARTY_WORDS[party.kind] if several or party.kind == "FK" else first.name
        rows.append(_party_row(found, party, name))
        rows += [_line_row(found, line) for line in party.lines] if several else []
    rows.append(_sum_row(found))
    return Table(_("Medlemmarnas bidrag i kronor"), columns, rows)


def _numbers(found: Financing, part: Party | Line) -> dict[str, Any]:
    whole = found.owed
    share = part.owed / whole if whole else None
    kind = part.kind if isinstance(part, Party) else part.party_kind
    return {
        "share": percent(share, 2 if share and round(share * 10_000) % 100 else 0)
        if share is not None
        else "",
        "owed": kronor(part.owed),
        "called": kronor(part.called),
        "paid": kronor(part.paid),
        "left": kronor(part.owed - part.paid),
        "mark": bar(part.paid, part.called, part.owed, TONES[kind]),
    }


def _party_row(found: Financing, party: Party, name: str) -> Row:
    return Row({"name": name, **_numbers(found, party)})


def _line_row(found: Financing, line: Line) -> Row:
    whole = 366 if found.year % 4 == 0 else 365
    note = _("%(days)s dagar som medlem", days=line.days) if line.days < whole else ""
    return Row({"name": Cell(line.name, note=note), **_numbers(found, line)}, kind="sub")


def _sum_row(found: Financing) -> Row:
    called = sum(party.called for party in found.parties)
    paid = sum(party.paid for party in found.parties)
    return Row(
        {
            "name": _("Summa"),
            "share": percent(1) if found.owed else "",
            "owed": kronor(found.owed),
            "called": kronor(called),
            "paid": kronor(paid),
            "left": kronor(found.owed - paid),
        },
        kind="sum",
    )


def late(found: Financing) -> list[Line]:
    """Members that have not paid all that is called."""
    return [line for party in found.parties for line in party.lines if line.late]


def budget_table(actor: Actor, found: Budget, fund: str) -> Table:
    """Posts of one fund with a bar of outcome against budget; each leads to its form."""
    may = actor.may(Permission.ECONOMY_WRITE)
    posts = found.of_fund(fund)
    most = max((max(post.budget, post.actual, post.expected) for post in posts), default=0)
    columns = [
        Column("name", _("Insats")),
        Column("budget", _("Budget"), "number"),
        Column("actual", _("Utfall"), "number"),
        Column("forecast", _("Prognos"), "number"),
        Column("deviation", _("Avvikelse"), "number"),
        Column("mark", _("Utfall mot budget"), "mark", card="none"),
    ]
    rows = [_post_row(actor, found, post, (most, may)) for post in posts]
    total = {what: kronor(found.total(what, fund)) for what in ("budget", "actual", "deviation")}
    rows.append(
        Row({"name": _("Summa"), "forecast": kronor(found.total("expected", fund)), **total}, kind="sum")
    )
    return Table(_("Budget och utfall i kronor"), columns, rows)


def _post_row(actor: Actor, found: Budget, post: Post, scale: tuple[int, bool]) -> Row:
    most, may = scale
    url = url_for("economy.post", slug=actor.slug, year=found.year, target=post.target, fund=post.fund)
    no_forecast = Cell(blank="not_reported", blank_text=_("Ingen prognos"))
    return Row(
        {
            "name": Cell(post.name, note=post.comment, below=True),
            "budget": kronor(post.budget),
            "actual": kronor(post.actual),
            "forecast": no_forecast if post.forecast is None else kronor(post.forecast),
            "deviation": Cell(
                kronor(post.deviation),
                note=percent(post.deviation / post.budget) if post.budget else "",
                below=True,
            ),
            "mark": bar(post.actual, post.budget, most, "ink"),
        },
        url=url if may else "",
    )


def missing_targets(actor: Actor, found: Budget) -> list[tuple[str, str]]:
    """What has no line of the förbund's own money yet."""
    there = {post.target for post in found.of_fund(FINSAM)}
    running = {str(item.id) for item in insatser(actor.session).values() if item.runs_in(found.year)}
    known = targets(actor.session).items()
    return [(key, name) for key, name in known if key not in there and (key in ADMIN_POSTS or key in running)]


def capital_table(found: Capital) -> Table:
    """Closings by year."""
    rows = [Row({"year": str(year), "closing": kronor(amount)}) for year, amount in found.closings]
    if found.forecast is not None and found.year not in dict(found.closings):
        rows.append(Row({"year": _("%(year)s, prognos", year=found.year), "closing": kronor(found.forecast)}))
    columns = [Column("year", _("Vid årets slut")), Column("closing", _("Eget kapital"), "number")]
    return Table(_("Eget kapital i kronor"), columns, rows)


def import_table(actor: Actor, imports: Sequence[Any]) -> Table:
    """Files read in."""
    columns = [
        Column("name", _("Fil")),
        Column("year", _("År"), "number"),
        Column("at", _("Inläst"), "nowrap"),
        Column("state", _("Läge")),
    ]
    rows = [
        Row(
            {
                "name": Cell(row.file_name, note=row.program, below=True),
                "year": str(row.year),
                "at": date_iso(row.created_at),
                "state": STATES[row.state][1],
            },
            url=url_for("economy.show_import", slug=actor.slug, import_id=row.id),
        )
        for row in imports
    ]
    return Table(_("Inlästa filer"), columns, rows)


def refused_table(rows: Sequence[Any]) -> Table:
    """Rows that do not count, each with its reason."""
    columns = [
        Column("voucher", _("Verifikation")),
        Column("day", _("Datum"), "nowrap"),
        Column("account", _("Konto")),
        Column("amount", _("Belopp"), "number"),
        Column("reason", _("Varför raden inte räknas")),
    ]
    found = [
        Row(
            {
                "voucher": row.voucher,
                "day": date_iso(row.on_date),
                "account": row.account,
                "amount": kronor(row.amount_ore),
                "reason": row.refused,
            }
        )
        for row in rows
    ]
    return Table(_("Rader som inte räknas"), columns, found)


def target_options(known: dict[str, str]) -> list[tuple[str, str]]:
    """Where an account can go."""
    return [*known.items(), (ledger.NOT_IN_BUDGET, _("Utanför budgeten"))]


def refused_sheet(rows: Sequence[Any]) -> Sheet:
    """The refused rows as a file."""
    header = ("Verifikation", "Datum", "Konto", "Belopp", "Skäl")
    lines = [
        (row.voucher, date_iso(row.on_date), row.account, Kronor(row.amount_ore), row.refused) for row in rows
    ]
    return Sheet("rader", header, lines)


def bucket_words(bucket: Bucket) -> str:
    """`5010 Lokalhyra, projekt 12`."""
    of_object = f", {_('objekt')} {bucket.object}" if bucket.object else ""
    return f"{bucket.account} {bucket.account_name}{of_object}"


def bucket_note(bucket: Bucket) -> str:
    """How many rows and how much."""
    return _("%(rows)s rader, %(sum)s", rows=number(bucket.rows), sum=money(bucket.amount))


def sheets(money_of: Financing, budget: Budget, capital: Capital) -> list[Sheet]:
    """The year as a workbook."""
    lines = [
        (line.name, PARTY_WORDS[party.kind], Kronor(line.owed), Kronor(line.called), Kronor(line.paid))
        for party in money_of.parties
        for line in party.lines
    ]
    posts = [
        (
            post.name,
            FUNDS[post.fund],
            Kronor(post.budget),
            Kronor(post.actual),
            None if post.forecast is None else Kronor(post.forecast),
            Kronor(post.deviation),
            post.comment,
        )
        for post in sorted(budget.posts, key=lambda post: post.fund != FINSAM)
    ]
    closings = [(str(year), Kronor(amount)) for year, amount in capital.closings]
    title = (f"Ekonomi {money_of.year}",)
    return [
        Sheet("finansiering", ("Medlem", "Part", "Avtalat", "Rekvirerat", "Betalt"), lines, title),
        Sheet(
            "budget",
            ("Insats eller post", "Medel", "Budget", "Utfall", "Prognos", "Avvikelse", "Kommentar"),
            posts,
            title,
        ),
        Sheet("eget kapital", ("År", "Vid årets slut"), closings, title),
    ]
