"""Doors for a referrer without an account: an invitation used once, and a status link with a place in the queue.

Revision ID: 0029
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from migrations.helpers import Reference, create_care_root, create_definer_function

revision = "0029"
down_revision = "0019"

KNOWN = """/* STABLE */
BEGIN
    RETURN QUERY
    SELECT t.id, i.id, i.intervention_id, i.party, i.name, i.created_by, t.short_name, t.synthetic
      FROM care.referral_invitation i JOIN registry.tenant t ON t.id = i.tenant_id
     WHERE t.slug = of_slug AND i.token_hash = hashed
       AND i.used_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now();
END
"""
USE = """
#variable_conflict use_column
BEGIN
    UPDATE care.referral_invitation i SET used_at = now(), referral_id = made
     WHERE i.tenant_id = context.tenant() AND i.token_hash = hashed
       AND i.used_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now();
    RETURN FOUND;
END
"""
STATUS = """/* STABLE */
BEGIN
    RETURN QUERY
    SELECT r.reference, r.status, r.received_on, r.answer_by, i.name, t.short_name, t.synthetic,
           CASE WHEN r.status = 'QUEUED' THEN (
               SELECT count(*) FROM care.referral q
                WHERE q.tenant_id = r.tenant_id AND q.intervention_id = r.intervention_id
                  AND q.status = 'QUEUED' AND (q.received_on, q.id) <= (r.received_on, r.id)
           ) END
      FROM care.referral r
      JOIN office.intervention i ON i.tenant_id = r.tenant_id AND i.id = r.intervention_id
      JOIN registry.tenant t ON t.id = r.tenant_id
     WHERE t.slug = of_slug AND r.status_hash = hashed;
END
"""
READ = "tenant_id, id, intervention_id, party, name, created_by, token_hash, used_at, revoked_at, expires_at"


def upgrade() -> None:
    _invitation()
    _bridges()


def _invitation() -> None:
    """`token_hash` is the SHA-256 (hex) of a token shown once. The parties of the team read it; it names nobody."""
    create_care_root(
        "care.referral_invitation",
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("party", sa.Text, nullable=False, comment="the party that is invited"),
        sa.Column("name", sa.Text, nullable=False, comment="the official who is invited"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column("referral_id", UUID(as_uuid=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("created_by", UUID(as_uuid=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("token_hash ~ '^[0-9a-f]{64}$'", name="token_hashed"),
        sa.CheckConstraint("party ~ '^(FK|AF|REGION|KOMMUN)(-[0-9A-Za-z_-]+)?$'", name="from_a_party"),
        sa.CheckConstraint("length(btrim(name)) BETWEEN 1 AND 120", name="name_length"),
        sa.CheckConstraint("expires_at <= created_at + interval '31 days'", name="expires_within_a_month"),
        indexes=[("intervention_id", "expires_at")],
        references=[Reference(("referral_id",), "care.referral", on_delete="CASCADE")],
    )
    op.create_index(
        "referral_invitation_hash_idx",
        "referral_invitation",
        ["tenant_id", "token_hash"],
        schema="care",
        unique=True,
    )
    op.execute(
        f"GRANT SELECT ({READ}), UPDATE (used_at, referral_id) ON care.referral_invitation "
        "TO fyrklang_doorkeeper"
    )
    op.execute("GRANT SELECT (id, tenant_id, intervention_id) ON care.referral TO fyrklang_doorkeeper")


def _bridges() -> None:
    create_definer_function(
        "care.referral_invitation_of(of_slug text, hashed text) RETURNS TABLE (tenant_id uuid, "
        "invitation_id uuid, intervention_id uuid, party text, name text, created_by uuid, forbund text, "
        "synthetic boolean)",
        KNOWN,
        owner="doorkeeper",
        callers=("app",),
    )
    create_definer_function(
        "care.use_referral_invitation(hashed text, made uuid) RETURNS boolean",
        USE,
        owner="doorkeeper",
        callers=("app",),
    )
    op.execute("DROP FUNCTION care.referral_status(text, text)")
    create_definer_function(
        "care.referral_status(of_slug text, hashed text) RETURNS TABLE (reference text, status text, "
        "received_on date, answer_by date, intervention text, forbund text, synthetic boolean, place bigint)",
        STATUS,
        owner="doorkeeper",
        callers=("app",),
    )
