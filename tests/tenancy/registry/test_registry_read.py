"""Look-ups the rest of the platform asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event, text

from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.kernel.ids import new_id
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.registry import Registry, apply, read, tenant_id
from fyrklang.tenancy.registry.order import swedish_key
from fyrklang.tenancy.registry.records import EarlierName
from fyrklang.tenancy.session import tenant_session

PLATFORM = UUID("00000000-0000-7000-8000-000000000001")


@pytest.fixture
def database(filled: Config) -> Iterator[Database]:
    made = Database(filled)
    yield made
    made.dispose()


@pytest.fixture
def app(database: Database) -> Iterator[Connection]:
    with database.engine("app").connect() as connection:
        yield connection


def test_a_forbund_is_found_by_slug_and_id(app: Connection) -> None:
    found = read.find_tenant(app, "halland")
    assert found is not None
    assert (found.name, found.status, found.synthetic) == ("Samordningsförbundet i Halland", "ACTIVE", False)
    assert found.id == tenant_id("halland")
    assert read.tenant_by_id(app, found.id) == found


@pytest.mark.parametrize("slug", ["finns-inte", "kanariefagel", "plattformen", "", "HALLAND", "halland "])
def test_what_is_no_forbund_is_not_found(app: Connection, slug: str) -> None:
    assert read.find_tenant(app, slug) is None


def test_the_platforms_own_tenant_is_no_forbund(app: Connection) -> None:
    assert read.tenant_by_id(app, PLATFORM) is None


def test_a_session_can_ask_too(database: Database) -> None:
    with tenant_session(database, TenantContext(tenant_id("halland"), "halland")) as session:
        found = read.find_tenant(session, "lund")
        assert found is not None
        assert read.tenant_by_id(session, found.id) == found


def test_the_request_path_does_not_ask_each_time(app: Connection) -> None:
    asked: list[str] = []
    event.listen(app.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    for _ in range(50):
        assert read.find_tenant(app, "halland")
    for number in range(50):
        assert read.find_tenant(app, f"gissning-{number}") is None
    assert len(asked) <= 2


def test_a_new_forbund_is_found_soon(laid_in: Config, monkeypatch) -> None:
    database = Database(laid_in)
    app = database.engine("app").connect()
    assert read.find_tenant(app, "nykomlingen") is None
    insert = "INSERT INTO registry.tenant (id, slug, name, short_name) VALUES (:id, :slug, 'Ny', 'Ny')"
    with database.engine("migrator").begin() as writer:
        writer.execute(text(insert), {"id": new_id(), "slug": "nykomlingen"})
    monkeypatch.setattr(read, "MISS_SECONDS", 0.0)
    assert read.find_tenant(app, "nykomlingen") is not None


def test_two_databases_in_one_process_are_kept_apart(app: Connection, shipped: Registry) -> None:
    assert read.find_tenant(app, "lund")
    assert app.engine in read._rosters
    read.forget()
    assert app.engine not in read._rosters


def test_working_forbund_are_listed_in_swedish_order(app: Connection) -> None:
    names = [item.short_name for item in read.list_tenants(app)]
    assert len(names) == 74
    assert names == sorted(names, key=swedish_key)
    tail = ["Ånge", "Älv & Kust", "Örnsköldsvik"]
    assert names[-6:] == [*tail, "Östra Norrbotten", "Östra Skaraborg", "Östra Södertörn"]
    assert read.list_tenants(app, synthetic=True) == []


def test_kommuner_of_a_forbund_on_a_day(app: Connection) -> None:
    own = tenant_id("sodra-norrbotten")
    before, after = date(2021, 5, 31), date(2021, 6, 1)
    assert [item.name for item in read.kommuner_of(app, own, before)] == ["Luleå", "Piteå", "Älvsbyn"]
    assert [item.name for item in read.kommuner_of(app, own, after)] == ["Boden", "Luleå", "Piteå", "Älvsbyn"]
    assert read.kommuner_of(app, own, date(2019, 12, 31)) == []


def test_every_kommun_and_organisation_in_order(app: Connection) -> None:
    kommuner = read.list_kommuner(app)
    assert len(kommuner) == 290
    assert [item.name for item in kommuner[-3:]] == ["Östra Göinge", "Överkalix", "Övertorneå"]
    assert kommuner[0].name == "Ale"
    assert [item.name for item in read.list_organisations(app, ["FK", "AF"])] == [
        "Arbetsförmedlingen",
        "Försäkringskassan",
    ]
    regions = [item.name for item in read.list_organisations(app, ["REGION"])]
    assert regions[-3:] == ["Region Örebro län", "Region Östergötland", "Västra Götalandsregionen"]


def test_what_a_forbund_was_called(laid_in: Config, shipped: Registry) -> None:
    app = Database(laid_in).engine("app").connect()
    own = tenant_id("lund")
    made = replace(
        shipped.associations["lund"],
        earlier_names=(EarlierName("Lundabygden", date(2008, 1, 1), date(2015, 12, 31)),),
    )
    apply(laid_in, replace(shipped, associations={**shipped.associations, "lund": made}))
    assert read.name_on(app, own, date(2015, 12, 31)) == "Lundabygden"
    assert read.name_on(app, own, date(2016, 1, 1)) == "Lunds samordningsförbund"
    assert read.name_on(app, tenant_id("sodertalje"), date(2010, 1, 1)) == "Samordningsförbundet Södertälje"
    assert read.name_on(app, PLATFORM, date(2010, 1, 1)) is None


def test_where_a_forbund_stands_today(app: Connection) -> None:
    assert read.successors_today(app, tenant_id("goteborg-hisingen")) == [tenant_id("goteborg")]
    assert set(read.successors_today(app, tenant_id("mellerud-vanersborg"))) == {
        tenant_id("sodra-vanern"),
        tenant_id("vast"),
    }
    assert read.successors_today(app, tenant_id("halland")) == [tenant_id("halland")]


def test_python_and_the_database_sort_alike(app: Connection) -> None:
    letters = "abcxyzåäöéüæøáàABCXYZÅÄÖÉÜÆØÁÀ0129 -&/,.()"

    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.text(letters, max_size=8), max_size=12, unique_by=swedish_key))
    def alike(words: list[str]) -> None:
        ordered = app.scalars(
            text("SELECT w FROM unnest(CAST(:words AS text[])) AS w ORDER BY registry.sv_sort(w)"),
            {"words": words},
        )
        assert list(ordered) == sorted(words, key=swedish_key)

    alike()
