"""The HTML doors: the administrator's list and settings, and every plugin's own pages and files."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fyrklang.access.actor import Actor
from fyrklang.access.guard import place
from fyrklang.access.permissions import Permission
from fyrklang.kernel.errors import Unavailable
from fyrklang.modules.plugins import present, schemas, service
from fyrklang.sdk.plugin.shapes import Page
from fyrklang.sdk.plugins import settings
from fyrklang.sdk.routes import Pages
from fyrklang.web.forms import Form, bind

pages = Pages("plugins", __name__, prefix="/tillagg")
door = Pages("plugin", __name__, prefix="/t")


@pages.route("", permission=Permission.PLUGINS_READ)
def plugins(actor: Actor) -> str:
    """Every plugin there is."""
    return render_template("plugins/list.html", actor=actor, rows=service.list_plugins(actor), words=present)


@pages.route("/<plugin_id>", permission=Permission.PLUGINS_READ)
def plugin(actor: Actor, plugin_id: str) -> str:
    """What one plugin may see, and its settings."""
    found, _standing = service.get_plugin(actor, plugin_id)
    form = Form.of(settings.kept(actor.session, found).values)
    return _detail(actor, plugin_id, form, done=present.DONE.get(request.args.get("klart", "")))


@pages.route("/<plugin_id>", permission=Permission.PLUGINS_WRITE, methods=("POST",))
def save(actor: Actor, plugin_id: str) -> Any:
    """Save the settings, or only try them."""
    found, _standing = service.get_plugin(actor, plugin_id)
    form = bind(settings.schema_of(found.manifest.settings), request.form)
    if not form.ok:
        return _detail(actor, plugin_id, form), 422
    if request.form.get("deed") == "try" and found.manifest.tries:
        return _detail(actor, plugin_id, form, trial=service.try_out(actor, found, form.values))
    service.save_settings(actor, found, form.values)
    return _see(actor, plugin_id, "sparad")


@pages.route("/<plugin_id>/lage", permission=Permission.PLUGINS_WRITE, methods=("POST",))
def switch(actor: Actor, plugin_id: str) -> Any:
    """On or off."""
    form = bind(schemas.SwitchIn, request.form)
    if not form.ok:
        return _detail(actor, plugin_id, form), 422
    service.switch(actor, plugin_id, form.values["to"] == "on")
    return _see(actor, plugin_id, form.values["to"])


@pages.route("/<plugin_id>/aterstall", permission=Permission.PLUGINS_WRITE, methods=("POST",))
def restore(actor: Actor, plugin_id: str) -> Any:
    """Take older settings back."""
    found, _standing = service.get_plugin(actor, plugin_id)
    form = bind(schemas.RestoreIn, request.form)
    if not form.ok:
        return _detail(actor, plugin_id, form), 422
    service.restore(actor, found, form.values["version"])
    return _see(actor, plugin_id, "sparad")


# The page's own permission is asked for once it is known that the plugin is on.
@door.route("/<plugin_id>/<page_name>", permission=Permission.INTERVENTIONS_READ)
def page(actor: Actor, plugin_id: str, page_name: str) -> Any:
    """A plugin's page."""
    return _own_page(actor, plugin_id, page_name, {}, Form())


@door.route("/<plugin_id>/<page_name>", permission=Permission.INTERVENTIONS_READ, methods=("POST",))
def send(actor: Actor, plugin_id: str, page_name: str) -> Any:
    """What was filled in on it."""
    _found, _entry, shown = service.show_page(actor, plugin_id, page_name, {})
    if shown is None or shown.form is None:
        return _own_page(actor, plugin_id, page_name, {}, Form())
    form = bind(settings.schema_of(shown.form.fields), request.form)
    if not form.ok:
        return _drawn(actor, shown, form), 422
    values, _secrets = dict(form.values), None
    return _own_page(actor, plugin_id, page_name, values, form)


@door.route("/<plugin_id>/fil/<export_name>", permission=Permission.INTERVENTIONS_READ)
def export(actor: Actor, plugin_id: str, export_name: str) -> Response:
    """A plugin's file, as Excel."""
    entry, sheet = service.make_export(actor, plugin_id, export_name)
    if sheet is None:
        raise Unavailable("Tillägget svarade inte. Försök igen om en stund.")
    here = place()
    answer = make_response(present.xlsx(sheet, here is not None and here.synthetic))
    answer.headers["Content-Type"] = present.XLSX
    answer.headers["Content-Disposition"] = f'attachment; filename="{plugin_id}-{entry.name}.xlsx"'
    return answer


def _own_page(actor: Actor, plugin_id: str, name: str, values: dict[str, Any], form: Form) -> Any:
    _found, entry, shown = service.show_page(actor, plugin_id, name, values)
    if shown is None:
        return render_template("plugins/silent.html", actor=actor, title=entry.title)
    form.add_errors(dict(shown.errors))
    kept = Form() if shown.done else form
    return _drawn(actor, shown, kept), 422 if shown.errors else 200


def _drawn(actor: Actor, shown: Page, form: Form) -> str:
    return render_template("plugins/page.html", actor=actor, page=shown, form=form, words=present)


def _detail(actor: Actor, plugin_id: str, form: Form, **more: Any) -> str:
    found, standing = service.get_plugin(actor, plugin_id)
    return render_template(
        "plugins/detail.html",
        actor=actor,
        found=found,
        standing=standing,
        form=form,
        kept=settings.kept(actor.session, found),
        saved=service.saved(actor, found),
        words=present,
        shown_default=settings.shown_default,
        may_write=actor.may(Permission.PLUGINS_WRITE),
        **more,
    )


def _see(actor: Actor, plugin_id: str, done: str) -> Response:
    return redirect(url_for("plugins.plugin", slug=actor.slug, plugin_id=plugin_id, klart=done), 303)
