"""The whole of who may do what, as text to read and to hold every change against.

`python -m fyrklang.access.matrix > tests/access/matrix.golden` writes it anew. One line per permission and
role; one group per relation; one sign per level of assurance 1–4: `+` allowed, `r` the role does not give
it, `l` the login is too weak, `n` no relation opens it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from fyrklang.access.permissions import PERMISSION_TRAITS, Permission, Role
from fyrklang.access.relations import Decision, Reason, Relation, decide

LEVELS = (1, 2, 3, 4)
SIGNS = {Reason.GRANTED: "+", Reason.ROLE: "r", Reason.LEVEL: "l", Reason.RELATION: "n"}

Decider = Callable[[frozenset[Role], Permission, frozenset[Relation], int], Decision]


def render(decider: Decider = decide) -> str:
    """The matrix of a decision function."""
    return "\n".join(["relations: " + " ".join(Relation), *_blocks(decider), ""])


def line(role: Role, permission: Permission, decider: Decider = decide) -> str:
    """One role and permission over every relation and level."""
    groups = (
        "".join(
            SIGNS[decider(frozenset({role}), permission, frozenset({relation}), loa).reason] for loa in LEVELS
        )
        for relation in Relation
    )
    return f"  {role:<15}" + " ".join(groups)


def _blocks(decider: Decider) -> Iterator[str]:
    for permission in Permission:
        traits = PERMISSION_TRAITS[permission]
        opened = f" opened by {' '.join(sorted(traits.opened_by))}" if traits.opened_by else ""
        person = " reads a person" if traits.reads_person else ""
        yield f"\n{permission} ({traits.reach}, loa {traits.loa}{person}{opened})"
        for role in Role:
            yield line(role, permission, decider)


if __name__ == "__main__":
    sys.stdout.write(render())
