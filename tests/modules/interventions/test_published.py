"""Published statements about real insatser: with source, without counts, and never over what staff wrote."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select, update

from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.kernel.paths import project_root
from fyrklang.modules.interventions.models import Goal, Intervention, SourcedFact
from fyrklang.modules.interventions.published import apply_published, load_published
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.registry import RegistryError, tenant_id
from fyrklang.tenancy.session import tenant_session

HALLAND = TenantContext(tenant_id("halland"), "halland")
TEAM = """
[[insatser]]
name = "Provteamet"
focus = "TEAM"
format = "TEAM"
status = "RUNNING"
starts_on = 2020-02-03
description = "Ett team."
goals = [{ measure = "M1", target_permille = 350, first_year = 2021 }]
facts = [{ statement = "Sju deltagare.", as_of = "2021", source = "Årsredovisning 2021" }]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "insatser").mkdir()
    (tmp_path / "insatser" / "halland.toml").write_text(TEAM, "utf-8")
    return tmp_path


def _rows(config: Config, *columns: object) -> list[tuple[object, ...]]:
    database = Database(config)
    with tenant_session(database, HALLAND, "app") as session:
        found = [tuple(row) for row in session.execute(select(*columns))]  # type: ignore[call-overload]
    database.dispose()
    return found


def _change(config: Config, **values: object) -> None:
    database = Database(config)
    with tenant_session(database, HALLAND, "app") as session:
        session.execute(update(Intervention).where(Intervention.name == "Provteamet").values(**values))
    database.dispose()


def test_the_projects_own_files_are_right_and_every_statement_has_a_source() -> None:
    published = load_published(project_root() / "tenants")

    names = {item["name"]: one.slug for one in published for item in one.interventions}
    assert names["Individsamverkansteamet"] == "halland"
    assert names["Enter"] == "sodra-vatterbygden"
    assert {"Inkluderande rehabilitering", "Hälsoskola för nyanlända"} <= names.keys()
    facts = [fact for one in published for item in one.interventions for fact in item["facts"]]
    assert all(fact["source"] for fact in facts)


def test_applying_twice_changes_nothing_the_second_time(own_config: Config) -> None:
    apply_published(own_config)

    assert apply_published(own_config) == 0
    assert ("Individsamverkansteamet", "1384") in _rows(
        own_config, Intervention.name, Intervention.kommun_code
    )
    assert (350, 2017) in _rows(own_config, Goal.target_permille, Goal.first_year)
    statements = [str(text) for (text,) in _rows(own_config, SourcedFact.statement)]
    assert any("35 procent" in text and "hälften" in text for text in statements)


def test_real_forbund_get_no_counts(own_config: Config) -> None:
    apply_published(own_config)

    with psycopg.connect(own_config.database_url) as admin:
        for table in ("office.intervention_count", "facts.cell"):
            row = admin.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
            assert row == (0,)


def test_a_changed_file_changes_the_statements(own_config: Config, folder: Path) -> None:
    apply_published(own_config, folder)
    (folder / "insatser" / "halland.toml").write_text(TEAM.replace("Sju", "Åtta"), "utf-8")

    assert apply_published(own_config, folder) == 1
    assert ("Åtta deltagare.", "2021", "Årsredovisning 2021") in _rows(
        own_config, SourcedFact.statement, SourcedFact.as_of, SourcedFact.source
    )


def test_what_staff_have_written_stays(own_config: Config, folder: Path) -> None:
    apply_published(own_config, folder)
    _change(own_config, description="Vår egen text.", name="Nya namnet", version=2)

    assert apply_published(own_config, folder) == 0
    assert ("Nya namnet", "Vår egen text.") in _rows(own_config, Intervention.name, Intervention.description)


def test_statements_go_to_the_insats_that_staff_entered_under_the_name(
    own_config: Config, folder: Path
) -> None:
    database = Database(own_config)
    with tenant_session(database, HALLAND, "app") as session:
        own = Intervention(
            name="  provteamet",
            direction="INDIVIDUAL",
            follow_up_method="PERSON",
            focus="TEAM",
            format="TEAM",
            status="RUNNING",
            starts_on=date(2019, 1, 1),
        )
        session.add(own)
        session.flush()
        own_id = own.id
    database.dispose()

    assert apply_published(own_config, folder) == 1
    assert (own_id,) in _rows(own_config, SourcedFact.intervention_id)


def test_another_forbund_does_not_see_it(own_config: Config, folder: Path) -> None:
    apply_published(own_config, folder)

    database = Database(own_config)
    other = TenantContext(tenant_id("gotland"), "gotland")
    with tenant_session(database, other, "app") as session:
        assert session.execute(select(Intervention.id).where(Intervention.name == "Provteamet")).all() == []
    database.dispose()


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        (TEAM.replace('focus = "TEAM"', 'focus = "TEEM"'), "focus", "går inte att använda"),
        (TEAM.replace('focus = "TEAM"', 'focus = "TRAIN"'), "focus", "hör till insatsens inriktning"),
        (TEAM.replace("2020-02-03", "2020-02-03\nends_on = 2019-01-01"), "ends_on", "före startdatum"),
        (TEAM + TEAM, "post 2, name", "tidigare i filen"),
        (TEAM.replace("as_of", "as_off"), "as_off", "felstavad"),
        (TEAM.replace(', source = "Årsredovisning 2021"', ""), "source", "saknas"),
        ("insatser = 3", "insatser", "en lista"),
        ("insatser = [", "", "TOML"),
    ],
)
def test_says_where_a_file_is_wrong(folder: Path, text: str, where: str, says: str) -> None:
    (folder / "insatser" / "halland.toml").write_text(text, "utf-8")

    with pytest.raises(RegistryError) as caught:
        load_published(folder)

    assert any(where in fault.field and says in fault.text for fault in caught.value.faults)
    assert all(fault.file == "insatser/halland.toml" for fault in caught.value.faults)


def test_a_forbund_that_is_not_in_the_register_is_refused(own_config: Config, folder: Path) -> None:
    (folder / "insatser" / "atlantis.toml").write_text(TEAM, "utf-8")

    with pytest.raises(RegistryError, match=r"atlantis\.toml"):
        apply_published(own_config, folder)

    assert ("Provteamet",) not in _rows(own_config, Intervention.name)
