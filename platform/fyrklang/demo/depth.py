"""The whole of casework for insatser that demo people work in: what a case worker sees on an ordinary day.

A stay that is going on has consents, a mapping, a plan with several parties' commitments, a timeline and
notes; those that ended a year ago are to be called. Days lie around `today`, so that the demo is never stale.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from fyrklang.demo import depth_words as words
from fyrklang.demo.depth_team import Team, Worker
from fyrklang.modules.casework import codes

Row = dict[str, Any]
_RECENT = timedelta(days=425)
"""Endings as young as this have their plan and consents kept, so that a year after can be asked about."""


@dataclass
class Rows:
    """Rows by table, in the order in which they can be written."""

    referrals: list[Row] = field(default_factory=list)
    consents: list[Row] = field(default_factory=list)
    assessments: list[Row] = field(default_factory=list)
    existing_plans: list[Row] = field(default_factory=list)
    plans: list[Row] = field(default_factory=list)
    commitments: list[Row] = field(default_factory=list)
    plan_versions: list[Row] = field(default_factory=list)
    activities: list[Row] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)
    tasks: list[Row] = field(default_factory=list)
    follow_ups: list[Row] = field(default_factory=list)
    attempts: list[Row] = field(default_factory=list)


class Depth:
    """Draws it, one stay at a time."""

    def __init__(self, team: Team, today: date, chance: Random) -> None:
        self.team, self.today, self.chance = team, today, chance
        self.rows = Rows()

    def owner(self, place: int) -> str:
        """Which party answers for a participant: those that sit in the team, in turn."""
        present = sorted({each.party for each in self.team.workers})
        return present[place % len(present)]

    def refer(self, stay: Row, participant: Row) -> None:
        """The remiss a stay came by."""
        row = self._referral(participant["intervention_id"], participant, stay["referred_on"])
        row |= {
            "id": uuid5(UUID(stay["id"]), "remiss"),
            "owner_party": stay["owner_party"],
            "participant_id": stay["participant_id"],
            "status": "ACCEPTED",
            "decided_on": stay["started_on"],
            "decided_by": stay["assigned_to"],
            "referring_party": stay["referring_party"],
            "need_groups": stay["need_groups"],
            "problem_areas": stay["problem_areas"],
        }
        stay["referral_id"] = row["id"]
        self.rows.referrals.append(row)

    def assign(self, stay: Row) -> None:
        """Somebody of the owner's meets the person; a stay that goes on has a next step."""
        mine = self.team.of(stay["owner_party"])
        worker = mine[stay["number"] % len(mine)] if len(mine) > 1 else mine[0]
        if len(mine) > 1:
            worker = self.chance.choice(mine)
        stay["assigned_to"] = worker.person.id
        if stay["status"] == "ACTIVE":
            stay["next_step"] = self.chance.choice(("Trepartsmöte", "Samtal", "Studiebesök", "Ringa"))
            stay["next_step_on"] = self._ahead(-3, 28)

    def enters(self, stay: Row) -> bool:
        """Whether a stay is young enough to be told of in full."""
        last: date | None = stay["ended_on"]
        return stay["status"] != "MISREG" and (last is None or self.today - last < _RECENT)

    def fill(self, stay: Row) -> None:
        """Mapping, plan, timeline and notes of one stay."""
        self._mapping(stay)
        self._plan(stay)
        self._timeline(stay)
        self._notes(stay)

    def consent(self, stay: Row) -> None:
        """What the participant has said yes to; a year at a time, renewed while they are there."""
        for party in self.team.parties:
            if party == stay["owner_party"] or self.chance.random() < 0.12:
                continue
            self._consent(stay, "INFO_EXCHANGE", party)
            if self.chance.random() < 0.3:
                self._consent(stay, "HEALTH_INFO", party)
        self._consent(stay, "FOLLOW_UP_REG", stay["owner_party"], lasting=True)
        if self.chance.random() < 0.9:
            self._consent(stay, "CONTACT_1Y", stay["owner_party"], lasting=True)

    def follow_up(self, stay: Row, reached_on: date | None) -> None:
        """What became of the call a year after, where its time has been."""
        if stay["status"] != "ENDED" or stay["end_reason"] == "DECEASED":
            return
        due = stay["ended_on"] + timedelta(days=365)
        if reached_on is None and self.today < due + timedelta(days=40):
            if self.today > due - timedelta(days=28) and self.chance.random() < 0.4:
                self._attempt(stay, self.today - timedelta(days=self.chance.randrange(1, 6)))
            return
        closed = reached_on or due + timedelta(days=35)
        answers: tuple[int | None, ...] = (None, None, None)
        if reached_on is not None:
            answers = tuple(self.chance.choice((3, 4, 4, 5, 5)) for _item in range(3))
        else:
            self._attempt(stay, due)
        self.rows.follow_ups.append(
            {
                **self.bare(stay, "uppföljning"),
                "closed_as": "NOT_REACHED" if reached_on is None else "REACHED",
                "closed_on": closed,
                "closed_by": stay["assigned_to"],
                **dict(zip(("respect", "influence", "difference"), answers, strict=True)),
                "helped_most": self.chance.choice(words.HELPED) if reached_on else "",
            }
        )

    def waiting(self, intervention_id: UUID) -> None:
        """Remisser nobody has decided on yet, and some that were declined."""
        for place, status in enumerate(("SENT", "SENT", "SENT", "COMPLETION", "QUEUED", "SENT", "DECLINED")):
            came = self.today - timedelta(days=1 + 2 * place)
            person = {
                "code": f"{came:%y}-9{place:02d}",
                "sex": self.chance.choice("KM"),
                "birth_year": 1975 + 4 * place,
            }
            row = self._referral(intervention_id, person, came) | {
                "id": uuid5(intervention_id, f"remiss:{place}"),
                "status": status,
                "question": words.QUESTION if status == "COMPLETION" else "",
                "decision_reason": "FULL" if status == "DECLINED" else None,
                "decided_on": self.today if status == "DECLINED" else None,
                "assigned_to": self.chance.choice(self.team.workers).person.id,
                "need_groups": ["MENTAL", "LONG_UNEMP"][: 1 + place % 2],
                "problem_areas": ["MEDICAL", "WORK"],
            }
            self.rows.referrals.append(row)

    def _referral(self, intervention_id: UUID, person: Mapping[str, Any], came: date) -> Row:
        """Every column of a remiss; the same for all, since they are written together."""
        sender = self.team.referrer
        return {
            "id": None,
            "intervention_id": intervention_id,
            "owner_party": "FK",
            "visible_to": [*(each for each in self.team.parties if each != "FK"), f"R-{sender.id.hex}"],
            "participant_id": None,
            "reference": f"R-{came.year}-{self.chance.getrandbits(48):012X}",
            "status": "SENT",
            "referring_party": "FK",
            "referred_by": sender.id,
            "referrer_name": sender.name,
            "referrer_contact": "010-000 00 00",
            "received_on": came,
            "answer_by": came + timedelta(days=14),
            "code": person["code"],
            "sex": person["sex"],
            "birth_year": person["birth_year"],
            "need_groups": [],
            "problem_areas": [],
            "tried": ["TREATMENT"],
            "own_words": self.chance.choice(words.OWN_WORDS),
            "consent_parties": list(self.team.parties),
            "consent_given_on": came,
            "consent_form": "WRITTEN",
            "consent_reference": "",
            "consent_text_version": codes.TEXT_VERSION,
            "consent_language": "sv",
            "assigned_to": None,
            "missing": [],
            "question": "",
            "answer": "",
            "decision_reason": None,
            "decided_by": None,
            "decided_on": None,
            "version": 1,
            "created_by": sender.id,
            "created_at": _at(came),
        }

    def _consent(self, stay: Row, purpose: str, party: str, *, lasting: bool = False) -> None:
        given = stay["started_on"]
        while not lasting and (stay["ended_on"] or self.today) - given >= timedelta(days=360):
            given += timedelta(days=330)
        self.rows.consents.append(
            {
                **_whose(stay),
                "id": uuid5(UUID(stay["participant_id"]), f"{purpose}:{party}"),
                "purpose": purpose,
                "party": party,
                "text_version": codes.TEXT_VERSION,
                "language": "sv",
                "form": self.chance.choice(("WRITTEN", "WRITTEN", "DIGITAL")),
                "reference": "",
                "given_on": given,
                "valid_to": None if lasting else given + timedelta(days=365),
                "created_by": stay["assigned_to"],
                "created_at": _at(given),
            }
        )

    def _mapping(self, stay: Row) -> None:
        days = [("START", stay["started_on"])]
        if (stay["ended_on"] or self.today) - stay["started_on"] > timedelta(days=60):
            days.append(("NOW", stay["started_on"] + timedelta(days=60)))
        for area in codes.AREAS:
            score = self.chance.randrange(1, 7)
            for moment, day in (*days, ("GOAL", stay["started_on"])):
                better = {"START": 0, "NOW": self.chance.randrange(-1, 4), "GOAL": 3}[moment]
                self.rows.assessments.append(
                    {
                        **self._of(stay, day, f"{area}:{moment}"),
                        "moment": moment,
                        "taken_on": day,
                        "area": area,
                        "score": min(max(score + better, 0), 10),
                    }
                )
        for party in self._some(self.team.parties, 2):
            kind, aim = words.PLANS_BEFORE[codes.party_kind(party)]
            self.rows.existing_plans.append(
                {
                    **self._of(stay, stay["started_on"], f"plan:{party}"),
                    "party": party,
                    "kind": kind,
                    "aim": aim,
                    "valid_to": stay["started_on"] + timedelta(days=240),
                }
            )

    def _plan(self, stay: Row) -> None:
        agreed = min(stay["started_on"] + timedelta(days=28), stay["ended_on"] or self.today)
        met = agreed
        while met + timedelta(days=42) < (stay["ended_on"] or self.today):
            met += timedelta(days=42)
        plan = {
            **self._of(stay, agreed, "plan"),
            "goal": self.chance.choice(words.GOALS),
            "goal_on": agreed + timedelta(days=270),
            "met_on": met,
            "version": 1,
        }
        self.rows.plans.append(plan)
        own = [
            self._commitment(stay, plan, party, met)
            for party in ("PERSON", *self._some(self.team.parties, 3))
        ]
        self.rows.commitments.extend(own)
        self.rows.plan_versions.append(
            {
                **{
                    name: value for name, value in self._of(stay, met, "version").items() if name != "stay_id"
                },
                "plan_id": plan["id"],
                "number": 1,
                "met_on": met,
                "content": {"goal": plan["goal"], "commitments": dict(self._agreed(own))},
            }
        )

    def _agreed(self, own: Sequence[Row]) -> Iterator[tuple[str, list[Any]]]:
        """What stood in the plan at the meeting: something has happened since then to the last."""
        for row in own[:-1]:
            then = "AGREED" if row["state"] == "DONE" and self.chance.random() < 0.5 else row["state"]
            yield str(row["id"]), [row["party"], row["what"], row["due_on"].isoformat(), then]

    def _commitment(self, stay: Row, plan: Row, party: str, met: date) -> Row:
        kind = codes.party_kind(party)
        mine = self.team.of(party)
        over = stay["status"] != "ACTIVE"
        state = self.chance.choice(("AGREED", "AGREED", "ONGOING", "ONGOING", "DONE"))
        return {
            **self._of(stay, met, f"åtagande:{party}"),
            "plan_id": plan["id"],
            "party": party,
            "responsible": self.chance.choice(mine).person.name if mine else words.HELPERS[kind],
            "what": self.chance.choice(words.COMMITMENTS[kind]),
            "due_on": stay["ended_on"] if over else self._ahead(-12, 45),
            "state": self.chance.choice(("DONE", "CLOSED")) if over else state,
            "changed_at": _at(met),
            "version": 1,
        }

    def _timeline(self, stay: Row) -> None:
        last = stay["ended_on"] or self.today
        for place, (kind, party) in enumerate(self._some(words.ACTIVITIES, 3)):
            begins = min(stay["started_on"] + timedelta(days=21 + 35 * place), last)
            ends = min(begins + timedelta(days=self.chance.randrange(30, 120)), last)
            whose = next((each for each in self.team.parties if each.startswith(party)), stay["owner_party"])
            going = stay["ended_on"] is None and ends == last
            self.rows.activities.append(
                {
                    **self._of(stay, begins, f"aktivitet:{kind}"),
                    "kind": kind,
                    "lane": codes.ACTIVITIES[kind][1],
                    "party": whose,
                    "started_on": begins,
                    "ended_on": None if going else ends,
                    "status": "ONGOING" if going else "DONE",
                    "version": 1,
                }
            )

    def _notes(self, stay: Row) -> None:
        last = stay["ended_on"] or self.today
        writer = next(each for each in self.team.workers if each.person.id == stay["assigned_to"])
        for place, (kind, body) in enumerate(self._some(words.NOTES, 2)):
            day = max(last - timedelta(days=5 + 21 * place), stay["started_on"])
            self.rows.notes.append(self._note(stay, writer, (kind, body, day)))
        if stay["status"] == "ACTIVE" and self.chance.random() < 0.04:
            draft = self._note(stay, writer, ("CONTACT", words.DRAFT, self.today))
            self.rows.notes.append(draft | {"draft": True, "sharing": "OWN"})

    def _note(self, stay: Row, writer: Worker, content: tuple[str, str, date]) -> Row:
        kind, body, day = content
        return {
            **self.bare(stay, f"anteckning:{kind}:{day}"),
            "sharing": self.chance.choice(("SHARED", "SHARED", "OWN")),
            "kind": kind,
            "happened_on": day,
            "body": body,
            "draft": False,
            "written_by": writer.person.id,
            "writer_name": writer.person.name,
            "changed_at": _at(day),
            "version": 1,
        }

    def _attempt(self, stay: Row, day: date) -> None:
        self.rows.attempts.append(
            {
                **self.bare(stay, "försök"),
                "tried_on": day,
                "channel": "CALL",
                "outcome": "NO_ANSWER",
                "tried_by": stay["assigned_to"],
            }
        )

    def _of(self, stay: Row, day: date, what: str) -> Row:
        """What a row about a stay carries when it says who wrote it."""
        return {**self.bare(stay, what), "created_by": stay["assigned_to"], "created_at": _at(day)}

    @staticmethod
    def bare(stay: Row, what: str) -> Row:
        """What every row about a stay carries."""
        return {**_whose(stay), "id": uuid5(UUID(stay["id"]), what), "stay_id": stay["id"]}

    def _ahead(self, first: int, last: int) -> date:
        return self.today + timedelta(days=self.chance.randrange(first, last))

    def _some(self, among: Sequence[Any], count: int) -> list[Any]:
        """So many of them, in their order."""
        chosen = sorted(self.chance.sample(range(len(among)), count))
        return [among[place] for place in chosen]


def _whose(stay: Row) -> Row:
    return {name: stay[name] for name in ("intervention_id", "owner_party", "participant_id")}


def _at(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)
