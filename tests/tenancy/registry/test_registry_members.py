"""Members follow from the kommuner, dated."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fyrklang.tenancy.registry import Association, Registry, derive_members, organisation_id
from fyrklang.tenancy.registry.members import union
from fyrklang.tenancy.registry.records import AreaSpan

FK = organisation_id("FK", "FK")
AF = organisation_id("AF", "AF")


def association(*area: AreaSpan, founded: int | None = None, ended: int | None = None) -> Association:
    regions = tuple(sorted({span.kommun[:2] for span in area}))
    status = "dissolved" if ended else "active"
    return Association("prov", "Prov", "Prov", status, regions, area, "low", ("web",), founded, ended)


def spans(made: Association, organisation: object) -> list[tuple[date | None, date | None]]:
    found = [item for item in derive_members(made) if item.organisation_id == organisation]
    return [(item.valid_from, item.valid_to) for item in found]


def test_the_four_kinds_of_party(shipped: Registry) -> None:
    kinds = [item.party_kind for item in derive_members(shipped.associations["badesa"])]
    assert sorted(kinds) == ["AF", "FK", *["KOMMUN"] * 5, *["REGION"] * 2]


def test_every_forbund_has_every_kind_of_party(shipped: Registry) -> None:
    for item in shipped.associations.values():
        assert {member.party_kind for member in derive_members(item)} == {"FK", "AF", "REGION", "KOMMUN"}


def test_a_late_kommun_does_not_move_the_state_parties(shipped: Registry) -> None:
    made = shipped.associations["sodra-norrbotten"]
    assert spans(made, FK) == [(date(2020, 1, 1), None)]
    assert spans(made, organisation_id("KOMMUN", "2582")) == [(date(2021, 6, 1), None)]


def test_the_founding_day_holds_even_if_a_later_kommun_is_undated(shipped: Registry) -> None:
    made = shipped.associations["suvs"]
    assert spans(made, FK) == [(date(2017, 4, 1), None)]
    assert spans(made, organisation_id("REGION", "01")) == [(date(2017, 4, 1), None)]
    assert spans(made, organisation_id("KOMMUN", "0191")) == [(None, None)]


def test_a_dated_late_kommun_says_nothing_of_the_founding(shipped: Registry) -> None:
    assert spans(shipped.associations["vast"], FK) == [(None, None)]


def test_members_end_with_the_forbund_at_the_latest(shipped: Registry) -> None:
    assert spans(shipped.associations["norra-bohuslan"], AF) == [(date(2006, 4, 1), date(2015, 12, 31))]
    assert spans(shipped.associations["vasteras"], AF) == [(None, date(2023, 12, 31))]


def test_a_region_leaves_with_its_last_kommun_and_may_come_back() -> None:
    made = association(
        AreaSpan("0114", date(2010, 1, 1)),
        AreaSpan("0319", date(2010, 1, 1), date(2012, 12, 31)),
        AreaSpan("0330", date(2013, 1, 1), date(2014, 12, 31)),
        AreaSpan("0319", date(2016, 1, 1)),
        founded=2010,
    )
    assert spans(made, organisation_id("REGION", "03")) == [
        (date(2010, 1, 1), date(2014, 12, 31)),
        (date(2016, 1, 1), None),
    ]
    assert spans(made, FK) == [(date(2010, 1, 1), None)]


_days = st.dates(date(2010, 1, 1), date(2010, 2, 15))


@st.composite
def _spans(draw: st.DrawFn) -> tuple[date | None, date | None]:
    first, last = draw(st.none() | _days), draw(st.none() | _days)
    return (last, first) if first and last and first > last else (first, last)


@pytest.mark.parametrize("margin", [5])
@given(st.lists(_spans(), min_size=1, max_size=6))
def test_a_union_covers_the_same_days_with_gaps_between(margin: int, given_spans) -> None:
    joined = union(given_spans)
    first, last = date(2010, 1, 1).toordinal() - margin, date(2010, 2, 15).toordinal() + margin
    for ordinal in range(first, last):
        day = date.fromordinal(ordinal)
        inside = [sum((a or day) <= day <= (b or day) for a, b in some) for some in (given_spans, joined)]
        assert bool(inside[0]) == bool(inside[1])
        assert inside[1] <= 1
    for (_, end), (start, _) in pairwise(joined):
        assert end is not None
        assert start is not None
        assert (start - end).days > 1
