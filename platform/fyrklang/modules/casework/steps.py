"""The five steps of a remiss, the same with and without an account: nothing is saved before the last."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import Schema
from werkzeug.datastructures import MultiDict

from fyrklang.modules.casework import schemas
from fyrklang.web.forms import Form, bind

STEPS: dict[int, type[Schema]] = {2: schemas.PersonStep, 3: schemas.NeedStep, 4: schemas.ConsentStep}
LAST = 5


@dataclass(frozen=True)
class Move:
    """Where a press of a button leads: the step to show with its status, or None when the remiss is to be sent."""

    step: int | None
    form: Form
    status: int = 200


def read(sent: MultiDict[str, str], first: int = 2) -> Move:
    """On, back or send, from the step that was filled in."""
    step = min(max(sent.get("step", first, type=int), first), LAST)
    written = Form(raw={name: sent.getlist(name) for name in sent})
    if sent.get("way", "next") == "back":
        return Move(max(step - 1, first), written)
    if step in STEPS:
        form = bind(STEPS[step], sent)
        return Move(step + 1, written) if form.ok else Move(step, form, 422)
    return Move(step + 1, written) if step < LAST else Move(None, written)


def wrong_step(form: Form) -> int:
    """The first step with something to mend."""
    return next((step for step, schema in STEPS.items() if set(schema().fields) & set(form.errors)), LAST)


def carried(sent: MultiDict[str, str], step: int) -> list[tuple[str, str]]:
    """What the other steps hold, to follow along in the form."""
    here = set(STEPS[step]().fields) if step in STEPS else set()
    names = [name for schema in STEPS.values() for name in schema().fields if name not in here]
    return [(name, value) for name in names for value in sent.getlist(name)]


def propose_parties(form: Form, step: int, parties: list[str]) -> None:
    """Tick every party of the team before the person has said who may read."""
    if step == LAST - 1 and not form.raw.get("consent_parties"):
        form.raw["consent_parties"] = parties
