"""Deltaganden of the invented nation: one for each the flow tells of, and shaped as what is published."""

from __future__ import annotations

from collections import Counter
from datetime import date

import numpy as np
import pytest
from sqlalchemy import func, select

from fyrklang.demo import Nation, generate, shapes
from fyrklang.demo import person_shapes as own
from fyrklang.demo.flow import SEXES
from fyrklang.demo.rows import intervention_id
from fyrklang.demo.stays import Stays, follows_people, stays_of
from fyrklang.kernel.db import Database
from fyrklang.modules.casework.counting import WORKING
from fyrklang.sdk.facts import Cell
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.registry import tenant_id
from fyrklang.tenancy.session import tenant_session
from tests.demo.conftest import PART, Standing


@pytest.fixture(scope="module")
def nation() -> Nation:
    return generate(1)


@pytest.fixture(scope="module")
def everybody(nation: Nation) -> list[Stays]:
    drawn = (stays_of(nation.seed, item.slug, nation.people, nation.flow) for item in nation.associations)
    return [each for each in drawn if each is not None]


def _of(nation: Nation, slug: str) -> Stays:
    drawn = stays_of(nation.seed, slug, nation.people, nation.flow)
    assert drawn is not None
    return drawn


@pytest.mark.parametrize("slug", ["asviken", "fiskelandet"])
def test_stays_sum_to_the_flow(nation: Nation, slug: str) -> None:
    drawn, flow = _of(nation, slug), nation.flow
    rows = [place for place, item in enumerate(nation.people) if item.slug == slug and follows_people(item)]
    found = {
        name: np.zeros((len(rows), len(SEXES), len(flow.quarters)), int)
        for name in ("ended", "known", "work")
    }
    for place in range(len(drawn)):
        if not drawn.ended[place] or drawn.reason[place] == "MISREG":
            continue
        last = date.fromordinal(int(drawn.ended[place]))
        at = drawn.item[place], drawn.sex[place], flow.quarters.index((last.year, (last.month + 2) // 3))
        (code,) = drawn.after.occupations[place]
        found["ended"][at] += 1
        found["known"][at] += code != "UNK"
        found["work"][at] += code in WORKING or code == "STUDY"

    assert (found["ended"] == flow.ended[rows]).all()
    assert (found["known"] == flow.known_outcome[rows]).all()
    assert (found["work"] == flow.ended_work_study[rows]).all()
    still = np.bincount(drawn.item[drawn.ended == 0], minlength=len(rows))
    assert (still == flow.ongoing[rows][:, :, -1].sum(axis=1)).all()


def test_a_forbund_has_the_same_stays_whichever_others_are_drawn(nation: Nation) -> None:
    part = nation.only(("asviken", "granstranden"))

    for name, value in vars(_of(part, "asviken")).items():
        other = getattr(_of(nation, "asviken"), name)
        assert np.array_equal(value, other) if isinstance(value, np.ndarray) else value == other, name


def test_people_come_back_only_after_they_have_ended(everybody: list[Stays]) -> None:
    back = 0
    for drawn in everybody:
        latest: dict[int, int] = {}
        for place in np.argsort(drawn.started, kind="stable").tolist():
            person = int(drawn.person[place])
            if drawn.number[place] > 1:
                assert 0 < latest[person] < drawn.started[place]
                back += 1
            latest[person] = int(drawn.ended[place])
            assert drawn.item[person] == drawn.item[place]
    assert 0.03 < back / sum(map(len, everybody)) < 0.08


def test_shares_are_those_aimed_at(everybody: list[Stays], nation: Nation) -> None:
    reasons = Counter(reason for drawn in everybody for reason in drawn.reason if reason)
    share = {reason: count / reasons.total() for reason, count in reasons.items()}

    assert share["DONE"] + share["WORK"] + share["STUDY"] + share["SEEKING"] == pytest.approx(0.58, abs=0.04)
    assert share["CONT_REHAB"] == pytest.approx(0.25, abs=0.04)
    assert share["ILLNESS"] == pytest.approx(0.09, abs=0.02)
    assert share["MISREG"] == pytest.approx(own.MISREGISTERED, abs=0.002)
    assert share["DECEASED"] == pytest.approx(own.DECEASED, abs=0.002)
    late = Counter(
        referrer
        for drawn in everybody
        for referrer, day in zip(drawn.referrer, drawn.started.tolist(), strict=True)
        if date.fromordinal(day).year >= 2021
    )
    for code, wanted in zip(own.REFERRERS, own.REFERRERS_2021, strict=True):
        assert 100 * late[code] / late.total() == pytest.approx(wanted, abs=1)
    waits = np.concatenate([drawn.started - drawn.referred for drawn in everybody])
    assert np.median(waits) == pytest.approx(28, abs=2)
    young = np.concatenate([drawn.born for drawn in everybody]) > 1900
    assert young.all()


def test_seven_of_ten_are_followed_one_by_one(nation: Nation) -> None:
    followed = np.array([follows_people(item) for item in nation.people])
    years = [step for step, (year, _quarter) in enumerate(nation.flow.quarters) if year in shapes.FULL_YEARS]
    ended = nation.flow.ended[:, :, years]

    assert ended[followed].sum() / ended.sum() == pytest.approx(0.70, abs=0.03)


@pytest.mark.parametrize("slug", [slug for slug in PART if slug not in ("dammbygden", "bergmarken")])
def test_counted_cells_are_the_flows(standing: Standing, nation: Nation, slug: str) -> None:
    flow, database = nation.flow, Database(standing.config)
    with tenant_session(database, TenantContext(tenant_id(slug), slug), "worker") as session:
        query = select(Cell.intervention_id, Cell.year, Cell.quarter, Cell.numerator, Cell.denominator)
        wanted = query.where(Cell.measure == "M1", Cell.quarter > 0, Cell.sex == "T")
        stored = {tuple(row[:3]): tuple(row[3:]) for row in session.execute(wanted)}
        days = session.scalar(select(func.count()).where(Cell.measure == "M10", Cell.denominator > 0))
    database.dispose()
    drawn = {
        (intervention_id(nation, item), year, quarter): (
            int(flow.ended_work_study[place, :, step].sum()),
            int(flow.known_outcome[place, :, step].sum()),
        )
        for place, item in enumerate(nation.people)
        if item.slug == slug
        for step, (year, quarter) in enumerate(flow.quarters)
    }

    assert {place: value for place, value in drawn.items() if value[1]} == {
        place: value for place, value in stored.items() if value[1]
    }
    assert days
