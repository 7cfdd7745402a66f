"""The HTML door of the ending: up to five steps, of which those are asked that the reason makes sense of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import request
from werkzeug.datastructures import MultiDict

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Invalid
from fyrklang.modules.casework import endings, plans, present, schemas, stays
from fyrklang.modules.casework.doors import render, see
from fyrklang.modules.casework.endings import Ending
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind

pages = Pages("endings", __name__, prefix="/deltagare")
READ, WRITE = Permission.CASES_READ, Permission.CASES_WRITE

WHEN, DOING, LIVING, LEFT, CHECK = range(1, 6)
BEFORE = "before_"
"""What stands before the fields that say how it was at the start, asked only where nobody has said it."""

_DOING = ("occupations", "work_extent", "study_extent", "subsidy")
_LIVING = ("income_sources",)
_FIELDS = {
    WHEN: ("ended_on", "end_reason"),
    DOING: (*_DOING, *(BEFORE + name for name in _DOING)),
    LIVING: (*_LIVING, *(BEFORE + name for name in _LIVING)),
}
_LEFT = ("state_", "handed_to_", "accepted_")


@pages.route("/<uuid:stay_id>/avsluta", permission=READ)
def ask(actor: Actor, stay_id: UUID) -> str:
    """Step 1: when and why."""
    case = stays.case_of(actor, stay_id)
    return _page(actor, case, WHEN, Form.of({"ended_on": clock.today()}))


@pages.route("/<uuid:stay_id>/avsluta", permission=WRITE, methods=("POST",))
def end(actor: Actor, stay_id: UUID) -> Any:
    """On to the next step, back, or end; what was written follows along."""
    case = stays.opened(actor, stay_id)
    steps = endings.steps_of(request.form.get("end_reason", ""))
    asked = request.form.get("step", WHEN, type=int)
    step = asked if asked in steps else WHEN
    if request.form.get("way") == "back":
        return _page(actor, case, max((each for each in steps if each < step), default=WHEN), _written())
    form = _judged(actor, case, [each for each in steps if each <= step])
    if not form.ok:
        return _page(actor, case, _fault_step(form, step), form), 422
    if step != CHECK:
        return _page(actor, case, min(each for each in steps if each > step), _written())
    endings.end(actor, stay_id, _ending(actor, case, steps))
    return see(actor, "cases.show", stay_id=stay_id, klart="ended")


@pages.route("/<uuid:stay_id>/angra-avslut", permission=WRITE, methods=("POST",))
def undo(actor: Actor, stay_id: UUID) -> Any:
    """Take the ending back."""
    endings.undo(actor, stay_id)
    return see(actor, "cases.show", stay_id=stay_id, klart="undone")


def _ending(actor: Actor, case: stays.Case, steps: Iterable[int]) -> Ending:
    when = bind(schemas.EndingStep, request.form).values
    if LIVING not in steps:
        return Ending(**when, handed=_handed(actor, case))
    before = _situation(BEFORE).values if _tells_before() else None
    return Ending(**when, after=_situation().values, before=before, handed=_handed(actor, case))


def _written() -> Form:
    return Form(raw={name: request.form.getlist(name) for name in request.form})


def _judged(actor: Actor, case: stays.Case, steps: list[int]) -> Form:
    """What is wrong in these steps, if anything; nothing is saved."""
    form = _written()
    when = bind(schemas.EndingStep, request.form)
    form.add_errors(when.errors)
    if when.ok:
        try:
            endings.check_when(case, when.values["ended_on"])
        except Invalid as fault:
            form.add_errors(fault.fields)
    for prefix in ("", BEFORE) if _tells_before() else ("",):
        if DOING in steps:
            faults = _situation(prefix, whole=LIVING in steps).errors
            form.add_errors({prefix + name: words for name, words in faults.items()})
    if LEFT in steps:
        form.add_errors(endings.left_over(actor, case, _handed(actor, case)))
    return form


def _fault_step(form: Form, step: int) -> int:
    """The first step that has a field with a fault."""
    return next((each for each, names in _FIELDS.items() if set(names) & set(form.errors)), step)


def _situation(prefix: str = "", *, whole: bool = True) -> Form:
    """How it is now, or with the prefix how it was; not `whole` before step 3 has asked what one lives on."""
    sent = MultiDict(
        (name.removeprefix(prefix), value)
        for name, value in request.form.items(multi=True)
        if name.startswith(prefix)
    )
    if not whole:
        sent.setlist("income_sources", ["UNK"])
    return bind(schemas.SituationIn, sent)


def _tells_before() -> bool:
    """Whether somebody has said how it was at the start."""
    return any(request.form.getlist(BEFORE + name) not in ([], [""]) for name in (*_DOING, *_LIVING))


def _handed(actor: Actor, case: stays.Case) -> dict[UUID, dict[str, Any]]:
    return {
        row.id: {
            "state": request.form.get(f"state_{row.id}", ""),
            "handed_to": request.form.get(f"handed_to_{row.id}", "")[:120],
            "accepted": request.form.get(f"accepted_{row.id}") == "1",
        }
        for row in plans.whole(actor, case.stay).remaining
    }


def _carried(step: int) -> list[tuple[str, str]]:
    """What the other steps hold, to follow along in the form."""
    elsewhere = {name for each, names in _FIELDS.items() if each != step for name in names}
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name in elsewhere or (step != LEFT and name.startswith(_LEFT))
    ]


def _page(actor: Actor, case: stays.Case, step: int, form: Form) -> str:
    stays.need_open(case)
    steps = endings.steps_of(form.value("end_reason"))
    return render(
        "ending",
        actor,
        case=case,
        step=step,
        number=steps.index(step) + 1,
        steps=len(steps),
        form=form,
        carried=_carried(step),
        plan=plans.whole(actor, case.stay),
        ask_before="START" not in case.situations,
        before=present.situation_words(case.situations.get("START")),
        counts_as=endings.counts_as(case, _ending(actor, case, steps)) if step == CHECK else (),
    )
