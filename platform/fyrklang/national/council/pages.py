"""The HTML door of the council's start page."""

from __future__ import annotations

from flask import render_template

from fyrklang.access.actor import NationalReader
from fyrklang.access.permissions import Permission
from fyrklang.national.council import present, service
from fyrklang.sdk.routes import Pages, Scope
from fyrklang.web.shell import mark_synthetic

pages = Pages("council", __name__, scope=Scope.NATIONAL)


@pages.route("/", permission=Permission.NATIONAL_READ)
def overview(reader: NationalReader) -> str:
    """The state of the country in the latest release."""
    found = service.country(reader)
    if found is not None:
        mark_synthetic(found.release.synthetic)
    return render_template("council/overview.html", found=found, present=present)
