"""The pages of local accounts: log in, begin with an invitation, mend with a recovery code."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for

from fyrklang.access.guard import PUBLIC, Scope
from fyrklang.identity import local_secrets
from fyrklang.identity.local_accounts import SETUP_SECONDS
from fyrklang.identity.oidc import local_path
from fyrklang.identity.session_store import Session
from fyrklang.identity.sessions import Identity, current, installed
from fyrklang.kernel.config import Config
from fyrklang.kernel.errors import Invalid
from fyrklang.modules.signin import service
from fyrklang.modules.signin.accounts import schemas
from fyrklang.modules.signin.accounts import service as accounts
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind

PAGES = Pages("account", __name__, prefix="/logga-in/konto", scope=Scope.NONE)


@PAGES.route("", permission=PUBLIC)
def login() -> Any:
    """Where an account's name and proofs are typed."""
    _identity()
    session = current(request)
    return redirect(service.start_of(session)) if session else _page("login", Form())


@PAGES.route("", permission=PUBLIC, methods=("POST",))
def log_in() -> Any:
    """Log in with an account."""
    identity, form = _identity(), bind(schemas.LoginIn, request.form)
    if form.ok:
        try:
            target = local_path(request.form.get("nasta", "/"))
            entered = accounts.open_account(identity, form.values, target, _browser())
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            if entered is None:
                form.add_errors({"": "Ditt konto är avslutat. Vänd dig till administratören i ditt förbund."})
            else:
                answer = make_response(redirect(entered.target, 303))
                identity.sessions.set_cookie(answer, entered.cookie)
                return answer
    return _page("login", form), 422


@PAGES.route("/nytt", permission=PUBLIC)
def new() -> str:
    """Where the code of an invitation is typed."""
    _identity()
    return _page("new", Form())


@PAGES.route("/nytt", permission=PUBLIC, methods=("POST",))
def begin() -> Any:
    """Begin an account with an invitation."""
    identity, form = _identity(), bind(schemas.InvitationIn, request.form)
    if form.ok:
        try:
            return _go_on(accounts.begin_invited(identity, form.values["inbjudan"]))
        except Invalid as fault:
            form.add_errors(fault.fields)
    return _page("new", form), 422


@PAGES.route("/aterstall", permission=PUBLIC)
def lost() -> str:
    """Where a recovery code is typed."""
    _identity()
    return _page("recover", Form())


@PAGES.route("/aterstall", permission=PUBLIC, methods=("POST",))
def recover() -> Any:
    """Begin new proofs with a recovery code."""
    identity, form = _identity(), bind(schemas.RecoveryIn, request.form)
    if form.ok:
        try:
            return _go_on(accounts.begin_recovery(identity, form.values))
        except Invalid as fault:
            form.add_errors(fault.fields)
    return _page("recover", form), 422


@PAGES.route("/skydd", permission=PUBLIC)
def proofs() -> Any:
    """Choose a password and set up the app that makes codes."""
    return _proofs_page(Form())


@PAGES.route("/skydd", permission=PUBLIC, methods=("POST",))
def keep_proofs() -> Any:
    """Keep them, show the recovery codes this once, and be logged in."""
    identity = _identity()
    cookie = request.cookies.get(_cookie_name(identity.config), "")
    setup, form = identity.accounts.setup(cookie), bind(schemas.ProofsIn, request.form)
    if setup is None:
        return _too_late()
    if form.ok:
        try:
            made = accounts.finish(identity, cookie, setup, form.values, _browser())
        except Invalid as fault:
            form.add_errors(fault.fields)
        else:
            return _made_page(identity, made)
    return _proofs_page(form), 422


def _made_page(identity: Identity, made: accounts.Made) -> Response:
    further = made.entered.target if made.entered else url_for("account.login")
    answer = make_response(_page("made", Form(), made=made, further=further))
    _forget(identity.config, answer)
    if made.entered is not None:
        identity.sessions.set_cookie(answer, made.entered.cookie)
    return answer


def _proofs_page(form: Form) -> Any:
    identity = _identity()
    setup = identity.accounts.setup(request.cookies.get(_cookie_name(identity.config)))
    if setup is None:
        return _too_late()
    address = local_secrets.setup_address(setup.secret, setup.login)
    return _page(
        "proofs",
        form,
        setup=setup,
        address=address,
        image=local_secrets.setup_image(address),
        key=local_secrets.in_fours(setup.secret),
        shortest=local_secrets.SHORTEST,
    )


def _too_late() -> Any:
    return _page("late", Form()), 410


def _go_on(cookie: str) -> Response:
    config = installed().config
    answer = make_response(redirect(url_for("account.proofs"), 303))
    answer.set_cookie(
        _cookie_name(config),
        cookie,
        max_age=SETUP_SECONDS,
        path="/",
        secure=config.secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    return answer


def _forget(config: Config, answer: Response) -> None:
    answer.delete_cookie(
        _cookie_name(config), path="/", secure=config.secure_cookies, httponly=True, samesite="Lax"
    )


def _page(name: str, form: Form, **values: Any) -> str:
    target = local_path(request.values.get("nasta", "/"))
    return render_template(f"signin/account_{name}.html", form=form, target=target, **values)


def _identity() -> Identity:
    identity = installed()
    accounts.require(identity)
    return identity


def _browser() -> tuple[Session | None, str]:
    return current(request), request.user_agent.string


def _cookie_name(config: Config) -> str:
    return "__Host-konto" if config.secure_cookies else "konto"
