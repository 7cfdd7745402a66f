"""The invented nation as table rows, with ids that follow from the seed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from fyrklang.demo.flow import SEXES
from fyrklang.demo.generate import Nation
from fyrklang.demo.nation import Association, organisations
from fyrklang.demo.portfolio import Insats
from fyrklang.demo.stays import follows_people, person_level_from
from fyrklang.modules.interventions.models import COUNT_FIELDS
from fyrklang.sdk.measures import MEASURES
from fyrklang.tenancy.registry.records import AF_CODE, FK_CODE, NAMESPACE, organisation_id

Row = dict[str, Any]
SOURCE = "Påhittat förbund"
_JOINED = {"fjallkusten": date(2025, 7, 1), "granstranden": date(2024, 4, 1)}
"""When the last kommun of a förbund joined in the middle of a year."""
_FK_AND_AF = (("FK", FK_CODE, "Försäkringskassan"), ("AF", AF_CODE, "Arbetsförmedlingen"))


def tenant_rows(nation: Nation) -> list[Row]:
    """`registry.tenant`."""
    return [
        {
            "id": item.id,
            "slug": item.slug,
            "name": item.name,
            "short_name": item.short_name,
            "synthetic": True,
            "founded": item.founded,
            "source": SOURCE,
            "note": f"Påhittat förbund med {len(item.kommuner)} påhittade kommuner.",
        }
        for item in nation.associations
    ]


def name_rows(nation: Nation) -> list[Row]:
    """`registry.tenant_name`: each förbund has only ever had one name."""
    return [
        {"id": _id(nation, item.slug, "name"), "tenant_id": item.id, "name": item.name, "is_current": True}
        for item in nation.associations
    ]


def organisation_rows(nation: Nation) -> list[Row]:
    """`registry.organisation`: invented regions, kommuner and the förbund's offices."""
    return [
        {"id": item.id, "kind": item.kind, "code": item.code, "name": item.name, "synthetic": True}
        for item in organisations(nation.associations)
    ]


def member_rows(nation: Nation, item: Association) -> list[Row]:
    """`office.member`: the two authorities are the real ones, region and kommuner are invented."""
    parties = [
        *((kind, organisation_id(kind, code), name) for kind, code, name in _FK_AND_AF),
        *((party.kind, party.id, party.name) for party in (item.region, *item.kommuner)),
    ]
    newest, joined = item.kommuner[-1].id, _JOINED.get(item.slug, date(item.founded, 1, 1))
    return [
        {
            "id": _id(nation, item.slug, "member", str(organisation)),
            "organisation_id": organisation,
            "party_kind": kind,
            "name": name,
            "valid_from": joined if organisation == newest else date(item.founded, 1, 1),
            "source": "OWN",
        }
        for kind, organisation, name in parties
    ]


def intervention_row(nation: Nation, item: Insats) -> Row:
    """`office.intervention`."""
    return {
        "id": intervention_id(nation, item),
        "name": item.name,
        "direction": item.direction,
        "follow_up_method": item.follow_up_method,
        "esf_funded": item.esf_funded,
        "mode": "B" if follows_people(item) else "A",
        "person_level_from": person_level_from(item) if follows_people(item) else None,
        "referral_required": True,
        "referrals_open": True,
        "free_text": False,
        "who_for": "",
        "focus": item.focus,
        "format": item.format,
        "status": item.status,
        "description": item.description,
        "target_groups": item.target_groups,
        "parties": item.parties,
        "places": item.places,
        "starts_on": item.starts_on,
        "ends_on": item.ends_on,
        "version": 1,
        "created_at": datetime.combine(item.starts_on - timedelta(days=45), time(9), UTC),
    }


def goal_rows(nation: Nation, item: Insats) -> Iterator[Row]:
    """`office.intervention_goal`: shares to work or study."""
    own = intervention_id(nation, item)
    for first_year, permille in item.goals:
        yield {
            "id": uuid5(own, f"goal:{first_year}"),
            "intervention_id": own,
            "measure": "M1",
            "definition": MEASURES["M1"].version,
            "target_permille": permille,
            "first_year": first_year,
        }


def count_rows(nation: Nation) -> Mapping[str, list[Row]]:
    """`office.intervention_count` by förbund, of insatser that do not follow people.

    Women and men every quarter, unknown sex when there is any.
    """
    flow = nation.flow
    fields = {name: getattr(flow, name).tolist() for name in COUNT_FIELDS}
    reported = flow.reported.tolist()
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for place, item in enumerate(nation.people):
        if follows_people(item):
            continue
        own = intervention_id(nation, item)
        for step, (year, quarter) in enumerate(flow.quarters):
            if not reported[place][step]:
                continue
            for at, sex in enumerate(SEXES):
                numbers = {name: values[place][at][step] for name, values in fields.items()}
                if sex != "U" or any(numbers.values()):
                    found[item.slug].append(
                        {
                            "id": uuid5(own, f"{year}:{quarter}:{sex}"),
                            "intervention_id": own,
                            "year": year,
                            "quarter": quarter,
                            "sex": sex,
                            "updated_at": _registered(year, quarter),
                            **numbers,
                        }
                    )
    return found


def intervention_id(nation: Nation, item: Insats) -> UUID:
    """The id of an insats in every database that holds this nation."""
    return _id(nation, item.slug, "insats", item.name)


def _registered(year: int, quarter: int) -> datetime:
    """Twelve days after the quarter."""
    after = date(year + quarter // 4, 3 * (quarter % 4) + 1, 12)
    return datetime.combine(after, time(13), UTC)


def _id(nation: Nation, *parts: str) -> UUID:
    return uuid5(NAMESPACE, "|".join(("demo", str(nation.seed), *parts)))
