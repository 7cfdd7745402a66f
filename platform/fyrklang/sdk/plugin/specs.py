"""The twelve hooks. A plugin takes part by defining functions with these names, marked `@hook`.

A hook is called in the plugin's own process, for one förbund and one person (or job), within a time
budget. It may leave out arguments it has no use for. What it answers is checked against the shape in its
signature; anything else counts as a fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pluggy

from fyrklang.sdk.plugin.facade import Plugin
from fyrklang.sdk.plugin.shapes import (
    Check,
    Criterion,
    Field,
    ImportReport,
    Instrument,
    MeasureText,
    Notice,
    Page,
    Panel,
    Sheet,
)

PROJECT = "fyrklang"
hook = pluggy.HookimplMarker(PROJECT)
_spec = pluggy.HookspecMarker(PROJECT)

Values = Mapping[str, Any]


class Hooks:
    """What a plugin may answer. Each example is the body of the function."""

    @_spec(firstresult=True)
    def page(self, plugin: Plugin, page: str, values: Values) -> Page:  # type: ignore[empty-body]
        """One of the pages in the manifest. `values` is empty until its form is sent.

        return Page("Hej", blocks=(text("Välkommen."),))
        """

    @_spec(firstresult=True)
    def api(self, plugin: Plugin, name: str, body: Values) -> Values:  # type: ignore[empty-body]
        """One of the JSON routes in the manifest.

        return {"antal": len(plugin.interventions())}
        """

    @_spec(firstresult=True)
    def participant_panel(self, plugin: Plugin, stay: Values) -> Panel | None:
        """A box on the participant's page. `stay` never says who the person is.

        return Panel("Hälsoskola", ("Träff 3 av 10",))
        """

    @_spec(firstresult=True)
    def plan_checklist(self, plugin: Plugin, plan: Values) -> tuple[Check, ...]:  # type: ignore[empty-body]
        """Points to think over when a plan is made.

        return (Check("ekonomi", "Har ni talat om egen försörjning?"),)
        """

    @_spec(firstresult=True)
    def closing_step(self, plugin: Plugin, ending: Values) -> tuple[Field, ...]:  # type: ignore[empty-body]
        """Fields added to the ending of a stay.

        return (Field("nojd", "Hur gick det?", "area", optional=True),)
        """

    @_spec(firstresult=True)
    def intake_criteria(  # type: ignore[empty-body]
        self, plugin: Plugin, intervention: Values
    ) -> tuple[Criterion, ...]:
        """Questions asked of a referral to an insats.

        return (Criterion("alder", "Är personen 16–64 år?"),)
        """

    @_spec(firstresult=True)
    def survey_instrument(self, plugin: Plugin) -> Instrument:  # type: ignore[empty-body]
        """A survey the förbund may send.

        return Instrument("kort", 1, "Kort enkät", (Item("nojd", "Är du nöjd?", (Choice("ja", "Ja"),)),))
        """

    @_spec(firstresult=True)
    def measures(self, plugin: Plugin) -> tuple[MeasureText, ...]:  # type: ignore[empty-body]
        """What the plugin's measures mean.

        return (MeasureText("x1", "Antal träffar", "Träffar som blev av.", "Planerade träffar.", ""),)
        """

    @_spec(firstresult=True)
    def export(self, plugin: Plugin, name: str) -> Sheet:  # type: ignore[empty-body]
        """One of the exports in the manifest.

        return Sheet("Insatser", ("Namn",), tuple((each["name"],) for each in plugin.interventions()))
        """

    @_spec(firstresult=True)
    def import_rows(  # type: ignore[empty-body]
        self, plugin: Plugin, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]
    ) -> ImportReport:
        """Take in rows of a file. What is refused is said row by row.

        return ImportReport(accepted=len(rows))
        """

    @_spec(firstresult=True)
    def job(self, plugin: Plugin, name: str) -> str:  # type: ignore[empty-body]
        """One of the jobs in the manifest, nightly or asked for. Answers with a sentence on what was done.

        return "Inget att göra."
        """

    @_spec(firstresult=True)
    def notices(self, plugin: Plugin) -> tuple[Notice, ...]:  # type: ignore[empty-body]
        """What the person should know or do, on Min dag.

        return (Notice("Halvåret är klart", "Hämta underlaget.", "start"),)
        """


HOOKS: tuple[str, ...] = tuple(name for name in vars(Hooks) if not name.startswith("_"))
