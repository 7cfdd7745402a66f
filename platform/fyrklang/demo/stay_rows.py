"""Deltaganden as table rows. Nobody is named: a participant is a code, and every id follows from the seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from random import Random
from typing import Any
from uuid import UUID

from fyrklang.demo.flow import SEXES
from fyrklang.demo.stays import Situation, Stays

Row = dict[str, Any]
_HOUR = time(9)
_REFERRERS = {"OTHER": "SELF"}


@dataclass(frozen=True)
class Rows:
    """Rows by table, in the order in which they can be written."""

    participants: list[Row]
    stays: list[Row]
    situations: list[Row]


@dataclass(frozen=True)
class Book:
    """One förbund's deltaganden with the ids of its insatser; `owner` is the party that answers for a stay."""

    stays: Stays
    interventions: Sequence[UUID]
    owner: Callable[[int], str]
    chance: Random

    def rows(self) -> Rows:
        """Every row; `stays` are in the order of what was drawn."""
        participants = self._participants()
        stays = list(self._stays(participants))
        situations = [row for place, stay in enumerate(stays) for row in self._situations(stay, place)]
        return Rows(list(participants.values()), stays, situations)

    def unnamed(self, owner: str) -> Iterator[Row]:
        """People of whom nothing is kept, one row each."""
        for item, year, quarter, sex, count in self.stays.unnamed:
            day = date(year, 3 * quarter, 15)
            for _each in range(count):
                yield {
                    "id": self._id(day),
                    "intervention_id": self.interventions[item],
                    "owner_party": owner,
                    "sharing": "OWN",
                    "year": year,
                    "quarter": quarter,
                    "sex": sex,
                    "reason": "PROTECTED" if self.chance.random() < 0.2 else "NO_CONSENT",
                    "created_at": datetime.combine(day, _HOUR, UTC),
                }

    def _participants(self) -> dict[int, Row]:
        drawn = self.stays
        sexes, started, born = drawn.sex.tolist(), drawn.started.tolist(), drawn.born.tolist()
        items, numbers = drawn.item.tolist(), [0] * len(self.interventions)
        found = {}
        for place in sorted({*drawn.person.tolist()}, key=lambda at: (started[at], at)):
            item, day = items[place], date.fromordinal(started[place])
            numbers[item] += 1
            found[place] = {
                "id": self._id(day),
                "intervention_id": self.interventions[item],
                "owner_party": self.owner(place),
                "code": f"{day:%y}-{numbers[item]:03d}",
                "sex": SEXES[sexes[place]],
                "birth_year": born[place],
                "created_at": datetime.combine(day, _HOUR, UTC),
            }
        return found

    def _stays(self, participants: dict[int, Row]) -> Iterator[Row]:
        drawn = self.stays
        columns = (
            *(column.tolist() for column in (drawn.person, drawn.number, drawn.started, drawn.ended)),
            drawn.reason,
            drawn.referrer,
            drawn.referred.tolist(),
            drawn.needs,
            drawn.problems,
        )
        for values in zip(*columns, strict=True):
            person, number, started, ended, reason, referrer, referred, needs, problems = values
            whose, day = participants[person], date.fromordinal(started)
            last = date.fromordinal(ended) if ended else None
            yield {
                "id": self._id(day),
                "intervention_id": whose["intervention_id"],
                "owner_party": whose["owner_party"],
                "participant_id": whose["id"],
                "number": number,
                "status": "ACTIVE" if last is None else "MISREG" if reason == "MISREG" else "ENDED",
                "started_on": day,
                "ended_on": last,
                "end_reason": reason,
                "ended_at": last and datetime.combine(last, _HOUR, UTC),
                "referring_party": _REFERRERS.get(referrer, referrer),
                "referred_on": date.fromordinal(referred),
                "sex": whose["sex"],
                "birth_year": whose["birth_year"],
                "need_groups": needs,
                "problem_areas": problems,
                "referral_id": None,
                "assigned_to": None,
                "next_step": "",
                "next_step_on": None,
                "version": 1,
                "created_at": datetime.combine(day, _HOUR, UTC),
            }

    def _situations(self, stay: Row, place: int) -> Iterator[Row]:
        drawn = self.stays
        yield self._situation(stay, "START", stay["started_on"], (drawn.before, place))
        if stay["status"] == "ENDED":
            yield self._situation(stay, "END", stay["ended_on"], (drawn.after, place))
        if drawn.later_on[place] and stay["status"] == "ENDED":
            day = date.fromordinal(int(drawn.later_on[place]))
            yield self._situation(stay, "YEAR", day, (drawn.later, place))

    def _situation(self, stay: Row, moment: str, day: date, found: tuple[Situation, int]) -> Row:
        columns, place = found
        at_start = moment == "START"
        return {
            "id": self._id(day),
            "intervention_id": stay["intervention_id"],
            "owner_party": stay["owner_party"],
            "participant_id": stay["participant_id"],
            "stay_id": stay["id"],
            "moment": moment,
            "taken_on": day,
            "afterwards": False,
            "occupations": columns.occupations[place],
            "work_extent": columns.work[place],
            "study_extent": columns.study[place],
            "subsidy": columns.subsidy[place],
            "income_sources": columns.income[place],
            "education": self.stays.education[place] if at_start else None,
            "support_duration": self.stays.duration[place] if at_start else None,
            "version": 1,
            "created_at": datetime.combine(day, _HOUR, UTC),
        }

    def _id(self, day: date) -> str:
        """A UUID of version 7 with the day's time, so that rows lie in the order of what they tell."""
        milliseconds = (day.toordinal() - _EPOCH) * 86_400_000
        tail = f"{self.chance.getrandbits(74):019x}"
        return f"{milliseconds:012x}7{tail[:3]}{8 + int(tail[3], 16) // 4:x}{tail[4:]}"


_EPOCH = date(1970, 1, 1).toordinal()
