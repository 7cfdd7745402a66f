"""The invented insatser's way from application to decision, and whom the members lend them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from fyrklang.demo import shapes
from fyrklang.demo.nation import Association
from fyrklang.demo.portfolio import Insats

Row = dict[str, Any]
_TODAY = date(shapes.LAST_YEAR, 3 * shapes.LAST_QUARTER + 1, 15)
_BEFORE = {"APPLY": "IDEA", "DECIDE": "APPLIED", "REJECT": "APPLIED", "START": "DECIDED", "EXTEND": "RUNNING"}
_AFTER = {
    "APPLY": "APPLIED",
    "DECIDE": "DECIDED",
    "REJECT": "REJECTED",
    "START": "RUNNING",
    "EXTEND": "RUNNING",
}
_LAST = {"ENDED": "END", "IMPLEMENTED": "IMPLEMENT", "PAUSED": "PAUSE"}
_WORDS = {
    "END": "Perioden är slut och behovet möts på annat sätt.",
    "IMPLEMENT": "Arbetssättet fortsätter hos mottagaren.",
    "PAUSE": "Väntar på ny personal från medlemmarna.",
    "REJECT": "Liknar en insats som redan pågår.",
}
_UNPLANNED = 0.15
"""How often the budget is not what the board has granted."""
_PROFESSIONS = ("Koordinator", "Samordnare", "Arbetsterapeut", "Coach", "Handläggare")
_FIRST = ("Alva", "Bodil", "Cornelia", "Disa", "Egon", "Folke", "Gerd", "Hjalmar", "Ines", "Jorunn")
_LAST_NAMES = ("Provberg", "Provlund", "Provström", "Provdal", "Provkvist", "Provhed")


def step_rows(item: Insats, own: UUID, budgets: Mapping[int, int]) -> list[Row]:
    """`office.intervention_step` of one insats. `budgets` is year to öre of the förbund's own money."""
    found: list[Row] = []
    for kind, day, given in _walk(item, budgets, _chance(own)):
        before = found[-1]["to_status"] if found else "IDEA"
        found.append(
            {
                "id": uuid5(own, f"steg:{kind}"),
                "intervention_id": own,
                "position": len(found) + 1,
                "kind": kind,
                "on_date": day,
                "from_status": _BEFORE.get(kind, before),
                "to_status": _AFTER.get(kind, item.status),
                "was_starts_on": item.starts_on,
                "was_ends_on": item.ends_on,
                "created_at": day,
                **{"by_whom": "", "reference": "", "words": _WORDS.get(kind, "")},
                **dict.fromkeys(("amount_ore", "first_day", "last_day")),
                **given,
            }
        )
    return found


def _walk(item: Insats, budgets: Mapping[int, int], chance: Random) -> Iterator[tuple[str, date, Row]]:
    """Kind of step, its day, and what it says."""
    if item.status == "IDEA":
        return
    applied = min(item.starts_on - timedelta(days=chance.randint(60, 150)), _TODAY - timedelta(days=20))
    yield "APPLY", applied, {"by_whom": "Beredningsgruppen"}
    decided = min(applied + timedelta(days=chance.randint(20, 55)), _TODAY)
    if item.status == "REJECTED":
        yield "REJECT", decided, {"by_whom": "Styrelsen"}
    if item.status in ("APPLIED", "REJECTED"):
        return
    first = _period(item, item.starts_on.year, 3)
    yield "DECIDE", decided, _decision(first, budgets, chance)
    if item.status == "DECIDED":
        return
    yield "START", item.starts_on, {}
    if first[1] < _TODAY and (item.ends_on or _TODAY) > first[1]:
        again = _period(item, first[1].year + 1, max(2, _TODAY.year - first[1].year))
        yield "EXTEND", first[1] - timedelta(days=30), _decision(again, budgets, chance)
    if item.status in _LAST:
        day = min(item.ends_on or _TODAY, _TODAY)
        receiver = "Kommunernas ordinarie verksamhet" if item.status == "IMPLEMENTED" else ""
        yield _LAST[item.status], day, {"by_whom": receiver}


def _period(item: Insats, first_year: int, years: int) -> tuple[date, date]:
    first = max(item.starts_on, date(first_year, 1, 1))
    last = date(first_year + years - 1, 12, 31)
    return first, max(first, min(last, item.ends_on or last))


def _decision(period: tuple[date, date], budgets: Mapping[int, int], chance: Random) -> Row:
    """What the board has granted: the budgets of the years, now and then something else."""
    usual = sum(budgets.values()) // max(1, len(budgets)) or chance.randint(200, 900) * 100_000
    granted = sum(budgets.get(year, usual) for year in range(period[0].year, period[1].year + 1))
    if chance.random() < _UNPLANNED:
        granted = granted * chance.choice((94, 106)) // 100 // 100_000 * 100_000
    return {
        "by_whom": "Styrelsen",
        "reference": f"§ {chance.randint(8, 64)}",
        "amount_ore": granted,
        "first_day": period[0],
        "last_day": period[1],
    }


def secondment_rows(insatser: Sequence[tuple[UUID, Insats]], members: Sequence[Row]) -> list[Row]:
    """`office.secondment` of the insatser that run: each party lends somebody, and a few posts are vacant."""
    found = []
    by_kind: dict[str, Row] = {}
    for member in members:
        by_kind.setdefault(member["party_kind"], member)
    for own, insats in insatser:
        chance = _chance(own)
        for party in insats.parties if insats.status == "RUNNING" and insats.serves_people else ():
            name = f"{chance.choice(_FIRST)} {chance.choice(_LAST_NAMES)}"
            found.append(
                {
                    "id": uuid5(own, f"utlånad:{party}"),
                    "organisation_id": by_kind[party]["organisation_id"],
                    "intervention_id": own,
                    "profession": chance.choice(_PROFESSIONS),
                    "person": "" if chance.random() < 0.18 else name,
                    "percent": chance.choice((20, 25, 50, 50, 75, 100)),
                    "valid_from": max(insats.starts_on, date(shapes.LAST_YEAR - 1, 1, 1)),
                    "valid_to": None,
                }
            )
    return found


def seat_rows(item: Association, members: Sequence[Row]) -> list[Row]:
    """`office.seat`: each member has one in the board with a substitute; FK, AF, region and one kommun prepare."""
    chance = _chance(item.id)
    found: list[Row] = []
    roles = {0: "CHAIR", 1: "VICE"}
    for place, member in enumerate(reversed(members)):
        for body, role in (
            ("BOARD", roles.get(place, "MEMBER")),
            ("BOARD", "SUBSTITUTE"),
            ("PREP", "MEMBER"),
        ):
            if body == "PREP" and place >= 4:
                continue
            found.append(
                {
                    "id": uuid5(item.id, f"plats:{body}:{role}:{place}"),
                    "organisation_id": member["organisation_id"],
                    "body": body,
                    "role": role,
                    "name": f"{chance.choice(_FIRST)} {chance.choice(_LAST_NAMES)}",
                    "valid_from": max(member["valid_from"], date(shapes.LAST_YEAR - 3, 1, 1)),
                    "valid_to": None,
                }
            )
    return found


def _chance(own: UUID) -> Random:
    """The same draws each time for the same thing."""
    return Random(own.int)  # noqa: S311 - nothing secret is drawn
