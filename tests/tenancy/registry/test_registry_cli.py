"""The `fyrklang tenants` command as an operator meets it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fyrklang.cli.tenants import tenants
from fyrklang.kernel.config import Config
from fyrklang.tenancy.registry import Registry
from fyrklang.tenancy.registry.write import write_folder


@pytest.fixture
def work(shipped: Registry, tmp_path: Path) -> Path:
    write_folder(shipped, tmp_path)
    return tmp_path


def run(*arguments: str, config: Config | None = None, env: dict[str, str | None] | None = None) -> Result:
    return CliRunner().invoke(tenants, arguments, obj=config, env={"COLUMNS": "200", **(env or {})})


def change(folder: Path, slug: str, old: str, new: str) -> None:
    path = folder / "forbund" / f"{slug}.toml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def test_check_counts_what_is_there() -> None:
    result = run("check")
    assert result.exit_code == 0
    assert result.output == (
        "Registret är riktigt: 74 verksamma och 35 tidigare förbund, 290 kommuner, 21 regioner.\n"
    )


def test_check_shows_every_fault_and_ends_with_one(work: Path) -> None:
    change(work, "lund", "1281", "1299")
    change(work, "malmo", 'status = "active"', 'status = "[bold]"')
    result = run("check", "--folder", str(work))
    assert result.exit_code == 1
    assert "1 fel i registret" in result.stderr
    assert 'Värdet "[bold]" går inte att använda.' in result.stderr


def test_check_asks_for_the_one_way_of_writing(work: Path) -> None:
    change(work, "lund", 'slug = "lund"', "slug = 'lund'")
    result = run("check", "--folder", str(work))
    assert result.exit_code == 1
    assert "forbund/lund.toml" in result.stderr
    assert "fyrklang tenants export" in result.stderr


def test_plan_apply_plan(config: Config, work: Path) -> None:
    folder = ("--folder", str(work))
    first = run("plan", *folder, config=config)
    assert first.exit_code == 0
    assert "424 ändringar. Inför med fyrklang tenants apply." in first.output
    assert "424 ändringar införda." in run("apply", *folder, config=config).output
    assert run("plan", *folder, config=config).output == "Inga ändringar.\n"
    assert run("apply", *folder, config=config).output.strip() == "Inga ändringar."

    change(work, "lund", "Lunds samordningsförbund", "Samordningsförbundet Lund")
    shown = run("plan", *folder, config=config).output
    assert "namn Lunds samordningsförbund → Samordningsförbundet Lund" in shown
    assert "1 ändring. Inför" in shown
    assert "1 ändring införda." not in (done := run("apply", *folder, config=config).output)
    assert "1 ändring införd." in done


def test_export_says_what_it_wrote(config: Config, work: Path) -> None:
    folder = ("--folder", str(work))
    refused = run("export", *folder, config=config)
    assert refused.exit_code == 1
    assert "inget register" in refused.stderr
    run("apply", *folder, config=config)
    assert run("export", *folder, config=config).output == "Filerna stämmer redan med databasen.\n"
    change(work, "lund", "Lunds", "Lundas")
    (work / "forbund" / "nytt.toml").write_text("", "utf-8")
    result = run("export", *folder, config=config)
    assert result.exit_code == 0
    assert "1 fil skriven." in result.stdout
    assert "nytt.toml finns i mappen men inte i databasen" in result.stderr
    assert "Lunds samordningsförbund" in (work / "forbund" / "lund.toml").read_text("utf-8")


def test_a_missing_setting_is_told_in_words(work: Path) -> None:
    unset = {"FYRKLANG_SECRET_KEY": None, "FYRKLANG_DATABASE_URL": None}
    result = run("plan", "--folder", str(work), env=unset)
    assert result.exit_code == 1
    assert "FYRKLANG_SECRET_KEY" in result.stderr
