"""Calling a hook so that no fault of a plugin reaches the page: checked answer or a word, within a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar, get_type_hints

from sqlalchemy import select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.sdk.plugin.specs import Hooks
from fyrklang.sdk.plugin.wire import MisshapenError, build, plain
from fyrklang.sdk.plugins import settings, state
from fyrklang.sdk.plugins.grants import Grants
from fyrklang.sdk.plugins.process import PROCESSES, Call, PluginFault
from fyrklang.sdk.plugins.shelf import Found
from fyrklang.tenancy.registry.models import Tenant
from fyrklang.tenancy.session import TenantSession

BOX_SECONDS = 0.5
"""What a plugin may add to somebody else's page."""

PAGE_SECONDS = 3.0
"""What a page or route of its own may take."""

WORK_SECONDS = 30.0
"""An export, an import, a job."""

T = TypeVar("T")


@dataclass(frozen=True)
class From(Generic[T]):
    """What one plugin answered; None when it did not, which the page says in words."""

    plugin: str
    name: str
    value: T | None


@dataclass(frozen=True)
class Asker:
    """Who a hook is called for: a person in a förbund, or a job there (`permissions` None)."""

    session: TenantSession
    permissions: frozenset[Permission] | None

    @classmethod
    def of(cls, actor: Actor) -> Asker:
        """The person behind a request."""
        return cls(actor.session, actor.permissions)


def call(asker: Asker, found: Found, hook: str, args: Mapping[str, Any], seconds: float) -> Any:
    """One hook of one plugin that is on, its answer built into the promised shape.

    Raises:
        PluginFault: it did not answer as it should. The fault is counted.
    """
    try:
        return attempt(asker, found, hook, args, seconds)
    except PluginFault as fault:
        state.note_failure(asker.session, found.id, str(fault))
        raise


def attempt(  # noqa: PLR0913, PLR0917 - a call is made of these
    asker: Asker,
    found: Found,
    hook: str,
    args: Mapping[str, Any],
    seconds: float,
    trial: Mapping[str, Any] | None = None,
) -> Any:
    """As `call`, counting nothing, with `trial` settings in place of those kept.

    Raises:
        PluginFault: it did not answer as it should.
    """
    given = {
        "forbund": _name(asker.session),
        "settings": settings.in_use(asker.session, found) if trial is None else dict(trial),
        "dry_run": trial is not None,
    }
    grants = Grants(asker.session, found, asker.permissions)
    asked = Call(hook, {name: plain(value) for name, value in args.items()}, given, seconds)
    try:
        return build(_promised(hook), PROCESSES.of(found).call(asked, grants))
    except MisshapenError as fault:
        raise PluginFault(f"Tillägget svarade fel på {hook}: {fault}.") from fault


def ask_all(actor: Actor, hook: str, args: Mapping[str, Any] | None = None) -> list[From[Any]]:
    """What every plugin that is on and takes part in the hook answers, in order of name."""
    asker = Asker.of(actor)
    answers: list[From[Any]] = []
    for found in state.switched_on(actor.session):
        if not found.answers(hook):
            continue
        try:
            value = call(asker, found, hook, args or {}, BOX_SECONDS)
        except PluginFault:
            answers.append(From(found.id, found.manifest.name, None))
            continue
        if value is not None:
            answers.append(From(found.id, found.manifest.name, value))
    return answers


@cache
def _promised(hook: str) -> Any:
    return get_type_hints(getattr(Hooks, hook))["return"]


def _name(session: TenantSession) -> str:
    query = select(Tenant.short_name).where(Tenant.id == session.context.tenant_id)
    return session.scalar(query) or session.context.slug
