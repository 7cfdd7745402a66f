"""What each measure means. Every figure on a page, in an export or in a release names one of these.

Source of M1, M2 and M9: the standard reports of SUS (Försäkringskassan), as the förbund know them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """A definition as it is shown beside a number. Texts are Swedish.

    `is_share` tells a numerator over a denominator from a plain count; `version` rises when the
    meaning changes, which breaks a series.
    """

    code: str
    version: int
    name: str
    short_name: str
    is_share: bool
    counted: str
    base: str
    excluded: str
    caution: str
    valid_from: int


MEASURES: dict[str, Measure] = {
    measure.code: measure
    for measure in (
        Measure(
            code="M1",
            version=1,
            name="Andel i arbete eller studier vid avslut",
            short_name="Till arbete eller studier vid avslut",
            is_share=True,
            counted="Avslutade deltaganden där personen vid avslutet arbetar, med eller utan stöd, "
            "driver eget företag eller studerar.",
            base="Alla avslutade deltaganden där sysselsättningen vid avslut är känd.",
            excluded="Felregistrerade deltaganden och deltagare som avlidit.",
            caution="Att en insats är bättre än en annan. Vilka som tas emot skiljer sig åt, "
            "och det syns inte i andelen.",
            valid_from=2012,
        ),
        Measure(
            code="M9",
            version=1,
            name="Antal deltagare",
            short_name="Deltagare",
            is_share=False,
            counted="Deltaganden som pågick någon gång under perioden: de som avslutades under den "
            "och de som pågick när den tog slut.",
            base="Ett deltagande per person och insats. En person i två insatser räknas två gånger.",
            excluded="Felregistrerade deltaganden.",
            caution="Hur många olika personer det är i landet. Ingen följs mellan förbund.",
            valid_from=2012,
        ),
        Measure(
            code="M20",
            version=1,
            name="Andel avslut med känd sysselsättning",
            short_name="Känt utfall",
            is_share=True,
            counted="Avslutade deltaganden där sysselsättningen vid avslut är känd.",
            base="Alla avslutade deltaganden.",
            excluded="Felregistrerade deltaganden och deltagare som avlidit.",
            caution="Något om resultatet. Måttet säger hur säkert resultatet går att läsa.",
            valid_from=2012,
        ),
    )
}
