"""The office of the demo people's own förbund: a report that is frozen, one being written, and a file to read in."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

import orjson

import fyrklang.modules.economy.figures
import fyrklang.modules.interventions.figures  # noqa: F401 - a report holds the figures of both
from fyrklang.demo import shapes
from fyrklang.demo.nation import Association
from fyrklang.modules.economy.models import LedgerImport, LedgerRow
from fyrklang.modules.reports.models import Report, Section
from fyrklang.modules.reports.service import SECTIONS, digest_of
from fyrklang.sdk.figures import WHOLE, figures
from fyrklang.tenancy.bulk import insert_many
from fyrklang.tenancy.session import TenantSession

Row = dict[str, Any]
_WRITTEN = {
    "since": "Ett nytt team har kommit igång och två grupper har avslutats.",
    "results": "Fler har gått till arbete eller studier än målet.",
    "economy": "Utfallet följer budgeten.",
    "stories": "En deltagare har gått från sjukskrivning till halvtid i en butik.",
    "decisions": "Förlängning av teamet till och med nästa år.",
}
_ACCOUNTS = (
    ("4010", "Köpta tjänster"),
    ("5010", "Lokalhyra"),
    ("6110", "Kontorsmateriel"),
    ("7210", "Löner"),
)
_UNKNOWN = "6991"
_LATEST = (shapes.LAST_YEAR, 3 * shapes.LAST_QUARTER)


def write_office(session: TenantSession, item: Association, insats: UUID) -> None:
    """Two reports and one bookkeeping file that waits to be confirmed; figures are the counted ones."""
    frozen, draft = uuid5(item.id, "rapport:1"), uuid5(item.id, "rapport:utkast")
    year = shapes.LAST_YEAR - 1
    sections = [
        {
            "id": uuid5(frozen, code),
            "report_id": frozen,
            "code": code,
            "text": _WRITTEN[code],
            "status": "DONE",
        }
        for code in SECTIONS["BOARD"]
    ]
    found = orjson.loads(orjson.dumps([asdict(figure) for figure in figures(session, year, WHOLE)]))
    at = datetime(shapes.LAST_YEAR, 2, 10, 9, tzinfo=UTC)
    digest = digest_of(found, [Section(code=row["code"], text=row["text"]) for row in sections])
    reports: list[Row] = [
        {"id": frozen, "number": 1, "kind": "BOARD", "year": year, "state": "FROZEN"}
        | {"figures": found, "digest": digest, "frozen_at": at, "created_at": at},
        {"id": draft, "number": None, "kind": "FOLLOW_UP", "year": shapes.LAST_YEAR, "state": "DRAFT"}
        | {"figures": [], "digest": "", "frozen_at": None, "created_at": at.replace(month=9)},
    ]
    insert_many(session, Report, [row | {"period": WHOLE} for row in reports])
    sections += [
        {"id": uuid5(draft, code), "report_id": draft, "code": code, "text": "", "status": "NOT_STARTED"}
        for code in SECTIONS["FOLLOW_UP"]
    ]
    insert_many(session, Section, sections)
    _write_file(session, item, insats)


def _write_file(session: TenantSession, item: Association, insats: UUID) -> None:
    """A file that is looked at and not yet confirmed: nothing in it counts."""
    own = uuid5(item.id, "bokföring")
    read: Row = {
        "id": own,
        "year": shapes.LAST_YEAR,
        "file_name": "huvudbok-kvartal-3.se",
        "digest": own.hex * 2,
        "created_at": datetime(*_LATEST, 25, 9, tzinfo=UTC),
    }
    about: Row = {"program": "Påhittad bokföring 1.0", "company": item.name, "state": "DRAFT"}
    insert_many(session, LedgerImport, [read | about])
    rows = []
    for place in range(24):
        account, name = _ACCOUNTS[place % len(_ACCOUNTS)] if place < 22 else (_UNKNOWN, "")
        rows.append(
            {
                "id": uuid5(own, str(place)),
                "year": shapes.LAST_YEAR,
                "import_id": own,
                "on_date": date(*_LATEST, 1 + place),
                "account": account,
                "account_name": name,
                "object": "100",
                "voucher": f"A{place + 1}",
                "amount_ore": 100 * (1_250 + 37 * place),
                "target": str(insats) if account == "4010" else "",
                "fund": "FINSAM",
                "refused": _refusal(place) if account == _UNKNOWN else "",
            }
        )
    insert_many(session, LedgerRow, rows)


def _refusal(place: int) -> str:
    return f"Rad {60 + 4 * place}: konto {_UNKNOWN} finns inte i filens kontoplan."
