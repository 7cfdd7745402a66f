"""What the feature brings."""

from __future__ import annotations

from fyrklang.modules.terms.pages import admin_pages, pages
from fyrklang.sdk.parts import Part

PART = Part(name="terms", pages=(pages, admin_pages))
