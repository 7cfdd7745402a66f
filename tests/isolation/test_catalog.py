"""The census finds nothing, and finds something as soon as a table goes past the helper."""

from __future__ import annotations

import psycopg
import pytest

from fyrklang.kernel.config import Config
from tests.isolation.census import RULES, findings, tenant_tables

FAULTS = {
    "plain table": "CREATE TABLE office.loose (id uuid PRIMARY KEY, note text)",
    "table without a wall": "CREATE TABLE office.loose (tenant_id uuid, id uuid, PRIMARY KEY (tenant_id, id))",
    "view as its owner": "CREATE VIEW office.loose AS SELECT * FROM office.member",
    "open definer function": (
        "CREATE FUNCTION office.loose() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"
    ),
    "grant to everybody": "GRANT SELECT ON office.member TO PUBLIC",
    "grant to the council": "GRANT SELECT ON office.member TO fyrklang_council",
    "truncate": "GRANT TRUNCATE ON office.member TO fyrklang_app",
    "key readable": "GRANT SELECT ON context.key TO fyrklang_app",
    "index without tenant": "CREATE INDEX ON office.intervention (name_norm)",
    "unique key without tenant": "CREATE UNIQUE INDEX ON office.intervention (id)",
    "single-column key": (
        "ALTER TABLE office.intervention ADD UNIQUE (id); "
        "ALTER TABLE office.intervention_goal ADD FOREIGN KEY (intervention_id) "
        "REFERENCES office.intervention (id)"
    ),
    "volatile context": "ALTER FUNCTION context.tenant() VOLATILE",
    "temporary tables": "GRANT TEMP ON DATABASE {database} TO fyrklang_app",
    "enum": "CREATE TYPE office.loose AS ENUM ('a')",
    "sequence": "CREATE SEQUENCE office.loose",
}


def test_every_relation_keeps_every_rule(config: Config) -> None:
    with psycopg.connect(config.database_url) as conn:
        assert list(findings(conn)) == []
        assert len(tenant_tables(conn)) >= 6
        assert len(RULES) >= 22


@pytest.mark.parametrize("fault", FAULTS)
def test_the_census_sees_a_planted_fault(config: Config, fault: str) -> None:
    with psycopg.connect(config.database_url) as conn:
        statement = FAULTS[fault].replace("{database}", conn.info.dbname)
        conn.execute(statement)
        assert list(findings(conn)) != []
        conn.rollback()
