"""The nation in memory: plausible, repeatable, and made of nothing real."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest

from fyrklang.demo import ImplausibleNationError, Nation, generate, sanity, shapes
from fyrklang.demo.names import REGIONS
from fyrklang.demo.rows import count_rows, intervention_row
from fyrklang.kernel.paths import project_root
from fyrklang.sdk.codes import INDIVIDUAL_FOCUS, NEED_GROUPS, STRUCTURAL_FOCUS
from fyrklang.tenancy.registry import Registry, load


@pytest.fixture(scope="module")
def nation() -> Nation:
    return generate(1)


@pytest.fixture(scope="module")
def register() -> Registry:
    return load(project_root() / "tenants")


@pytest.mark.parametrize("seed", [0, 1, 2, 7, 42, 2026, 123456])
def test_every_tried_seed_gives_the_published_totals(seed: int) -> None:
    assert all(finding.holds for finding in generate(seed).checked)


def test_totals_are_those_of_the_published_table(nation: Nation) -> None:
    found = {finding.name: finding for finding in nation.checked}

    assert found["Deltagare 2020"].value == pytest.approx(24_867, rel=0.03)
    assert found["Insatser 2025"].value == pytest.approx(1_105 * 74 / 83, rel=0.05)
    assert found["Andel individinriktade 2025"].value == pytest.approx(0.506, abs=0.02)
    assert found["Andel kvinnor bland avslutade"].value == pytest.approx(0.56, abs=0.02)
    assert 0.33 <= found["Andel till arbete eller studier"].value <= 0.38


@pytest.mark.parametrize(
    ("constant", "value"),
    [
        ("PARTICIPANT_SLACK", 0.00001),
        ("INTERVENTION_SLACK", 0.00001),
        ("WOMEN_SLACK", 0.00001),
        ("WORK_STUDY_RANGE", (0.5, 0.6)),
        ("UNKNOWN_RANGE", (0.2, 0.3)),
    ],
)
def test_refuses_a_nation_outside_the_limits(
    monkeypatch: pytest.MonkeyPatch, constant: str, value: object
) -> None:
    monkeypatch.setattr(shapes, constant, value)

    with pytest.raises(ImplausibleNationError, match="ska vara"):
        generate(1)


def test_individual_share_is_checked(nation: Nation) -> None:
    half = nation.people[: len(nation.people) // 2]

    checked = sanity.findings(nation.interventions, half, nation.flow)

    assert any("individinriktade" in finding.name and not finding.holds for finding in checked)


def test_same_seed_same_nation(nation: Nation) -> None:
    again = generate(1)

    assert again.interventions == nation.interventions
    assert count_rows(again) == count_rows(nation)


def test_seeds_differ_in_figures_but_not_in_names(nation: Nation) -> None:
    other = generate(2)

    assert [item.slug for item in other.associations] == [item.slug for item in nation.associations]
    assert count_rows(other) != count_rows(nation)


def test_structure_mirrors_the_register(nation: Nation, register: Registry) -> None:
    real = [item for item in register.associations.values() if item.status == "active"]
    sizes = Counter(len({span.kommun for span in item.area}) for item in real)

    assert len(nation.associations) == len(real) == 74
    assert Counter(len(item.kommuner) for item in nation.associations) == sizes
    assert [item.slug for item in nation.associations[:2]] == ["asviken", "granstranden"]


def test_no_name_is_real(nation: Nation, register: Registry) -> None:
    real = {kommun.name.lower() for kommun in register.kommuner.values()}
    real |= {region.name.lower() for region in register.regions.values()}
    for item in register.associations.values():
        real |= {item.slug, item.name.lower(), item.short_name.lower()}
        real |= {earlier.name.lower() for earlier in item.earlier_names}
    invented = {name.lower() for name in REGIONS}
    for made in nation.associations:
        invented |= {made.slug, made.name.lower(), made.short_name.lower(), made.region.name.lower()}
        invented |= {kommun.place.lower() for kommun in made.kommuner}

    assert not invented & real


def test_money_is_skewed_and_sums_to_what_the_real_ones_have(nation: Nation) -> None:
    money = [item.money for item in nation.associations]

    assert sum(money) == pytest.approx(678)
    assert np.mean(money) > 1.1 * np.median(money)
    assert max(money) > 10 * min(money)


def test_insatser_are_ones_that_staff_could_have_entered(nation: Nation) -> None:
    names: defaultdict[str, set[str]] = defaultdict(set)
    for item in nation.interventions:
        fitting = INDIVIDUAL_FOCUS if item.direction == "INDIVIDUAL" else STRUCTURAL_FOCUS
        assert item.focus in fitting
        assert set(item.target_groups) <= set(NEED_GROUPS)
        assert item.ends_on is None or item.ends_on > item.starts_on
        assert len(item.name) <= 120
        assert item.name.lower() not in names[item.slug]
        names[item.slug].add(item.name.lower())
        assert all(250 <= permille <= 500 for _year, permille in item.goals)
    assert {item.format for item in nation.people} == set(shapes.FORMATS)


def test_structural_insatser_have_no_participants(nation: Nation) -> None:
    assert all(item.direction == "INDIVIDUAL" for item in nation.people)
    assert any(item.direction == "STRUCTURAL" and item.in_force(2025) for item in nation.interventions)


def test_flow_adds_up(nation: Nation) -> None:
    flow = nation.flow

    assert (flow.ongoing >= 0).all()
    assert (flow.known_outcome <= flow.ended).all()
    assert (flow.ended_work_study <= flow.known_outcome).all()
    change = flow.ongoing[:, :, 1:] - flow.ongoing[:, :, :-1]
    assert (change == (flow.started - flow.ended)[:, :, 1:]).all()


def test_nobody_remains_in_an_insats_that_has_ended(nation: Nation) -> None:
    for place, item in enumerate(nation.people):
        if item.ends_on is None or (item.ends_on.year, (item.ends_on.month + 2) // 3) >= (2026, 3):
            continue
        last = nation.flow.quarters.index((item.ends_on.year, (item.ends_on.month + 2) // 3))
        assert not nation.flow.ongoing[place, :, last].any(), item.name
        assert not nation.flow.started[place, :, last + 1 :].any(), item.name


def test_starts_follow_the_seasons_and_the_pandemic(nation: Nation) -> None:
    totals = nation.flow.started.sum(axis=(0, 1))
    started = {quarter: int(totals[step]) for step, quarter in enumerate(nation.flow.quarters)}

    assert started[2024, 1] > started[2024, 2]
    assert started[2024, 4] > started[2024, 3]
    assert started[2020, 2] < 0.85 * started[2019, 2]


def test_present_year_has_three_quarters(nation: Nation) -> None:
    years = Counter(year for year, _quarter in nation.flow.quarters)

    assert years == {**dict.fromkeys(range(2019, 2026), 4), 2026: 3}


def test_what_guides_and_pictures_point_at_is_there(nation: Nation) -> None:
    team = next(item for item in nation.people if item.name == "Team Hamnen")
    row = intervention_row(nation, team)

    assert (team.slug, team.goals) == ("asviken", ((2024, 350),))
    assert row["parties"] == ("FK", "AF", "REGION", "KOMMUN")
    assert "dammbygden" not in {item.slug for item in nation.people}
    assert {row["year"] for row in count_rows(nation)["bergmarken"]} == set(range(2019, 2025))
