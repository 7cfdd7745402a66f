"""The plan on one page: what the person takes home. Nothing that was not said in the plan is on it."""

from __future__ import annotations

from pathlib import Path

from fyrklang.modules.casework import codes, present
from fyrklang.modules.casework.plans import Whole
from fyrklang.modules.casework.stays import Case
from fyrklang.web.formats import date_iso
from fyrklang.web.pdf import make_pdf

TEMPLATE = Path(__file__).parent / "templates" / "casework" / "plan.typ"


def pdf(case: Case, plan: Whole, *, synthetic: bool) -> bytes:
    """The document, in Swedish."""
    groups = [
        {
            "who": present.who(party),
            "rows": [
                [
                    row.what,
                    row.responsible,
                    date_iso(row.due_on) if row.due_on else "",
                    codes.COMMITMENT_STATES[row.state],
                ]
                for row in plan.of(party)
            ],
        }
        for party in plan.parties
    ]
    data = {
        "title": "Min plan",
        "subtitle": f"{case.insats.name}, {case.person.code}",
        "foot": f"{case.insats.name} · {case.person.code}",
        "synthetic": synthetic,
        "goal": plan.plan.goal if plan.plan else "",
        "goal_on": date_iso(plan.plan.goal_on) if plan.plan and plan.plan.goal_on else "",
        "met_on": date_iso(plan.met_on) if plan.met_on else "",
        "groups": groups,
    }
    return make_pdf(TEMPLATE, data)
