"""What the HTML doors of casework share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response as FlaskResponse
from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.guard import place
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


def paper(name: str, stay_id: UUID, make: Callable[..., bytes]) -> FlaskResponse:
    """A PDF about a stay, to read and print; `make` is told by `synthetic` whether the förbund is invented."""
    here = place()
    answer = make_response(make(synthetic=bool(here and here.synthetic)))
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}-{stay_id.hex[-6:]}.pdf"'
    return answer
