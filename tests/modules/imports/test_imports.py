"""Files read in: looked at, laid in whole or not at all, and taken back."""

from __future__ import annotations

import io
import os
import signal
import zipfile
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from fyrklang.access.permissions import Role
from fyrklang.kernel import clock
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.modules.imports import service
from fyrklang.sdk.jobs import JobContext
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.jobs.handlers import REGISTRY
from fyrklang.tenancy.session import tenant_session
from tests.people import Forbund, sign_in

YEAR = clock.today().year - 1
HEADER = (
    "Insats;År;Kvartal;Kön;Startade;Pågick vid kvartalets slut;Avslutade;Avslutade med känt utfall;"
    "Till arbete eller studier"
)


@pytest.fixture
def admin(app: Flask, own: Forbund) -> FlaskClient:
    return sign_in(app, (own, Role.TENANT_ADMIN))


def send(client: FlaskClient, own: Forbund, kind: str, content: bytes | str, name: str = "fil.csv") -> Any:
    raw = content.encode() if isinstance(content, str) else content
    data = {"file": (io.BytesIO(raw), name)}
    return client.post(f"/f/{own.slug}/las-in/ny/{kind}", data=data, content_type="multipart/form-data")


def stored(config: Config, own: Forbund) -> dict[tuple[int, str], tuple[int, ...]]:
    """Counts by quarter and sex."""
    with psycopg.connect(config.database_url) as conn:
        rows = conn.execute(
            "SELECT quarter, sex, started, ongoing, ended, known_outcome, ended_work_study "
            "FROM office.intervention_count WHERE tenant_id = %s",
            (own.id,),
        )
        return {(row[0], row[1]): row[2:] for row in rows}


def book(rows: Sequence[Sequence[object]]) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_from_upload_to_undo(admin: FlaskClient, own: Forbund, config: Config) -> None:
    file = (
        f"{HEADER}\nteam åsen;{YEAR};1;Kvinnor;5;4;3;2;1\nTeam Åsen;{YEAR};Kvartal 1;m;5;4;3;3;2\n"
        f"Okänt team;{YEAR};1;K;1;1;1;1;1\nTeam Åsen;{YEAR};2;K;1;1;1;2;x\n"
    )
    sent = send(admin, own, "antal", file)
    assert sent.status_code == 303, sent.text
    page = admin.get(sent.location).text
    assert "2 av 4 rader går att läsa in" in page
    assert "Det finns ingen individinriktad insats med det namnet." in page
    assert stored(config, own) == {}
    faults = load_workbook(io.BytesIO(admin.get(f"{sent.location}/fel.xlsx").data)).active
    assert faults is not None
    rows = list(faults.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == [4, 5]
    assert "Insats: Det finns ingen" in str(rows[1][-1])
    assert admin.post(sent.location).status_code == 303
    assert stored(config, own) == {(1, "K"): (5, 4, 3, 2, 1), (1, "M"): (5, 4, 3, 3, 2), (1, "U"): (0,) * 5}
    assert admin.post(sent.location).status_code == 409
    assert "Den här filen är redan inläst." in send(admin, own, "antal", file).text
    assert admin.post(sent.location, data={"deed": "undo"}).status_code == 303
    assert stored(config, own) == {}
    assert "Filen är ångrad" in admin.get(sent.location).text
    assert admin.post(sent.location, data={"deed": "undo"}).status_code == 409


def test_what_was_changed_since_is_not_undone(admin: FlaskClient, own: Forbund, config: Config) -> None:
    row = f"Team Åsen;{YEAR};1;K;5;4;3;2;1"
    first = send(admin, own, "antal", f"{HEADER}\n{row}")
    admin.post(first.location)
    second = send(admin, own, "antal", f"{HEADER}\n{row[:-1]}2")
    admin.post(second.location)
    refused = admin.post(first.location, data={"deed": "undo"})
    assert refused.status_code == 409
    assert "är ändrat sedan filen lästes in" in refused.text
    assert stored(config, own)[1, "K"] == (5, 4, 3, 2, 2)
    assert admin.post(second.location, data={"deed": "undo"}).status_code == 303
    assert stored(config, own)[1, "K"] == (5, 4, 3, 2, 1)


def test_columns_are_chosen_and_remembered(admin: FlaskClient, own: Forbund) -> None:
    lines = f"Vad;När;Kv;Vilka;In\nTeam Åsen;{YEAR};3;K;7\n"
    sent = send(admin, own, "antal", lines)
    assert "Filen har ingen kolumn för insats." in admin.get(sent.location).text
    assert admin.post(sent.location).status_code == 409
    chosen = {"kolumn.insats": "0", "kolumn.year": "1", "kolumn.quarter": "2", "kolumn.sex": "2"}
    twice = admin.post(f"{sent.location}/kolumner", data=chosen)
    assert twice.status_code == 422
    assert "Kolumnen Kv är redan vald" in twice.text
    right = {**chosen, "kolumn.sex": "3", "kolumn.started": "4"}
    assert admin.post(f"{sent.location}/kolumner", data=right).status_code == 303
    assert "1 av 1 rader går att läsa in" in admin.get(sent.location).text
    assert admin.post(sent.location).status_code == 303
    again = send(admin, own, "antal", lines.replace(";7", ";8"))
    assert "1 av 1 rader går att läsa in" in admin.get(again.location).text


def test_every_kind_of_rows_goes_in_and_out(admin: FlaskClient, own: Forbund, config: Config) -> None:
    files = {
        "insatser": "Namn;Inriktning;Preciserad inriktning;Form;Startdatum;Målgrupper;ESF\n"
        "Ny grupp;Individinriktad;Hälsofrämjande;Grupp;2025-01-01;Psykisk ohälsa, nyanlända;nej",
        "kostnader": f"Datum;Insats eller post;Belopp\n{YEAR}-03-01;Team Åsen;1 234,50\n3/4 {YEAR};Revision;-10",
        "budget": f"År;Post;Budget;Prognos\n{YEAR};Team Åsen;500 000;\n{YEAR};Personal;100 000,5;90 000",
    }
    counted = (
        "SELECT (SELECT count(*) FROM office.intervention WHERE tenant_id = %(own)s), "
        "(SELECT coalesce(sum(amount_ore), 0) FROM office.ledger_row WHERE tenant_id = %(own)s), "
        "(SELECT coalesce(sum(budget_ore), 0) FROM office.budget_line WHERE tenant_id = %(own)s)"
    )

    def now() -> Any:
        with psycopg.connect(config.database_url) as conn:
            return conn.execute(counted, {"own": own.id}).fetchone()

    before = now()
    sent = {kind: send(admin, own, kind, lines) for kind, lines in files.items()}
    for answer in sent.values():
        assert admin.post(answer.location).status_code == 303, admin.get(answer.location).text
    assert now() == (2, 122_450, 60_000_050)
    for answer in sent.values():
        assert admin.post(answer.location, data={"deed": "undo"}).status_code == 303
    assert now() == before


def test_only_ones_own_kinds_are_seen(app: Flask, own: Forbund, admin: FlaskClient) -> None:
    lead = sign_in(app, (own, Role.DIRECTOR))
    page = lead.get(f"/f/{own.slug}/las-in").text
    assert "Antal deltagare per kvartal" not in page
    assert lead.get(f"/f/{own.slug}/las-in/ny/antal").status_code == 403
    sent = send(admin, own, "antal", f"{HEADER}\nTeam Åsen;{YEAR};1;K;5;4;3;2;1")
    assert lead.get(sent.location).status_code == 404
    assert admin.get(f"/f/{own.slug}/las-in/ny/nagot").status_code == 404
    assert load_workbook(io.BytesIO(admin.get(f"/f/{own.slug}/las-in/ny/antal/mall.xlsx").data)).active


ROW = f"Team Åsen{{0}}{YEAR}{{0}}1{{0}}K{{0}}5{{0}}4{{0}}3{{0}}2{{0}}1"
CELLS: list[object] = ["Team Åsen", YEAR, 1, "K", 5, 4, 3, 2, 1]


def _table(delimiter: str = ";", ending: str = "\n") -> str:
    return ending.join((HEADER.replace(";", delimiter), ROW.format(delimiter), ""))


def _zipped(change: Callable[[dict[str, bytes]], None]) -> bytes:
    """A workbook with its parts changed."""
    source = book([HEADER.split(";"), CELLS])
    with zipfile.ZipFile(io.BytesIO(source)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            packed.writestr(name, part)
    return out.getvalue()


def _entities(parts: dict[str, bytes]) -> None:
    name = "xl/worksheets/sheet1.xml"
    doctype = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    parts[name] = parts[name].replace(b"<worksheet", doctype + b"<worksheet", 1)


GOOD = {
    f"{code} {delimiter!r} {ending!r}.csv": _table(delimiter, ending).encode(code)
    for code in ("utf-8", "utf-8-sig", "cp1252", "utf-16")
    for delimiter in (";", ",", "\t")
    for ending in ("\n", "\r\n")
    if code != "utf-16"
} | {
    "plain.xlsx": book([HEADER.split(";"), CELLS]),
    "above.xlsx": book([["Statistik"], [], HEADER.split(";"), CELLS]),
    "floats.xlsx": book([HEADER.split(";"), ["Team Åsen", float(YEAR), 1.0, "K", 5.0, 4, 3, 2, 1]]),
    "texts.xlsx": book([HEADER.split(";"), [str(cell) for cell in CELLS]]),
    "gaps.xlsx": book([HEADER.split(";"), [], CELLS, [], []]),
    "extra.xlsx": book([[*HEADER.split(";"), "Annat"], [*CELLS, "=1+1"]]),
    "quoted.csv": _table().replace("Team Åsen", '"Team Åsen"').encode(),
    "comma in quotes.csv": _table(",").replace("Team Åsen", '"Team Åsen"').encode(),
    "upper.CSV": _table().encode(),
}
REFUSED = {
    "empty.csv": b"",
    "only heading.csv": HEADER.encode(),
    "one word.csv": b"hej",
    "nulls.csv": b"a;b\n\x00;1",
    "wide.csv": (";".join(f"k{place}" for place in range(200)) + "\n1").encode(),
    "pdf as csv.csv": b"%PDF-1.4\n\x01\x02",
    "xlsx as csv.csv": book([["a", "b"], [1, 2]]),
    "csv as xlsx.xlsx": _table().encode(),
    "cut.xlsx": book([HEADER.split(";"), CELLS])[:-200],
    "no sheet.xlsx": _zipped(lambda parts: parts.pop("xl/worksheets/sheet1.xml")),
    "entities.xlsx": _zipped(_entities),
    "bomb.xlsx": _zipped(
        lambda parts: parts.update({"xl/media/a.xml": b"<a>" + b" " * 30_000_000 + b"</a>"})
    ),
    "macro.xlsx": _zipped(lambda parts: parts.update({"xl/vbaProject.bin": b"x"})),
    "old.xls": b"\xd0\xcf\x11\xe0" + bytes(600),
    "program.exe": b"MZ" + bytes(100),
}
FAULTY = {
    "minus.csv": ("5", "-5"),
    "half.csv": ("5", "5,5"),
    "word.csv": ("5", "fem"),
    "formula.csv": ("5", "=1+4"),
    "huge.csv": ("5", "9" * 30),
    "known over ended.csv": ("3{0}2", "3{0}9"),
    "old year.csv": (str(YEAR), "1899"),
    "coming year.csv": (str(YEAR), str(YEAR + 5)),
    "quarter 5.csv": (f"{YEAR}{{0}}1", f"{YEAR}{{0}}5"),
    "sex.csv": ("{0}K{0}", "{0}X{0}"),
    "empty name.csv": ("Team Åsen", ""),
    "script.csv": ("Team Åsen", "<script>alert(1)</script>"),
    "sql.csv": ("Team Åsen", "'; DROP TABLE office.intervention; --"),
    "long.csv": ("Team Åsen", "x" * 10_000),
    "emoji.csv": ("5", "5️⃣"),
    "arabic digits.csv": ("5", "٥"),
}


@pytest.mark.parametrize("name", GOOD)
def test_files_that_people_have_are_read(admin: FlaskClient, own: Forbund, name: str) -> None:
    sent = send(admin, own, "antal", GOOD[name], name.replace("'", "").replace("\\", ""))
    assert sent.status_code == 303, sent.text
    assert "1 av 1 rader går att läsa in" in admin.get(sent.location).text


def test_broken_and_hostile_files_leave_nothing(admin: FlaskClient, own: Forbund, config: Config) -> None:
    for name, content in REFUSED.items():
        answer = send(admin, own, "antal", content, name)
        assert answer.status_code == 422, name
        assert "fy-fault" in answer.text, name
    with psycopg.connect(config.database_url) as conn:
        assert conn.execute(
            "SELECT count(*) FROM office.import_batch WHERE tenant_id = %s", (own.id,)
        ).fetchone() == (0,)


def test_rows_with_faults_are_told_and_never_laid_in(
    admin: FlaskClient, own: Forbund, config: Config
) -> None:
    for name, (old, new) in FAULTY.items():
        line = ROW.replace(old, new, 1).format(";")
        sent = send(admin, own, "antal", f"{HEADER}\n{line}", name)
        assert sent.status_code == 303, name
        page = admin.get(sent.location).text
        assert "Ingen rad går att läsa in" in page, name
        assert "<script>alert" not in page
        assert admin.post(sent.location).status_code == 409, name
    assert stored(config, own) == {}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400), ending=st.sampled_from((".csv", ".xlsx")))
def test_no_bytes_crash_the_reader(admin: FlaskClient, own: Forbund, content: bytes, ending: str) -> None:
    assert send(admin, own, "antal", content, f"fil{ending}").status_code in (303, 422)


class Dies:
    """Kills the whole process, as a machine that goes down does, when a job has spoken so many times."""

    def __init__(self, after: int) -> None:
        self.left = after

    def progress(self, *_said: object) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def cancelled(self) -> bool:
        return False


def test_a_worker_killed_at_ten_points_leaves_nothing_and_is_run_again(
    admin: FlaskClient, own: Forbund, config: Config
) -> None:
    rows = "\n".join(f"{YEAR}-03-01;Revision;{number}" for number in range(1, 3_001))
    sent = send(admin, own, "kostnader", f"Datum;Post;Belopp\n{rows}")
    batch = UUID(sent.location.rsplit("/", 1)[1])
    assert "Filen gås igenom" in admin.get(sent.location).text
    context = TenantContext(own.id, own.slug, actor_id=uuid4())

    def run(kind: str, dies: int) -> int:
        """How a worker of its own ends: nought, or the signal that killed it."""
        child = os.fork()
        if child:
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        ended = 1
        try:
            handler = REGISTRY.get(kind)
            assert handler is not None
            with tenant_session(Database(config), context, "worker") as session:
                asked = JobContext(uuid4(), kind, {"batch_id": str(batch)}, None, 1, session, Dies(dies))
                handler.handler(asked)
            ended = 0
        finally:
            os._exit(ended)

    def total() -> Any:
        with psycopg.connect(config.database_url) as conn:
            query = (
                "SELECT count(*), coalesce(sum(amount_ore), 0) FROM office.ledger_row WHERE tenant_id = %s"
            )
            return conn.execute(query, (own.id,)).fetchone()

    assert run(service.CHECK, 3) == -signal.SIGKILL
    assert run(service.CHECK, -1) == 0
    assert admin.post(sent.location).status_code == 303
    for point in range(1, 11):
        assert run(service.LAY, point) == -signal.SIGKILL, point
        assert total() == (0, 0)
    whole = (3_000, 3_000 * 3_001 // 2 * 100)
    for _again in range(2):
        assert run(service.LAY, -1) == 0
        assert total() == whole
