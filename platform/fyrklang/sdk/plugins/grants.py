"""What the platform answers a plugin that asks: the one place where a förbund's data leaves to a plugin.

Everything is read and written in the session the call came with, and so for that förbund alone; the plugin
has no way to name another. What the manifest did not ask for, or the person may not do, is denied.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select

from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.ids import new_id
from fyrklang.sdk.facts import WHOLE_YEAR, Cell
from fyrklang.sdk.plugin.facade import Denied
from fyrklang.sdk.plugins.models import INTERVENTION, PluginNote
from fyrklang.sdk.plugins.shelf import Found
from fyrklang.sdk.results import OFFICE_THRESHOLD, Share, guard_sum
from fyrklang.tenancy.audit.trail import names_somebody
from fyrklang.tenancy.session import TenantSession

MOST_NOTES = 2_000
"""A plugin's notes in one förbund."""

NOTE_BYTES = 16_000
_KEY = re.compile(r"[A-Za-z0-9åäöÅÄÖ_.:-]{1,80}")

PROTECTED: dict[str, Any] = {"numerator": None, "denominator": None, "protected": True}


@dataclass(frozen=True)
class Grants:
    """What one call may see: the manifest's wish, and the person's permissions (None for a job)."""

    session: TenantSession
    found: Found
    permissions: frozenset[Permission] | None = None

    def __call__(self, what: str, args: dict[str, Any]) -> Any:
        """Answer a question.

        Raises:
            Denied: there is no such question, or it may not be asked.
        """
        deeds: Mapping[str, tuple[str, Callable[..., Any]]] = {
            "interventions": ("office", self._interventions),
            "counts": ("counts", self._counts),
            "keep": ("own", self._keep),
            "kept": ("own", self._kept),
            "forget": ("own", self._forget),
        }
        if what not in deeds:
            raise Denied("Plattformen har inget sådant att lämna ut.")
        needed, deed = deeds[what]
        if needed not in self.found.manifest.data:
            raise Denied(f"Tillägget har inte begärt uppgifterna {needed}.")
        try:
            return deed(**args)
        except TypeError as fault:
            raise Denied("Frågan till plattformen är fel ställd.") from fault

    def _require(self, permission: Permission) -> None:
        asked = permission in self.found.manifest.permissions
        held = self.permissions is None or permission in self.permissions
        if not (asked and held):
            raise Denied(f"Tillägget eller den som använder det saknar {permission}.")

    def _interventions(self) -> list[dict[str, Any]]:
        self._require(Permission.INTERVENTIONS_READ)
        query = (
            select(*(INTERVENTION.c[name] for name in ("id", "name", "direction", "status", "starts_on")))
            .where(INTERVENTION.c.tenant_id == self.session.context.tenant_id)
            .order_by(func.registry.sv_sort(INTERVENTION.c.name))
        )
        return [
            {**row._mapping, "id": str(row.id), "starts_on": row.starts_on and row.starts_on.isoformat()}
            for row in self.session.execute(query)
        ]

    def _counts(self, year: int) -> list[dict[str, Any]]:
        self._require(Permission.INTERVENTIONS_READ)
        if not isinstance(year, int):
            raise Denied("Året ska vara ett tal.")
        query = select(Cell.intervention_id, Cell.measure, Cell.sex, Cell.numerator, Cell.denominator).where(
            Cell.year == year, Cell.quarter == WHOLE_YEAR
        )
        groups: dict[tuple[str, str], dict[str, Share]] = defaultdict(dict)
        for row in self.session.execute(query):
            key = str(row.intervention_id), row.measure
            groups[key][row.sex] = Share(row.numerator, row.denominator)
        return [
            {"intervention_id": key[0], "measure": key[1], "sex": sex, **told}
            for key, shares in sorted(groups.items())
            for sex, told in _told(shares).items()
        ]

    def _keep(self, kind: str, key: str, body: dict[str, Any]) -> None:
        words = json.dumps(body, ensure_ascii=False)
        if not (_KEY.fullmatch(kind) and _KEY.fullmatch(key)) or len(words.encode()) > NOTE_BYTES:
            raise Denied("En anteckning har korta namn och är högst 16 kB.")
        if names_somebody(words) or names_somebody(key):
            raise Denied("En anteckning får inte innehålla personnummer.")
        row = self.session.scalar(self._notes(kind).where(PluginNote.key == key))
        if row is None:
            mine = select(func.count()).select_from(PluginNote).where(PluginNote.plugin == self.found.id)
            if (self.session.scalar(mine) or 0) >= MOST_NOTES:
                raise Denied(f"Tillägget har redan {MOST_NOTES} anteckningar i förbundet.")
            row = PluginNote(id=new_id(), plugin=self.found.id, kind=kind, key=key)
            self.session.add(row)
        row.body, row.changed_at = body, clock.now()
        self.session.flush()

    def _kept(self, kind: str) -> dict[str, dict[str, Any]]:
        return {row.key: row.body for row in self.session.scalars(self._notes(kind).order_by(PluginNote.key))}

    def _forget(self, kind: str, key: str) -> None:
        mine = (PluginNote.plugin == self.found.id, PluginNote.kind == kind, PluginNote.key == key)
        self.session.execute(delete(PluginNote).where(*mine))

    def _notes(self, kind: str) -> Any:
        return select(PluginNote).where(PluginNote.plugin == self.found.id, PluginNote.kind == kind)


def _told(shares: Mapping[str, Share]) -> dict[str, dict[str, Any]]:
    """Each sex's figure, or that it is protected; the parts of a shown sum hide together."""
    parts = [sex for sex in shares if sex != "T"]
    hidden = any(_few(shares[sex]) for sex in parts)
    guarded = dict(zip(parts, guard_sum([shares[sex] for sex in parts]), strict=True))
    told = {}
    for sex, share in shares.items():
        nothing = not share.denominator and not share.numerator
        silent = _few(share) or (sex != "T" and (hidden or guarded[sex].protected) and not nothing)
        told[sex] = (
            PROTECTED
            if silent
            else {"numerator": share.numerator, "denominator": share.denominator, "protected": False}
        )
    return told


def _few(share: Share) -> bool:
    """Too few to tell; a plain count has no denominator."""
    return share.protected if share.denominator else 0 < share.numerator < OFFICE_THRESHOLD
