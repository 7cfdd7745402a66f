"""Put the web layer on an application: frame, templates, static files, headers, errors, language.

Call `init_app(app, WebOptions(...))` once, after sessions are resolved in a `before_request` of the caller
and after the JSON door is registered. Make the application with `static_folder=None`; files are served from
`/static/<digest>/…` by `assets`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, get_args

from flask import Flask, Response, current_app, g, get_flashed_messages, redirect, request
from jinja2 import ChoiceLoader, Environment, FileSystemLoader
from markupsafe import Markup

from fyrklang.web import formats, words
from fyrklang.web.assets import init_assets
from fyrklang.web.context import PARTY_NAMES, Shell, Theme
from fyrklang.web.i18n import LANGUAGE_COOKIE, LANGUAGES, init_i18n
from fyrklang.web.problems import init_problems
from fyrklang.web.security import init_security, is_https, origin_of
from fyrklang.web.uploads import init_uploads

TEMPLATES = Path(__file__).parent / "templates"
THEME_COOKIE = "fy_theme"
KEYS_COOKIE = "fy_keys"
PREFERENCES_URL = "/visning"
_YEAR = 365 * 24 * 60 * 60
_T = TypeVar("_T")


def _nobody() -> str:
    return ""


def _flashed() -> list[tuple[str, str]]:
    once: list[Any] = list(get_flashed_messages(with_categories=True))
    return [(tone if tone in ("info", "pos", "warn", "neg") else "pos", str(text)) for tone, text in once]


@dataclass(frozen=True)
class WebOptions:
    """What the layers above tell the web layer.

    Attributes:
        shell: gives the frame of the current request; called at most once per request.
        session_id: the opaque id of the current session, empty when nobody is signed in.
        csrf_key: key of the tokens, derived for this purpose alone.
        base_url: the public address; empty means the one each request came to.
        form_origins: origins of the login services.
        synthetic: whether pages without a shell of their own (login, errors) carry the mark.
        accessibility_url: link in the foot of pages outside the frame.
        privacy_url: the same.
        flashes: tone and text of messages to show once.
    """

    shell: Callable[[], Shell] = Shell
    session_id: Callable[[], str] = _nobody
    csrf_key: bytes = b""
    base_url: str = ""
    form_origins: tuple[str, ...] = ()
    synthetic: bool = False
    accessibility_url: str = ""
    privacy_url: str = ""
    flashes: Callable[[], Iterable[tuple[str, str]]] = _flashed


@dataclass(frozen=True)
class View:
    """How this user wants pages shown, and where a change of that should return."""

    theme: Theme
    keys: bool
    path: str
    accessibility_url: str
    privacy_url: str


class Components:
    """Every macro in `templates/components/`, reachable in any template as `ui.<name>`."""

    def load(self, environment: Environment) -> None:
        """Take in the macros of every file, once, when everything they use is in place."""
        for path in sorted((TEMPLATES / "components").glob("*.html")):
            macros = vars(environment.get_template(f"components/{path.name}").module)
            vars(self).update((name, macro) for name, macro in macros.items() if not name.startswith("_"))


def component(macro: str, *given: object, **named: object) -> Markup:
    """What `ui.<macro>(…)` gives in a template, for a table put together in Python."""
    drawn: Markup = getattr(current_app.extensions["fyrklang_components"], macro)(*given, **named)
    return drawn


def current_shell() -> Shell:
    """The frame of this request (the default one where none was given)."""
    shell: Shell = g.get("fy_shell") or Shell()
    return shell


def mark_synthetic(invented: bool = True) -> None:
    """Say for this page alone whether what it shows is invented."""
    g.fy_synthetic = invented


def _or_plain(ask: Callable[[], _T], plain: _T) -> _T:
    """What is known of this request. An error page does without: it may be the very thing that failed."""
    try:
        return ask()
    except Exception:
        if not g.get("fy_problem"):
            raise
        return plain


def _view(options: WebOptions) -> View:
    theme = request.cookies.get(THEME_COOKIE, "auto")
    return View(
        theme=theme if theme in get_args(Theme) else "auto",  # type: ignore[arg-type]
        keys=request.cookies.get(KEYS_COOKIE) != "off",
        path=_here(),
        accessibility_url=options.accessibility_url,
        privacy_url=options.privacy_url,
    )


def _here() -> str:
    """The address to come back to. An error page leads home: its bytes must not echo what was asked for."""
    return "/" if g.get("fy_problem") or request.method != "GET" else request.full_path.rstrip("?")


def _local(path: str) -> str:
    """An address on this site, or the start page: an open redirect helps phishing."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path
    return path if safe and path.isprintable() else "/"


def set_preferences() -> Response:
    """Keep the user's choice of appearance, language or shortcuts in a cookie of this browser."""
    choices = (
        (THEME_COOKIE, request.form.get("theme"), get_args(Theme)),
        (LANGUAGE_COOKIE, request.form.get("lang"), LANGUAGES),
        (KEYS_COOKIE, request.form.get("keys"), ("on", "off")),
    )
    response = Response(
        status=303, headers={"Location": redirect(_local(request.form.get("next", "/"))).location}
    )
    for cookie, value, allowed in choices:
        if value is not None and value in allowed:
            response.set_cookie(
                cookie, value, max_age=_YEAR, httponly=True, samesite="Lax", secure=is_https()
            )
    return response


def _init_templates(app: Flask, options: WebOptions) -> None:
    loader = app.jinja_loader
    ours = FileSystemLoader(TEMPLATES)
    app.jinja_loader = ChoiceLoader([loader, ours]) if loader else ours
    environment = app.jinja_env
    environment.trim_blocks = True
    environment.lstrip_blocks = True

    def is_synthetic() -> bool:
        known: bool | None = g.get("fy_synthetic")
        return current_shell().synthetic if known is None else known

    components = Components()
    environment.filters.update(formats.FILTERS)
    environment.tests["group"] = lambda value: isinstance(value, list | tuple)
    environment.globals.update(
        formats.GLOBALS
        | {
            "ui": components,
            "status_of": words.status_of,
            "party_names": PARTY_NAMES,
            "is_synthetic": is_synthetic,
            "flashed": options.flashes,
            "preferences_url": PREFERENCES_URL,
        }
    )
    app.extensions["fyrklang_components"] = components

    def frame() -> dict[str, object]:
        if "fy_shell" not in g:
            g.fy_shell = _or_plain(options.shell, Shell(synthetic=options.synthetic))
        shell = current_shell()
        return {"shell": shell, "view": _view(options), "home_url": shell.home_url or "/"}

    app.context_processor(frame)


def init_app(app: Flask, options: WebOptions | None = None) -> None:
    """Register everything of the web layer on `app`."""
    chosen = options or WebOptions()
    init_i18n(app)
    init_uploads(app)
    init_assets(app)
    _init_templates(app, chosen)
    own_origin = origin_of(chosen.base_url) if chosen.base_url else ""
    session_id = partial(_or_plain, chosen.session_id, "")
    init_security(app, session_id, chosen.csrf_key, own_origin, chosen.form_origins)
    app.extensions["fyrklang_components"].load(app.jinja_env)
    app.add_url_rule(PREFERENCES_URL, view_func=set_preferences, methods=["POST"])
    init_problems(app)


__all__ = [
    "Components",
    "View",
    "WebOptions",
    "component",
    "current_shell",
    "init_app",
    "mark_synthetic",
    "set_preferences",
]
