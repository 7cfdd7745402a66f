"""What is asked, and which figure is held against which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fyrklang.bench.drive import request_bytes
from fyrklang.bench.ground import Ground
from fyrklang.bench.served import EMPTY

PRODUCT, UNWALLED, FLOOR, UNWALLED_FLOOR = "product", "product-unwalled", "floor", "floor-unwalled"
FEW, MANY = "product-few", "product-many"
COMPARISON = "/api/v1/national/comparison?measure=M1"

Counted = Literal["web", "all"]
"""CPU time of the web processes alone, or of PostgreSQL and Valkey too."""


@dataclass(frozen=True)
class Case:
    """One kind of request: who answers, what is sent in turn, and how many make one slice."""

    name: str
    server: str
    requests: Sequence[bytes]
    count: int
    status: int = 200


@dataclass(frozen=True)
class Row:
    """One line of the table: a case over another. `goal` is the most the ratio may be; None has none."""

    name: str
    words: str
    case: str
    over: str
    goal: float | None = None
    counted: Counted = "web"


def cases(grounds: Mapping[str, Ground], tag: str, slice_size: int) -> list[Case]:
    """Every case. `grounds` are by server, `tag` is the ETag of the comparison."""
    main = grounds[PRODUCT]
    council = {"Cookie": main.council}
    half, quarter = slice_size // 2, slice_size // 4

    def listed(server: str) -> Case:
        path = "/api/v1/f/{slug}/interventions"
        return Case(f"list {server}", server, _signed(grounds[server], path), slice_size)

    def floor(name: str, server: str, path: str) -> Case:
        return Case(
            name, server, [request_bytes(path.format(slug=each.slug), {}) for each in main.people], slice_size
        )

    return [
        *(listed(server) for server in (PRODUCT, UNWALLED, FEW, MANY)),
        floor("raw", FLOOR, "/raw/{slug}"),
        floor("raw unwalled", UNWALLED_FLOOR, "/unwalled/{slug}"),
        Case("page", PRODUCT, _signed(main, "/f/{slug}/insatser"), quarter),
        floor("page floor", FLOOR, "/page/{slug}"),
        Case("empty", PRODUCT, _signed(main, EMPTY), slice_size, status=204),
        Case(
            "empty floor",
            FLOOR,
            [request_bytes(f"/empty/{each.slug}", {}) for each in main.people],
            slice_size,
            status=204,
        ),
        Case("comparison", PRODUCT, [request_bytes(COMPARISON, council)], half),
        Case(
            "comparison kept",
            PRODUCT,
            [request_bytes(COMPARISON, {**council, "If-None-Match": tag})],
            half,
            status=304,
        ),
        Case("grouped", UNWALLED_FLOOR, [request_bytes("/grouped", {})], quarter),
    ]


def _signed(ground: Ground, path: str) -> list[bytes]:
    return [request_bytes(path.format(slug=each.slug), {"Cookie": each.cookie}) for each in ground.people]


ROWS = (
    Row(
        "list",
        "Insatslistan som JSON, 50 rader, mot handskriven psycopg och json",
        f"list {PRODUCT}",
        "raw",
        1.8,
    ),
    Row("page", "Insatssidan i HTML mot samma handskrivna JSON", "page", "raw", 5),
    Row("page-empty", "Insatssidan i HTML mot en tom Flask-sida med samma fråga", "page", "page floor"),
    Row("empty", "Tom adress med inloggning och behörighet mot tom Flask-adress", "empty", "empty floor", 4),
    Row(
        "wall",
        "Insatslistan med radskydd och kontext mot utan",
        f"list {PRODUCT}",
        f"list {UNWALLED}",
        1.1,
        "all",
    ),
    Row(
        "wall-raw", "Handskrivna listan med radskydd och kontext mot utan", "raw", "raw unwalled", None, "all"
    ),
    Row(
        "tenants-few",
        "Insatslistan bland 80 förbund mot bland 8",
        f"list {PRODUCT}",
        f"list {FEW}",
        1.1,
        "all",
    ),
    Row(
        "tenants-many",
        "Insatslistan bland 800 förbund mot bland 80",
        f"list {MANY}",
        f"list {PRODUCT}",
        1.1,
        "all",
    ),
    Row("comparison", "Nationell jämförelse mot GROUP BY över antalen", "comparison", "grouped", None, "all"),
    Row("comparison-kept", "Samma, när frågaren redan har svaret", "comparison kept", "grouped", None, "all"),
)
