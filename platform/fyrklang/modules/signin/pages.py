"""The login pages. Everything works without JavaScript."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, make_response, redirect, render_template, request, url_for

from fyrklang.access.guard import PUBLIC, SIGNED_IN, Scope
from fyrklang.identity import organisations, prelogin
from fyrklang.identity.issuers import LOCAL_ID, Issuer
from fyrklang.identity.oidc import Wish, local_path
from fyrklang.identity.outcomes import Refused
from fyrklang.identity.session_store import Session
from fyrklang.identity.sessions import current, installed
from fyrklang.kernel.errors import NotFound, NotSignedIn
from fyrklang.kernel.ids import parse_id
from fyrklang.modules.signin import device, service
from fyrklang.modules.signin.accounts import service as accounts
from fyrklang.modules.signin.device import hand_over, send_off
from fyrklang.modules.signin.trials.pages import come_back
from fyrklang.sdk.routes import Pages

PAGES = Pages("signin", __name__, scope=Scope.NONE)
MAX_SEARCH_CHARS = 80


@PAGES.route("/logga-in", permission=PUBLIC)
def login() -> Any:
    """S1: choose the organisation to log in at."""
    session = current(request)
    if session is not None:
        return redirect(service.start_of(session))
    return _login_page()


@PAGES.route("/logga-in", permission=PUBLIC, methods=("POST",))
def depart() -> Any:
    """Begin a login at the chosen organisation's issuer."""
    identity = installed()
    chosen = parse_id(request.form.get("organisation", ""))
    offered = {item.id: item for item in organisations.linked(identity.database, identity.issuers.all())}
    organisation = offered.get(chosen) if chosen else None
    if organisation is None:
        return _login_page(fault="Välj en organisation i listan.", status=422)
    wish = Wish(organisation.id, local_path(request.form.get("nasta", "/")))
    departure = identity.client.begin(organisation.issuer, wish)
    if isinstance(departure, Refused):
        service.note_refusal(organisation.issuer, departure)
        return _login_page(fault=departure.sentence, status=departure.status)
    response = send_off(departure, organisation.name)
    device.remember(identity.config, request, response, organisation.id)
    return response


@PAGES.route("/auth/<issuer_id>/callback", permission=PUBLIC)
def callback(issuer_id: str) -> Any:
    """Where the issuer sends the browser back to."""
    identity = installed()
    issuer = identity.issuers.get(issuer_id)
    if issuer is None or issuer.local:
        raise NotFound
    name = prelogin.cookie_name(identity.config)
    outcome = identity.client.finish(issuer, request.args, request.cookies.get(name))
    if outcome.trial:
        response = make_response(come_back(identity, issuer, outcome))
    elif isinstance(outcome, Refused):
        response = _refuse(issuer, outcome)
    else:
        entered = service.enter(identity, outcome, current(request), request.user_agent.string)
        if entered is None:
            response = _refuse(issuer, service.ended(issuer))
        else:
            response = make_response(redirect(entered.target))
            identity.sessions.set_cookie(response, entered.cookie)
    response.delete_cookie(
        name, path="/", secure=identity.config.secure_cookies, httponly=True, samesite="Lax"
    )
    return response


@PAGES.route("/valj", permission=SIGNED_IN)
def choose() -> Any:
    """Cards of the roles to act in; with none, what to do about it."""
    session = _session()
    cards = service.choices(session)
    template = "signin/choose.html" if cards else "signin/no_role.html"
    # Features are strangers: the link stands where the feature that answers it is there.
    known = "invitation.enter" in current_app.view_functions
    link = url_for("invitation.enter") if known else ""
    return render_template(template, cards=cards, name=session.grants.name, invitation_url=link)


@PAGES.route("/valj", permission=SIGNED_IN, methods=("POST",))
def act() -> Any:
    """Act in another role: a new session id, so that the old one opens nothing."""
    sessions = installed().sessions
    cookie, exchanged = sessions.act(_session(), request.form.get("roll", ""))
    response = make_response(redirect(service.start_of(exchanged), code=303))
    sessions.set_cookie(response, cookie)
    return response


@PAGES.route("/logga-ut", permission=PUBLIC, methods=("POST",))
def logout() -> Any:
    """End the session here, and at the issuer when it offers that."""
    identity = installed()
    session = current(request)
    further = service.farewell(identity, session) if session is not None else None
    response = hand_over(further, "") if further else make_response(redirect("/logga-in", code=303))
    identity.sessions.clear_cookie(response)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@PAGES.route("/logga-in/starkare", permission=SIGNED_IN)
def stronger() -> Any:
    """What takes a stronger login, and the way to it."""
    wanted, target = _wanted()
    if service.level(installed(), _session()) >= wanted:
        return redirect(target)
    return _stronger_page(wanted, target)


@PAGES.route("/logga-in/starkare", permission=SIGNED_IN, methods=("POST",))
def depart_stronger() -> Any:
    """Begin a login at the level wanted, at the issuer the person is signed in at."""
    identity = installed()
    wanted, target = _wanted()
    way = service.stronger(identity, _session(), wanted, target)
    if way is None:
        return _stronger_page(wanted, target), 422
    issuer, wish = way
    departure = identity.client.begin(issuer, wish)
    if isinstance(departure, Refused):
        service.note_refusal(issuer, departure)
        return _stronger_page(wanted, target, departure.sentence), departure.status
    return send_off(departure, issuer.name)


@PAGES.route("/mina-inloggningar", permission=SIGNED_IN)
def own_sessions() -> str:
    """Where the person is signed in."""
    session = _session()
    rows = installed().sessions.all_of(session.person_id)
    own_account = session.issuer_id == LOCAL_ID
    return render_template(
        "signin/own_sessions.html",
        rows=rows,
        own=session.handle,
        agent=device.words,
        own_account=own_account,
    )


@PAGES.route("/mina-inloggningar/ovriga/avsluta", permission=SIGNED_IN, methods=("POST",))
def end_other_sessions() -> Any:
    """End every session but this one."""
    service.end_others(installed(), _session())
    return redirect(url_for("signin.own_sessions"), 303)


@PAGES.route("/mina-inloggningar/<handle>/avsluta", permission=SIGNED_IN, methods=("POST",))
def end_session(handle: str) -> Any:
    """End one of one's own sessions."""
    service.end_one(installed(), _session(), handle)
    return redirect(url_for("signin.own_sessions"), 303)


@PAGES.route("/auth/<issuer_id>/utloggad", permission=PUBLIC, methods=("POST",))
def left(issuer_id: str) -> Any:
    """Where an issuer says that somebody has left (OpenID Connect Back-Channel Logout 1.0)."""
    identity = installed()
    issuer = identity.issuers.get(issuer_id)
    if issuer is None or issuer.local:
        raise NotFound
    told = service.left(identity, issuer, request.form.get("logout_token", ""))
    if isinstance(told, Refused):
        service.note_refusal(issuer, told)
        return {"error": "invalid_request"}, 400
    return Response(status=200)


def _wanted() -> tuple[int, str]:
    level = request.values.get("niva", type=int) or 3
    return min(max(level, 1), 4), local_path(request.values.get("nasta", "/"))


def _stronger_page(wanted: int, target: str, fault: str = "") -> str:
    identity, session = installed(), _session()
    issuer = identity.issuers.get(session.issuer_id)
    return render_template(
        "signin/stronger.html",
        level=wanted,
        target=target,
        fault=fault,
        issuer=issuer.name if issuer else "",
        possible=service.stronger(identity, session, wanted, target) is not None,
    )


def _login_page(fault: str = "", status: int = 200) -> Response:
    identity = installed()
    offered = organisations.linked(identity.database, identity.issuers.all())
    words = request.values.get("sok", "").strip()[:MAX_SEARCH_CHARS]
    found = organisations.search(offered, words)
    page = render_template(
        "signin/login.html",
        latest=device.latest(identity.config, request, offered),
        groups=organisations.grouped(found),
        accounts=accounts.offered(identity),
        down=service.down(identity, offered),
        words=words,
        target=local_path(request.values.get("nasta", "/")),
        fault=fault,
    )
    return make_response(page, status)


def _refuse(issuer: Issuer, refused: Refused) -> Response:
    service.note_refusal(issuer, refused)
    return make_response(render_template("signin/refused.html", refused=refused), refused.status)


def _session() -> Session:
    session = current(request)
    if session is None:
        raise NotSignedIn
    return session
