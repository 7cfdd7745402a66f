"""Directories: what an employer's own directory says of its staff (SCIM 2.0), and the key it says it with.

Somebody the employer has put on leave or let go has no places from that employer, whatever an administrator
once gave; the places come back when the employer says so. Nothing here gives anybody a place.

Revision ID: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from migrations.helpers import create_definer_function, create_shared_table

revision = "0010"
down_revision = "0016"

TODAY = "(now() AT TIME ZONE 'Europe/Stockholm')::date"

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
       AND NOT registry.has_left(person, m.organisation_id)
     ORDER BY registry.sv_sort(t.short_name), registry.sv_sort(o.name);
END
"""

HAS_LEFT = """/* STABLE */
BEGIN
    RETURN EXISTS (
        SELECT FROM registry.identity i
          JOIN registry.directory_user d ON d.issuer_id = i.issuer_id AND d.sub = i.sub
         WHERE i.person_id = person AND d.organisation_id = at_organisation AND NOT d.active
    );
END
"""

DIRECTORY_OF = """/* STABLE */
BEGIN
    RETURN QUERY
    SELECT k.organisation_id, k.issuer_id FROM registry.directory_key k
      JOIN registry.issuer i ON i.id = k.issuer_id
     WHERE k.key_hash = hashed AND k.revoked_at IS NULL AND k.expires_at > now() AND i.enabled;
END
"""

USERS = """/* STABLE */
BEGIN
    RETURN QUERY
    SELECT d.id, d.sub, d.user_name, d.display_name, d.active, d.created_at, d.changed_at, count(*) OVER ()
      FROM registry.directory_user d
     WHERE d.organisation_id = at_organisation AND d.deleted_at IS NULL AND CASE field
           WHEN '' THEN true
           WHEN 'id' THEN d.id::text = lower(wanted)
           WHEN 'externalid' THEN d.sub = wanted
           WHEN 'username' THEN lower(d.user_name) = lower(wanted)
           WHEN 'displayname' THEN lower(d.display_name) = lower(wanted)
           WHEN 'active' THEN d.active = (lower(wanted) = 'true')
           ELSE false END
     ORDER BY d.created_at, d.id OFFSET skipped LIMIT most;
END
"""

ADD = """
BEGIN
    -- Somebody who was removed and comes back is the same row, so that no second row can hold the door open.
    INSERT INTO registry.directory_user AS d
           (id, organisation_id, issuer_id, sub, user_name, display_name, active)
    VALUES (new_id, at_organisation, at_issuer, subject, login, called, working)
    ON CONFLICT (organisation_id, issuer_id, sub) DO UPDATE
       SET user_name = excluded.user_name, display_name = excluded.display_name, active = excluded.active,
           changed_at = now(), deleted_at = NULL
     WHERE d.deleted_at IS NOT NULL
    RETURNING d.id INTO new_id;
    RETURN CASE WHEN FOUND THEN new_id END;
EXCEPTION WHEN unique_violation THEN
    RETURN NULL;
END
"""

CHANGE = """
DECLARE
    known registry.directory_user;
BEGIN
    UPDATE registry.directory_user d
       SET user_name = login, display_name = called, active = working AND NOT gone, changed_at = now(),
           deleted_at = CASE WHEN gone THEN now() END
     WHERE d.organisation_id = at_organisation AND d.id = user_id AND d.deleted_at IS NULL
    RETURNING d.* INTO known;
    outcome := CASE WHEN FOUND THEN 'SAVED' ELSE 'MISSING' END;
    person := (SELECT i.person_id FROM registry.identity i
                WHERE i.issuer_id = known.issuer_id AND i.sub = known.sub);
    RETURN NEXT;
EXCEPTION WHEN unique_violation THEN
    outcome := 'TAKEN';
    RETURN NEXT;
END
"""


def upgrade() -> None:
    _tables()
    _gate()
    _functions()


def _tables() -> None:
    """`key_hash` is the SHA-256 (hex) of a key shown once. `sub` is the person's subject at the issuer."""
    now = sa.func.now()
    create_shared_table(
        "registry.directory_key",
        sa.Column("id", UUID(as_uuid=True), primary_key=True),
        *_whose(),
        sa.Column("key_hash", sa.Text, nullable=False, unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("key_hash ~ '^[0-9a-f]{64}$'", name="key_hashed"),
        grants={"doorkeeper": "SELECT", "backup": "SELECT"},
    )
    create_shared_table(
        "registry.directory_user",
        sa.Column("id", UUID(as_uuid=True), primary_key=True),
        *_whose(),
        sa.Column("sub", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("organisation_id", "issuer_id", "sub", name="directory_user_identity"),
        sa.CheckConstraint("length(sub) BETWEEN 1 AND 255", name="sub_bounded"),
        sa.CheckConstraint("length(user_name) BETWEEN 1 AND 255", name="user_name_bounded"),
        sa.CheckConstraint("length(display_name) <= 200", name="display_name_bounded"),
        sa.CheckConstraint("deleted_at IS NULL OR NOT active", name="deleted_is_out"),
        grants={"doorkeeper": "SELECT, INSERT, UPDATE", "backup": "SELECT"},
    )
    op.execute(
        "CREATE UNIQUE INDEX directory_user_name ON registry.directory_user "
        "(organisation_id, lower(user_name)) WHERE deleted_at IS NULL"
    )
    op.execute("GRANT SELECT (enabled) ON registry.issuer TO fyrklang_doorkeeper")


def _whose() -> tuple[sa.Column[object], sa.Column[object]]:
    return (
        sa.Column(
            "organisation_id", UUID(as_uuid=True), sa.ForeignKey("registry.organisation.id"), nullable=False
        ),
        sa.Column("issuer_id", sa.Text, sa.ForeignKey("registry.issuer.id"), nullable=False),
    )


def _gate() -> None:
    create_definer_function(
        "registry.has_left(person uuid, at_organisation uuid) RETURNS boolean",
        HAS_LEFT,
        owner="doorkeeper",
        callers=("auth",),
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


def _functions() -> None:
    for signature, body in (
        ("directory_of(hashed text) RETURNS TABLE (organisation_id uuid, issuer_id text)", DIRECTORY_OF),
        (
            "directory_users(at_organisation uuid, field text, wanted text, skipped integer, most integer) "
            "RETURNS TABLE (id uuid, sub text, user_name text, display_name text, active boolean, "
            "created_at timestamptz, changed_at timestamptz, total bigint)",
            USERS,
        ),
        (
            "directory_add(new_id uuid, at_organisation uuid, at_issuer text, subject text, login text, "
            "called text, working boolean) RETURNS uuid",
            ADD,
        ),
        (
            "directory_change(user_id uuid, at_organisation uuid, login text, called text, working boolean, "
            "gone boolean) RETURNS TABLE (outcome text, person uuid)",
            CHANGE,
        ),
    ):
        create_definer_function(f"registry.{signature}", body, owner="doorkeeper", callers=("auth",))
