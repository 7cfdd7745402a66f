"""Files into the database and out again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.registry import (
    Registry,
    RegistryError,
    apply,
    export,
    is_applied,
    organisation_id,
    plan,
    tenant_id,
)
from fyrklang.tenancy.registry.order import swedish_key
from fyrklang.tenancy.registry.records import AreaSpan, EarlierName, Succession
from fyrklang.tenancy.session import tenant_session

HALLAND = tenant_id("halland")
KUNGSBACKA = organisation_id("KOMMUN", "1384")


def run(
    config: Config, statement: str, role: str = "migrator", **values: object
) -> list[Mapping[str, object]]:
    database = Database(config)
    try:
        with database.engine(role).begin() as connection:
            result = connection.execute(text(statement), values)
            return list(result.mappings()) if result.returns_rows else []
    finally:
        database.dispose()


def edited(registry: Registry, slug: str, **fields: object) -> Registry:
    made = replace(registry.associations[slug], **fields)
    return replace(registry, associations={**registry.associations, slug: made})


def without(registry: Registry, slug: str) -> Registry:
    return replace(
        registry, associations={key: item for key, item in registry.associations.items() if key != slug}
    )


def test_apply_fills_every_table_and_then_has_nothing_to_do(config: Config, shipped: Registry) -> None:
    # 109 förbund, 290 kommuner, 21 regions and the 4 organisations there is one of.
    assert len(plan(config, shipped)) == 424
    assert apply(config, shipped) == 424
    assert plan(config, shipped) == []
    assert apply(config, shipped) == 0
    counts = {
        table: run(config, f"SELECT count(*) AS n FROM {table}")[0]["n"]
        for table in ("registry.region", "registry.kommun", "registry.organisation", "registry.tenant_name")
    }
    assert list(counts.values()) == [21, 290, 21 + 290 + 109 + 4, 110]
    active = "SELECT count(*) AS n FROM registry.tenant WHERE kind = 'ASSOCIATION' AND status = 'ACTIVE'"
    assert run(config, active, role="app")[0]["n"] == 74


def test_a_stored_hash_makes_the_second_start_cheap(config: Config, shipped: Registry) -> None:
    assert not is_applied(config, shipped)
    apply(config, shipped)
    assert is_applied(config, shipped)
    assert not is_applied(config, edited(shipped, "lund", note="En annan anteckning."))


def test_progress_counts_up_to_all_rows(config: Config, shipped: Registry) -> None:
    told: list[tuple[int, int]] = []
    apply(config, shipped, lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1] > 1000


def test_export_after_apply_gives_the_same_bytes(
    laid_in: Config, shipped: Registry, folder: Path, tmp_path: Path
) -> None:
    written, unknown = export(laid_in, tmp_path)
    names = sorted(path.relative_to(tmp_path) for path in written)
    assert len(names) == 111
    assert unknown == []
    shipped_names = [*folder.glob("forbund/*.toml"), *folder.glob("registers/*.csv")]
    assert names == sorted(path.relative_to(folder) for path in shipped_names)
    for name in names:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name
    assert export(laid_in, tmp_path) == ([], [])


def test_export_leaves_files_it_does_not_know(laid_in: Config, shipped: Registry, tmp_path: Path) -> None:
    new = tmp_path / "forbund" / "nytt.toml"
    new.parent.mkdir()
    new.write_text("inte klar ännu", "utf-8")
    assert export(laid_in, tmp_path)[1] == [new]
    assert new.read_text("utf-8") == "inte klar ännu"


def test_an_empty_database_is_not_written_over_the_files(config: Config, tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="inget register"):
        export(config, tmp_path)
    assert not list(tmp_path.iterdir())


def test_members_stand_dated_behind_the_wall(laid_in: Config, shipped: Registry) -> None:
    database = Database(laid_in)
    slug = "sodra-norrbotten"
    with tenant_session(database, TenantContext(tenant_id(slug), slug)) as session:
        rows = session.execute(
            text("SELECT party_kind, name, valid_from, valid_to, source FROM office.member ORDER BY name")
        ).all()
    assert [(row.party_kind, row.name, row.valid_from) for row in rows] == [
        ("AF", "Arbetsförmedlingen", date(2020, 1, 1)),
        ("KOMMUN", "Bodens kommun", date(2021, 6, 1)),
        ("FK", "Försäkringskassan", date(2020, 1, 1)),
        ("KOMMUN", "Luleå kommun", date(2020, 1, 1)),
        ("KOMMUN", "Piteå kommun", date(2020, 1, 1)),
        ("REGION", "Region Norrbotten", date(2020, 1, 1)),
        ("KOMMUN", "Älvsbyns kommun", date(2020, 1, 1)),
    ]
    assert {(row.valid_to, row.source) for row in rows} == {(None, "REGISTER")}
    with database.engine("app").connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM office.member")) == 0
    database.dispose()


def test_only_the_migrator_writes_the_register(laid_in: Config, shipped: Registry) -> None:
    for role in ("app", "auth", "worker", "backup"):
        assert run(laid_in, "SELECT count(*) AS n FROM registry.kommun", role)[0]["n"] == 290
        for table in (
            "region",
            "kommun",
            "organisation",
            "area",
            "tenant_name",
            "succession",
            "tenant",
            "applied",
        ):
            with pytest.raises(DBAPIError, match="permission denied"):
                run(laid_in, f"DELETE FROM registry.{table}", role)
    for role in ("council", "audit_writer"):
        with pytest.raises(DBAPIError, match="permission denied"):
            run(laid_in, "SELECT 1 FROM registry.kommun", role)


def test_a_kommun_that_joins_adds_a_member_and_nothing_else(laid_in: Config, shipped: Registry) -> None:
    area = (*shipped.associations["roslagen"].area, AreaSpan("0186", date(2027, 1, 1)))
    changed = edited(shipped, "roslagen", area=area)
    (change,) = plan(laid_in, changed)
    assert str(change) == (
        "Förbund Roslagen (roslagen) ändras: kommunen Lidingö läggs till från 2027-01-01; "
        "medlemmen Lidingö kommun läggs till från 2027-01-01"
    )
    assert apply(laid_in, changed) == 1
    assert plan(laid_in, changed) == []
    assert [item.code for item in plan(laid_in, shipped)] == ["roslagen"]


def test_a_corrected_date_keeps_the_members_row(laid_in: Config, shipped: Registry) -> None:
    which = "SELECT id FROM office.member WHERE tenant_id = :tenant AND organisation_id = :member"
    before = run(laid_in, which, tenant=HALLAND, member=KUNGSBACKA)
    area = tuple(AreaSpan(span.kommun, date(2010, 1, 1)) for span in shipped.associations["halland"].area)
    apply(laid_in, edited(shipped, "halland", area=area))
    assert run(laid_in, which, tenant=HALLAND, member=KUNGSBACKA) == before


def test_spans_of_one_organisation_may_trade_places(config: Config, shipped: Registry) -> None:
    def years(*starts: int) -> Registry:
        spans = (AreaSpan("1280", date(year, 1, 1), date(year, 12, 31)) for year in starts)
        return edited(shipped, "malmo", area=tuple(spans))

    for registry in (years(2010, 2014, 2018), years(2014, 2018, 2022), years(2006, 2010, 2014), years(2014)):
        apply(config, registry)
        assert plan(config, registry) == []


def test_what_the_office_entered_itself_is_left_alone(laid_in: Config, shipped: Registry) -> None:
    own = (
        "UPDATE office.member SET source = 'OWN', valid_from = '2011-01-01' "
        "WHERE tenant_id = :t AND party_kind = 'FK'"
    )
    run(laid_in, own, t=HALLAND)
    extra = (
        "INSERT INTO office.member (tenant_id, id, organisation_id, party_kind, name, valid_from, source) "
        "VALUES (:t, :id, :member, 'KOMMUN', 'Kungsbacka', '2012-01-01', 'OWN')"
    )
    run(laid_in, extra, t=HALLAND, id=new_id(), member=KUNGSBACKA)
    assert plan(laid_in, shipped) == []
    moved = tuple(AreaSpan(span.kommun, date(2012, 1, 1)) for span in shipped.associations["halland"].area)
    apply(laid_in, edited(shipped, "halland", area=moved))
    assert plan(laid_in, edited(shipped, "halland", area=moved)) == []
    kept = "SELECT name FROM office.member WHERE tenant_id = :t AND source = 'OWN' ORDER BY name"
    assert [row["name"] for row in run(laid_in, kept, t=HALLAND)] == ["Försäkringskassan", "Kungsbacka"]


def invented(config: Config, slug: str) -> None:
    """A förbund as the demo makes one: marked in every table that can mark it."""
    tenant = new_id()
    run(
        config,
        "INSERT INTO registry.tenant (id, slug, name, short_name, synthetic) "
        "VALUES (:id, :slug, 'P', 'P', true)",
        id=tenant,
        slug=slug,
    )
    run(
        config,
        "INSERT INTO registry.organisation (id, kind, code, name) VALUES (:id, 'ASSOCIATION', :slug, 'P')",
        id=new_id(),
        slug=slug,
    )
    run(
        config,
        "INSERT INTO registry.organisation (id, kind, code, name, synthetic) "
        "VALUES (:id, 'KOMMUN', '9901', 'Påhittade kommun', true)",
        id=new_id(),
    )
    for statement in (
        "INSERT INTO registry.area (id, tenant_id, kommun_code) VALUES (:id, :t, '1281')",
        "INSERT INTO registry.tenant_name (id, tenant_id, name, is_current) VALUES (:id, :t, 'P', true)",
        "INSERT INTO office.member (tenant_id, id, organisation_id, party_kind, name, source) "
        f"VALUES (:t, :id, '{organisation_id('FK', 'FK')}', 'FK', 'P', 'REGISTER')",
    ):
        run(config, statement, id=new_id(), t=tenant)


def test_invented_forbund_are_not_seen(laid_in: Config, shipped: Registry, tmp_path: Path) -> None:
    invented(laid_in, "pahittade")
    assert plan(laid_in, shipped) == []
    assert apply(laid_in, shipped) == 0
    export(laid_in, tmp_path)
    assert not (tmp_path / "forbund" / "pahittade.toml").exists()
    left = "SELECT count(*) AS n FROM registry.tenant WHERE synthetic"
    assert run(laid_in, left)[0]["n"] == 1


def test_a_slug_an_invented_forbund_has_is_refused(config: Config, shipped: Registry) -> None:
    apply(config, without(shipped, "lund"))
    invented(config, "lund")
    for act in (plan, apply):
        with pytest.raises(RegistryError, match=r"forbund/lund.toml, slug: .* påhittat"):
            act(config, edited(shipped, "malmo", note="Ändrad."))
    assert plan(config, without(shipped, "lund")) == []


def test_a_forbund_without_work_can_go(laid_in: Config, shipped: Registry) -> None:
    fewer = without(shipped, "sundsvall")
    assert [str(change) for change in plan(laid_in, fewer)] == ["Förbund Sundsvall (sundsvall) tas bort"]
    apply(laid_in, fewer)
    assert plan(laid_in, fewer) == []
    apply(laid_in, shipped)
    assert plan(laid_in, shipped) == []


def test_a_forbund_with_work_cannot_go_and_nothing_is_saved(laid_in: Config, shipped: Registry) -> None:
    run(
        laid_in,
        "INSERT INTO office.canary (tenant_id, id, note) VALUES (:t, :id, 'arbete')",
        t=tenant_id("sundsvall"),
        id=new_id(),
    )
    fewer = without(edited(shipped, "lund", note="Ändrad."), "sundsvall")
    with pytest.raises(RegistryError) as caught:
        apply(laid_in, fewer)
    (fault,) = caught.value.faults
    assert fault.file == "forbund/sundsvall.toml"
    assert fault.text.startswith("Samordningsförbundet i Sundsvall kan inte tas bort")
    assert plan(laid_in, shipped) == []


def test_a_renamed_forbund_keeps_its_earlier_name(laid_in: Config, shipped: Registry) -> None:
    earlier = EarlierName("Lunds samordningsförbund", None, date(2026, 12, 31))
    changed = edited(shipped, "lund", name="Samordningsförbundet Lund", earlier_names=(earlier,))
    assert [str(change) for change in plan(laid_in, changed)] == [
        "Förbund Lund (lund) ändras: namn Lunds samordningsförbund → Samordningsförbundet Lund; "
        "namnet gäller från (tomt) → 2027-01-01; "
        "det tidigare namnet Lunds samordningsförbund läggs till till och med 2026-12-31"
    ]
    apply(laid_in, changed)
    history = (
        "SELECT name, is_current, valid_from, valid_to FROM registry.tenant_name "
        "WHERE tenant_id = :t ORDER BY is_current"
    )
    assert [tuple(row.values()) for row in run(laid_in, history, role="app", t=tenant_id("lund"))] == [
        ("Lunds samordningsförbund", False, None, date(2026, 12, 31)),
        ("Samordningsförbundet Lund", True, date(2027, 1, 1), None),
    ]


def test_a_merger_is_told_whole(laid_in: Config, shipped: Registry) -> None:
    last, first = date(2026, 12, 31), date(2027, 1, 1)
    taken_over = edited(
        shipped,
        "vellinge",
        status="merged",
        ended=2026,
        area=(AreaSpan("1233", None, last),),
        successions=(Succession("merged_into", "trelleborg", 2026),),
    )
    area = (AreaSpan("1233", first), *shipped.associations["trelleborg"].area)
    merged = edited(taken_over, "trelleborg", area=area)
    trelleborg, vellinge = plan(laid_in, merged)
    assert trelleborg.details == (
        "kommunen Vellinge läggs till från 2027-01-01",
        "medlemmen Vellinge kommun läggs till från 2027-01-01",
    )
    assert vellinge.details == (
        "status active → merged",
        "slutår (tomt) → 2026",
        "kommunen Vellinge: till och med (tomt) → 2026-12-31",
        "övertagandet genom Trelleborg läggs till",
        "medlemmen Försäkringskassan: till och med (tomt) → 2026-12-31",
        "medlemmen Arbetsförmedlingen: till och med (tomt) → 2026-12-31",
        "medlemmen Region Skåne: till och med (tomt) → 2026-12-31",
        "medlemmen Vellinge kommun: till och med (tomt) → 2026-12-31",
    )
    assert apply(laid_in, merged) == 2
    assert plan(laid_in, merged) == []


def test_hand_made_damage_is_seen_and_mended(laid_in: Config, shipped: Registry) -> None:
    run(laid_in, "DELETE FROM office.member WHERE tenant_id = :t AND party_kind = 'AF'", t=HALLAND)
    run(laid_in, "UPDATE registry.kommun SET population = 1 WHERE code = '0114'")
    run(laid_in, "UPDATE registry.organisation SET name = 'FK' WHERE kind = 'FK'")
    assert [str(change) for change in plan(laid_in, shipped)] == [
        "Kommun Upplands Väsby (0114) ändras: folkmängd 1 → 50323",
        "Organisation Försäkringskassan (FK) ändras: namn FK → Försäkringskassan",
        "Förbund Halland (halland) ändras: medlemmen Arbetsförmedlingen läggs till",
    ]
    assert apply(laid_in, shipped) == 3
    assert plan(laid_in, shipped) == []


def test_plan_is_in_swedish_order(config: Config, shipped: Registry) -> None:
    names = [change.name for change in plan(config, shipped) if change.kind == "förbund"]
    assert names == sorted(names, key=swedish_key)
    tail = ["Västra Skaraborg", "Ånge", "Älv & Kust", "Öckerö", "Örnsköldsvik"]
    assert names[-8:] == [*tail, "Östra Norrbotten", "Östra Skaraborg", "Östra Södertörn"]
