"""Plugins in a förbund. Every door calls this; nothing commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel.errors import NotFound
from fyrklang.modules.plugins import acts
from fyrklang.sdk.audit import EXPORTED, record
from fyrklang.sdk.plugin.shapes import Page, Sheet
from fyrklang.sdk.plugins import settings, state
from fyrklang.sdk.plugins.calls import PAGE_SECONDS, WORK_SECONDS, Asker, attempt, call
from fyrklang.sdk.plugins.manifest import ApiEntry, ExportEntry, PageEntry
from fyrklang.sdk.plugins.models import PluginSettings
from fyrklang.sdk.plugins.process import PluginFault
from fyrklang.sdk.plugins.shelf import SHELF, Found

NEVER = state.Standing("OFF", "", None)


@dataclass(frozen=True)
class Trial:
    """How a dry run went: the sheet it would have made, or why it did not."""

    sheet: Sheet | None
    fault: str = ""


def list_plugins(actor: Actor) -> list[tuple[Found, state.Standing]]:
    """Every plugin there is, with how it stands in the förbund."""
    actor.require(Permission.PLUGINS_READ)
    known = state.standings(actor.session)
    return [(found, known.get(found.id, NEVER)) for found in SHELF.all().values()]


def get_plugin(actor: Actor, plugin_id: str) -> tuple[Found, state.Standing]:
    """One plugin, on or off.

    Raises:
        NotFound: there is none of that id.
    """
    actor.require(Permission.PLUGINS_READ)
    found = SHELF.get(plugin_id)
    if found is None:
        raise NotFound
    return found, state.standings(actor.session).get(plugin_id, NEVER)


def switch(actor: Actor, plugin_id: str, on: bool) -> None:
    """Switch a plugin on or off in the förbund.

    Raises:
        NotFound: there is none of that id.
    """
    actor.require(Permission.PLUGINS_WRITE)
    get_plugin(actor, plugin_id)
    state.set_status(actor.session, plugin_id, "ON" if on else "OFF")
    record(actor, acts.ON if on else acts.OFF, plugin=plugin_id)


def save_settings(actor: Actor, found: Found, values: Mapping[str, Any]) -> int:
    """Keep new settings; a secret that was left empty stays as it was. Returns their version."""
    actor.require(Permission.PLUGINS_WRITE)
    chosen, typed = settings.split_secrets(found, values)
    before = settings.latest(actor.session, found.id)
    secrets = {**(before.secrets if before else {}), **settings.seal_secrets(actor.session, found.id, typed)}
    version = settings.save(actor, found, chosen, secrets)
    record(actor, acts.SET, plugin=found.id, version=version)
    return version


def restore(actor: Actor, found: Found, version: int) -> None:
    """Make older settings the newest; 0 is what the plugin came with, and forgets its secrets.

    Raises:
        NotFound: they were never so.
    """
    actor.require(Permission.PLUGINS_WRITE)
    older = [row for row in settings.history(actor.session, found.id) if row.version == version]
    if version and not older:
        raise NotFound
    made = settings.save(actor, found, older[0].chosen if older else {}, older[0].secrets if older else {})
    record(actor, acts.SET, plugin=found.id, version=made)


def saved(actor: Actor, found: Found) -> Sequence[PluginSettings]:
    """Every time the settings were saved, newest first."""
    actor.require(Permission.PLUGINS_READ)
    return settings.history(actor.session, found.id)


def try_out(actor: Actor, found: Found, values: Mapping[str, Any]) -> Trial:
    """Make the plugin's first export with settings that are not saved; nothing it keeps remains."""
    actor.require(Permission.PLUGINS_WRITE)
    chosen, typed = settings.split_secrets(found, values)
    trial = {**settings.in_use(actor.session, found), **chosen, **typed}
    within = actor.session.begin_nested()
    try:
        args = {"name": found.manifest.tries}
        return Trial(attempt(Asker.of(actor), found, "export", args, WORK_SECONDS, trial))
    except PluginFault as fault:
        return Trial(None, str(fault))
    finally:
        within.rollback()


def _entry(actor: Actor, plugin_id: str, part: str, name: str) -> tuple[Found, Any]:
    """A door of a plugin that is on. Off, unknown and missing are the same answer."""
    found = SHELF.get(plugin_id)
    entries = getattr(found.manifest, part) if found and state.is_on(actor.session, plugin_id) else ()
    entry = next((each for each in entries if each.name == name), None)
    if found is None or entry is None:
        raise NotFound
    actor.require(Permission(entry.permission))
    return found, entry


def show_page(
    actor: Actor, plugin_id: str, name: str, values: Mapping[str, Any]
) -> tuple[Found, PageEntry, Page | None]:
    """A plugin's page; None when it did not answer.

    Raises:
        NotFound: no such page here, or the plugin is off.
        Forbidden: the page demands more than the person may.
    """
    found, entry = _entry(actor, plugin_id, "pages", name)
    try:
        args = {"page": name, "values": dict(values)}
        return found, entry, call(Asker.of(actor), found, "page", args, PAGE_SECONDS)
    except PluginFault:
        return found, entry, None


def answer_api(actor: Actor, plugin_id: str, name: str, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What a plugin's JSON route answers; None when it did not.

    Raises:
        NotFound: no such route here, or the plugin is off.
    """
    found, _api = _api_entry(actor, plugin_id, name)
    try:
        args = {"name": name, "body": dict(body)}
        answer: Mapping[str, Any] = call(Asker.of(actor), found, "api", args, PAGE_SECONDS)
    except PluginFault:
        return None
    return answer


def _api_entry(actor: Actor, plugin_id: str, name: str) -> tuple[Found, ApiEntry]:
    return _entry(actor, plugin_id, "api", name)


def make_export(actor: Actor, plugin_id: str, name: str) -> tuple[ExportEntry, Sheet | None]:
    """A plugin's file as rows; None when it did not answer. Written in the log.

    Raises:
        NotFound: no such export here, or the plugin is off.
    """
    found, entry = _entry(actor, plugin_id, "exports", name)
    try:
        sheet: Sheet = call(Asker.of(actor), found, "export", {"name": name}, WORK_SECONDS)
    except PluginFault:
        return entry, None
    record(actor, EXPORTED, plugin=plugin_id, rows=len(sheet.rows))
    return entry, sheet
