"""M1, M2, M3, M9 and M20 against a recount by hand, over histories that the real services lived through.

The recount is written from the definitions and shares nothing with the product: it walks quarter by quarter
and asks of each ending what it was. Cells counted as each event happened must be those of a whole rebuild.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Role, permissions_of
from fyrklang.kernel import clock
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.modules.casework import endings, intake, referrals, stays
from fyrklang.sdk import facts
from fyrklang.sdk.facts import Touched, recompute, stored
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.session import tenant_session
from tests.isolation.seeds import SEEDS, insertion
from tests.people import Forbund, make_forbund

FIRST = date(2024, 11, 1)
CODES = ("A", "B")
SITUATIONS: tuple[dict[str, Any], ...] = (
    {"occupations": ["UNK"]},
    {"occupations": ["NONE"]},
    {"occupations": ["SEEK"]},
    {"occupations": ["TRAIN", "SEEK"]},
    {"occupations": ["WORK"], "work_extent": 25},
    {"occupations": ["WORK"], "work_extent": 75},
    {"occupations": ["WORK", "SEEK"], "work_extent": 50},
    {"occupations": ["WORK_SUB"], "work_extent": 50, "subsidy": "LB"},
    {"occupations": ["SELF_EMP"], "work_extent": 100},
    {"occupations": ["STUDY"], "study_extent": 50},
    {"occupations": ["STUDY", "WORK"], "study_extent": 50, "work_extent": 25},
)
FULL = {"work_extent": 0, "study_extent": 0, "subsidy": None, "income_sources": ["UNK"]}
REASONS = ("WORK", "DONE", "NO_SHOW", "DECEASED", "MISREG")


@dataclass(frozen=True)
class Event:
    """What happens to one person: START, END or UNDO, so many days after the event before."""

    code: str
    deed: str
    days: int
    before: dict[str, Any] | None = None
    after: dict[str, Any] = field(default_factory=dict)
    reason: str = "DONE"
    sex: str = "K"


@dataclass
class Lived:
    """A deltagande as the recount knows it."""

    sex: str
    began: date
    before: dict[str, Any] | None
    over: date | None = None
    reason: str = ""
    after: dict[str, Any] | None = None


EVENTS = st.lists(
    st.builds(
        Event,
        code=st.sampled_from(CODES),
        deed=st.sampled_from(("START", "END", "END", "UNDO")),
        # Many on the same day, some within the week in which an ending can be undone, some years apart.
        days=st.sampled_from((0, 0, 1, 5, 40, 100, 300)),
        before=st.none() | st.sampled_from(SITUATIONS),
        after=st.sampled_from(SITUATIONS),
        reason=st.sampled_from(REASONS),
        sex=st.sampled_from("KM"),
    ),
    min_size=2,
    max_size=10,
)


class World:
    """One insats of one förbund, its days, and what the services have asked to have counted."""

    def __init__(self, config: Config, forbund: Forbund, patch: pytest.MonkeyPatch) -> None:
        self.database, self.forbund, self.insats = Database(config), forbund, uuid4()
        self.today, self.asked = FIRST, []
        values = {
            **SEEDS["office.intervention"](f"Insats {self.insats}", {}, uuid4()),
            "tenant_id": forbund.id,
            "id": self.insats,
            "person_level_from": FIRST.year,
        }
        with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as admin:
            admin.execute(insertion("office.intervention", values), values)
        patch.setattr(clock, "today", lambda: self.today)
        patch.setattr(clock, "now", lambda: datetime.combine(self.today, time(12), UTC))
        asked_for = facts.ask_for_recompute

        def listen(session: Any, intervention_id: UUID, year: int) -> UUID:
            self.asked.append(year)
            return asked_for(session, intervention_id, year)

        for module in (stays, intake, endings):
            patch.setattr(module, "ask_for_recompute", listen)
        self.context = TenantContext(
            forbund.id, forbund.slug, actor_id=uuid4(), party="AF", interventions=(self.insats,)
        )
        self.open: dict[str, tuple[UUID, Lived]] = {}
        self.latest: dict[str, tuple[UUID, Lived]] = {}
        self.lived: list[Lived] = []
        self.sexes: dict[str, str] = {}

    def happen(self, event: Event) -> None:
        """Let the services do it, where it can be done; then count what they asked for, as the job would."""
        self._pass(event.days)
        with tenant_session(self.database, self.context) as session:
            roles = frozenset({Role.CASE_WORKER})
            actor = Actor(
                session,
                self.context,
                self.context.actor_id,
                "Prova Person",
                roles,
                permissions_of(roles),
                3,
                "AF",
            )
            if event.deed == "START" and event.code not in self.open:
                self._start(actor, event)
            elif event.deed == "END" and event.code in self.open:
                self._end(actor, event)
            elif event.deed == "UNDO" and event.code in self.latest and event.code not in self.open:
                self._undo(actor, event)
        for year in {*self.asked}:
            with self._counting() as session:
                recompute(session, Touched(self.insats, year))
        self.asked.clear()

    def _pass(self, days: int) -> None:
        """Let days go by; a new quarter is counted as its scheduled job does."""
        quarter = (self.today.year, (self.today.month + 2) // 3)
        self.today += timedelta(days=days)
        if (self.today.year, (self.today.month + 2) // 3) != quarter:
            with self._counting() as session:
                recompute(session, Touched(self.insats))

    def _start(self, actor: Actor, event: Event) -> None:
        sex = self.sexes.setdefault(event.code, event.sex)
        asked = {
            "code": event.code, "sex": sex, "birth_year": 1990, "need_groups": [], "problem_areas": [],
            "tried": [], "own_words": "", "consented": True, "consent_parties": [], "referrer_contact": "",
            "consent_given_on": self.today, "consent_form": "WRITTEN", "consent_reference": "",
            "consent_language": "sv",
        }  # fmt: skip
        referral = referrals.send(actor, self.insats, asked)
        stay = intake.accept(actor, referral.id, self.today)
        if event.before is not None:
            stays.map_out(actor, stay.id, FULL | event.before, {})
        self.open[event.code] = stay.id, Lived(sex, self.today, event.before)
        self.lived.append(self.open[event.code][1])

    def _end(self, actor: Actor, event: Event) -> None:
        stay_id, lived = self.open.pop(event.code)
        endings.end(actor, stay_id, endings.Ending(self.today, event.reason, FULL | event.after))
        lived.over, lived.reason, lived.after = self.today, event.reason, event.after
        self.latest[event.code] = stay_id, lived

    def _undo(self, actor: Actor, event: Event) -> None:
        stay_id, lived = self.latest.pop(event.code)
        if lived.over is None or (self.today - lived.over).days >= 7:
            return
        endings.undo(actor, stay_id)
        lived.over, lived.reason, lived.after = None, "", None
        self.open[event.code] = stay_id, lived

    def cells(self) -> dict[tuple[str, int, int, str], tuple[int, int]]:
        """What is stored of the measures tried here; and it is what a whole rebuild gives."""
        with self._counting() as session:
            before = [fact for fact in stored(session) if fact.intervention_id == self.insats]
            recompute(session, Touched(self.insats))
            after = [fact for fact in stored(session) if fact.intervention_id == self.insats]
        assert before == after
        return {
            (fact.measure, fact.year, fact.quarter, fact.sex): (fact.numerator, fact.denominator)
            for fact in after
            if fact.measure in ("M1", "M2", "M3", "M9", "M20")
        }

    def _counting(self) -> Any:
        return tenant_session(self.database, TenantContext(self.forbund.id, self.forbund.slug), "worker")


def _at_work_or_studies(found: dict[str, Any]) -> bool:
    held = found["occupations"]
    at_work = (
        any(code in held for code in ("WORK", "WORK_SUB", "SELF_EMP")) and found.get("work_extent", 0) > 0
    )
    return at_work or ("STUDY" in held and found.get("study_extent", 0) > 0)


def _extent(found: dict[str, Any]) -> int:
    return int(found.get("work_extent", 0)) + int(found.get("study_extent", 0))


def _known(found: dict[str, Any] | None) -> bool:
    return found is not None and found["occupations"] != ["UNK"]


def _recount(lived: list[Lived], today: date) -> dict[tuple[str, int, int, str], tuple[int, int]]:
    """Every cell with something in it, from the definitions: period by period, person by person."""
    found: dict[tuple[str, int, int, str], tuple[int, int]] = {}
    right = [each for each in lived if each.reason != "MISREG"]
    for year, quarter, first, last in _periods(today):
        for sex in ("K", "M", "T"):
            own = [each for each in right if sex in ("T", each.sex)]
            ended = [e for e in own if e.over and first <= e.over <= last and e.reason != "DECEASED"]
            known = [e for e in ended if _known(e.after)]
            compared = [e for e in known if _known(e.before)]
            working = [e for e in known if e.after and _at_work_or_studies(e.after)]
            seeking = [e for e in known if e.after and "SEEK" in e.after["occupations"] and e not in working]
            more = [e for e in compared if e.after and e.before and _extent(e.after) > _extent(e.before)]
            there = [e for e in own if e.began <= min(last, today) and (e.over or today) >= first]
            for measure, part, whole in (
                ("M1", working, known),
                ("M2", more, compared),
                ("M3", seeking, known),
                ("M20", known, ended),
            ):
                if whole:
                    found[measure, year, quarter, sex] = len(part), len(whole)
            if there:
                found["M9", year, quarter, sex] = len(there), 0
    return found


def _periods(today: date) -> Iterator[tuple[int, int, date, date]]:
    for year in range(FIRST.year, today.year + 1):
        yield year, 0, date(year, 1, 1), date(year, 12, 31)
        for quarter, (month, day) in enumerate(((3, 31), (6, 30), (9, 30), (12, 31)), start=1):
            yield year, quarter, date(year, month - 2, 1), date(year, month, day)


@pytest.fixture(scope="module")
def forbund(config: Config) -> Forbund:
    return make_forbund(config, "definitioner")


@given(events=EVENTS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_cells_are_those_of_a_recount_by_hand(config: Config, forbund: Forbund, events: list[Event]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        world = World(config, forbund, patch)
        try:
            for event in events:
                world.happen(event)
            assert world.cells() == _recount(world.lived, world.today)
        finally:
            world.database.dispose()


def test_what_each_definition_turns_on(config: Config, forbund: Forbund) -> None:
    """A history with each hard case once, so that no run of chance leaves one out."""
    work, none = {"occupations": ["WORK"], "work_extent": 75}, {"occupations": ["NONE"]}
    start = Event("A", "START", 0, before=none)
    history = [
        start,
        Event("A", "END", 30, after=work),
        replace(start, days=0),
        Event("A", "END", 0, after={"occupations": ["UNK"]}, reason="NO_SHOW"),
        replace(start, days=90, before=None),
        Event("A", "END", 10, after=work),
        Event("A", "UNDO", 5),
        Event("A", "END", 5, reason="MISREG"),
        Event("B", "START", 0, before={"occupations": ["WORK"], "work_extent": 75}, sex="M"),
        Event("B", "END", 60, after=work),
    ]
    with pytest.MonkeyPatch.context() as patch:
        world = World(config, forbund, patch)
        for event in history:
            world.happen(event)
        cells = world.cells()
        world.database.dispose()
    total = {measure: cells[measure, 2024, 0, "T"] for measure in ("M1", "M20")}

    assert total == {"M1": (1, 1), "M20": (1, 2)}
    assert (cells["M1", 2025, 0, "T"], cells["M2", 2025, 0, "T"]) == ((1, 1), (0, 1))
    assert "M9" in {measure for measure, *_place in cells}
    assert cells == _recount(world.lived, world.today)
