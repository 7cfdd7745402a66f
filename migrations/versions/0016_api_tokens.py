"""Tokens with which a program acts in a förbund on behalf of the one who made them.

Revision ID: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from migrations.helpers import Reference, create_definer_function, create_tenant_table

revision = "0016"
down_revision = "0015"

USE = """
#variable_conflict use_column
BEGIN
    UPDATE registry.api_token t SET last_used_at = now()
     WHERE t.token_hash = hashed AND t.revoked_at IS NULL AND t.expires_at > now()
       AND (t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute');
    RETURN QUERY
    SELECT t.membership_id, t.person_id, t.permissions
      FROM registry.api_token t
     WHERE t.token_hash = hashed AND t.revoked_at IS NULL AND t.expires_at > now();
END
"""


def upgrade() -> None:
    """`token_hash` is the SHA-256 (hex) of a token shown once; `prefix` is its first characters."""
    create_tenant_table(
        "registry.api_token",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("membership_id", UUID(as_uuid=True), nullable=False),
        sa.Column("person_id", UUID(as_uuid=True), nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("permissions", ARRAY(sa.Text), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("cardinality(permissions) > 0", name="permissions_some"),
        sa.CheckConstraint("token_hash ~ '^[0-9a-f]{64}$'", name="token_hashed"),
        sa.CheckConstraint("expires_at <= created_at + interval '367 days'", name="expires_within_a_year"),
        indexes=[("created_at",)],
        references=[Reference(("membership_id",), "registry.membership", on_delete="CASCADE")],
    )
    # The doorkeeper looks a token up before any förbund is known.
    op.create_index("api_token_hash_idx", "api_token", ["token_hash"], schema="registry", unique=True)
    op.execute("GRANT SELECT, UPDATE (last_used_at) ON registry.api_token TO fyrklang_doorkeeper")
    create_definer_function(
        "registry.use_token(hashed text) RETURNS TABLE (membership_id uuid, person_id uuid, permissions text[])",
        USE,
        owner="doorkeeper",
        callers=("auth",),
    )
