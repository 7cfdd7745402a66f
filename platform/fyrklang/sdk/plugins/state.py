"""Whether a plugin is on in a förbund, and the count of its faults that switches it off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import structlog
from sqlalchemy import select

from fyrklang.kernel import clock
from fyrklang.kernel.ids import new_id
from fyrklang.sdk.plugins.models import PluginState
from fyrklang.sdk.plugins.shelf import SHELF, Found
from fyrklang.tenancy.session import TenantSession, tenant_session

log = structlog.get_logger(__name__)

MOST_FAILURES = 5
WINDOW = timedelta(minutes=10)
_KNOWN = "fyrklang_plugins_on"


@dataclass(frozen=True)
class Standing:
    """How a plugin stands in a förbund; `fault` says why it is STOPPED."""

    status: str
    fault: str
    changed_at: Any


def standings(session: TenantSession) -> dict[str, Standing]:
    """Every plugin the förbund has ever switched on; asked once per session."""
    if _KNOWN not in session.info:
        columns = (PluginState.plugin, PluginState.status, PluginState.fault, PluginState.changed_at)
        session.info[_KNOWN] = {
            row.plugin: Standing(row.status, row.fault, row.changed_at)
            for row in session.execute(select(*columns))
        }
    return cast("dict[str, Standing]", session.info[_KNOWN])


def is_on(session: TenantSession, plugin_id: str) -> bool:
    """Whether the plugin takes part in the förbund."""
    standing = standings(session).get(plugin_id)
    return standing is not None and standing.status == "ON"


def switched_on(session: TenantSession) -> list[Found]:
    """The plugins that take part in the förbund, in order of name. No plugin costs no question."""
    known = SHELF.all()
    return [found for found in known.values() if is_on(session, found.id)] if known else []


def set_status(session: TenantSession, plugin_id: str, status: str, fault: str = "") -> None:
    """Write a plugin's state in the förbund and forget its faults."""
    row = _row(session, plugin_id)
    if row is None:
        row = PluginState(id=new_id(), plugin=plugin_id)
        session.add(row)
    row.status, row.fault, row.changed_at = status, fault, clock.now()
    row.changed_by = session.context.actor_id
    row.failures, row.failing_since = 0, None
    session.flush()
    session.info.pop(_KNOWN, None)


def note_failure(session: TenantSession, plugin_id: str, reason: str) -> bool:
    """Count a fault, in a transaction of its own; returns whether it was the one that switches off.

    The page that met the fault may yet be undone, and the count must not be.
    """
    log.warning("plugin failed", plugin=plugin_id, reason=reason)
    with tenant_session(session.database, session.context, role=_role_of(session)) as own:
        row = _row(own, plugin_id)
        if row is None or row.status != "ON":
            return False
        now = clock.now()
        if row.failing_since is None or now - row.failing_since > WINDOW:
            row.failing_since, row.failures = now, 0
        row.failures += 1
        if row.failures >= MOST_FAILURES:
            set_status(own, plugin_id, "STOPPED", reason)
            return True
    return False


def _role_of(session: TenantSession) -> str:
    """The database role the session speaks as: a job's is another than a page's."""
    user = session.get_bind().engine.url.username or ""
    return "worker" if user.endswith("worker") else "app"


def _row(session: TenantSession, plugin_id: str) -> PluginState | None:
    return session.scalar(select(PluginState).where(PluginState.plugin == plugin_id).with_for_update())
