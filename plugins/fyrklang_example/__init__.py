"""Uses every hook once, as shortly as it can be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fyrklang.sdk.plugin import (
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
    Plugin,
    Refusal,
    Sheet,
    figures,
    hook,
    table,
    text,
)

NOTE = Form(
    "Spara anteckningen", (Field("rubrik", "Rubrik"), Field("ord", "Anteckning", "area", optional=True))
)


@hook
def page(plugin: Plugin, page: str, values: Mapping[str, Any]) -> Page:
    """Two pages: one to read, one with a form."""
    if page == "anteckna":
        return _write(plugin, values)
    insatser = plugin.interventions()
    rows = tuple((each["name"], each["starts_on"] or "Okänt") for each in insatser)
    return Page(
        f"{plugin.settings['halsning']}, {plugin.forbund}",
        lead="Så här ser ett tilläggs egen sida ut.",
        blocks=(
            figures(("Insatser", str(len(insatser)), "alla i förbundet")),
            table("Insatser", ("Namn", "Började"), rows),
            text("Sidan är gjord av värden. Plattformen ritar dem.", "Hur det går till"),
        ),
    )


def _write(plugin: Plugin, values: Mapping[str, Any]) -> Page:
    done = ""
    if values and len(str(values["rubrik"])) < 3:
        return Page("Skriv en anteckning", form=NOTE, errors=(("rubrik", "Skriv minst tre tecken."),))
    if values:
        plugin.keep("anteckning", "senaste", values)
        done = "Anteckningen är sparad."
    latest = plugin.kept("anteckning").get("senaste", {})
    shown = (text(str(latest["ord"] or ""), str(latest["rubrik"])),) if latest else ()
    return Page("Skriv en anteckning", blocks=shown, form=NOTE, done=done)


@hook
def api(plugin: Plugin, name: str) -> Mapping[str, Any]:
    """How many insatser there are."""
    return {"name": name, "count": len(plugin.interventions())}


@hook
def participant_panel(stay: Mapping[str, Any]) -> Panel:
    """A line about the stay."""
    return Panel("Exempel", (f"Vecka {stay.get('week', 'okänd')} i insatsen",))


@hook
def plan_checklist() -> tuple[Check, ...]:
    """One point."""
    return (Check("mal", "Har deltagaren själv satt ord på målet?"),)


@hook
def closing_step() -> tuple[Field, ...]:
    """One field."""
    return (Field("vidare", "Vad händer sedan?", "area", optional=True),)


@hook
def intake_criteria() -> tuple[Criterion, ...]:
    """One question."""
    return (Criterion("samordning", "Behövs stöd från minst två parter?"),)


@hook
def survey_instrument() -> Instrument:
    """A survey with one locked and one local question."""
    answers = (Choice("ja", "Ja"), Choice("nej", "Nej"))
    items = (
        Item("lyssnad", "Blev du lyssnad på?", answers, locked=True),
        Item("lokal", "Hittade du hit?", answers),
    )
    return Instrument("exempel", 1, "Exempelenkät", items)


@hook
def measures() -> tuple[MeasureText, ...]:
    """One measure."""
    return (
        MeasureText(
            "exempel", "Antal insatser", "Insatser i förbundet.", "Alla insatser.", "Säger inget om folk."
        ),
    )


@hook
def export(plugin: Plugin) -> Sheet:
    """The insatser, as a file."""
    rows = tuple((each["name"], each["status"]) for each in plugin.interventions())
    return Sheet("Förbundets insatser", ("Namn", "Läge"), rows, note=f"{len(rows)} insatser.")


@hook
def import_rows(rows: tuple[tuple[str, ...], ...]) -> ImportReport:
    """Takes every row that has a first value."""
    bad = tuple(Refusal(at, "Raden börjar tomt.") for at, row in enumerate(rows, 1) if not row or not row[0])
    return ImportReport(len(rows) - len(bad), bad)


@hook
def job(plugin: Plugin) -> str:
    """Counts the insatser and keeps the number."""
    count = len(plugin.interventions())
    plugin.keep("antal", "senaste", {"antal": count})
    return f"{count} insatser."


@hook
def notices(plugin: Plugin) -> tuple[Notice, ...]:
    """Speaks only when the job has counted."""
    counted = plugin.kept("antal").get("senaste")
    return (Notice("Exemplet har räknat", f"{counted['antal']} insatser.", "start"),) if counted else ()
