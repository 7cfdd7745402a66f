"""What no schema can see: that the register's parts agree with one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TypeVar

from organisationsnummer.organisationsnummer import (  # type: ignore[import-untyped]
    Organisationsnummer,
    OrganisationsnummerException,
)

from fyrklang.tenancy.registry.faults import Fault
from fyrklang.tenancy.registry.records import AreaSpan, Association, EarlierName, Registry
from fyrklang.tenancy.registry.write import KOMMUNER_FILE, association_file

_Item = TypeVar("_Item")

RESERVED_SLUGS = ("kanariefagel", "plattformen")
"""Taken by the tenants that are not förbund; see migration 0001."""

KINDS_OF_STATUS = {
    "active": (),
    "merged": ("merged_into",),
    "renamed": ("renamed",),
    "dissolved": ("split", "ended"),
}


def cross_check(registry: Registry) -> list[Fault]:
    """Every disagreement, in no particular order."""
    faults = list(_kommuner(registry))
    for association in registry.associations.values():
        for field, text in _one_association(association, registry):
            faults.append(Fault(association_file(association.slug), field, text))
    faults += _shared_kommuner(registry)
    faults += _shared_numbers(registry)
    faults += _circles(registry)
    return faults


def overlap(one: AreaSpan | EarlierName, other: AreaSpan | EarlierName) -> bool:
    """Whether two spans share a day; an unknown end reaches without limit."""
    return (one.valid_from or date.min) <= (other.valid_to or date.max) and (
        other.valid_from or date.min
    ) <= (one.valid_to or date.max)


def _kommuner(registry: Registry) -> Iterator[Fault]:
    for kommun in registry.kommuner.values():
        field = f"{kommun.code} {kommun.name}, region_code"
        if kommun.region_code not in registry.regions:
            yield Fault(KOMMUNER_FILE, field, f"Regionen {kommun.region_code} finns inte i registret.")
        elif kommun.region_code != kommun.code[:2]:
            yield Fault(KOMMUNER_FILE, field, "Regionkoden ska vara kommunkodens två första siffror.")


def _one_association(association: Association, registry: Registry) -> Iterator[tuple[str, str]]:
    if association.slug in RESERVED_SLUGS:
        yield "slug", f"Kortnamnet {association.slug} är upptaget av plattformen själv."
    yield from _number(association)
    yield from _area(association, registry)
    yield from _years(association)
    yield from _names(association)
    yield from _successions(association, registry)


def _number(association: Association) -> Iterator[tuple[str, str]]:
    if association.orgnr is None:
        return
    try:
        personal = Organisationsnummer(association.orgnr).is_personnummer()
    except OrganisationsnummerException:
        yield "orgnr", f"Organisationsnumret {association.orgnr} stämmer inte med sin kontrollsiffra."
        return
    if personal:
        yield "orgnr", "Det här är ett personnummer, inte ett organisationsnummer."


def _area(association: Association, registry: Registry) -> Iterator[tuple[str, str]]:
    for number, span in enumerate(association.area, start=1):
        if span.kommun not in registry.kommuner:
            yield f"area, post {number}, kommun", f"Kommunen {span.kommun} finns inte i {KOMMUNER_FILE}."
        yield from _forward(span, f"area, post {number}")
        if association.founded and span.valid_from and span.valid_from.year < association.founded:
            yield f"area, post {number}, valid_from", "Dagen ligger före året då förbundet bildades."
        if association.ended and span.valid_to and span.valid_to.year > association.ended:
            yield f"area, post {number}, valid_to", "Dagen ligger efter året då förbundet upphörde."
    for one, other in _pairs(association.area):
        if one.kommun == other.kommun and overlap(one, other):
            yield "area", f"Kommunen {one.kommun} står två gånger för samma tid."
    expected = {span.kommun[:2] for span in association.area}
    if set(association.regions) != expected:
        wanted = ", ".join(sorted(expected))
        yield "regions", f"Regionerna ska vara de som kommunerna ligger i, alltså {wanted}."


def _forward(span: AreaSpan | EarlierName, field: str) -> Iterator[tuple[str, str]]:
    if span.valid_from and span.valid_to and span.valid_to < span.valid_from:
        yield f"{field}, valid_to", "Sista dagen ligger före den första."


def _years(association: Association) -> Iterator[tuple[str, str]]:
    founded, ended = association.founded, association.ended
    if association.status == "active" and ended:
        yield "ended", "Ett verksamt förbund kan inte ha ett slutår."
    if founded and ended and ended < founded:
        yield "ended", f"Slutåret {ended} ligger före bildandet {founded}."
    for number, item in enumerate(association.successions, start=1):
        if item.year and founded and item.year < founded:
            field = f"successions, post {number}, year"
            yield field, f"Året {item.year} ligger före förbundets bildande {founded}."
        if item.year and ended and item.year != ended:
            field = f"successions, post {number}, year"
            yield field, f"Året {item.year} är inte detsamma som slutåret {ended}."


def _names(association: Association) -> Iterator[tuple[str, str]]:
    for number, item in enumerate(association.earlier_names, start=1):
        yield from _forward(item, f"earlier_names, post {number}")
        if item.name == association.name:
            yield f"earlier_names, post {number}, name", "Det är samma namn som förbundet har nu."
    for one, other in _pairs(association.earlier_names):
        dated = (one.valid_from or one.valid_to) and (other.valid_from or other.valid_to)
        if one.name == other.name or (dated and overlap(one, other)):
            yield "earlier_names", f"Namnen {one.name} och {other.name} gäller samma tid."


def _successions(association: Association, registry: Registry) -> Iterator[tuple[str, str]]:
    allowed = KINDS_OF_STATUS[association.status]
    if association.status in ("merged", "renamed") and not association.successions:
        yield "successions", "Det måste stå vilket förbund som tog över."
    if association.status == "renamed" and len(association.successions) > 1:
        yield "successions", "Ett förbund kan bara byta namn till ett annat."
    targets = [item.to for item in association.successions]
    for number, item in enumerate(association.successions, start=1):
        field = f"successions, post {number}"
        if item.kind not in allowed:
            yield f"{field}, kind", f"{item.kind} passar inte ihop med status {association.status}."
        if targets.count(item.to) > 1:
            yield f"{field}, to", f"Förbundet {item.to} står två gånger."
        successor = registry.associations.get(item.to)
        if successor is None:
            yield f"{field}, to", f"Det finns inget förbund med kortnamnet {item.to}."
        elif item.year and successor.founded and successor.founded > item.year + 1:
            yield f"{field}, year", f"{successor.name} bildades först {successor.founded}."


def _shared_kommuner(registry: Registry) -> Iterator[Fault]:
    """A kommun belongs to at most one working förbund at a time (the seats and shares follow from it)."""
    holders: dict[str, list[tuple[AreaSpan, str]]] = defaultdict(list)
    for association in registry.associations.values():
        if association.status == "active":
            for span in association.area:
                holders[span.kommun].append((span, association.slug))
    for code, spans in holders.items():
        for (one, slug), (other, second) in _pairs(spans):
            if slug != second and overlap(one, other):
                kommun = registry.kommuner.get(code)
                named = f"{kommun.name} ({code})" if kommun else code
                yield Fault(association_file(second), "area", f"{named} hör samtidigt till förbundet {slug}.")


def _shared_numbers(registry: Registry) -> Iterator[Fault]:
    """Two working förbund cannot be one legal person; a renamed one keeps its number."""
    seen: dict[str, str] = {}
    for association in registry.associations.values():
        if association.orgnr is None or association.status != "active":
            continue
        if association.orgnr in seen:
            text = f"Organisationsnumret används också av förbundet {seen[association.orgnr]}."
            yield Fault(association_file(association.slug), "orgnr", text)
        seen[association.orgnr] = association.slug


def _circles(registry: Registry) -> Iterator[Fault]:
    for slug, association in registry.associations.items():
        reached, ahead = set[str](), [item.to for item in association.successions]
        while ahead:
            here = ahead.pop()
            if here in registry.associations and here not in reached:
                reached.add(here)
                ahead += [item.to for item in registry.associations[here].successions]
        if slug in reached:
            yield Fault(association_file(slug), "successions", "Övertagandena går i en ring.")


def _pairs(items: Sequence[_Item]) -> Iterable[tuple[_Item, _Item]]:
    return ((one, other) for index, one in enumerate(items) for other in items[index + 1 :])
