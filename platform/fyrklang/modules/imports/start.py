"""What files ask of a new förbund: nothing, but they help."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from sqlalchemy import exists, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.modules.imports.models import Batch
from fyrklang.sdk.onboarding import Task, onboards
from fyrklang.web.i18n import gettext as _


@onboards
def first_files(actor: Actor) -> Iterator[Task]:
    """Older figures out of files."""
    if not actor.may(Permission.INTERVENTIONS_WRITE):
        return
    yield Task(
        90,
        _("Läs in äldre uppgifter"),
        _("Insatser, antal, budget och kostnader ur Excel eller CSV. Ni ser allt innan det sparas."),
        url_for("imports.batches", slug=actor.slug),
        done=bool(actor.session.scalar(select(exists().where(Batch.state == "DONE")))),
        minutes=15,
        optional=True,
    )
