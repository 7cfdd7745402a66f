"""What the feature brings."""

from __future__ import annotations

from fyrklang.modules.webhooks import jobs  # noqa: F401 - receivers are told by whoever imports this
from fyrklang.modules.webhooks.pages import pages
from fyrklang.modules.webhooks.routes import api
from fyrklang.modules.webhooks.start import start
from fyrklang.sdk.parts import Part

PART = Part(name="webhooks", pages=(pages,), apis=(api,), start=(start,))
