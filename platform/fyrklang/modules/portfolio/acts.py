"""What the feature does, in the words of the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fyrklang.modules.portfolio.protocol import STEPS
from fyrklang.sdk.audit import Group, action
from fyrklang.web.i18n import lazy_gettext


def _step(detail: Mapping[str, Any]) -> str:
    kind = STEPS.get(str(detail.get("step")))
    return str(kind.done) if kind else ""


INSATS = "intervention"
STEPPED = action("portfolio.stepped", lazy_gettext("Förde insatsen vidare"), Group.WRITE, _step)
UNDONE = action("portfolio.undone", lazy_gettext("Ångrade ett steg"), Group.WRITE, _step)
WRITTEN = action("portfolio.written", lazy_gettext("Ändrade ansökan"), Group.WRITE)
ATTACHED = action("portfolio.attached", lazy_gettext("Lade till en handling"), Group.WRITE)
DETACHED = action("portfolio.detached", lazy_gettext("Tog bort en handling"), Group.WRITE)
