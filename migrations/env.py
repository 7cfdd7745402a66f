"""Run migrations as `migrator`, one at a time, giving up soon rather than blocking readers."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool, text

ADVISORY_LOCK = 4_716_002


def run() -> None:
    engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
        connection.execute(text("SET lock_timeout = '2s'"))
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS context"))
        connection.commit()
        context.configure(
            connection=connection,
            version_table="alembic_version",
            version_table_schema="context",
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
        connection.commit()


run()
