"""The first engine, "totals": each förbund's year as one row, women and men, and the nation.

A share with a part or rest of 1–4 is hidden, and so is a count of 1–4; a share on fewer than 20 says so.
Women and men are hidden together, also when those of unknown sex, whom one gets by subtraction, are too
few. A national sum over hidden cells is given only when it tells nothing new about any one of them:
at least three are hidden, and without the largest of them at least five people are left in the part and
in the rest (so that not even a förbund that knows its own figure learns another's). Else the sum of the
shown cells stands in its place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from fyrklang.national.store.engine import Cell, Leaf, Protected, Reported, Total, Word

SEXES = ("T", "K", "M")
PARTS_OF_ALL = ("K", "M", "U")
FEWEST_HIDDEN = 3
BASE_IN = {"M20": "M1"}
"""A measure whose numerator is another's denominator: it is hidden wherever the other is, or the hidden
base could be read there."""
STILL_ON = {"M9": "M20"}
"""A count that holds another measure's denominator; what is left over are those still taking part."""

Counts = tuple[int, ...]
"""What must not be told about: part and rest of a share, or a single count."""
_Span = tuple[int, int]
_NO_LIMIT = 10**9


@dataclass(frozen=True)
class _Row:
    """One förbund's figures for a measure and year, by sex; `counted` as in `Leaf`.

    `still_on`: those still taking part, by sex, beside a measure of how many ended. Whoever reads how many
    took part in all and how many ended with a known outcome reads what is left, unknown and still on.
    """

    counts: dict[str, Counts]
    counted: frozenset[str]
    still_on: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Group:
    """A measure in a year. `words` is why a förbund's figure, or its split by sex, is not shown."""

    measure: str
    year: int
    is_share: bool
    rows: dict[str, _Row]
    words: dict[str, Word | None]
    split_words: dict[str, Word | None]


class TotalsEngine:
    """See the module's text. Deterministic; limits are those of the present rules."""

    name = "totals"
    version = "1"
    threshold = 5
    min_base = 20

    def protect(self, reported: Reported) -> Protected:
        """Every cell of the release, each with its numbers or its word.

        Raises:
            ValueError: a förbund's sexes add up to more than its total.
        """
        rows = _rows(reported)
        cells: list[Cell] = []
        totals: list[Total] = []
        for year in reported.years:
            groups: dict[str, _Group] = {}
            nation: dict[str, dict[str, Total]] = {}
            for measure in sorted(
                reported.shares, key=lambda code: (code in STILL_ON, code in BASE_IN, code)
            ):
                group = self._group(measure, year, reported.shares[measure], rows[measure, year])
                self._hide_what_another_tells(group, groups)
                groups[measure] = group
                nation[measure] = self._nation(group, nation.get(BASE_IN.get(measure, "")))
                cells += _cells(group, reported.slugs)
                totals += nation[measure].values()
        return Protected(cells, totals)

    def _group(self, measure: str, year: int, is_share: bool, rows: dict[str, _Row]) -> _Group:
        words = {slug: self._word(row.counts["T"], is_share) for slug, row in rows.items()}
        split = {slug: words[slug] or self._split_word(row, is_share) for slug, row in rows.items()}
        return _Group(measure, year, is_share, rows, words, split)

    def _hide_what_another_tells(self, group: _Group, groups: dict[str, _Group]) -> None:
        """Hide here what would tell about a figure hidden in another measure."""
        base = groups.get(BASE_IN.get(group.measure, ""))
        ended = groups.get(STILL_ON.get(group.measure, ""))
        for slug in group.rows:
            if base and base.words.get(slug):
                group.words[slug] = group.words[slug] or Word.HIDDEN
            if base and base.split_words.get(slug):
                group.split_words[slug] = group.split_words[slug] or Word.HIDDEN
            # With next to nobody still taking part, women less ended women are the women not known.
            left = ended.rows[slug].still_on if ended and slug in ended.rows else {}
            if ended and left and left["T"] < self.threshold and ended.split_words[slug]:
                group.split_words[slug] = group.split_words[slug] or Word.HIDDEN

    def _word(self, counts: Counts, is_share: bool) -> Word | None:
        if is_share and sum(counts) < self.min_base:
            return Word.UNDER_20
        return Word.HIDDEN if self._any_few(counts) else None

    def _split_word(self, row: _Row, is_share: bool) -> Word | None:
        """One word for both sexes whatever the reason, so that it does not tell which of them is small."""
        shown = [self._word(row.counts[sex], is_share) for sex in ("K", "M")]
        return Word.HIDDEN if any(shown) or self._any_few(row.counts["U"]) else None

    def _any_few(self, counts: Counts) -> bool:
        return any(0 < count < self.threshold for count in counts)

    def _nation(self, group: _Group, before: dict[str, Total] | None) -> dict[str, Total]:
        """The sums for everyone, women and men: over all who reported, or over the shown cells only."""
        linked = {sex: before is None or before[sex].complete for sex in SEXES}
        everyone = linked["T"] and self._tells_nothing(group, "T", group.words)
        both = everyone and all(linked[sex] for sex in ("K", "M")) and self._split_tells_nothing(group)
        totals = {sex: self._total(group, sex, everyone if sex == "T" else both) for sex in SEXES}
        word = next((total.word for total in totals.values() if total.word), None)
        if word and group.rows:
            # One sex alone could be subtracted from the sum for everyone.
            for sex in ("T", "K", "M") if totals["T"].word else ("K", "M"):
                totals[sex] = replace(
                    totals[sex], numerator=None, denominator=None, complete=False, word=word
                )
        return totals

    def _split_tells_nothing(self, group: _Group) -> bool:
        return all(self._tells_nothing(group, sex, group.split_words) for sex in PARTS_OF_ALL)

    def _tells_nothing(self, group: _Group, sex: str, words: dict[str, Word | None]) -> bool:
        """Whether a sum over all lets no hidden figure be worked out, alone or beside earlier releases."""
        hidden = [slug for slug, word in words.items() if word]
        # Whoever reads the sums for everyone, women and men reads that of unknown sex.
        read = "K" if sex == "U" else sex
        fresh = [slug for slug in hidden if read not in group.rows[slug].counted]
        return all(self._is_mixed(group, sex, slugs) for slugs in (hidden, fresh))

    def _is_mixed(self, group: _Group, sex: str, slugs: Sequence[str]) -> bool:
        """Whether these förbund's own figures drown in their sum."""
        columns = list(zip(*(group.rows[slug].counts[sex] for slug in slugs), strict=True))
        beside = [group.rows[slug].still_on[sex] for slug in slugs if group.rows[slug].still_on]
        if not slugs or (sex == "U" and not any(map(any, columns))):
            return True
        if len(slugs) < FEWEST_HIDDEN:
            return False
        if any(sum(column) - max(column) < self.threshold for column in (*columns, beside) if column):
            return False
        if sex != "T":
            return True
        spans = [self._known(group.words[slug], group.is_share) for slug in slugs]
        return _stays_open(sum(map(sum, columns)), spans, self.threshold)

    def _known(self, word: Word | None, is_share: bool) -> _Span:
        """What the word itself tells about a hidden base or count."""
        if not is_share:
            return (1, self.threshold - 1)
        return (0, self.min_base - 1) if word is Word.UNDER_20 else (self.min_base, _NO_LIMIT)

    def _total(self, group: _Group, sex: str, complete: bool) -> Total:
        words = group.words if sex == "T" else group.split_words
        members = [slug for slug in group.rows if complete or not words[slug]]
        sums = [sum(column) for column in zip(*(group.rows[s].counts[sex] for s in members), strict=True)]
        missing = None if members else (Word.HIDDEN if group.rows else Word.NOT_REPORTED)
        word = missing or self._word(tuple(sums), group.is_share)
        place = (group.measure, group.year, sex)
        if word:
            return Total(*place, None, None, associations=len(members), complete=False, word=word)
        base = sum(sums) if group.is_share else 0
        return Total(*place, sums[0], base, associations=len(members), complete=complete)


def _rows(reported: Reported) -> dict[tuple[str, int], dict[str, _Row]]:
    gathered: dict[tuple[str, int, str], list[Leaf]] = defaultdict(list)
    for leaf in reported.leaves:
        gathered[leaf.measure, leaf.year, leaf.slug].append(leaf)
    rows: dict[tuple[str, int], dict[str, _Row]] = defaultdict(dict)
    for (measure, year, slug), leaves in sorted(gathered.items()):
        if any(leaf.sex == "T" for leaf in leaves):
            rows[measure, year][slug] = _row(leaves, is_share=reported.shares[measure])
    for outer, inner in STILL_ON.items():
        for year in reported.years:
            for slug in rows[outer, year].keys() & rows[inner, year].keys():
                whole, ended = rows[outer, year][slug].counts, rows[inner, year][slug].counts
                rows[inner, year][slug].still_on.update(
                    {sex: whole[sex][0] - sum(ended[sex]) for sex in whole}
                )
    return rows


def _row(leaves: Sequence[Leaf], *, is_share: bool) -> _Row:
    nothing: Counts = (0, 0) if is_share else (0,)
    counts = dict.fromkeys(PARTS_OF_ALL, nothing)
    for leaf in leaves:
        rest = (leaf.denominator - leaf.numerator,) if is_share else ()
        counts[leaf.sex] = (leaf.numerator, *rest)
    sexed = [sum(column) for column in zip(counts["K"], counts["M"], strict=True)]
    counts["U"] = tuple(whole - part for whole, part in zip(counts["T"], sexed, strict=True))
    if any(count < 0 for one in counts.values() for count in one):
        first = leaves[0]
        raise ValueError(f"{first.slug} {first.measure} {first.year}: parts are larger than the whole")
    return _Row(counts, frozenset(leaf.sex for leaf in leaves if leaf.counted))


def _cells(group: _Group, slugs: Sequence[str]) -> Iterator[Cell]:
    for slug in slugs:
        row = group.rows.get(slug)
        for sex in SEXES:
            place = (slug, group.measure, group.year, sex)
            word = (group.words if sex == "T" else group.split_words).get(slug)
            if row is None:
                yield Cell(*place, None, None, Word.NOT_REPORTED)
            elif word:
                yield Cell(*place, None, None, word)
            else:
                counts = row.counts[sex]
                yield Cell(*place, counts[0], sum(counts) if group.is_share else 0)


def _stays_open(total: int, spans: Sequence[_Span], width: int) -> bool:
    """Whether every hidden number still has room, when the sum and the span of each are known."""
    lowest, highest = sum(low for low, _ in spans), sum(high for _, high in spans)
    for low, high in spans:
        least = max(low, total - (highest - high))
        most = min(high, total - (lowest - low))
        if most - least < min(width, high - low):
            return False
    return True
