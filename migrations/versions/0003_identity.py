"""Issuers, people, identities, memberships and national roles.

The login role reads none of the tables that tell who somebody is or what they may do: it asks functions
that answer for one person at a time.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from migrations.helpers import create_definer_function, create_shared_table, create_tenant_table, one_of

revision = "0003"
down_revision = "0002"

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
AUTH_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")
USERINFO = ("NONE", "PLAIN", "SIGNED")
TENANT_ROLES = (
    "TENANT_ADMIN",
    "DIRECTOR",
    "BOARD",
    "PROCESS_LEAD",
    "PREP_GROUP",
    "COORDINATOR",
    "CASE_WORKER",
    "REFERRER",
    "AUDITOR",
    "LOG_REVIEWER",
)
NATIONAL_ROLES = ("NAT_COUNCIL", "NAT_EDITOR", "PLATFORM_ADMIN")
OFFICE_ROLES = ("TENANT_ADMIN", "DIRECTOR", "PROCESS_LEAD")
CASE_ROLES = ("COORDINATOR", "CASE_WORKER")

TODAY = "(now() AT TIME ZONE 'Europe/Stockholm')::date"

SIGN_IN = """
BEGIN
    -- Two first logins at once must end as one person.
    PERFORM pg_advisory_xact_lock(hashtextextended(at_issuer || ' ' || subject, 0));
    SELECT p.id, p.ended_at IS NULL INTO person_id, active
      FROM registry.identity i JOIN registry.person p ON p.id = i.person_id
     WHERE i.issuer_id = at_issuer AND i.sub = subject;
    known := FOUND;
    IF NOT known THEN
        person_id := new_person;
        active := true;
        INSERT INTO registry.person (id, display_name, synthetic)
        SELECT new_person, called, s.synthetic FROM registry.issuer s WHERE s.id = at_issuer;
        INSERT INTO registry.identity (issuer_id, sub, person_id) VALUES (at_issuer, subject, new_person);
    ELSIF active THEN
        UPDATE registry.identity SET last_login_at = now() WHERE issuer_id = at_issuer AND sub = subject;
        IF called <> '' THEN
            UPDATE registry.person SET display_name = called WHERE id = person_id AND display_name <> called;
        END IF;
    END IF;
    RETURN NEXT;
END
"""

PERSON_STATE = """/* STABLE */
BEGIN
    RETURN QUERY
    SELECT p.display_name,
           coalesce(array_agg(n.role ORDER BY n.role) FILTER (WHERE n.role IS NOT NULL), '{}'::text[])
      FROM registry.person p LEFT JOIN registry.national_role n ON n.person_id = p.id
     WHERE p.id = person AND p.ended_at IS NULL
     GROUP BY p.id;
END
"""

MEMBERSHIPS_OF = f"""/* STABLE */
BEGIN
    RETURN QUERY
    SELECT m.id, t.id, t.slug, t.name, t.short_name, t.synthetic, o.id, o.name, o.kind,
           m.display_name, m.roles, m.percent, m.version
      FROM registry.membership m
      JOIN registry.tenant t ON t.id = m.tenant_id
      JOIN registry.organisation o ON o.id = m.organisation_id
      JOIN registry.person p ON p.id = m.person_id
     WHERE m.person_id = person AND p.ended_at IS NULL AND t.status = 'ACTIVE'
       AND m.valid_from <= {TODAY} AND (m.valid_to IS NULL OR m.valid_to >= {TODAY})
     ORDER BY registry.sv_sort(t.short_name), registry.sv_sort(o.name);
END
"""


def upgrade() -> None:
    _issuers()
    _people()
    _memberships()
    _functions()


def _issuers() -> None:
    create_shared_table(
        "registry.issuer",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hint", sa.Text, nullable=False, server_default=""),
        sa.Column("issuer", sa.Text, nullable=False, unique=True),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("auth_method", sa.Text, nullable=False, server_default="client_secret_basic"),
        sa.Column("secret_sealed", sa.LargeBinary),
        sa.Column("secret_file", sa.Text),
        sa.Column("algorithms", ARRAY(sa.Text), nullable=False),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False, server_default="{openid,profile}"),
        sa.Column("userinfo", sa.Text, nullable=False, server_default="PLAIN"),
        sa.Column("claim_map", JSONB, nullable=False, server_default="{}"),
        sa.Column("loa_map", JSONB, nullable=False, server_default="{}"),
        sa.Column("required_acr", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("timeout_ms", sa.Integer, nullable=False, server_default="5000"),
        sa.Column("synthetic", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("enabled", sa.Boolean, nullable=False, server_default=sa.true()),
        one_of("auth_method", AUTH_METHODS),
        one_of("userinfo", USERINFO),
        sa.CheckConstraint("id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="issuer_id_plain"),
        sa.CheckConstraint(
            f"cardinality(algorithms) > 0 AND algorithms <@ {_array(ALGORITHMS)}",
            name="algorithms_asymmetric",
        ),
        sa.CheckConstraint("'openid' = ANY (scopes)", name="scopes_openid"),
        sa.CheckConstraint("timeout_ms BETWEEN 500 AND 10000", name="timeout_bounded"),
        sa.CheckConstraint("secret_sealed IS NULL OR secret_file IS NULL", name="secret_once"),
        grants={"auth": "SELECT", "backup": "SELECT"},
    )
    create_shared_table(
        "registry.organisation_issuer",
        sa.Column("organisation_id", UUID(as_uuid=True), sa.ForeignKey("registry.organisation.id")),
        sa.Column("issuer_id", sa.Text, sa.ForeignKey("registry.issuer.id")),
        sa.PrimaryKeyConstraint("organisation_id", "issuer_id", name="organisation_issuer_pkey"),
        grants={"auth": "SELECT", "backup": "SELECT"},
    )
    op.execute("GRANT SELECT ON registry.organisation TO fyrklang_auth, fyrklang_doorkeeper")
    op.execute("GRANT SELECT (id, synthetic) ON registry.issuer TO fyrklang_doorkeeper")


def _people() -> None:
    """Who somebody is: no role but the doorkeeper, behind its functions, and the backup reads these."""
    create_shared_table(
        "registry.person",
        sa.Column("id", UUID(as_uuid=True), primary_key=True),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        grants={"doorkeeper": "SELECT, INSERT", "backup": "SELECT"},
    )
    op.execute("GRANT UPDATE (display_name) ON registry.person TO fyrklang_doorkeeper")
    create_shared_table(
        "registry.identity",
        sa.Column("issuer_id", sa.Text, sa.ForeignKey("registry.issuer.id"), nullable=False),
        sa.Column("sub", sa.Text, nullable=False),
        sa.Column("person_id", UUID(as_uuid=True), sa.ForeignKey("registry.person.id"), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("issuer_id", "sub", name="identity_pkey"),
        sa.CheckConstraint("length(sub) BETWEEN 1 AND 255", name="sub_bounded"),
        grants={"doorkeeper": "SELECT, INSERT", "backup": "SELECT"},
    )
    op.create_index("identity_person_id_idx", "identity", ["person_id"], schema="registry")
    op.execute("GRANT UPDATE (last_login_at) ON registry.identity TO fyrklang_doorkeeper")
    create_shared_table(
        "registry.national_role",
        sa.Column("person_id", UUID(as_uuid=True), sa.ForeignKey("registry.person.id")),
        sa.Column("role", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "role", name="national_role_pkey"),
        one_of("role", NATIONAL_ROLES),
        grants={"doorkeeper": "SELECT", "backup": "SELECT"},
    )


def _memberships() -> None:
    """`person_id` has no foreign key: people are shared over förbund and stay off the tenants' shards."""
    create_tenant_table(
        "registry.membership",
        sa.Column("person_id", UUID(as_uuid=True), nullable=False),
        sa.Column(
            "organisation_id", UUID(as_uuid=True), sa.ForeignKey("registry.organisation.id"), nullable=False
        ),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("roles", ARRAY(sa.Text), nullable=False),
        sa.Column("percent", sa.Integer),
        sa.Column("mission", sa.Text, nullable=False, server_default=""),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.CheckConstraint(f"cardinality(roles) > 0 AND roles <@ {_array(TENANT_ROLES)}", name="roles_known"),
        sa.CheckConstraint(
            f"NOT (roles && {_array(OFFICE_ROLES)} AND roles && {_array(CASE_ROLES)})", name="roles_apart"
        ),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name="percent_share"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_order"),
        unique=[("person_id", "organisation_id", "valid_from")],
    )
    # The doorkeeper asks across förbund, which no tenant-first index can answer.
    op.create_index("membership_person_idx", "membership", ["person_id"], schema="registry")
    op.execute(
        "GRANT SELECT (tenant_id, id, person_id, organisation_id, display_name, roles, percent, valid_from, "
        "valid_to, version) ON registry.membership TO fyrklang_doorkeeper"
    )


def _functions() -> None:
    create_definer_function(
        "registry.sign_in(at_issuer text, subject text, new_person uuid, called text) "
        "RETURNS TABLE (person_id uuid, known boolean, active boolean)",
        "#variable_conflict use_column\n" + SIGN_IN,
        owner="doorkeeper",
        callers=("auth",),
    )
    create_definer_function(
        "registry.person_state(person uuid) RETURNS TABLE (display_name text, national_roles text[])",
        PERSON_STATE,
        owner="doorkeeper",
        callers=("auth",),
    )
    create_definer_function(
        "registry.memberships_of(person uuid) RETURNS TABLE (id uuid, tenant_id uuid, tenant_slug text, "
        "tenant_name text, tenant_short_name text, synthetic boolean, organisation_id uuid, "
        "organisation_name text, organisation_kind text, display_name text, roles text[], percent integer, "
        "version integer)",
        MEMBERSHIPS_OF,
        owner="doorkeeper",
        callers=("auth",),
    )


def _array(codes: tuple[str, ...]) -> str:
    return "ARRAY[" + ", ".join(f"'{code}'" for code in codes) + "]::text[]"
