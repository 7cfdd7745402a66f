"""Try one's own login: the whole way to the issuer and back, and what came back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import redirect, render_template, request, url_for

from fyrklang.access.guard import SIGNED_IN, Scope
from fyrklang.identity import trials
from fyrklang.identity.issuers import Issuer, level_of
from fyrklang.identity.oidc import Wish
from fyrklang.identity.outcomes import Accepted, Outcome, Refused
from fyrklang.identity.session_store import Session
from fyrklang.identity.sessions import Identity, current, installed
from fyrklang.kernel import clock
from fyrklang.kernel.errors import NotSignedIn
from fyrklang.modules.signin import service
from fyrklang.modules.signin.device import send_off
from fyrklang.sdk.routes import Pages

PAGES = Pages("trial", __name__, prefix="/logga-in/prova", scope=Scope.NONE)


@PAGES.route("", permission=SIGNED_IN)
def show() -> str:
    """What came back the last time, and the way to try."""
    return _page()


@PAGES.route("", permission=SIGNED_IN, methods=("POST",))
def begin() -> Any:
    """Go to the issuer; the session stays as it is."""
    identity, session = installed(), _session()
    issuer = identity.issuers.get(session.issuer_id)
    if issuer is None or issuer.local:
        return _page(), 422
    wish = Wish(session.organisation_id, trial=True)
    departure = identity.client.begin(issuer, wish)
    if isinstance(departure, Refused):
        service.note_refusal(issuer, departure)
        identity.trials.put(session.handle, trials.of_refused(departure, issuer.id, _now()))
        return _page(), departure.status
    return send_off(departure, issuer.name)


def come_back(identity: Identity, issuer: Issuer, outcome: Outcome) -> Any:
    """Note what came back for the session that tried, and show it."""
    session = current(request)
    if session is None:
        return redirect(url_for("signin.login"), 303)
    if isinstance(outcome, Accepted):
        same = (outcome.issuer_id, outcome.subject) == (session.issuer_id, session.subject)
        level = level_of(issuer, outcome.acr)
        trial = trials.of_accepted(outcome, issuer.name, level, _now(), same=same)
    else:
        service.note_refusal(issuer, outcome)
        trial = trials.of_refused(outcome, issuer.id, _now())
    identity.trials.put(session.handle, trial)
    return redirect(url_for("trial.show"), 303)


def _page() -> str:
    identity, session = installed(), _session()
    issuer = identity.issuers.get(session.issuer_id)
    return render_template(
        "signin/trial.html",
        trial=identity.trials.get(session.handle),
        issuer=issuer,
        level=level_of(issuer, session.acr),
        when=lambda seconds: datetime.fromtimestamp(seconds, UTC),
    )


def _session() -> Session:
    session = current(request)
    if session is None:
        raise NotSignedIn
    return session


def _now() -> float:
    return clock.now().timestamp()
