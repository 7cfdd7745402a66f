"""Groups of the demo people's own insatser: one in the middle of its series, one that is about to begin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from fyrklang.demo import depth_words as words
from fyrklang.demo.depth import Depth
from fyrklang.modules.groups.present import TEMPLATES

Row = dict[str, Any]
_ON_A_LIST = 12
_BEGAN_DAYS_AGO = (36, -5)


class Groups:
    """Series, meetings, lists and attendance. `stays` are those that go on."""

    def __init__(self, depth: Depth, insatser: Sequence[UUID], stays: Sequence[Row]) -> None:
        self._depth, self._chance = depth, depth.chance
        self.series: list[Row] = []
        self.meetings: list[Row] = []
        self.places: list[Row] = []
        self.attendance: list[Row] = []
        for place, content in enumerate(words.GROUPS):
            # The first is held where people come for the group, if there is such an insats.
            own = insatser[-1] if place == 0 else insatser[0]
            listed = [stay for stay in stays if stay["intervention_id"] == own][
                place * 2 : place * 2 + _ON_A_LIST
            ]
            if listed:
                self._series(own, content, _BEGAN_DAYS_AGO[place], listed)

    def _series(self, own: UUID, content: tuple[str, str, int, int], ago: int, listed: Sequence[Row]) -> None:
        template, name, count, days = content
        series = uuid5(own, f"grupp:{name}")
        leaders = [each.person.name for each in self._depth.team.workers[:2]]
        first = self._depth.today - timedelta(days=ago)
        self.series.append(
            {
                "id": series,
                "intervention_id": own,
                "name": name,
                "template": template,
                "place": "Samlingssalen",
                "leaders": leaders,
                "interpreter": "",
                "open_door": False,
                "created_by": self._depth.team.workers[0].person.id,
                "created_at": datetime.combine(first - timedelta(days=14), time(9), UTC),
            }
        )
        for stay in listed:
            self.places.append(
                {**self._depth.bare(stay, f"plats:{name}"), "series_id": series, "left_on": None}
            )
        for number in range(1, count + 1):
            held = first + timedelta(days=days * (number - 1))
            over = held < self._depth.today
            meeting = {
                "id": uuid5(series, str(number)),
                "series_id": series,
                "number": number,
                "theme": str(TEMPLATES[template].themes[number - 1]),
                "held_on": held,
                "starts_at": "10:00:00",
                "version": 2 if over else 1,
                "saved_at": datetime.combine(held, time(12), UTC) if over else None,
            }
            self.meetings.append(meeting)
            if over:
                self._mark(meeting, listed)

    def _mark(self, meeting: Row, listed: Sequence[Row]) -> None:
        for stay in listed:
            if stay["started_on"] <= meeting["held_on"]:
                mark = self._chance.choice(("HERE", "HERE", "HERE", "HERE", "LATE", "EXCUSED", "ABSENT"))
                own = self._depth.bare(stay, f"närvaro:{meeting['id']}")
                self.attendance.append({**own, "meeting_id": meeting["id"], "mark": mark})
