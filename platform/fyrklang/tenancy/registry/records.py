"""What `tenants/` says, as frozen records, and the ids that follow from it.

Ids are UUIDv5 of the slug or code, so that the same files give the same rows in every database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID, uuid5

NAMESPACE = UUID("3148dfaa-373f-4ae3-804a-5f352c1e89e7")

FK_CODE = "FK"
AF_CODE = "AF"
COUNCIL_CODE = "NATIONELLA_RADET"
PLATFORM_CODE = "PLATTFORMEN"

NATIONAL_ORGANISATIONS = (
    ("FK", FK_CODE, "Försäkringskassan"),
    ("AF", AF_CODE, "Arbetsförmedlingen"),
    ("COUNCIL", COUNCIL_CODE, "Nationella rådet"),
    ("PLATFORM", PLATFORM_CODE, "Plattformens drift"),
)
"""Organisations there is one of in the country: kind, code, name."""


def tenant_id(slug: str) -> UUID:
    """The id a förbund has in every database."""
    return uuid5(NAMESPACE, slug)


def organisation_id(kind: str, code: str) -> UUID:
    """The id an organisation has in every database; `code` is region or kommun code, or a slug."""
    return uuid5(NAMESPACE, f"{kind}:{code}")


def span_id(*parts: object) -> UUID:
    """The id of a row that is known by its parts alone."""
    return uuid5(NAMESPACE, "|".join("" if part is None else str(part) for part in parts))


@dataclass(frozen=True)
class Region:
    """A region; `code` is the county code, two digits."""

    code: str
    name: str
    county: str


@dataclass(frozen=True)
class Kommun:
    """A kommun; `code` has four digits, the first two are the region's."""

    code: str
    name: str
    official_name: str
    region_code: str
    population: int
    population_date: date


@dataclass(frozen=True)
class AreaSpan:
    """That a kommun belongs to a förbund, first and last day included; None is not known or still so."""

    kommun: str
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class EarlierName:
    """A name the förbund no longer bears."""

    name: str
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Succession:
    """Where a förbund went. `kind`: merged_into, renamed, split (to several) or ended (to one)."""

    kind: str
    to: str
    year: int | None = None


@dataclass(frozen=True)
class Association:
    """One förbund as its file tells it. `status`: active, merged, renamed or dissolved."""

    slug: str
    name: str
    short_name: str
    status: str
    regions: tuple[str, ...]
    area: tuple[AreaSpan, ...]
    confidence: str
    sources: tuple[str, ...]
    founded: int | None = None
    ended: int | None = None
    orgnr: str | None = None
    website: str | None = None
    note: str | None = None
    earlier_names: tuple[EarlierName, ...] = ()
    successions: tuple[Succession, ...] = ()


@dataclass(frozen=True)
class Registry:
    """The whole of `tenants/`, each part keyed by code or slug."""

    regions: Mapping[str, Region] = field(default_factory=dict)
    kommuner: Mapping[str, Kommun] = field(default_factory=dict)
    associations: Mapping[str, Association] = field(default_factory=dict)


def in_order(association: Association) -> Association:
    """The same förbund with every list in canonical order, since order in a file carries no meaning."""
    return replace(
        association,
        regions=tuple(sorted(association.regions)),
        sources=tuple(sorted(association.sources)),
        area=tuple(sorted(association.area, key=_span_order)),
        earlier_names=tuple(sorted(association.earlier_names, key=_name_order)),
        successions=tuple(sorted(association.successions, key=lambda item: item.to)),
    )


def _span_order(span: AreaSpan) -> tuple[str, date]:
    return span.kommun, span.valid_from or date.min


def _name_order(item: EarlierName) -> tuple[date, date, str]:
    return item.valid_from or date.min, item.valid_to or date.min, item.name
