"""The ground that casework's tests walk on."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
from flask import Flask

from fyrklang.access.permissions import Role
from fyrklang.kernel.config import Config
from tests.isolation.seeds import SEEDS, insertion
from tests.modules.casework.walk import TODAY, Ground
from tests.people import make_forbund, sign_in


@pytest.fixture
def ground(app: Flask, config: Config) -> Ground:
    forbund, insats = make_forbund(config, "deltagare"), uuid4()
    values = {
        **SEEDS["office.intervention"]("Team Prov", {}, uuid4()),
        "tenant_id": forbund.id,
        "id": insats,
        "person_level_from": TODAY.year,
    }
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(insertion("office.intervention", values), values)
    worker = (forbund, Role.CASE_WORKER)
    return Ground(
        forbund,
        insats,
        sign_in(app, (forbund, Role.REFERRER), party="KOMMUN"),
        sign_in(app, worker, party="AF", team=insats),
        sign_in(app, worker, party="REGION", team=insats),
        sign_in(app, (forbund, Role.DIRECTOR), party="FK"),
    )
