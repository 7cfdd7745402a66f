"""The 74 invented förbund: where they lie, how big they are, and what their own chance gives."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

from fyrklang.demo import shapes
from fyrklang.demo.names import ASSOCIATIONS, REGIONS, genitive, kommun_names, slug_of
from fyrklang.tenancy.registry.records import organisation_id, tenant_id

Floats = npt.NDArray[np.float64]

_NAMED_AFTER_FINSAM = 3
_PLACED = {
    "asviken": (4, 47),
    "granstranden": (6, 64),
    "norrlunda": (3, 40),
    "fjallkusten": (8, 70),
    "almbro": (10, 72),
    "dammbygden": (1, 3),
    "bergmarken": (1, 5),
    "hyttmarken": (1, 1),
    "fiskelandet": (2, 22),
    "kalkasen": (2, 30),
}
"""Number of kommuner, and place in order of money from the smallest, for those that are spoken of by name."""


@dataclass(frozen=True)
class Organisation:
    """An invented organisation; `code` never looks like a real region's or kommun's.

    `place` is the bare name of a kommun.
    """

    kind: str
    code: str
    name: str
    place: str = ""

    @property
    def id(self) -> UUID:
        """The same in every database."""
        return organisation_id(self.kind, self.code)


@dataclass(frozen=True)
class Association:
    """An invented förbund.

    `money` is SEK million a year, which decides how much it does. `outcome` and `women` are its own
    deviations: on the logit of ending to work or study, and in share of women.
    """

    slug: str
    name: str
    short_name: str
    region: Organisation
    kommuner: tuple[Organisation, ...]
    founded: int
    money: float
    outcome: float
    women: float

    @property
    def id(self) -> UUID:
        """The same in every database."""
        return tenant_id(self.slug)

    @property
    def organisation(self) -> Organisation:
        """The förbund's own office as an employer."""
        return Organisation("ASSOCIATION", self.slug, self.name)


def build_nation(rng: np.random.Generator) -> tuple[Association, ...]:
    """The nation in the order of `names.ASSOCIATIONS`; only money and chance depend on `rng`."""
    slugs = [slug_of(name) for name in ASSOCIATIONS]
    counts = _kommun_counts(slugs)
    kommuner = _kommuner(slugs, counts)
    regions = _regions(len(slugs))
    money = _money(slugs, counts, rng)
    weight = money / money.sum()
    outcome = _centred(rng.normal(0, shapes.TENANT_SPREAD, len(slugs)), weight)
    # One that stands out whatever the seed, so that the national page has something to show.
    outcome[slugs.index("granstranden")] = 0.8
    low, high = (limit - shapes.WOMEN_ENDED for limit in shapes.WOMEN_RANGE)
    women = np.clip(_centred(rng.normal(0, shapes.WOMEN_SPREAD, len(slugs)), weight), low, high)
    return tuple(
        Association(
            slug=slug,
            name=f"{'Finsam' if place % _NAMED_AFTER_FINSAM in (0, 2) else 'Samordningsförbundet'} {name}",
            short_name=name,
            region=regions[place],
            kommuner=kommuner[place],
            founded=2005 + (7 * place) % 14,
            money=float(money[place]),
            outcome=float(outcome[place]),
            women=float(women[place]),
        )
        for place, (slug, name) in enumerate(zip(slugs, ASSOCIATIONS, strict=True))
    )


def organisations(nation: tuple[Association, ...]) -> list[Organisation]:
    """Every invented organisation once."""
    found = {
        organisation.id: organisation
        for item in nation
        for organisation in (item.organisation, item.region, *item.kommuner)
    }
    return list(found.values())


def _kommun_counts(slugs: list[str]) -> list[int]:
    """Kommuner per förbund: the register's own multiset, dealt out in an order that looks unsorted."""
    left = [size for size, times in shapes.KOMMUN_COUNTS.items() for _ in range(times)]
    for size, _rank in _PLACED.values():
        left.remove(size)
    dealt = iter(left[(place * 29) % len(left)] for place in range(len(left)))
    return [_PLACED[slug][0] if slug in _PLACED else next(dealt) for slug in slugs]


def _kommuner(slugs: list[str], counts: list[int]) -> list[tuple[Organisation, ...]]:
    names = iter(kommun_names(sum(counts) - len(slugs)))
    found = []
    for slug, count, seat in zip(slugs, counts, ASSOCIATIONS, strict=True):
        called = [seat, *(next(names) for _ in range(count - 1))]
        found.append(
            tuple(
                Organisation("KOMMUN", f"demo-{slug}-{place}", f"{genitive(name)} kommun", name)
                for place, name in enumerate(called, start=1)
            )
        )
    return found


def _regions(count: int) -> list[Organisation]:
    """A region for each förbund; regions have as unequally many förbund as the real ones."""
    dealt = [
        Organisation("REGION", f"demo-{slug_of(name)}", f"Region {name}")
        for name, size in zip(REGIONS, shapes.REGION_SIZES, strict=True)
        for _ in range(size)
    ]
    return [dealt[(place * 31) % count] for place in range(count)]


def _money(slugs: list[str], counts: list[int], rng: np.random.Generator) -> Floats:
    """Lognormal money, more of it where there are more kommuner, rescaled to the nation's total."""
    drawn = rng.lognormal(np.log(shapes.MONEY_MEDIAN), shapes.MONEY_SPREAD, len(slugs))
    drawn = np.clip(drawn, *shapes.MONEY_CLIP)
    drawn = np.sort(drawn * shapes.MONEY_TOTAL / drawn.sum())
    score = np.log(np.array(counts)) + rng.normal(0, 0.6, len(slugs))
    placed = {slugs.index(slug): rank for slug, (_count, rank) in _PLACED.items()}
    free = iter(sorted(set(range(len(slugs))) - set(placed.values())))
    money = np.empty(len(slugs))
    for place in np.argsort(score, kind="stable"):
        money[place] = drawn[placed[int(place)] if int(place) in placed else next(free)]
    return money


def _centred(deviations: Floats, weight: Floats) -> Floats:
    """Deviations whose weighted mean is nought, so that the nation's level does not hang on the seed."""
    return deviations - float((deviations * weight).sum())
