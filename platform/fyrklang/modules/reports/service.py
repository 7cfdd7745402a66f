"""Drafts, sections, and the act that freezes figures under a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, select, text

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, NotFound
from fyrklang.modules.reports import acts
from fyrklang.modules.reports.models import Report, Section
from fyrklang.sdk.audit import record
from fyrklang.sdk.figures import WHOLE, Figure, figures

KINDS = {
    "FOLLOW_UP": "Underlag till Uppföljning Finsam",
    "BOARD": "Styrelsens paket",
    "ANNUAL": "Årsredovisning",
}
SECTIONS: dict[str, dict[str, str]] = {
    "FOLLOW_UP": {"comment": "Kommentar till underlaget"},
    "BOARD": {
        "since": "Sedan förra mötet",
        "results": "Mål och resultat",
        "economy": "Ekonomi",
        "stories": "Berättelser ur verksamheten",
        "decisions": "Beslut att fatta",
    },
    "ANNUAL": {
        "management": "Förvaltningsberättelse",
        "results": "Måluppfyllelse och insatser",
        "economy": "Ekonomi",
        "statements": "Resultat- och balansräkning",
        "notes": "Noter",
        "staff": "Personal",
    },
}
STATUSES = {"NOT_STARTED": "Inte påbörjad", "DRAFT": "Utkast", "DONE": "Klar"}


@dataclass(frozen=True)
class Change:
    """A figure that is another now than when it was frozen; None where it was or is not there."""

    then: Figure | None
    now: Figure | None

    @property
    def figure(self) -> Figure:
        """Whichever there is, for its names."""
        found = self.now or self.then
        assert found is not None  # noqa: S101 - a change has a side
        return found


@dataclass(frozen=True)
class Pack:
    """A report with its figures: its own when frozen, else the live ones."""

    report: Report
    figures: Sequence[Figure]
    sections: Sequence[Section]
    changes: Sequence[Change]

    @property
    def frozen(self) -> bool:
        """Whether nothing in it can change any more."""
        return self.report.state == "FROZEN"

    @property
    def intact(self) -> bool:
        """Whether a frozen pack still has the content its digest was made of."""
        return digest_of(self.report.figures, self.sections) == self.report.digest


def live(actor: Actor, year: int, period: int = WHOLE) -> list[Figure]:
    """The förbund's figures as they are now."""
    actor.require(Permission.REPORTS_READ)
    return figures(actor.session, year, period)


def list_reports(actor: Actor) -> Sequence[Report]:
    """Packs, latest first; only those who write see drafts."""
    actor.require(Permission.REPORTS_READ)
    query = select(Report).order_by(Report.created_at.desc(), Report.id.desc()).limit(200)
    if not actor.may(Permission.REPORTS_WRITE):
        query = query.where(Report.state == "FROZEN")
    return actor.session.scalars(query).all()


def create(actor: Actor, kind: str, year: int, period: int) -> UUID:
    """Make a draft with its sections; returns its id."""
    actor.require(Permission.REPORTS_WRITE)
    made = Report(kind=kind, year=year, period=period, created_by=actor.person_id)
    actor.session.add(made)
    actor.session.flush()
    for code in SECTIONS[kind]:
        actor.session.add(Section(report_id=made.id, code=code))
    actor.session.flush()
    record(actor, acts.CREATED, "report", made.id, year=year)
    return made.id


def get_pack(actor: Actor, report_id: UUID) -> Pack:
    """A pack with figures, texts, and what has changed since it was frozen.

    Raises:
        NotFound: it does not exist in this förbund, or is a draft and the actor only reads.
    """
    actor.require(Permission.REPORTS_READ)
    report = actor.session.scalars(select(Report).where(Report.id == report_id)).first()
    if report is None or (report.state == "DRAFT" and not actor.may(Permission.REPORTS_WRITE)):
        raise NotFound
    stored = {
        row.code: row for row in actor.session.scalars(select(Section).where(Section.report_id == report_id))
    }
    sections = [stored[code] for code in SECTIONS[report.kind] if code in stored]
    now = figures(actor.session, report.year, report.period)
    if report.state == "DRAFT":
        return Pack(report, now, sections, [])
    frozen = [Figure(**item) for item in report.figures]
    return Pack(report, frozen, sections, changes(frozen, now))


def changes(then: Sequence[Figure], now: Sequence[Figure]) -> list[Change]:
    """Figures whose value or word is another; their names and order do not count."""
    before, after = ({figure.key: figure for figure in each} for each in (then, now))
    return [
        Change(before.get(key), after.get(key))
        for key in {**before, **after}
        if _content(before.get(key)) != _content(after.get(key))
    ]


def _content(figure: Figure | None) -> tuple[int | None, str, str] | None:
    return (figure.value, figure.word, figure.base) if figure else None


def write_section(actor: Actor, report_id: UUID, code: str, words: str, status: str) -> None:
    """Keep what is written under a heading.

    Raises:
        NotFound: no such report or heading.
        Conflict: the report is frozen.
    """
    actor.require(Permission.REPORTS_WRITE)
    pack = get_pack(actor, report_id)
    found = next((row for row in pack.sections if row.code == code), None)
    if found is None:
        raise NotFound
    if pack.frozen:
        raise Conflict("Rapporten är fryst. Skapa en ny om något ska ändras.")
    found.text, found.status = words, status
    actor.session.flush()
    record(actor, acts.WRITTEN, "report", report_id)


def freeze(actor: Actor, report_id: UUID) -> int:
    """Freeze figures and texts under the förbund's next number; returns it.

    Raises:
        NotFound: no such report.
        Conflict: it is frozen already.
    """
    actor.require(Permission.REPORTS_WRITE)
    pack = get_pack(actor, report_id)
    if pack.frozen:
        raise Conflict("Rapporten är redan fryst.")
    # Two at once would take the same number.
    key = {"key": str(actor.context.tenant_id)}
    actor.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('report ' || :key, 0))"), key)
    number = (actor.session.scalar(select(func.max(Report.number))) or 0) + 1
    report = pack.report
    report.figures = [asdict(figure) for figure in pack.figures]
    report.digest = digest_of(report.figures, pack.sections)
    report.state, report.number = "FROZEN", number
    report.frozen_at, report.frozen_by = clock.now(), actor.person_id
    actor.session.flush()
    record(actor, acts.FROZEN, "report", report_id, number=number)
    return number


def digest_of(stored: Sequence[dict[str, Any]], sections: Sequence[Section]) -> str:
    """SHA-256 over figures and texts."""
    content = [list(stored), [[row.code, row.text] for row in sections]]
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
