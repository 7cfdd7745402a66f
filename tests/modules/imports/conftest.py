"""The förbund that files are read into."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest

from fyrklang.kernel.config import Config
from tests.people import Forbund, make_forbund


@pytest.fixture
def own(config: Config) -> Forbund:
    made = make_forbund(config, "inlas")
    with psycopg.connect(config.url_for("migrator").replace("+psycopg", "")) as conn:
        conn.execute(
            "INSERT INTO office.intervention (tenant_id, id, name, direction, follow_up_method, focus, format, "
            "status, starts_on) VALUES (%s, %s, 'Team Åsen', 'INDIVIDUAL', 'COUNT_ONLY', 'TEAM', 'TEAM', "
            "'RUNNING', '2020-01-01')",
            (made.id, uuid4()),
        )
    return made
