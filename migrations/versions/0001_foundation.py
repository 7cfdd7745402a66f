"""Schemas, the signed context, the list of förbund and the canary.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from migrations.helpers import create_shared_table, create_tenant_table, one_of

revision = "0001"
down_revision = None

SCHEMAS = {
    "registry": ("app", "worker", "auth", "relay", "publisher", "doorkeeper", "backup"),
    "office": ("app", "worker", "publisher", "backup"),
    "care": ("app", "worker", "backup"),
    "facts": ("app", "worker", "publisher", "backup"),
    "national": ("council", "app", "worker", "publisher", "backup"),
    "audit": ("app", "worker", "audit_writer", "backup"),
    "jobs": ("app", "worker", "relay", "doorkeeper", "backup"),
}

CLAIMS = """
CREATE FUNCTION context.claims() RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    token text := current_setting('fyrklang.ctx', true);
    parts text[];
    signed text;
    pads record;
BEGIN
    IF token IS NULL OR token = '' THEN
        RETURN NULL;
    END IF;
    parts := string_to_array(token, '.');
    SELECT inner_pad, outer_pad INTO pads FROM context.key WHERE id = parts[1];
    signed := left(token, length(token) - 65);
    IF cardinality(parts) <> 7 OR pads IS NULL OR
       encode(sha256(pads.outer_pad || sha256(pads.inner_pad || convert_to(signed, 'UTF8'))), 'hex')
         IS DISTINCT FROM parts[7] THEN
        RAISE EXCEPTION 'context refused' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF parts[6]::bigint <= extract(epoch FROM clock_timestamp()) THEN
        RETURN NULL;
    END IF;
    RETURN parts;
END $$
"""

READERS = {
    "tenant() RETURNS uuid": "SELECT (context.claims())[2]::uuid",
    "actor() RETURNS uuid": "SELECT nullif((context.claims())[3], '-')::uuid",
    "party() RETURNS text": "SELECT nullif((context.claims())[4], '-')",
    "interventions() RETURNS uuid[]": (
        "SELECT string_to_array(nullif((context.claims())[5], '-'), '-')::uuid[]"
    ),
}

SV_SORT = """
CREATE FUNCTION registry.sv_sort(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN translate(lower(value), 'ÅÄÆÖØÉÈÜÁÀåäæöøéèüáà', '{||}}eeyaa{||}}eeyaa') COLLATE "C"
"""

CANARY_TENANT = "00000000-0000-7000-8000-0000000000ca"
PLATFORM_TENANT = "00000000-0000-7000-8000-000000000001"


def upgrade() -> None:
    _schemas()
    _context()
    _tenants()
    _canary()


def _schemas() -> None:
    op.execute("GRANT CREATE ON SCHEMA context TO fyrklang_owner")
    for schema, readers in SCHEMAS.items():
        op.execute(f"CREATE SCHEMA {schema}")
        op.execute(f"GRANT CREATE, USAGE ON SCHEMA {schema} TO fyrklang_owner")
        for role in ("publisher", "doorkeeper"):
            if role in readers:
                op.execute(f"GRANT CREATE ON SCHEMA {schema} TO fyrklang_{role}")
        for role in readers:
            op.execute(f"GRANT USAGE ON SCHEMA {schema} TO fyrklang_{role}")
    everyone = (
        "app, fyrklang_worker, fyrklang_publisher, fyrklang_doorkeeper, fyrklang_owner, fyrklang_backup"
    )
    op.execute(f"GRANT USAGE ON SCHEMA context TO fyrklang_{everyone}")


def _context() -> None:
    op.create_table(
        "key",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("inner_pad", sa.LargeBinary, nullable=False),
        sa.Column("outer_pad", sa.LargeBinary, nullable=False),
        schema="context",
    )
    op.execute("ALTER TABLE context.key OWNER TO fyrklang_owner")
    op.execute(CLAIMS)
    op.execute("ALTER FUNCTION context.claims() OWNER TO fyrklang_owner")
    op.execute("REVOKE ALL ON FUNCTION context.claims() FROM PUBLIC")
    for signature, query in READERS.items():
        name = signature.split(" ")[0]
        op.execute(
            f"CREATE FUNCTION context.{signature} LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER "
            f"SET search_path = pg_catalog, pg_temp AS '{query.replace(chr(39), chr(39) * 2)}'"
        )
        op.execute(f"ALTER FUNCTION context.{name} OWNER TO fyrklang_owner")
        op.execute(f"REVOKE ALL ON FUNCTION context.{name} FROM PUBLIC")
        op.execute(
            f"GRANT EXECUTE ON FUNCTION context.{name} TO fyrklang_app, fyrklang_worker, "
            "fyrklang_publisher, fyrklang_doorkeeper, fyrklang_migrator, fyrklang_backup"
        )
    op.execute(SV_SORT)


def _tenants() -> None:
    read = "SELECT"
    create_shared_table(
        "registry.tenant",
        sa.Column("id", UUID(as_uuid=True), primary_key=True),
        sa.Column("slug", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("short_name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False, server_default="ASSOCIATION"),
        sa.Column("status", sa.Text, nullable=False, server_default="ACTIVE"),
        sa.Column("synthetic", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("org_nr", sa.Text),
        sa.Column("founded", sa.Integer),
        sa.Column("ended", sa.Integer),
        sa.Column("website", sa.Text),
        sa.Column("source", sa.Text, nullable=False, server_default=""),
        sa.Column("confidence", sa.Text, nullable=False, server_default="high"),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        one_of("kind", ("ASSOCIATION", "PLATFORM", "CANARY")),
        one_of("status", ("ACTIVE", "MERGED", "RENAMED", "DISSOLVED")),
        one_of("confidence", ("high", "medium", "low")),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug_plain"),
        grants={
            "app": read,
            "auth": read,
            "worker": read,
            "relay": read,
            "publisher": read,
            "doorkeeper": read,
            "backup": read,
        },
    )
    op.execute(
        "INSERT INTO registry.tenant (id, slug, name, short_name, kind) VALUES "
        f"('{CANARY_TENANT}', 'kanariefagel', 'Kanariefågel', 'Kanariefågel', 'CANARY'), "
        f"('{PLATFORM_TENANT}', 'plattformen', 'Plattformen', 'Plattformen', 'PLATFORM')"
    )


def _canary() -> None:
    """A row nobody may ever see: start-up refuses to serve if the app role does."""
    create_tenant_table("office.canary", sa.Column("note", sa.Text, nullable=False))
    op.execute(
        f"INSERT INTO office.canary (tenant_id, id, note) VALUES ('{CANARY_TENANT}', '{CANARY_TENANT}', "
        "'Den här raden ska ingen kunna läsa.')"
    )
