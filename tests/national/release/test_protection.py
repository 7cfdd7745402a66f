"""What the engine promises: each invariant, the published oracles, and what an attacker is left with."""

from __future__ import annotations

import itertools
import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fyrklang.national.release.engine import Made, protect
from fyrklang.national.release.lattice import lattice_of
from tests.national.release.nation import LATTICE, OUTCOMES, Leaves, bounds, invented, members, read, write

PLAN = tomllib.loads(LATTICE)
SMALL_PLAN = tomllib.loads("""
[levels.forbund]
dimension = "forbund"
[levels.type]
dimension = "type"
[levels.outcome]
dimension = "outcome"
[[tables]]
levels = ["forbund", "type"]
[[tables]]
levels = ["forbund", "outcome"]
[[tables]]
levels = ["type", "outcome"]
""")


def make(base: Path, years: dict[int, Leaves], plan: dict = PLAN, out: str = "out", seed: int = 1) -> Made:
    base.mkdir(parents=True, exist_ok=True)
    leaves = write(base / "leaves.csv", years)
    return protect(leaves, lattice_of(plan), (base / "log", base / out), seed, lambda _part, _words: None)


@pytest.fixture(scope="module")
def nation() -> Leaves:
    return invented(7, 4, typical=40)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory, nation: Leaves) -> Path:
    base = tmp_path_factory.mktemp("released")
    make(base, {2026: nation})
    return base


def test_every_cell_is_there_true_and_large_enough(released: Path, nation: Leaves) -> None:
    """I2. Seven base tables make 37; a number is the true sum, and never one about few."""
    cells = read(released / "out")
    assert len({table for _, table, *_ in cells}) == 37
    leaves = sorted(nation)
    counts = np.array([nation[leaf] for leaf in leaves])
    assert any(value is None for value in cells.values())
    for cell, value in cells.items():
        truth = int(members(leaves, cell, PLAN) @ counts)
        assert value in {None, truth}
        if value is not None:
            assert value >= 5 or (value == 0 and "outcome" not in cell[1])
        if truth < 5 and (truth or "outcome" in cell[1]):
            assert value is None


def test_no_outsider_and_no_insider_can_box_a_small_cell_in(released: Path, nation: Leaves) -> None:
    """I4 by an attacker's own programs: every cell about few can be 0 and can be k."""
    cells = read(released / "out")
    full = _possible_leaves(nation)
    counts = np.array([nation.get(leaf, 0) for leaf in full], dtype=float)
    rows = {cell: members(full, cell, PLAN) for cell in cells}
    small = [cell for cell in cells if cells[cell] is None and rows[cell] @ counts < 5]
    assert len(small) >= 3
    largest = max(
        {leaf[0] for leaf in full}, key=lambda one: sum(n for x, n in nation.items() if x[0] == one)
    )
    for insider in (None, largest):
        free = np.array([leaf[0] != insider for leaf in full])
        known = [
            (rows[c][free], v - rows[c][~free] @ counts[~free]) for c, v in cells.items() if v is not None
        ]
        matrix, values = np.array([row for row, _ in known]), [value for _, value in known]
        wanted = [cell for cell in small if rows[cell][free].any() and (insider is None or cell[2])]
        for cell in wanted[:: max(1, len(wanted) // 12)]:
            low, high = bounds(matrix, values, rows[cell][free])
            assert low < 1e-6, cell
            assert high > 5 - 1e-6, cell


def test_the_same_leaves_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    """I10: also from another folder, and when the rows come in another order."""
    nation = invented(7, 4, seed=5, typical=60)
    make(tmp_path / "a", {2025: nation})
    make(tmp_path / "b", {2025: dict(reversed(nation.items()))})
    for name in ("cells.csv", "manifest.json"):
        assert (tmp_path / "a/out" / name).read_bytes() == (tmp_path / "b/out" / name).read_bytes()
    again = make(tmp_path / "a", {2025: nation}, out="again")
    assert again.number == 1
    assert (tmp_path / "a/again/manifest.json").read_bytes() == (
        tmp_path / "a/out/manifest.json"
    ).read_bytes()


def test_renaming_a_code_renames_it_and_changes_nothing_else(tmp_path: Path) -> None:
    nation = invented(7, 4, seed=6, typical=60)
    names = {f"f{at:02d}": f"x{(at * 3) % 7}" for at in range(7)}
    make(tmp_path / "a", {2025: nation})
    make(tmp_path / "b", {2025: {(names[leaf[0]], *leaf[1:]): n for leaf, n in nation.items()}})
    renamed = {(c[0], c[1], names.get(c[2], ""), *c[3:]): v for c, v in read(tmp_path / "a/out").items()}
    assert renamed == read(tmp_path / "b/out")


def test_late_records_wait(tmp_path: Path, nation: Leaves) -> None:
    """I6–I8 and SDC-07: one newcomer changes no cell of a year that is out, and a new year stands beside it."""
    make(tmp_path, {2025: nation})
    late = dict(nation)
    leaf = next(iter(late))
    late[leaf] += 1
    made = make(tmp_path, {2025: late, 2026: invented(6, 3, seed=9, typical=60)}, out="second")
    before, after = read(tmp_path / "out"), read(tmp_path / "second")
    assert {cell: value for cell, value in after.items() if cell[0] == "2025"} == before
    assert {cell[0] for cell in after} == {"2025", "2026"}
    assert made.waiting == ((leaf[0], 2025),)


def test_subtracting_two_releases_reads_a_newcomer_from_the_naive_pipeline_only(
    tmp_path: Path, nation: Leaves
) -> None:
    """SDC-07: threshold suppression done anew each time gives all four attributes away, every time."""
    chance = np.random.default_rng(7)
    leaves = sorted(leaf for leaf in nation if nation[leaf] > 5)
    make(tmp_path, {2025: nation})
    read_out = 0
    for turn in range(10):
        leaf = leaves[int(chance.integers(len(leaves)))]
        late = {**nation, leaf: nation[leaf] + 1}
        read_out += _difference(_naive(nation), _naive(late)) == leaf
        if turn == 0:
            make(tmp_path, {2025: late}, out="second")
            assert read(tmp_path / "second") == read(tmp_path / "out")
    assert read_out == 10


def _naive(leaves: Leaves) -> dict[tuple[str, ...], int]:
    """Each förbund's one-way tables with small counts left out, and nothing remembered."""
    found: dict[tuple[str, ...], int] = {}
    for leaf, n in leaves.items():
        for place in range(1, 5):
            key = (leaf[0], str(place), leaf[place])
            found[key] = found.get(key, 0) + n
    return {key: n for key, n in found.items() if n >= 5}


def _difference(one: dict[tuple[str, ...], int], two: dict[tuple[str, ...], int]) -> tuple[str, ...]:
    changed = sorted(key for key in two if two[key] != one.get(key))
    return (changed[0][0], *(code for _, _, code in changed)) if changed else ()


def test_a_new_table_is_proved_together_with_what_is_out(tmp_path: Path) -> None:
    """I8 and I12: nothing hidden is shown later, and nothing shown is another number."""
    nation = invented(7, 4, seed=8, typical=60)
    first = {**PLAN, "tables": PLAN["tables"][:4]}
    make(tmp_path, {2025: nation}, first)
    make(tmp_path, {2025: nation}, out="more")
    before, after = read(tmp_path / "out"), read(tmp_path / "more")
    assert len(after) > len(before)
    assert {cell: after[cell] for cell in before} == before


_TABLE = st.lists(st.integers(0, 12), min_size=8, max_size=64)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    counts=st.lists(st.integers(0, 6), min_size=27, max_size=27),
    size=st.sampled_from([(2, 2, 2), (3, 2, 2), (2, 3, 2)]),
)
def test_counting_out_every_possible_table_agrees(
    tmp_path_factory: pytest.TempPathFactory, counts: list[int], size: tuple[int, int, int]
) -> None:
    """Every nation of whole persons that agrees with the release is counted out: a small cell is 0 in one
    and at least k in another."""
    cells = list(itertools.product(*map(range, size)))
    leaves = {
        (f"f{a}", f"t{b}", "K", "x", OUTCOMES[c]): n for (a, b, c), n in zip(cells, counts, strict=False)
    }
    if not any(leaves.values()):
        return
    base = tmp_path_factory.mktemp("table")
    make(base, {2025: leaves}, SMALL_PLAN)
    shown = read(base / "out")
    order = sorted(leaves)
    truth = np.array([leaves[leaf] for leaf in order])
    rows = {cell: members(order, cell, SMALL_PLAN) for cell in shown}
    small = {cell: row for cell, row in rows.items() if shown[cell] is None and row @ truth < 5}
    known = [(rows[cell], value) for cell, value in shown.items() if value is not None]
    for cell, row in small.items():
        assert _reaches(known, row, 0, 0), cell
        assert _reaches(known, row, 5, 10**6), cell


def _reaches(known: list[tuple[np.ndarray, int]], target: np.ndarray, low: int, high: int) -> bool:
    """Whether some table of whole numbers has the known sums and a target from low to high: a plain search."""
    if not known:
        return True
    rows = [*(row for row, _ in known), target]
    lows = [*(value for _, value in known), low]
    highs = [*(value for _, value in known), high]
    width = len(target)
    # The last leaf of a row is where its sum must be right; until then there must only be room.
    last = [int(np.flatnonzero(row).max()) for row in rows]
    limit = [min([h for row, h in zip(rows, highs, strict=True) if row[at]] + [60]) for at in range(width)]
    seen: set[tuple[int, tuple[int, ...]]] = set()

    def search(at: int, sums: tuple[int, ...]) -> bool:
        if at == width:
            return True
        if (at, sums) in seen:
            return False
        seen.add((at, sums))
        for n in range(limit[at] + 1):
            new = tuple(s + n if row[at] else s for s, row in zip(sums, rows, strict=True))
            if any(s > h for s, h in zip(new, highs, strict=True)):
                break
            if all(s >= lo for s, lo, end in zip(new, lows, last, strict=True) if end <= at) and search(
                at + 1, new
            ):
                return True
        return False

    return search(0, (0,) * len(rows))


def test_persons_count_and_not_only_participations(tmp_path: Path) -> None:
    """Two participations of the same three persons do not make a group of six."""
    leaves = write(tmp_path / "leaves.csv", {2025: invented(6, 3, seed=3, typical=60)})
    rows = leaves.read_text().splitlines()
    more = [rows[0] + ",persons", *(row + "," for row in rows[1:])]
    more += ["f00,t90,K,16-29,work,2025,3,2", "f00,t90,M,16-29,seek,2025,3,2"]
    leaves.write_text("\n".join(more) + "\n")
    protect(leaves, lattice_of(PLAN), (tmp_path / "log", tmp_path / "out"), 1, lambda _part, _words: None)
    assert read(tmp_path / "out")["2025", "forbund*type", "f00", "t90", "", "", ""] is None


def test_most_shown_again_is_caught(released: Path) -> None:
    """The mutation controls are part of the manifest."""
    year = json.loads((released / "out/manifest.json").read_text())["years"]["2026"]
    assert year["controls"] > 5
    assert year["caught"] >= 0.8 * year["controls"]


def _possible_leaves(nation: Leaves) -> list[tuple[str, ...]]:
    pairs = sorted({leaf[:2] for leaf in nation})
    rest = [sorted({leaf[place] for leaf in nation}) for place in (2, 3, 4)]
    return [(*pair, *more) for pair in pairs for more in itertools.product(*rest)]
