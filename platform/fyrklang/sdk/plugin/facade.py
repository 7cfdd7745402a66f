"""What a hook is given: one förbund as one person sees it, and nothing else of the platform.

There is no session, no engine, no configuration and no key in the plugin's process. Each call here is a
question to the platform over a pipe; the platform answers for the förbund and the person that the hook
was called for, within what the manifest asked for and the person may do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Ask = Callable[[str, dict[str, Any]], Any]


class Denied(Exception):  # noqa: N818 - an outcome, not a fault
    """The platform refuses: the manifest did not ask for it, or the person may not. The text is Swedish."""


class Plugin:
    """The förbund, as the plugin may see it during one call of a hook.

    Attributes:
        forbund: the förbund's short name.
        settings: every setting with its value; secrets too, since the plugin is who uses them.
        dry_run: whether somebody is only trying settings out; what is kept then is forgotten again.
    """

    def __init__(self, ask: Ask, given: Mapping[str, Any]) -> None:
        self._ask = ask
        self.forbund = str(given.get("forbund", ""))
        self.settings: Mapping[str, Any] = dict(given.get("settings", {}))
        self.dry_run = bool(given.get("dry_run", False))

    def interventions(self) -> list[dict[str, Any]]:
        """The förbund's insatser: `id`, `name`, `direction`, `status`, `starts_on`. Needs data class `office`."""
        return list(self._ask("interventions", {}))

    def counts(self, year: int) -> list[dict[str, Any]]:
        """Counted whole-year cells: `intervention_id`, `measure`, `sex`, `numerator`, `denominator`.

        A figure that would say too much of few people comes as None with `protected` true. Needs data class
        `counts`.
        """
        return list(self._ask("counts", {"year": year}))

    def keep(self, kind: str, key: str, body: Mapping[str, Any]) -> None:
        """Keep a note of the plugin's own under a kind and a key, in this förbund. Never about a person."""
        self._ask("keep", {"kind": kind, "key": key, "body": dict(body)})

    def kept(self, kind: str) -> dict[str, dict[str, Any]]:
        """The plugin's notes of a kind in this förbund, by key."""
        return dict(self._ask("kept", {"kind": kind}))

    def forget(self, kind: str, key: str) -> None:
        """Remove a note."""
        self._ask("forget", {"kind": kind, "key": key})
