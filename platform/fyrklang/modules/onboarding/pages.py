"""The HTML door of the first afternoon."""

from __future__ import annotations

from flask import render_template

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.sdk.onboarding import tasks
from fyrklang.sdk.routes import Pages

pages = Pages("onboarding", __name__, prefix="/kom-igang")


@pages.route("", permission=Permission.INTERVENTIONS_WRITE)
def first_things(actor: Actor) -> str:
    """What is done and what is left, in order, each with a link."""
    found = tasks(actor)
    needed = [task for task in found if not task.optional]
    following = next((task for task in needed if not task.done), None)
    return render_template(
        "onboarding/tasks.html",
        actor=actor,
        tasks=found,
        needed=len(needed),
        done=sum(task.done for task in needed),
        following=following,
        minutes=sum(task.minutes for task in needed if not task.done),
    )
