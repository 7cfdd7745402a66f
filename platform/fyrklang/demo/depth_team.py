"""Which demo people work with participants in an invented förbund, and for which party."""

from __future__ import annotations

from dataclasses import dataclass

from fyrklang.access.teams import party_code
from fyrklang.demo.nation import Association
from fyrklang.identity.demo_people import DemoPerson, people

_TEAM_ROLES = ("COORDINATOR", "CASE_WORKER")


@dataclass(frozen=True)
class Worker:
    """A demo person who works in a team, and their party as rows name it."""

    person: DemoPerson
    party: str


@dataclass(frozen=True)
class Team:
    """Those in a förbund's teams, the parties around a participant and the one who refers."""

    workers: tuple[Worker, ...]
    parties: tuple[str, ...]
    referrer: DemoPerson

    def of(self, party: str) -> tuple[Worker, ...]:
        """Those who come from a party."""
        return tuple(each for each in self.workers if each.party == party)


def team_of(item: Association) -> Team | None:
    """The demo people of an invented förbund; None where there are none."""
    codes_of = {"REGION": item.region.code, "KOMMUN": item.kommuner[0].code}
    workers, referrer = [], None
    for person in people():
        for place in person.places:
            party = party_code(place.home.kind, codes_of.get(place.home.kind, ""))
            if place.slug == item.slug and place.role in _TEAM_ROLES and party:
                workers.append(Worker(person, party))
            if place.slug == item.slug and place.role == "REFERRER":
                referrer = person
    if not workers or referrer is None:
        return None
    around = ("FK", "AF", f"REGION-{item.region.code}", f"KOMMUN-{item.kommuner[0].code}")
    return Team(tuple(workers), around, referrer)
