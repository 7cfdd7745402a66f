"""The pages of insatser, as the people who use them."""

from __future__ import annotations

import pytest
from flask import Flask

from fyrklang.access.permissions import Role
from fyrklang.kernel.config import Config
from tests.people import make_forbund, sign_in


@pytest.fixture
def own(config: Config):
    return make_forbund(config, "alfa")


def test_first_insats_from_empty_portfolio_to_result(app: Flask, config: Config, own) -> None:
    client = sign_in(app, (own, Role.TENANT_ADMIN))
    empty = client.get(f"/f/{own.slug}/insatser")
    assert empty.status_code == 200
    assert "Här finns inga insatser än" in empty.text
    made = client.post(
        f"/f/{own.slug}/insatser/ny",
        data={
            "name": "Team Åsen",
            "direction": "INDIVIDUAL",
            "focus": "TEAM",
            "format": "TEAM",
            "status": "RUNNING",
            "starts_on": "2024-01-01",
            "parties": ["FK", "AF"],
        },
    )
    assert made.status_code == 303, made.text
    shown = client.get(made.location)
    assert shown.status_code == 200
    assert "Team Åsen" in shown.text
