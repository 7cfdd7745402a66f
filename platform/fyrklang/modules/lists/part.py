"""What the feature brings."""

from __future__ import annotations

from fyrklang.modules.lists.pages import pages
from fyrklang.sdk.parts import Part

PART = Part(name="lists", pages=(pages,))
