"""A förbund with one insats, a referrer and a team of two parties, walked through the pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from fyrklang.kernel import clock
from fyrklang.kernel.db import Database
from fyrklang.sdk.facts import Touched, recompute, stored
from fyrklang.tenancy.session import tenant_session
from tests.people import Forbund

TODAY = clock.today()


@dataclass
class Ground:
    """A förbund with one insats that follows people by code, a referrer and a team of two parties."""

    forbund: Forbund
    insats: UUID
    referrer: FlaskClient
    af: FlaskClient
    region: FlaskClient
    chief: FlaskClient

    def url(self, path: str) -> str:
        return f"/f/{self.forbund.slug}{path}"


REFERRAL = {
    "code": "K-17",
    "sex": "K",
    "birth_year": "1990",
    "need_groups": ["LONG_UNEMP"],
    "problem_areas": ["WORK", "SOCIAL"],
    "consented": "1",
    "consent_given_on": str(TODAY),
    "consent_form": "WRITTEN",
    "consent_language": "sv",
    "referrer_contact": "010-123",
}
START = {"occupations": ["NONE"], "work_extent": "", "study_extent": "", "income_sources": ["EB"]}
WORKING = {"occupations": ["WORK"], "work_extent": "75", "study_extent": "", "income_sources": ["NONE"]}


def refer(ground: Ground, **more: Any) -> str:
    """Send a remiss through its steps; the address of the receipt."""
    page = ground.referrer.get(ground.url(f"/remisser/ny/{ground.insats}"))
    assert page.status_code == 200
    parties = ["AF", *sorted(set(re.findall(r'value="(REGION-\w+)"', step(ground, 3, **more))))]
    sent = ground.referrer.post(
        ground.url(f"/remisser/ny/{ground.insats}"),
        data={**REFERRAL, "consent_parties": parties, **more, "step": "5", "way": "send"},
    )
    assert sent.status_code == 303, sent.text
    return sent.location


def step(ground: Ground, which: int, **more: Any) -> str:
    answer = ground.referrer.post(
        ground.url(f"/remisser/ny/{ground.insats}"),
        data={**REFERRAL, **more, "step": str(which), "way": "next"},
    )
    assert answer.status_code == 200, answer.text
    return answer.text


def first(client: FlaskClient, url: str, pattern: str) -> str:
    found = re.search(pattern, client.get(url).text)
    assert found is not None, (url, pattern)
    return found.group(1)


def take_in(ground: Ground, **more: Any) -> str:
    """A remiss sent and taken in by AF; the stay's address."""
    refer(ground, **more)
    referral = first(ground.af, ground.url("/remisser"), r"/remisser/([0-9a-f-]{36})\"")
    started = ground.af.post(
        ground.url(f"/remisser/{referral}/ta-emot"), data={"started_on": str(more.get("day", TODAY))}
    )
    assert started.status_code == 303, started.text
    return started.location.split("?")[0]


def finish(ground: Ground, stay: str, reason: str = "WORK", **after: Any) -> Any:
    """Through the wizard's last step, every remaining commitment closed."""
    page = ground.af.post(
        f"{stay}/avsluta",
        data={**WORKING, **after, "ended_on": str(TODAY), "end_reason": reason, "step": "3", "way": "next"},
    )
    left = dict.fromkeys(re.findall(r'name="(state_[0-9a-f-]{36})"', page.text), "CLOSED")
    data = {**WORKING, **after, **left, "ended_on": str(TODAY), "end_reason": reason}
    shown = ground.af.post(f"{stay}/avsluta", data={**data, "step": "4", "way": "next"})
    return shown, ground.af.post(f"{stay}/avsluta", data={**data, "step": "5", "way": "end"})


def figures(ground: Ground, database: Database) -> dict[str, tuple[int, int]]:
    """Whole-year cells for everyone, counted as the worker counts them."""
    with tenant_session(database, ground.forbund.context, "worker") as session:
        recompute(session, Touched())
        return {
            fact.measure: (fact.numerator, fact.denominator)
            for fact in stored(session)
            if fact.quarter == 0 and fact.sex == "T" and fact.year == TODAY.year
        }
