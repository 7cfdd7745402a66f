"""What the HTML doors of casework share."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.modules.casework import codes, drawing, present
from fyrklang.sdk import codes as shared


def render(name: str, actor: Actor, **values: Any) -> str:
    """One of casework's pages, with the receipt of what was just done."""
    helpers = {
        "codes": codes,
        "shared": shared,
        "present": present,
        "drawing": drawing,
        "party": present.party,
    }
    done = present.DONE.get(request.args.get("klart", ""))
    return render_template(f"casework/{name}.html", actor=actor, done=done, **helpers, **values)


def see(actor: Actor, endpoint: str, **values: Any) -> Response:
    """Lead the browser on after something was saved; `klart` names the receipt."""
    return redirect(url_for(endpoint, slug=actor.slug, **values), 303)
