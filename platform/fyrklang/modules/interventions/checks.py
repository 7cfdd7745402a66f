"""What a quarter's counts must keep to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from fyrklang.kernel import clock
from fyrklang.kernel.errors import Invalid
from fyrklang.modules.interventions.models import Intervention, on_people
from fyrklang.sdk.codes import SEXES


def check_counts(row: Intervention, year: int, quarter: int, counts: Mapping[str, Mapping[str, int]]) -> None:
    """Refuse a quarter that may not be registered, or numbers that contradict one another.

    Raises:
        Invalid: says which; keys are `quarter`, `K_ended` etc.
    """
    today = clock.today()
    first_day = date(year, 3 * quarter - 2, 1)
    faults: dict[str, str] = {}
    if first_day > today:
        faults["quarter"] = "Kvartalet har inte börjat än. Välj ett tidigare kvartal."
    if (year, quarter) < (row.starts_on.year, (row.starts_on.month + 2) // 3):
        faults["quarter"] = f"Insatsen startade {row.starts_on}. Välj ett senare kvartal."
    if on_people(row, year):
        faults["quarter"] = (
            f"År {year} räknas insatsen på deltagarnas egna avslut. "
            "Den som inte kan registreras räknas utan personuppgifter från remissen."
        )
    for sex, numbers in counts.items():
        if sex not in SEXES:
            faults[sex] = "Välj ett av alternativen."
            continue
        if numbers["known_outcome"] > numbers["ended"]:
            faults[f"{sex}_known_outcome"] = f"Kan inte vara fler än de avslutade ({numbers['ended']})."
        if numbers["ended_work_study"] > numbers["known_outcome"]:
            known = numbers["known_outcome"]
            faults[f"{sex}_ended_work_study"] = f"Kan inte vara fler än de med känt utfall ({known})."
    if faults:
        raise Invalid(fields=faults)
