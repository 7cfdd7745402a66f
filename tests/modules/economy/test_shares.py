"""To the öre: whatever the key, whoever joins in the middle of the year."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from fyrklang.demo.generate import generate
from fyrklang.demo.money import YEARS, Purse
from fyrklang.demo.rows import intervention_id, member_rows
from fyrklang.modules.economy.shares import PARTS, Payer, allot, instalment, split

YEAR = 2025
days = st.integers(0, 364).map(lambda day: date(YEAR, 1, 1) + timedelta(days=day))


@st.composite
def payers(draw: st.DrawFn) -> list[Payer]:
    made = [Payer(uuid4(), kind, None, None) for kind in ("FK", "AF", "REGION")]
    for _each in range(draw(st.integers(1, 12))):
        first, last = draw(st.none() | days), draw(st.none() | days)
        made.append(Payer(uuid4(), "KOMMUN", first, last, draw(st.integers(1, 500_000))))
    made.append(Payer(uuid4(), "KOMMUN", None, None, draw(st.integers(1, 500_000))))
    return made


@given(total=st.integers(0, 10**13), members=payers())
@settings(max_examples=200, deadline=None)
def test_parts_make_the_whole_and_stand_as_half_and_quarters(total: int, members: list[Payer]) -> None:
    owed = allot(total, members, YEAR)
    assert sum(owed.values()) == total
    for kind, quarters in PARTS.items():
        own = sum(owed.get(each.organisation_id, 0) for each in members if each.party_kind == kind)
        assert abs(own - Fraction(total * quarters, 4)) < 1
    kommuner = [each for each in members if each.party_kind == "KOMMUN"]
    weight = sum(each.weight * each.days_in(YEAR) for each in kommuner)
    for each in kommuner:
        exact = Fraction(total, 4) * each.weight * each.days_in(YEAR) / weight
        assert abs(owed.get(each.organisation_id, 0) - exact) < 2


@given(owed=st.integers(0, 10**12), quarters=st.lists(st.integers(1, 4), unique=True))
def test_instalments_make_the_whole_in_whatever_quarters(owed: int, quarters: list[int]) -> None:
    called = 0
    for quarter in sorted({*quarters, 4}):
        called += instalment(owed, quarter, called)
    assert called == owed


def test_a_kommun_that_joins_in_july_pays_for_its_184_days() -> None:
    state, region, old, new = (uuid4() for _ in range(4))
    owed = allot(
        400_00,
        [
            Payer(state, "FK", None, None),
            Payer(region, "REGION", None, None),
            Payer(old, "KOMMUN", None, None, 3),
            Payer(new, "KOMMUN", date(YEAR, 7, 1), None, 3),
        ],
        YEAR,
    )
    assert owed[state] == 200_00
    assert owed[region] == 100_00
    assert owed[new] == round(100_00 * 184 / (365 + 184))
    assert owed[old] + owed[new] == 100_00


def test_without_a_region_the_kommun_pays_its_part() -> None:
    state, kommun = uuid4(), uuid4()
    owed = allot(101, [Payer(state, "FK", None, None), Payer(kommun, "KOMMUN", None, None)], YEAR)
    assert owed == {state: 51, kommun: 50}
    assert split(5, {}) == {}


def test_every_invented_forbund_reconciles_to_the_ore() -> None:
    nation = generate(1)
    seen = 0
    for item in nation.associations:
        own = [
            (intervention_id(nation, each), each) for each in nation.interventions if each.slug == item.slug
        ]
        purse = Purse(nation.seed, item, own)
        members, weights = member_rows(nation, item), purse.weights()
        key = {row["organisation_id"]: row["weight"] for row in weights}
        totals = {row["year"]: row["total_ore"] for row in purse.years()}
        entries = purse.entries(members, weights)
        for year in YEARS[:-1]:
            called = sum(
                row["amount_ore"] for row in entries if (row["year"], row["kind"]) == (year, "CALLED")
            )
            paid = sum(row["amount_ore"] for row in entries if (row["year"], row["kind"]) == (year, "PAID"))
            assert called == paid == totals[year]
        lines = [
            Payer(
                row["organisation_id"],
                row["party_kind"],
                row["valid_from"],
                None,
                key.get(row["organisation_id"], 1),
            )
            for row in members
        ]
        assert sum(allot(totals[2025], lines, 2025).values()) == totals[2025]
        seen += 1
    assert seen == 74
