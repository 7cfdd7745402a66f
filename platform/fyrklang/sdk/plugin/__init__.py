"""All that a plugin imports. It has few dependencies of its own, since every plugin's process loads it.

    from fyrklang.sdk.plugin import Page, Plugin, hook, text

    @hook
    def page(plugin: Plugin, page: str, values: dict[str, object]) -> Page:
        return Page("Hej", blocks=(text(f"Det här är {plugin.forbund}."),))

What a plugin is called, may see, adds to the menu and lets the förbund set stands in its `plugin.toml`.
"""

from fyrklang.sdk.plugin.facade import Denied, Plugin
from fyrklang.sdk.plugin.shapes import (
    Block,
    Check,
    Choice,
    Criterion,
    Field,
    Form,
    ImportReport,
    Instrument,
    Item,
    MeasureText,
    Notice,
    Page,
    Panel,
    Refusal,
    Sheet,
    figures,
    table,
    text,
)
from fyrklang.sdk.plugin.specs import HOOKS, hook

__all__ = [
    "HOOKS",
    "Block",
    "Check",
    "Choice",
    "Criterion",
    "Denied",
    "Field",
    "Form",
    "ImportReport",
    "Instrument",
    "Item",
    "MeasureText",
    "Notice",
    "Page",
    "Panel",
    "Plugin",
    "Refusal",
    "Sheet",
    "figures",
    "hook",
    "table",
    "text",
]
