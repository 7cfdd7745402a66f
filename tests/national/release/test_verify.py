"""The independent check takes a release that is right, and none that somebody has been at."""

from __future__ import annotations

import ast
import csv
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fyrklang.national.verify import check, faults_of, proofs, sums
from tests.national.release.nation import invented
from tests.national.release.test_protection import make

TAMPERINGS = 200


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("verify")
    make(base, {2026: invented(9, 5, seed=2, typical=60)})
    return base


def test_a_release_as_it_was_made(base: Path) -> None:
    assert faults_of(base / "out") == []
    assert faults_of(base / "out", base / "log") == []


def test_it_shares_nothing_with_the_engine() -> None:
    """No solver, and no line of the code it checks."""
    for module in (check, proofs, sums):
        tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
        names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        names |= {one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names}
        own = {name for name in names if name.startswith("fyrklang")}
        assert {name for name in own if not name.startswith("fyrklang.national.verify")} == set()
        assert {name for name in names if name.split(".")[0] in {"scipy", "highspy", "sklearn"}} == set()


@pytest.mark.parametrize("signed_anew", [False, True])
def test_no_tampering_passes(base: Path, tmp_path: Path, signed_anew: bool) -> None:
    """200 ways; half of them by one who mends counts and signs anew, whom it takes the log to find out."""
    chance = np.random.default_rng(11)
    folder = tmp_path / "out"
    for turn in range(TAMPERINGS // 2):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(base / "out", folder)
        _tamper(folder, chance, turn, signed_anew=signed_anew)
        assert faults_of(folder, base / "log" if signed_anew else None) != [], turn


def test_a_release_swapped_for_another_is_not_the_logs(base: Path, tmp_path: Path) -> None:
    """With the log at hand a whole release made with another key is found out too."""
    make(tmp_path, {2026: invented(9, 5, seed=4, typical=60)})
    assert faults_of(tmp_path / "out") == []
    assert faults_of(tmp_path / "out", base / "log") != []


def test_a_proof_that_does_not_hold_is_found(base: Path, tmp_path: Path) -> None:
    shutil.copytree(base, tmp_path / "all")
    path = tmp_path / "all/log/0001/dossier-2026.npz"
    with np.load(path) as stored:
        parts = dict(stored)
    parts["counts"][0] += 1
    np.savez_compressed(path, **parts)
    assert faults_of(tmp_path / "all/out", tmp_path / "all/log") != []
    with np.load(base / "log/0001/dossier-2026.npz") as stored:
        parts = dict(stored)
    last = int(parts["starts"][-2])
    parts |= {
        "starts": parts["starts"][:-1],
        "columns": parts["columns"][:last],
        "counts": parts["counts"][:last],
    }
    np.savez_compressed(path, **parts)
    assert any("bevis saknas" in fault for fault in faults_of(tmp_path / "all/out", tmp_path / "all/log"))


def _tamper(folder: Path, chance: np.random.Generator, turn: int, *, signed_anew: bool) -> None:
    rows = list(csv.reader((folder / "cells.csv").open(newline="", encoding="utf-8")))
    ways = [_change, _show, _hide_alone, _drop, _double, _swap, _recode, _invent]
    ways[turn % len(ways)](rows, chance)
    text = "".join(",".join(row) + "\n" for row in rows)
    (folder / "cells.csv").write_text(text, encoding="utf-8")
    if signed_anew:
        _sign_anew(folder, rows, text.encode())


def _sign_anew(folder: Path, rows: list[list[str]], data: bytes) -> None:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["cells"] |= {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    manifest["years"]["2026"] |= {
        "cells": len(rows) - 1,
        "published": sum(row[-1] != ".." for row in rows[1:]),
    }
    key = Ed25519PrivateKey.generate()
    manifest["public_key"] = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    del manifest["signature"]
    compact = json.dumps(manifest, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    manifest["signature"] = key.sign(compact.encode()).hex()
    written = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    (folder / "manifest.json").write_text(written, encoding="utf-8")


def _pick(rows: list[list[str]], chance: np.random.Generator, *, hidden: bool) -> int:
    able = [at for at, row in enumerate(rows) if at and (row[-1] == "..") == hidden]
    return int(chance.choice(able))


def _change(rows: list[list[str]], chance: np.random.Generator) -> None:
    at = _pick(rows, chance, hidden=False)
    rows[at][-1] = str(int(rows[at][-1]) + int(chance.integers(1, 4)))


def _show(rows: list[list[str]], chance: np.random.Generator) -> None:
    rows[_pick(rows, chance, hidden=True)][-1] = str(int(chance.integers(0, 5)) or 1)


def _hide_alone(rows: list[list[str]], chance: np.random.Generator) -> None:
    """One child of a sum where nothing else is hidden."""
    whole = [row for row in rows if row[1] == "sex"]
    whole[int(chance.integers(len(whole)))][-1] = ".."


def _drop(rows: list[list[str]], chance: np.random.Generator) -> None:
    del rows[_pick(rows, chance, hidden=False)]


def _double(rows: list[list[str]], chance: np.random.Generator) -> None:
    at = _pick(rows, chance, hidden=False)
    rows.insert(at, list(rows[at]))


def _swap(rows: list[list[str]], chance: np.random.Generator) -> None:
    at = int(chance.integers(1, len(rows) - 1))
    rows[at], rows[at + 1] = rows[at + 1], rows[at]


def _recode(rows: list[list[str]], chance: np.random.Generator) -> None:
    at = int(chance.choice([at for at, row in enumerate(rows) if at and row[2]]))
    rows[at][2] = "okänt"


def _invent(rows: list[list[str]], chance: np.random.Generator) -> None:
    rows.append(["2026", "sex", "", "", "X", "", "", str(int(chance.integers(5, 50)))])
