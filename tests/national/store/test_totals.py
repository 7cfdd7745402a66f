"""The first engine against an outsider with a linear program, and its rules one by one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fyrklang.national.store.engine import Leaf, Protected, Reported, Word
from fyrklang.national.store.totals import TotalsEngine
from tests.national.nation import SEXES, Counts, of
from tests.national.store.attack import QUANTITIES, Outsider, Quantity, quantities

YEAR = 2025
SHARES = {"M1": True, "M9": False, "M20": True}
People = dict[str, dict[str, Counts]]
"""slug to sex to counts."""


def counts(size: int) -> st.SearchStrategy[Counts]:
    return st.tuples(*(st.integers(0, top) for top in (size, size, min(size, 3), size)))


@st.composite
def forbund(draw: st.DrawFn) -> dict[str, Counts]:
    """Small and large ones, with and without people whose sex is unknown or who still take part."""
    size = draw(st.sampled_from((1, 3, 6, 12, 40)))
    one = {sex: draw(counts(size)) for sex in ("K", "M")}
    one["U"] = draw(st.sampled_from(((0, 0, 0, 0), (0, 0, 0, 0), (1, 1, 0, 0), (6, 5, 0, 0))))
    if draw(st.booleans()):
        one = {sex: (*found[:3], 0) for sex, found in one.items()}
    return one


nations = st.lists(forbund(), min_size=1, max_size=6).map(
    lambda found: {f"f{number}": one for number, one in enumerate(found)}
)


def summed(one: dict[str, Counts], sex: str) -> Counts:
    return tuple(map(sum, zip(*(one[s] for s in (SEXES if sex == "T" else sex)), strict=True)))


def leaves(people: People, counted: frozenset[tuple[str, str]] = frozenset()) -> Iterator[Leaf]:
    """`counted` holds (measure, sex) that an earlier release gave a complete sum of."""
    for slug, one in people.items():
        for sex in ("T", *SEXES):
            for measure in SHARES:
                place = (slug, measure, YEAR, sex)
                yield Leaf(*place, *of(summed(one, sex), measure), counted=(measure, sex) in counted)


def protect(people: People, found: list[Leaf] | None = None) -> Protected:
    reported = Reported(found or list(leaves(people)), [*people, "tyst"], [YEAR], SHARES)
    return TotalsEngine().protect(reported)


def value(people: People, wanted: Quantity) -> int:
    found = summed(people[wanted.slug], wanted.sex)
    return sum(found[kind] for kind in QUANTITIES[wanted.measure][wanted.which])


def assert_nobody_is_found(people: People, published: Protected, outsider: Outsider) -> None:
    """Every hidden part, rest or count of 1–4, the deducible ones of unknown sex too, stays open."""
    shown = {(cell.slug, cell.measure, cell.sex) for cell in published.cells if cell.word is None}
    for wanted in quantities(list(people)):
        true = value(people, wanted)
        if (wanted.slug, wanted.measure, wanted.sex) in shown or not 0 < true < 5:
            continue
        low, high = outsider.span(wanted)
        assert low - 1e-6 <= true <= high + 1e-6
        assert high - low >= 1 - 1e-6, wanted


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(nations)
def test_subtraction_finds_nobody(people: People) -> None:
    published = protect(people)
    assert_nobody_is_found(people, published, Outsider(list(people), published, YEAR))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(nations, st.lists(forbund(), min_size=1, max_size=3))
def test_two_releases_find_nobody(people: People, late: list[dict[str, Counts]]) -> None:
    """Förbund that report late must not show as the difference between two national sums."""
    first = protect(people)
    counted = frozenset((total.measure, total.sex) for total in first.totals if total.complete)
    newcomers = {f"sen{number}": one for number, one in enumerate(late)}
    everyone = people | newcomers
    second = protect(everyone, [*leaves(people, counted), *leaves(newcomers)])
    outsider = Outsider(list(everyone), second, YEAR)
    for total in first.totals:
        if total.complete:
            outsider.learn_total(total, list(people))
    assert_nobody_is_found(everyone, second, outsider)


@settings(max_examples=150, deadline=None)
@given(nations)
def test_shown_numbers_are_true_and_large_enough(people: People) -> None:
    published = protect(people)
    assert {(c.slug, c.measure, c.sex) for c in published.cells} == {
        (slug, measure, sex) for slug in (*people, "tyst") for measure in SHARES for sex in ("T", "K", "M")
    }
    for cell in published.cells:
        if cell.word:
            assert cell.numerator is None
            assert cell.denominator is None
            assert (cell.word is Word.NOT_REPORTED) == (cell.slug == "tyst")
            continue
        assert (cell.numerator, cell.denominator) == of(summed(people[cell.slug], cell.sex), cell.measure)
        assert not 0 < cell.numerator < 5
        if SHARES[cell.measure]:
            assert cell.denominator >= 20
            assert not 0 < cell.denominator - cell.numerator < 5


@settings(max_examples=150, deadline=None)
@given(nations)
def test_totals_are_true(people: People) -> None:
    published = protect(people)
    hidden = {(c.slug, c.measure, c.sex) for c in published.cells if c.word}
    for total in published.totals:
        if total.word:
            assert (total.numerator, total.complete) == (None, False)
            continue
        members = [
            slug for slug in people if total.complete or (slug, total.measure, total.sex) not in hidden
        ]
        sums = [of(summed(people[slug], total.sex), total.measure) for slug in members]
        assert (total.numerator, total.denominator) == tuple(map(sum, zip(*sums, strict=True)))
        assert total.associations == len(members)


def large(work: int = 50) -> dict[str, Counts]:
    return {"K": (work, 50, 20, 30), "M": (work, 50, 20, 30), "U": (0, 0, 0, 0)}


SMALL: dict[str, Counts] = {"K": (4, 4, 0, 5), "M": (4, 4, 0, 5), "U": (0, 0, 0, 0)}


@pytest.mark.parametrize(
    ("small", "complete", "associations"), [(0, True, 6), (1, False, 6), (2, False, 6), (3, True, 9)]
)
def test_a_sum_over_hidden_cells_needs_three_of_them(small: int, complete: bool, associations: int) -> None:
    people = {f"stor{n}": large() for n in range(6)} | {f"liten{n}": SMALL for n in range(small)}
    total = next(t for t in protect(people).totals if (t.measure, t.sex) == ("M1", "T"))
    assert (total.complete, total.associations) == (complete, associations)


def test_one_person_of_unknown_sex_hides_the_split() -> None:
    people = {"ett": large() | {"U": (1, 0, 0, 0)}, "annat": large()}
    words = {(c.slug, c.sex): c.word for c in protect(people).cells if c.measure == "M1"}
    assert words["ett", "T"] is None
    assert words["ett", "K"] is words["ett", "M"] is Word.HIDDEN
    assert words["annat", "K"] is None


def test_parts_larger_than_the_whole_are_refused() -> None:
    found = [Leaf("ett", "M1", YEAR, "T", 5, 30), Leaf("ett", "M1", YEAR, "K", 6, 30)]
    with pytest.raises(ValueError, match="ett M1 2025"):
        protect({"ett": large()}, found)


def test_the_same_figures_give_the_same_release() -> None:
    people = {"ett": large(), "annat": SMALL, "tredje": large(7)}
    turned = dict(reversed(people.items()))
    assert sorted(map(str, protect(people).totals)) == sorted(map(str, protect(turned).totals))
