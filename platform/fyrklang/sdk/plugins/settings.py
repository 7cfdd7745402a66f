"""A plugin's settings: from the fields of its manifest to a form, and from the form to what is kept."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields, validate
from sqlalchemy import Select, func, select

from fyrklang.access.actor import Actor
from fyrklang.kernel import clock
from fyrklang.kernel.crypto import UnreadableError, seal, unseal
from fyrklang.kernel.ids import new_id
from fyrklang.sdk.plugin.shapes import Field
from fyrklang.sdk.plugins.models import PluginSettings
from fyrklang.sdk.plugins.shelf import Found
from fyrklang.tenancy.session import TenantSession
from fyrklang.web.forms import SwedishDate, SwedishInteger, as_text
from fyrklang.web.i18n import gettext as _

_KEY_PURPOSE = "plugin-secrets"


@dataclass(frozen=True)
class Kept:
    """Settings as a förbund has them.

    Attributes:
        version: 0 before anything was saved.
        values: every setting but the secrets, defaults filled in.
        changed: names of settings that differ from their default.
        secrets: names of the secrets that are set.
    """

    version: int
    values: Mapping[str, Any]
    changed: frozenset[str]
    secrets: frozenset[str]


def schema_of(wanted: Iterable[Field]) -> Schema:
    """A schema that reads a form of these fields; secrets are never demanded, since an empty one means as before."""
    made = {each.name: _schema_field(each) for each in wanted}
    return Schema.from_dict(made, name="PluginFields")()


def _schema_field(each: Field) -> fields.Field[Any]:
    need = not each.optional and each.type not in ("secret", "boolean", "choices")
    more: dict[str, Any] = {"required": True} if need else {"allow_none": True, "load_default": None}
    allowed = validate.OneOf([choice.value for choice in each.choices], error=_("Välj ett av alternativen."))
    kinds: dict[str, Callable[[], fields.Field[Any]]] = {
        "integer": lambda: SwedishInteger(validate=_between(each), **more),
        "boolean": lambda: fields.Boolean(load_default=False),
        "date": lambda: SwedishDate(**more),
        "choice": lambda: fields.String(validate=allowed, **more),
        "choices": lambda: fields.List(fields.String(validate=allowed), load_default=list),
        "address": lambda: fields.String(validate=_https, **more),
    }
    plain = kinds.get(each.type)
    return plain() if plain else fields.String(validate=validate.Length(max=2000), **more)


def _between(each: Field) -> validate.Range:
    low, high = each.minimum, each.maximum
    if low is not None and high is not None:
        words = _("Skriv ett tal mellan %(low)s och %(high)s.", low=low, high=high)
    else:
        words = _("Talet är för stort eller för litet.")
    return validate.Range(min=low, max=high, error=words)


def _https(value: str) -> None:
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname:
        raise ValidationError(_("Adressen ska börja med https."))


def default_of(each: Field) -> Any:
    """The value a setting has until somebody changes it."""
    if each.type == "boolean":
        return each.default in ("1", "true")
    if each.type == "choices":
        return [part for part in each.default.split(",") if part]
    if each.type == "integer":
        return int(each.default) if each.default else None
    return each.default or None


def shown_default(each: Field) -> str:
    """The default in words, for *ändrat från …*."""
    value = default_of(each)
    names = {choice.value: choice.label for choice in each.choices}
    if each.type == "boolean":
        return _("på") if value else _("av")
    listed = value if isinstance(value, list) else [value]
    return ", ".join(names.get(as_text(one), as_text(one)) for one in listed) or _("tomt")


def kept(session: TenantSession, found: Found) -> Kept:
    """The settings in force."""
    row = latest(session, found.id)
    stored = row.chosen if row else {}
    wanted = [each for each in found.manifest.settings if each.type != "secret"]
    values = {each.name: stored.get(each.name, default_of(each)) for each in wanted}
    changed = frozenset(each.name for each in wanted if values[each.name] != default_of(each))
    return Kept(row.version if row else 0, values, changed, frozenset(row.secrets if row else ()))


def in_use(session: TenantSession, found: Found) -> dict[str, Any]:
    """Every setting with its value as the plugin is given them, secrets opened."""
    row = latest(session, found.id)
    values = dict(kept(session, found).values)
    for name, sealed in (row.secrets if row else {}).items():
        values[name] = _opened(session, found.id, name, sealed)
    return values


def latest(session: TenantSession, plugin_id: str) -> PluginSettings | None:
    """The newest saved settings."""
    return session.scalars(_saved(plugin_id).limit(1)).first()


def history(session: TenantSession, plugin_id: str) -> list[PluginSettings]:
    """Every time they were saved, newest first."""
    return list(session.scalars(_saved(plugin_id).limit(50)))


def _saved(plugin_id: str) -> Select[PluginSettings]:
    return (
        select(PluginSettings)
        .where(PluginSettings.plugin == plugin_id)
        .order_by(PluginSettings.version.desc())
    )


def split_secrets(found: Found, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The settings that may be shown, as JSON holds them, and the secrets that were typed."""
    hidden = {each.name for each in found.manifest.settings if each.type == "secret"}
    open_ones = {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in values.items()
        if name not in hidden
    }
    return open_ones, {name: values[name] for name in hidden if values.get(name)}


def save(actor: Actor, found: Found, chosen: Mapping[str, Any], secrets: Mapping[str, Any]) -> int:
    """Keep settings as the newest; `secrets` are sealed already. Returns their version."""
    newest = select(func.max(PluginSettings.version)).where(PluginSettings.plugin == found.id)
    version = (actor.session.scalar(newest) or 0) + 1
    actor.session.add(
        PluginSettings(
            id=new_id(),
            plugin=found.id,
            version=version,
            chosen=dict(chosen),
            secrets=dict(secrets),
            saved_at=clock.now(),
            saved_by=actor.person_id,
            saver=actor.name,
        )
    )
    actor.session.flush()
    return version


def seal_secrets(session: TenantSession, plugin_id: str, typed: Mapping[str, str]) -> dict[str, str]:
    """Secrets as they are stored: only this förbund's settings of this plugin open them."""
    key = session.database.config.derive(_KEY_PURPOSE)
    return {
        name: base64.b64encode(seal(key, text.encode(), _place(session, plugin_id, name))).decode()
        for name, text in typed.items()
    }


def _opened(session: TenantSession, plugin_id: str, name: str, sealed: str) -> str | None:
    """The secret, None when the platform's key is another by now: then it must be typed again."""
    key = session.database.config.derive(_KEY_PURPOSE)
    try:
        return unseal(key, base64.b64decode(sealed), _place(session, plugin_id, name)).decode()
    except UnreadableError:
        return None


def _place(session: TenantSession, plugin_id: str, name: str) -> tuple[bytes, ...]:
    return session.context.tenant_id.bytes, plugin_id.encode(), name.encode()
