"""Whatever is edited in the files, `plan` names exactly that, and after `apply` names nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fyrklang.kernel.config import Config
from fyrklang.tenancy.registry import Registry, apply, export, load, plan
from fyrklang.tenancy.registry.records import AreaSpan, Association, EarlierName, Succession
from fyrklang.tenancy.registry.write import association_file, write_folder

Named = set[tuple[str, str, str]]
"""What plan is to name: action, kind, code."""
Edit = Callable[[st.DrawFn, Registry], tuple[Registry, Named]]

WORDS = st.text("abcåäöÅÄÖé -\"\\#&'", min_size=1, max_size=20).map(lambda text: f"x{text}x")


def _put(registry: Registry, *changed: Association) -> Registry:
    return replace(registry, associations={**registry.associations, **{item.slug: item for item in changed}})


def _pick(draw: st.DrawFn, registry: Registry, *, status: str | None = None) -> Association:
    slugs = [slug for slug, item in registry.associations.items() if status in (None, item.status)]
    return registry.associations[draw(st.sampled_from(sorted(slugs)))]


def edit_field(draw: st.DrawFn, registry: Registry) -> tuple[Registry, Named]:
    made = _pick(draw, registry)
    field = draw(
        st.sampled_from(["name", "short_name", "note", "website", "confidence", "sources", "earlier"])
    )
    value: object = {
        "name": f"Förbundet {draw(WORDS)}",
        "short_name": draw(WORDS),
        "note": draw(st.none() | WORDS),
        "website": draw(st.none() | st.just("exempel.se/forbund")),
        "confidence": draw(st.sampled_from(["high", "medium", "low"])),
        "sources": tuple(sorted(draw(st.sets(st.sampled_from(["web", "general", "document"]), min_size=1)))),
    }.get(field)
    if field == "earlier":
        field, value = "earlier_names", (EarlierName(f"Förr {draw(WORDS)}", valid_to=date(1999, 12, 31)),)
    changed = replace(made, **{field: value})
    return _put(registry, changed), {("change", "förbund", made.slug)} if changed != made else set()


def edit_dates(draw: st.DrawFn, registry: Registry) -> tuple[Registry, Named]:
    made = _pick(draw, registry, status="active")
    day = draw(st.none() | st.dates(date(2025, 1, 1), date(2026, 12, 31)))
    area = (replace(made.area[0], valid_from=day), *made.area[1:])
    changed = replace(made, area=area)
    return _put(registry, changed), {("change", "förbund", made.slug)} if changed != made else set()


def add_kommun(draw: st.DrawFn, registry: Registry) -> tuple[Registry, Named]:
    held = {span.kommun for item in registry.associations.values() for span in item.area}
    free = [code for code in registry.kommuner if code not in held]
    if not free:
        return registry, set()
    kommun = draw(st.sampled_from(sorted(free)))
    made = _pick(draw, registry, status="active")
    area = tuple(sorted((*made.area, AreaSpan(kommun)), key=lambda span: span.kommun))
    regions = tuple(sorted({span.kommun[:2] for span in area}))
    return _put(registry, replace(made, area=area, regions=regions)), {("change", "förbund", made.slug)}


def drop_kommun(draw: st.DrawFn, registry: Registry) -> tuple[Registry, Named]:
    made = _pick(draw, registry, status="active")
    if len(made.area) == 1:
        return registry, set()
    area = made.area[1:]
    regions = tuple(sorted({span.kommun[:2] for span in area}))
    return _put(registry, replace(made, area=area, regions=regions)), {("change", "förbund", made.slug)}


def add_forbund(draw: st.DrawFn, registry: Registry) -> tuple[Registry, Named]:
    slug = f"ny-{draw(st.integers(1, 10**9))}"
    year = draw(st.none() | st.integers(2000, 2030))
    area = (AreaSpan(draw(st.sampled_from(sorted(registry.kommuner))), date(2090, 1, 1), date(2090, 1, 1)),)
    made = Association(
        slug,
        f"Ny {draw(WORDS)}",
        draw(WORDS),
        "dissolved",
        (area[0].kommun[:2],),
        area,
        "low",
        ("web",),
        year,
    )
    return _put(registry, made), {("add", "förbund", slug)}


def remove_forbund(draw: st.DrawFn, registry: Registry) -> tuple[Registry, Named]:
    pointed_at = {step.to for item in registry.associations.values() for step in item.successions}
    free = sorted(registry.associations.keys() - pointed_at)
    slug = draw(st.sampled_from(free))
    left = {key: item for key, item in registry.associations.items() if key != slug}
    return replace(registry, associations=left), {("remove", "förbund", slug)}


def merge(draw: st.DrawFn, registry: Registry) -> tuple[Registry, Named]:
    one, other = _pick(draw, registry, status="active"), _pick(draw, registry, status="active")
    if one.slug == other.slug:
        return registry, set()
    gone = replace(
        one, status="merged", ended=2100, successions=(Succession("merged_into", other.slug, 2100),)
    )
    return _put(registry, gone), {("change", "förbund", one.slug)}


def edit_population(draw: st.DrawFn, registry: Registry) -> tuple[Registry, Named]:
    kommun = registry.kommuner[draw(st.sampled_from(sorted(registry.kommuner)))]
    changed = replace(kommun, population=draw(st.integers(0, 99_999_999)))
    named = {("change", "kommun", kommun.code)} if changed != kommun else set()
    return replace(registry, kommuner={**registry.kommuner, kommun.code: changed}), named


def rename_kommun(draw: st.DrawFn, registry: Registry) -> tuple[Registry, Named]:
    """The members' rows carry the official name, so the förbund it belongs to follow."""
    kommun = registry.kommuner[draw(st.sampled_from(sorted(registry.kommuner)))]
    changed = replace(kommun, official_name=f"{draw(WORDS)} kommun")
    if changed == kommun:
        return registry, set()
    holders = {
        ("change", "förbund", slug)
        for slug, item in registry.associations.items()
        if kommun.code in {span.kommun for span in item.area}
    }
    named = {("change", "kommun", kommun.code), *holders}
    return replace(registry, kommuner={**registry.kommuner, kommun.code: changed}), named


EDITS: list[Edit] = [
    edit_field,
    edit_dates,
    add_kommun,
    drop_kommun,
    add_forbund,
    remove_forbund,
    merge,
    edit_population,
    rename_kommun,
]


@st.composite
def _edited(draw: st.DrawFn, registry: Registry) -> tuple[Registry, Registry, Named]:
    """The register after some edits, each of its own subject, with what they name."""
    now, named = registry, Named()
    for edit in draw(st.lists(st.sampled_from(EDITS), min_size=1, max_size=6)):
        after, more = edit(draw, now)
        if {code for _, _, code in more} & {code for _, _, code in named}:
            continue
        now, named = after, named | more
    return registry, now, named


def test_plan_names_exactly_what_was_edited(laid_in: Config, shipped: Registry, tmp_path: Path) -> None:
    files, out = tmp_path / "in", tmp_path / "ut"
    write_folder(shipped, files)
    write_folder(shipped, out)

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(_edited(shipped))
    def edits(drawn: tuple[Registry, Registry, Named]) -> None:
        _, wanted, named = drawn
        write_folder(wanted, files)
        for slug in shipped.associations.keys() - wanted.associations.keys():
            (files / association_file(slug)).unlink()
        read = load(files)
        assert read == wanted
        try:
            assert {(item.action, item.kind, item.code) for item in plan(laid_in, read)} == named
            assert apply(laid_in, read) == len(named)
            assert plan(laid_in, read) == []
            export(laid_in, out)
            for name in wanted.associations:
                path = association_file(name)
                assert (files / path).read_bytes() == (out / path).read_bytes()
        finally:
            apply(laid_in, shipped)
            for slug in wanted.associations.keys() - shipped.associations.keys():
                (files / association_file(slug)).unlink()
            write_folder(shipped, files)

    edits()
