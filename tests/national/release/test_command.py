"""`fyrklang release` at the terminal: without a database, and with sentences for what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from fyrklang.cli import main
from tests.national.release.nation import LATTICE, invented, write

HEAD = "forbund,type,sex,age,outcome,year,n"
BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "är tom"),
    "only a header": (HEAD.encode(), "inga rader"),
    "a column missing": (b"forbund,type,sex,age,outcome,year\nf,t,K,a,work,2025\n", "saknar kolumnen n"),
    "semicolons": (HEAD.replace(",", ";").encode() + b"\n", "komma"),
    "negative": (f"{HEAD}\nf,t,K,a,work,2025,-3\n".encode(), "negativt"),
    "not a number": (f"{HEAD}\nf,t,K,a,work,2025,tre\n".encode(), "heltal"),
    "twice": (f"{HEAD}\nf,t,K,a,work,2025,3\nf,t,K,a,work,2025,3\n".encode(), "två gånger"),
    "unknown outcome": (f"{HEAD}\nf,t,K,a,lottery,2025,3\n".encode(), "okänd kod, lottery"),
    "too many persons": (f"{HEAD},persons\nf,t,K,a,work,2025,3,4\n".encode(), "persons är 4"),
    "no persons": (f"{HEAD},persons\nf,t,K,a,work,2025,3,0\n".encode(), "persons 0"),
    "latin-1": (f"{HEAD}\nÖrebro,t,K,a,work,2025,3\n".encode("latin-1"), "UTF-8"),
    "a field too few": (f"{HEAD}\nf,t,K,a,work,2025\n".encode(), "6 fält"),
    "something else along": (f"{HEAD},namn\nf,t,K,a,work,2025,3,Kim\n".encode(), "hör dit: namn"),
    "an open quote": (f'{HEAD}\n"f,t,K,a,work,2025,3\n'.encode(), "giltig CSV"),
}


def _run(base: Path) -> tuple[int, str]:
    (base / "lattice.toml").write_text(LATTICE, encoding="utf-8")
    options = {"--leaves": "leaves.csv", "--lattice": "lattice.toml", "--log": "log", "--out": "out"}
    words = [word for name, value in options.items() for word in (name, str(base / value))]
    result = CliRunner().invoke(main, ["release", "protect", *words, "--seed", "1"])
    return result.exit_code, result.output


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_a_sentence_and_nothing_is_written(case: str, tmp_path: Path) -> None:
    data, sentence = BAD[case]
    (tmp_path / "leaves.csv").write_bytes(data)
    code, said = _run(tmp_path)
    assert code == 1
    assert sentence in said
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["lattice.toml", "leaves.csv"]


@pytest.mark.parametrize(
    ("was", "becomes", "sentence"),
    [
        ('levels = ["forbund", "age"]', 'levels = ["forbund", "ages"]', "nivån ages, som inte finns"),
        ('from = "outcome3"', 'from = "outcome4"', "outcome4, som inte finns"),
        ("k = 5", "k = 0", "minst 1"),
        ('seek = "seek", ', "", "saknar koden seek"),
        ("[[tables]]", "[[tables", "giltig TOML"),
        ('dimension = "age"', 'dimension = "shoe"', "måste ha en dimension"),
    ],
)
def test_a_bad_plan_is_a_sentence(tmp_path: Path, was: str, becomes: str, sentence: str) -> None:
    write(tmp_path / "leaves.csv", {2025: invented(3, 2)})
    plan = tmp_path / "plan.toml"
    plan.write_text(LATTICE.replace(was, becomes, 1), encoding="utf-8")
    words = [
        "--leaves",
        tmp_path / "leaves.csv",
        "--lattice",
        plan,
        "--log",
        tmp_path / "l",
        "--out",
        tmp_path / "o",
    ]
    result = CliRunner().invoke(main, ["release", "protect", *map(str, words)])
    assert result.exit_code == 1
    assert sentence in result.output
    assert not (tmp_path / "o").exists()


def test_a_release_from_start_to_check_without_settings(tmp_path: Path) -> None:
    write(tmp_path / "leaves.csv", {2025: invented(7, 4, typical=60)})
    (tmp_path / "lattice.toml").write_text(LATTICE, encoding="utf-8")
    bare = {name: value for name, value in os.environ.items() if not name.startswith("FYRKLANG_")}
    fyrklang = [sys.executable, "-m", "fyrklang.cli", "release"]
    words = ["protect", "--leaves", "leaves.csv", "--lattice", "lattice.toml", "--log", "log", "--out", "out"]
    made = subprocess.run(
        [*fyrklang, *words], cwd=tmp_path, env=bare, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    assert "publicerade" in made.stdout
    assert "HiGHS" not in made.stdout
    right = CliRunner().invoke(main, ["release", "verify", str(tmp_path / "out")])
    assert right.exit_code == 0
    (tmp_path / "out/cells.csv").write_text("x", encoding="utf-8")
    wrong = CliRunner().invoke(main, ["release", "verify", str(tmp_path / "out")])
    assert wrong.exit_code == 1
    assert "underkänns" in wrong.output


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path / "leaves.csv", {2025: invented(3, 2)})
    (tmp_path / "out").mkdir()
    (tmp_path / "out/minnen.txt").write_text("kvar", encoding="utf-8")
    code, said = _run(tmp_path)
    assert code == 1
    assert "aldrig över" in said
    assert (tmp_path / "out/minnen.txt").exists()
    assert not (tmp_path / "log").exists()
