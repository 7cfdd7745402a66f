"""The wizard of an ending: which steps a reason asks, where a fault is shown, and a start told afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from tests.modules.casework.walk import TODAY, WORKING, Ground, figures, take_in

WHEN = {"ended_on": str(TODAY)}


@pytest.fixture
def admin(config: Config) -> Iterator[psycopg.Connection]:
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as conn:
        yield conn


def go(ground: Ground, stay: str, step: int, way: str = "next", **data: Any) -> Any:
    return ground.af.post(f"{stay}/avsluta", data={**WHEN, **data, "step": str(step), "way": way})


def shown(text: str) -> str:
    found = re.search(r"Steg (\d av \d: [^<]+)", text)
    assert found is not None
    return found.group(1)


def kept(admin: psycopg.Connection, stay: str) -> tuple[Any, ...]:
    row = admin.execute(
        "SELECT status, end_reason, array(SELECT moment FROM care.situation WHERE stay_id = s.id ORDER BY 1) "
        "FROM care.stay s WHERE id = %s",
        (stay.rsplit("/", 1)[1],),
    ).fetchone()
    assert row is not None
    return row


def test_a_misregistration_is_asked_nothing_but_when(ground: Ground, admin: psycopg.Connection) -> None:
    stay = take_in(ground)
    last = go(ground, stay, 1, end_reason="MISREG")
    assert last.status_code == 200
    assert shown(last.text) == "2 av 2: Kontrollera"
    assert "Räknas inte alls" in last.text
    assert shown(go(ground, stay, 5, "back", end_reason="MISREG").text) == "1 av 2: När och varför"
    assert go(ground, stay, 5, "end", end_reason="MISREG").status_code == 303
    assert kept(admin, stay) == ("MISREG", "MISREG", [])
    again = take_in(ground)
    door = f"/api/v1{again.replace('/deltagare/', '/casework/stays/')}/ending"
    assert ground.af.put(door, json={**WHEN, "end_reason": "WORK"}).status_code == 422
    assert ground.af.put(door, json={**WHEN, "end_reason": "MISREG"}).status_code == 204


def test_of_whoever_has_died_only_what_is_left_is_asked(
    ground: Ground, admin: psycopg.Connection, database: Database
) -> None:
    stay = take_in(ground)
    assert shown(go(ground, stay, 1, end_reason="DECEASED").text) == "2 av 3: Kvar att göra"
    last = go(ground, stay, 4, end_reason="DECEASED").text
    assert shown(last) == "3 av 3: Kontrollera"
    assert "ingår inte i något utfall" in last
    assert go(ground, stay, 5, "end", end_reason="DECEASED").status_code == 303
    assert kept(admin, stay) == ("ENDED", "DECEASED", [])
    counted = figures(ground, database)
    assert counted["M9"] == (1, 0)
    assert "M1" not in counted


def test_a_fault_is_shown_on_the_step_that_asks(ground: Ground) -> None:
    stay = take_in(ground)
    nothing = go(ground, stay, 2, end_reason="WORK")
    assert nothing.status_code == 422
    assert shown(nothing.text) == "2 av 5: Sysselsättning nu"
    assert "Välj minst ett alternativ." in nothing.text
    without = {name: value for name, value in WORKING.items() if name != "income_sources"}
    assert shown(go(ground, stay, 2, end_reason="WORK", **without).text) == "3 av 5: Försörjning nu"
    tampered = go(ground, stay, 4, end_reason="WORK", **{**WORKING, "work_extent": "0"})
    assert tampered.status_code == 422
    assert shown(tampered.text) == "2 av 5: Sysselsättning nu"


def test_a_start_nobody_told_is_asked_for_and_marked(
    ground: Ground, admin: psycopg.Connection, database: Database
) -> None:
    stay = take_in(ground)
    assert "Ingen har fyllt i starten" in go(ground, stay, 1, end_reason="WORK").text
    before = {"before_occupations": ["STUDY"], "before_study_extent": "200", "before_income_sources": ["EB"]}
    wrong = go(ground, stay, 2, end_reason="WORK", **WORKING, **before)
    assert shown(wrong.text) == "2 av 5: Sysselsättning nu"
    assert "Ange procent av heltid, 0–100." in wrong.text
    right = {**WORKING, **before, "before_study_extent": "25"}
    preview = go(ground, stay, 4, end_reason="WORK", **right)
    assert "Räknas som: börjat eller ökat." in preview.text
    assert go(ground, stay, 5, "end", end_reason="WORK", **right).status_code == 303
    assert kept(admin, stay)[2] == ["END", "START"]
    marked = admin.execute(
        "SELECT afterwards, study_extent FROM care.situation WHERE moment = 'START' AND stay_id = %s",
        (stay.rsplit("/", 1)[1],),
    ).fetchone()
    assert marked == (True, 25)
    assert figures(ground, database)["M2"] == (1, 1)
