"""Every role × permission × relation × level is as written in the golden file, which people review."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

from fyrklang.access import matrix
from fyrklang.access.matrix import LEVELS
from fyrklang.access.permissions import PERMISSION_TRAITS, ROLE_NAMES, ROLE_PERMISSIONS, Permission, Role
from fyrklang.access.relations import Decision, Reason, Relation, decide

GOLDEN = Path(__file__).with_name("matrix.golden")
CELLS = list(product(Role, Permission, Relation, LEVELS))


def test_the_matrix_is_the_reviewed_one() -> None:
    assert matrix.render() == GOLDEN.read_text("utf-8"), "python -m fyrklang.access.matrix, and read the diff"


def test_each_cell_turned_over_is_seen(record_property: Callable[[str, object], None]) -> None:
    began = time.perf_counter()
    golden = set(GOLDEN.read_text("utf-8").splitlines())
    blocks = GOLDEN.read_text("utf-8").split("\n\n")[1:]
    assert len(blocks) == len(Permission)
    assert len(golden) > len(Permission)
    lines = {
        (role, permission): block.splitlines()[1 + place]
        for permission, block in zip(Permission, blocks, strict=True)
        for place, role in enumerate(Role)
    }
    unseen = []
    for cell in CELLS:
        role, permission, relation, loa = cell

        def turned(
            roles: frozenset[Role],
            asked: Permission,
            relations: frozenset[Relation],
            level: int,
            cell: tuple[Role, Permission, Relation, int] = cell,
        ) -> Decision:
            true = decide(roles, asked, relations, level)
            if (roles, asked, relations, level) != (frozenset({cell[0]}), cell[1], {cell[2]}, cell[3]):
                return true
            return Decision(not true.allowed, Reason.ROLE if true.allowed else Reason.GRANTED)

        if matrix.line(role, permission, turned) == lines[role, permission]:
            unseen.append((role, permission, relation, loa))
    spent = time.perf_counter() - began
    caught = f"{len(CELLS) - len(unseen)} of {len(CELLS)} caught in {spent:.2f} s"
    record_property("matrix cells turned over", caught)
    assert unseen == []
    assert len(CELLS) == len(Role) * len(Permission) * 6 * len(LEVELS)


def test_every_role_and_permission_has_its_row() -> None:
    assert set(ROLE_PERMISSIONS) == set(ROLE_NAMES) == set(Role)
    assert set(PERMISSION_TRAITS) == set(Permission)
    for traits in PERMISSION_TRAITS.values():
        assert 1 <= traits.loa <= 4
        assert set(traits.opened_by) <= set(Relation) - {Relation.NONE}
        assert bool(traits.opened_by) == (traits.reach == "case")
        assert traits.loa >= 3 or not traits.reads_person


def test_nobody_without_a_role_may_anything() -> None:
    for permission, relation, loa in product(Permission, Relation, LEVELS):
        assert decide(frozenset(), permission, frozenset({relation}), loa).reason is Reason.ROLE
