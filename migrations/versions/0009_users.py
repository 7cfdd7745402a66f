"""Users: invitations, review and end of a place, and roles that must not meet.

Revision ID: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from migrations.helpers import create_definer_function, create_tenant_table

revision = "0009"
down_revision = "0008"

OFFICE = "ARRAY['TENANT_ADMIN', 'DIRECTOR', 'BOARD', 'PROCESS_LEAD']::text[]"
CASE = "ARRAY['COORDINATOR', 'CASE_WORKER', 'REFERRER']::text[]"
REVIEWER = "ARRAY['LOG_REVIEWER']::text[]"
REVIEWED = (
    "ARRAY['TENANT_ADMIN', 'DIRECTOR', 'BOARD', 'PROCESS_LEAD', 'PREP_GROUP', 'COORDINATOR', 'CASE_WORKER', "
    "'REFERRER', 'AUDITOR']::text[]"
)
APART = ((OFFICE, CASE), (REVIEWER, REVIEWED))
"""Within one förbund, for one person."""

ROLES_APART = " AND ".join(f"NOT (roles && {left} AND roles && {right})" for left, right in APART)
MEETING = " OR ".join(
    f"(m.roles && {one} AND NEW.roles && {other})" for pair in APART for one, other in (pair, pair[::-1])
)
TODAY = "(now() AT TIME ZONE 'Europe/Stockholm')::date"
REFUSED = "USING ERRCODE = 'check_violation', CONSTRAINT = 'roles_apart'"

KEEP_ROLES_APART = f"""
BEGIN
    -- Two grants at once, each blind to the other, would both be let through.
    PERFORM pg_advisory_xact_lock(hashtextextended('roles ' || NEW.person_id, 0));
    IF NEW.ended_at IS NOT NULL THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT FROM registry.membership m
         WHERE m.tenant_id = NEW.tenant_id AND m.person_id = NEW.person_id AND m.id <> NEW.id
           AND m.ended_at IS NULL
           AND daterange(m.valid_from, m.valid_to, '[]') && daterange(NEW.valid_from, NEW.valid_to, '[]')
           AND ({MEETING})
    ) THEN
        RAISE EXCEPTION 'the person has a role in this tenant that must not meet the new one' {REFUSED};
    END IF;
    IF (NEW.valid_to IS NULL OR NEW.valid_to >= {TODAY}) AND EXISTS (
        SELECT FROM registry.national_role n WHERE n.person_id = NEW.person_id AND n.role = 'PLATFORM_ADMIN'
    ) THEN
        RAISE EXCEPTION 'whoever runs the platform holds no other role' {REFUSED};
    END IF;
    RETURN NULL;
END
"""

KEEP_PLATFORM_APART = f"""
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('roles ' || NEW.person_id, 0));
    IF EXISTS (
        SELECT FROM registry.national_role n
         WHERE n.person_id = NEW.person_id AND n.role <> NEW.role AND 'PLATFORM_ADMIN' IN (n.role, NEW.role)
    ) OR NEW.role = 'PLATFORM_ADMIN' AND EXISTS (
        SELECT FROM registry.membership m
         WHERE m.person_id = NEW.person_id AND m.ended_at IS NULL
           AND (m.valid_to IS NULL OR m.valid_to >= {TODAY})
    ) THEN
        RAISE EXCEPTION 'whoever runs the platform holds no other role' {REFUSED};
    END IF;
    RETURN NULL;
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
     WHERE m.person_id = person AND p.ended_at IS NULL AND t.status = 'ACTIVE' AND m.ended_at IS NULL
       AND m.valid_from <= {TODAY} AND (m.valid_to IS NULL OR m.valid_to >= {TODAY})
     ORDER BY registry.sv_sort(t.short_name), registry.sv_sort(o.name);
END
"""

ACCEPT = f"""
#variable_conflict use_column
DECLARE
    asked registry.invitation;
    called text;
BEGIN
    SELECT i.* INTO asked FROM registry.invitation i WHERE i.code_hash = hashed FOR UPDATE;
    IF NOT FOUND OR asked.revoked_at IS NOT NULL OR asked.accepted_at IS NOT NULL THEN
        RETURN QUERY SELECT 'UNKNOWN', '', '';
        RETURN;
    END IF;
    SELECT t.slug, o.name INTO slug, home
      FROM registry.tenant t, registry.organisation o
     WHERE t.id = asked.tenant_id AND o.id = asked.organisation_id;
    SELECT p.display_name INTO called FROM registry.person p WHERE p.id = person AND p.ended_at IS NULL;
    IF called IS NULL THEN
        outcome := 'UNKNOWN';
    ELSIF asked.expires_at <= now() OR asked.valid_to < {TODAY} THEN
        outcome := 'EXPIRED';
    ELSIF asked.issuer_id <> at_issuer OR asked.organisation_id IS DISTINCT FROM at_organisation THEN
        outcome := 'ELSEWHERE';
    ELSIF asked.created_by = person THEN
        outcome := 'OWN';
    ELSIF EXISTS (
        SELECT FROM registry.membership m
         WHERE m.tenant_id = asked.tenant_id AND m.person_id = person
           AND m.organisation_id = asked.organisation_id AND m.ended_at IS NULL
           AND (m.valid_to IS NULL OR m.valid_to >= asked.valid_from)
    ) THEN
        outcome := 'ALREADY';
    ELSE
        BEGIN
            INSERT INTO registry.membership AS m (tenant_id, id, person_id, organisation_id, display_name,
                   roles, percent, mission, valid_from, valid_to, source)
            VALUES (asked.tenant_id, new_membership, person, asked.organisation_id, called, asked.roles,
                   asked.percent, asked.mission, greatest(asked.valid_from, {TODAY}), asked.valid_to,
                   'INVITATION')
            -- Somebody who left earlier the same day comes back.
            ON CONFLICT (tenant_id, person_id, organisation_id, valid_from) DO UPDATE
               SET roles = excluded.roles, percent = excluded.percent, mission = excluded.mission,
                   valid_to = excluded.valid_to, source = excluded.source, ended_at = NULL,
                   version = m.version + 1, granted_at = now();
            UPDATE registry.invitation i SET accepted_at = now(), accepted_by = person
             WHERE i.tenant_id = asked.tenant_id AND i.id = asked.id;
            outcome := 'ACCEPTED';
        EXCEPTION WHEN check_violation THEN
            outcome := 'APART';
        END;
    END IF;
    RETURN NEXT;
END
"""

LOGINS = """/* STABLE */
BEGIN
    RETURN QUERY
    SELECT i.person_id, max(i.last_login_at), string_agg(DISTINCT s.name, ', ')
      FROM registry.identity i JOIN registry.issuer s ON s.id = i.issuer_id
     WHERE i.person_id IN (SELECT m.person_id FROM registry.membership m WHERE m.tenant_id = context.tenant())
     GROUP BY i.person_id;
END
"""


def upgrade() -> None:
    _membership()
    _invitation()
    _functions()
    _triggers()


def _membership() -> None:
    now = sa.func.now()
    op.add_column(
        "membership",
        sa.Column("source", sa.Text, nullable=False, server_default="PLATFORM"),
        schema="registry",
    )
    for column in (
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_by", UUID(as_uuid=True)),
        sa.Column("reviewed_at", sa.DateTime(timezone=True)),
        sa.Column("reviewed_by", UUID(as_uuid=True)),
    ):
        op.add_column("membership", column, schema="registry")
    op.execute(
        "ALTER TABLE registry.membership "
        "ADD CONSTRAINT source_known CHECK (source IN ('PLATFORM', 'INVITATION')), "
        f"DROP CONSTRAINT roles_apart, ADD CONSTRAINT roles_apart CHECK ({ROLES_APART})"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON registry.membership TO fyrklang_doorkeeper")


def _invitation() -> None:
    """`code_hash` is the SHA-256 (hex) of a code shown once; the issuer and the organisation must fit too."""
    create_tenant_table(
        "registry.invitation",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column(
            "organisation_id", UUID(as_uuid=True), sa.ForeignKey("registry.organisation.id"), nullable=False
        ),
        sa.Column("issuer_id", sa.Text, sa.ForeignKey("registry.issuer.id"), nullable=False),
        sa.Column("code_hash", sa.Text, nullable=False),
        sa.Column("roles", ARRAY(sa.Text), nullable=False),
        sa.Column("percent", sa.Integer),
        sa.Column("mission", sa.Text, nullable=False, server_default=""),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("created_by", UUID(as_uuid=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("accepted_at", sa.DateTime(timezone=True)),
        sa.Column("accepted_by", UUID(as_uuid=True)),
        sa.CheckConstraint("cardinality(roles) > 0", name="roles_some"),
        sa.CheckConstraint(ROLES_APART, name="roles_apart"),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name="percent_share"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_order"),
        sa.CheckConstraint("code_hash ~ '^[0-9a-f]{64}$'", name="code_hashed"),
        indexes=[("created_at",)],
    )
    # The doorkeeper looks a code up before any förbund is known.
    op.create_index("invitation_code_idx", "invitation", ["code_hash"], schema="registry", unique=True)
    op.execute("GRANT SELECT ON registry.invitation TO fyrklang_doorkeeper")
    op.execute("GRANT UPDATE (accepted_at, accepted_by) ON registry.invitation TO fyrklang_doorkeeper")
    op.execute("GRANT SELECT ON registry.organisation_issuer TO fyrklang_app")
    op.execute("GRANT SELECT (id, name, enabled) ON registry.issuer TO fyrklang_app")
    op.execute("GRANT SELECT (name) ON registry.issuer TO fyrklang_doorkeeper")


def _functions() -> None:
    create_definer_function(
        "registry.accept_invitation(person uuid, at_issuer text, at_organisation uuid, hashed text, "
        "new_membership uuid) RETURNS TABLE (outcome text, slug text, home text)",
        ACCEPT,
        owner="doorkeeper",
        callers=("auth",),
    )
    create_definer_function(
        "registry.logins() RETURNS TABLE (person_id uuid, last_login_at timestamptz, issuers text)",
        "#variable_conflict use_column\n" + LOGINS.removeprefix("/* STABLE */"),
        owner="doorkeeper",
        callers=("app",),
    )
    op.execute("DROP FUNCTION registry.memberships_of(uuid)")
    create_definer_function(
        "registry.memberships_of(person uuid) RETURNS TABLE (id uuid, tenant_id uuid, tenant_slug text, "
        "tenant_name text, tenant_short_name text, synthetic boolean, organisation_id uuid, "
        "organisation_name text, organisation_kind text, display_name text, roles text[], percent integer, "
        "version integer)",
        MEMBERSHIPS_OF,
        owner="doorkeeper",
        callers=("auth",),
    )


def _triggers() -> None:
    for table, function, body in (
        ("membership", "keep_roles_apart", KEEP_ROLES_APART),
        ("national_role", "keep_platform_apart", KEEP_PLATFORM_APART),
    ):
        create_definer_function(
            f"registry.{function}() RETURNS trigger", body, owner="doorkeeper", callers=()
        )
        op.execute(
            f"CREATE CONSTRAINT TRIGGER roles_apart_over_rows AFTER INSERT OR UPDATE ON registry.{table} "
            f"FOR EACH ROW EXECUTE FUNCTION registry.{function}()"
        )
