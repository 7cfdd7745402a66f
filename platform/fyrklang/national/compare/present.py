"""What the comparison page shows: sentences, charts and tables made of one comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from fyrklang.national.compare.limits import Place, curve, extra_spread
from fyrklang.national.compare.service import LOW_RESPONSE, Comparison, Line
from fyrklang.national.store.engine import Word
from fyrklang.web.charts import Chart, Dot, DotGroups, FunnelLimits, FunnelPoint, dot_groups, funnel
from fyrklang.web.charts import Place as Side
from fyrklang.web.formats import (
    Blank,
    blank_reason,
    blank_word,
    date_iso,
    date_long,
    interval,
    number,
    percent,
)
from fyrklang.web.i18n import gettext as _
from fyrklang.web.tables import Cell, Column, Row, Table

BLANKS: dict[str, Blank] = {
    Word.HIDDEN: "protected",
    Word.UNDER_20: "few",
    Word.NOT_REPORTED: "not_reported",
    LOW_RESPONSE: "low_response",
}
BY_NAME, BY_SIZE = "namn", "antal"


def edition(found: Comparison) -> str:
    """The line under the heading: which release, when, and how many have reported."""
    return _(
        "Utgåva %(number)s, fryst %(day)s. %(reported)s av %(all)s förbund har lämnat uppgifter.",
        number=found.release.short_number,
        day=date_long(found.release.published_at),
        reported=number(found.reported),
        all=number(len(found.lines)),
    )


def place_words(place: Place | None) -> str:
    """Where a share stands, in the words of the limits."""
    words = {
        Place.FAR_OVER: _("▲ Utanför 99,8 %, över"),
        Place.OVER: _("Utanför 95 %, över"),
        Place.WITHIN: _("Inom det väntade"),
        Place.UNDER: _("Utanför 95 %, under"),
        Place.FAR_UNDER: _("▼ Utanför 99,8 %, under"),
    }
    return words[place] if place else ""


def verdicts(found: Comparison) -> list[str]:
    """One sentence per own förbund: its share, and whether chance alone could give the difference."""
    return [_verdict(found, line) for line in found.own if line.share is not None and line.place]


def _verdict(found: Comparison, line: Line) -> str:
    low, high = line.interval or (0.0, 0.0)
    nation = percent(_nation_share(found))
    first = _(
        "%(name)s ligger på %(share)s (osäkerhetsintervall %(interval)s).",
        name=line.association.short_name,
        share=percent(line.share),
        interval=interval(low, high),
    )
    meaning = {
        "within": _("Det går inte att skilja från rikets %(nation)s.", nation=nation),
        "over": _("Det är över rikets %(nation)s, mer än slumpen brukar ge.", nation=nation),
        "under": _("Det är under rikets %(nation)s, mer än slumpen brukar ge.", nation=nation),
    }
    said = [first, meaning[line.place.side if line.place else "within"]]
    if line.place and line.place.is_far:
        said.append(_("Utanför 99,8 %: värt att undersöka."))
    return " ".join(said)


def missing(found: Comparison) -> list[tuple[str, list[Line]]]:
    """Each reason for a blank in words with how many, and which they are."""
    reasons = []
    for word in (Word.UNDER_20, Word.HIDDEN, LOW_RESPONSE, Word.NOT_REPORTED):
        lines = found.blank(word)
        if lines:
            count = _("%(count)s förbund", count=number(len(lines)))
            reasons.append((f"{count}: {blank_word(BLANKS[word]).lower()}.", lines))
    return reasons


def own_blank(line: Line) -> str:
    """Why the reader's own förbund has no number."""
    kind = BLANKS[line.figure.word or Word.HIDDEN]
    return f"{line.association.short_name}: {blank_of(line).lower()}. {blank_reason(kind)}"


def outside(found: Comparison) -> list[tuple[str, str, str]]:
    """Heading, names over and names under, beyond each limit."""
    return [
        (
            _("Utanför 99,8 %, värt att undersöka"),
            names(found.at(Place.FAR_OVER)),
            names(found.at(Place.FAR_UNDER)),
        ),
        (_("Mellan 95 och 99,8 %"), names(found.at(Place.OVER)), names(found.at(Place.UNDER))),
    ]


def legend(found: Comparison) -> list[tuple[str, str]]:
    """What the marks of the funnel mean."""
    own = [("own", names([line])) for line in found.own if line.counts]
    return [
        *own,
        ("other", _("övriga") if own else _("förbund")),
        ("outside", _("utanför 99,8 %")),
        ("", _("Inom det skuggade: vad slumpen brukar ge")),
    ]


def names(lines: Sequence[Line]) -> str:
    """Short names in a row."""
    return ", ".join(line.association.short_name for line in lines)


def funnel_chart(found: Comparison) -> Chart | None:
    """The funnel, None when the nation has no share or nobody is shown."""
    shown = [line for line in found.shown if line.counts and line.share is not None]
    nation = found.nation_counts
    if nation is None or not shown:
        return None
    bases = [line.counts[1] for line in shown if line.counts]
    drawn = curve(found.release.min_base, max(bases), nation)
    points = [
        FunnelPoint(
            line.association.short_name,
            base,
            line.share or 0.0,
            kind="own" if line.own else "other",
            outside=_side(line) if line.place and line.place.is_far else "within",
        )
        for line, base in zip(shown, bases, strict=True)
    ]
    limits = FunnelLimits(drawn.n, drawn.low_inner, drawn.high_inner, drawn.low_outer, drawn.high_outer)
    return funnel(points, limits, nation[0] / nation[1], _base_word(found))


def dots(found: Comparison, order: str = BY_NAME) -> DotGroups | None:
    """Dots with intervals in the groups over, within and under; None when there is nothing to stand by."""
    nation = found.nation_counts
    shown = [line for line in found.shown if line.counts]
    if nation is None or not shown:
        return None
    if order == BY_SIZE:
        shown.sort(key=lambda line: -(line.counts or (0, 0))[1])
    return dot_groups([_dot(line) for line in shown], nation[0] / nation[1])


def table(found: Comparison) -> Table:
    """Own förbund first, then every other: value, interval, base, known outcome, place, or a word."""
    if not found.measure.is_share:
        columns = [Column("name", _("Förbund")), Column("value", _("Antal"), "number", card="value")]
    else:
        columns = [
            Column("name", _("Förbund")),
            Column("value", _("Andel"), "number", card="value"),
            Column("interval", _("Intervall"), "number-soft", card="beside"),
            Column("base", _("Avslut"), "number", card="left", card_unit=_("avslut")),
            *([Column("known", _("Känt utfall"), "number", card="none")] if found.known else []),
            Column("place", _("Läge"), "nowrap", card="right"),
        ]
    own_first = sorted(found.lines, key=lambda line: not line.own)
    return Table(
        caption=title(found),
        columns=columns,
        rows=[*(_row(found, line) for line in own_first), _nation_row(found)],
    )


def title(found: Comparison) -> str:
    """The measure, for whom, and the year."""
    whom = {"K": _("kvinnor"), "M": _("män")}.get(found.sex)
    return ", ".join(filter(None, (found.measure.short_name, whom, str(found.year))))


def definition(found: Comparison) -> list[tuple[str, str]]:
    """How it is counted, on what, against which limits, and what it does not say."""
    rows = [
        (_("Vad som räknas"), f"{found.measure.counted} {_('Räknas inte')}: {found.measure.excluded}"),
        (_("Bas"), f"{found.measure.base} {_base_sentence(found)}"),
    ]
    if found.nation_counts:
        rows.append((_("Gränser"), _limits_sentence(found)))
    return [*rows, (_("Det går inte att säga"), found.measure.caution)]


def definition_note(found: Comparison) -> str:
    """Which version of the definition, and from when."""
    return _(
        "definition %(version)s, gäller från %(year)s",
        version=found.measure.version,
        year=found.measure.valid_from,
    )


def citation(found: Comparison) -> str:
    """How to quote the figure so that anyone finds the same one."""
    invented = f" ({_('påhittade uppgifter')})" if found.release.synthetic else ""
    return _(
        "Fyrklang, utgåva %(number)s, fryst %(day)s: %(name)s, %(year)s.",
        number=found.release.short_number + invented,
        day=date_iso(found.release.published_at),
        name=found.measure.name,
        year=found.year,
    )


def blank_kinds(found: Comparison) -> list[Blank]:
    """The words that occur in the table."""
    beside = found.known and any(line.counts and line.known is None for line in found.lines)
    return [BLANKS[word] for word in BLANKS if found.blank(word) or (beside and word == Word.HIDDEN)]


def blank_of(line: Line) -> str:
    """The word in place of a number, empty when there is one."""
    word = line.figure.word
    return blank_word(BLANKS[word], rate=line.known if word == LOW_RESPONSE else None) if word else ""


def _side(line: Line) -> Side:
    sides: dict[str, Side] = {"over": "over", "under": "under"}
    return sides.get(line.place.side if line.place else "", "within")


def _base_word(found: Comparison) -> str:
    return _("antal avslut med känt utfall") if found.known else _("antal avslut")


def _base_sentence(found: Comparison) -> str:
    if found.nation.word:
        return _("Summan för riket visas inte.")
    amount = found.nation.denominator if found.measure.is_share else found.nation.numerator
    said = [
        _(
            "%(amount)s i %(count)s förbund.",
            amount=number(amount or 0),
            count=number(found.nation.associations),
        )
    ]
    if found.known and found.known.numerator is not None and found.known.denominator:
        known = percent(found.known.numerator / found.known.denominator)
        said.append(_("Känt utfall %(share)s.", share=known))
    if not found.nation.complete:
        said.append(_("Förbund vars värde inte visas är inte med i riket."))
    if found.measure.is_share:
        said.append(_("Förbund med minst %(n)s avslut visas.", n=number(found.release.min_base)))
    return " ".join(said)


def _limits_sentence(found: Comparison) -> str:
    shares = tuple(line.counts for line in found.shown if line.counts)
    said = _(
        "Exakt binomial kring rikets %(nation)s. Av %(count)s förbund väntas ungefär %(chance)s "
        "hamna utanför 95 %% av ren slump.",
        nation=percent(_nation_share(found)),
        count=number(len(shares)),
        chance=number(0.05 * len(shares)),
    )
    spread = extra_spread(shares)
    if spread is None:
        return said
    more = _(
        "Förbunden skiljer sig åt mer än slumpen ger: spridningen är %(times)s gånger så stor. "
        "Då säger gränserna mindre om ett enskilt förbund.",
        times=number(spread, 1),
    )
    return f"{said} {more}"


def _nation_share(found: Comparison) -> float | None:
    counts = found.nation_counts
    return counts[0] / counts[1] if counts else None


def _dot(line: Line) -> Dot:
    part, base = line.counts or (0, 0)
    low, high = line.interval or (0.0, 0.0)
    return Dot(
        line.association.short_name,
        line.share or 0.0,
        low,
        high,
        part,
        base,
        place=_side(line),
        outside=bool(line.place and line.place.is_far),
        own=line.own,
        note=_("osäkert utfall") if line.uncertain else "",
    )


def _row(found: Comparison, line: Line) -> Row:
    name = Cell(line.association.short_name, note=_("osäkert utfall") if line.uncertain else "")
    kind: Literal["", "own"] = "own" if line.own else ""
    if line.figure.word:
        blank = Cell(
            blank=BLANKS[line.figure.word],
            blank_text=blank_of(line),
            span=2 if found.measure.is_share else 1,
        )
        return Row({"name": name, "value": blank}, kind=kind)
    if not found.measure.is_share:
        return Row({"name": name, "value": line.figure.numerator}, kind=kind)
    return Row({"name": name, **_share_cells(line)}, kind=kind)


def _share_cells(line: Line) -> dict[str, Cell | str | int | None]:
    low, high = line.interval or (0.0, 0.0)
    known = percent(line.known) if line.known is not None else Cell(blank="protected")
    return {
        "value": percent(line.share),
        "interval": interval(low, high, unit=False),
        "base": line.figure.denominator,
        "known": known,
        "place": place_words(line.place),
    }


def _nation_row(found: Comparison) -> Row:
    label = _("Riket") if found.nation.complete else _("Riket, visade förbund")
    if found.nation.word:
        return Row({"name": label, "value": Cell(blank=BLANKS[found.nation.word])}, kind="sum")
    if not found.measure.is_share:
        return Row({"name": label, "value": found.nation.numerator}, kind="sum")
    return Row(
        {"name": label, "value": percent(_nation_share(found)), "base": found.nation.denominator}, kind="sum"
    )
