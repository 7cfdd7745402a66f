"""Take the defence apart, piece by piece, and see that something goes red every time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import event, select

from fyrklang.access.guard import guard_of, refuse_unguarded
from fyrklang.app import UNGUARDED, create_app
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.modules.interventions.models import Intervention
from fyrklang.tenancy import session as net
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.selfcheck import WallDownError, require_wall
from tests.isolation.census import findings, tenant_tables
from tests.isolation.probes import attack
from tests.isolation.seeds import plant

POLICY_FAULTS = (
    "DROP POLICY wall ON {table}",
    "DROP POLICY door ON {table}",
    "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
    "ALTER POLICY door ON {table} USING (true)",
    "ALTER POLICY wall ON {table} WITH CHECK (true)",
    "CREATE POLICY hatch ON {table} FOR SELECT USING (true)",
    "ALTER TABLE {table} OWNER TO fyrklang_app",
)
LOG_FAULTS = (
    "GRANT INSERT ON audit.event TO fyrklang_app",
    "GRANT UPDATE ON audit.head TO fyrklang_worker",
    "GRANT DELETE ON audit.review_item TO fyrklang_app",
    "GRANT SELECT ON audit.anchor TO fyrklang_app",
    "GRANT UPDATE ON audit.anchor TO fyrklang_audit_writer",
    "ALTER TABLE audit.event DISABLE TRIGGER refuse_change_1",
    "ALTER TABLE audit.head DISABLE TRIGGER refuse_shortening_1",
    "ALTER TABLE audit.anchor DISABLE TRIGGER ALL",
    "DROP TRIGGER refuse_change_4 ON audit.event",
    "DROP TRIGGER refuse_going_back_1 ON audit.anchor",
    "DROP TRIGGER stamp_review_1 ON audit.review",
    "ALTER TABLE audit.review_item DISABLE TRIGGER stamp_item_1",
    "ALTER FUNCTION audit.append(uuid, text, text, uuid, text, text, jsonb, text, text, text, text, text) "
    "OWNER TO fyrklang_migrator",
)
FOREIGN_KEYS = """
    SELECT c.conrelid::regclass::text, c.conname FROM pg_constraint c
    WHERE c.contype = 'f' AND cardinality(c.conkey) > 1 AND c.connamespace::regnamespace::text = ANY (
      ARRAY['office', 'care', 'facts', 'jobs', 'registry', 'audit', 'vault'])"""


def test_every_policy_and_force_and_key_is_missed_when_gone(
    config: Config, record_property: Callable[[str, object], None]
) -> None:
    killed, survivors = 0, []
    with psycopg.connect(config.database_url) as conn:
        keys = conn.execute(FOREIGN_KEYS).fetchall()
        faults = [fault.format(table=table) for table in tenant_tables(conn) for fault in POLICY_FAULTS]
        faults += [f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE" for table, name in keys]
        faults += LOG_FAULTS
        conn.rollback()
        for fault in faults:
            conn.execute(fault)  # type: ignore[arg-type]
            if any(True for _finding in findings(conn)):
                killed += 1
            else:
                survivors.append(fault)
            conn.rollback()
    record_property("database mutants killed", killed)
    assert survivors == []
    assert len(keys) >= 4
    assert killed >= 50


def test_every_route_guard_is_missed_when_gone(config: Config) -> None:
    app = create_app(config)
    guarded = [endpoint for endpoint, view in app.view_functions.items() if guard_of(view)]
    assert len(guarded) >= 20
    for endpoint in guarded:
        whole = app.view_functions[endpoint]
        app.view_functions[endpoint] = whole.__wrapped__  # type: ignore[attr-defined]
        with pytest.raises(RuntimeError, match="permission"):
            refuse_unguarded(app, UNGUARDED)
        app.view_functions[endpoint] = whole


@pytest.mark.parametrize(
    "fault",
    [
        "ALTER TABLE office.intervention DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE facts.cell DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE office.intervention_goal DROP CONSTRAINT intervention_goal_intervention_id_fkey",
        "ALTER POLICY wall ON registry.membership USING (true); ALTER POLICY door ON registry.membership "
        "USING (true)",
    ],
)
def test_the_probes_find_a_hole(own_config: Config, fault: str) -> None:
    with psycopg.connect(own_config.database_url, autocommit=True) as admin:
        own, other = (plant(admin, name) for name in ("alfa", "beta"))
        admin.execute(fault)  # type: ignore[arg-type]
    assert attack(own_config, own, [other], roles=("app",)).leaks


@pytest.mark.parametrize(
    "fault",
    [
        "ALTER TABLE office.canary DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE office.member NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY wall ON office.member",
        "ALTER TABLE office.member OWNER TO fyrklang_app",
        "GRANT SELECT ON office.member TO fyrklang_council",
        "UPDATE context.key SET inner_pad = sha256(inner_pad)",
    ],
)
def test_the_application_refuses_to_start(own_config: Config, fault: str) -> None:
    with psycopg.connect(own_config.database_url, autocommit=True) as admin:
        admin.execute(fault)  # type: ignore[arg-type]
    database = Database(own_config)
    with pytest.raises(WallDownError):
        require_wall(database)
    database.dispose()


@pytest.fixture
def without_wall(own_config: Config) -> Iterator[tuple[Database, TenantContext]]:
    """A database whose wall is down, so that only the net in the ORM is left."""
    with psycopg.connect(own_config.database_url, autocommit=True) as admin:
        own = plant(admin, "alfa")
        plant(admin, "beta")
        admin.execute("ALTER TABLE office.intervention DISABLE ROW LEVEL SECURITY")
    database = Database(own_config)
    yield database, TenantContext(own.tenant_id, own.slug)
    database.dispose()


def test_the_net_in_the_orm_holds_by_itself(without_wall: tuple[Database, TenantContext]) -> None:
    database, context = without_wall
    with net.tenant_session(database, context) as session:
        assert len(session.scalars(select(Intervention)).all()) == 1
        assert len(session.execute(select(Intervention.id, Intervention.name)).all()) == 1
    with net.TenantSession(database, context) as session:
        session.add(Intervention(tenant_id=uuid4(), name="annans"))
        with pytest.raises(net.CrossTenantError):
            session.flush()


def test_without_the_net_the_orm_sees_everything(without_wall: tuple[Database, TenantContext]) -> None:
    database, context = without_wall
    event.remove(net.TenantSession, "do_orm_execute", net._add_tenant_predicate)
    try:
        with net.tenant_session(database, context) as session:
            assert len(session.scalars(select(Intervention)).all()) == 2
    finally:
        event.listen(net.TenantSession, "do_orm_execute", net._add_tenant_predicate)
