"""Accounts of our own, for those whose organisation has no login we can trust: a password and a code.

Such an account is an identity at an issuer of the kind LOCAL, so that places, sessions and levels of assurance
follow the one way everyone goes. Only an invitation makes one.

Revision ID: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from migrations.helpers import create_definer_function, create_shared_table

revision = "0011"
down_revision = "0018"

TODAY = "(now() AT TIME ZONE 'Europe/Stockholm')::date"

INVITATION = f"""/* STABLE */
BEGIN
    RETURN QUERY
    SELECT i.name, i.organisation_id, o.name
      FROM registry.invitation i
      JOIN registry.issuer s ON s.id = i.issuer_id
      JOIN registry.organisation o ON o.id = i.organisation_id
     WHERE i.code_hash = hashed AND i.revoked_at IS NULL AND i.accepted_at IS NULL AND i.expires_at > now()
       AND (i.valid_to IS NULL OR i.valid_to >= {TODAY}) AND s.kind = 'LOCAL' AND s.enabled;
END
"""

ACCOUNT = """/* STABLE */
BEGIN
    RETURN QUERY
    SELECT a.id, a.organisation_id, a.display_name, a.password_hash, a.totp_sealed
      FROM registry.local_account a WHERE a.login = called;
END
"""

ADD = """
BEGIN
    INSERT INTO registry.local_account
           (id, login, organisation_id, display_name, password_hash, totp_sealed, totp_step, recovery_hashes)
    VALUES (account, called, at_organisation, person_name, hashed, sealed, step, recovery);
END
"""

STEP = """
BEGIN
    -- A code counts once: two that come at once with the same step meet on the row's lock.
    UPDATE registry.local_account a SET totp_step = step WHERE a.id = account AND a.totp_step < step;
    RETURN FOUND;
END
"""

RENEW = """
BEGIN
    UPDATE registry.local_account a
       SET password_hash = hashed, totp_sealed = sealed, totp_step = step, recovery_hashes = recovery,
           changed_at = now()
     WHERE a.id = account AND used = ANY (a.recovery_hashes);
    RETURN FOUND;
END
"""

HAS_RECOVERY = """/* STABLE */
BEGIN
    RETURN EXISTS (
        SELECT FROM registry.local_account a WHERE a.id = account AND used = ANY (a.recovery_hashes)
    );
END
"""


def upgrade() -> None:
    op.add_column(
        "issuer", sa.Column("kind", sa.Text, nullable=False, server_default="OIDC"), schema="registry"
    )
    op.execute("ALTER TABLE registry.issuer ADD CONSTRAINT kind_known CHECK (kind IN ('OIDC', 'LOCAL'))")
    op.execute("GRANT SELECT (kind) ON registry.issuer TO fyrklang_app")
    op.execute("GRANT SELECT (kind, enabled) ON registry.issuer TO fyrklang_doorkeeper")
    _account()
    _functions()


def _account() -> None:
    """`password_hash` is Argon2id's own form; `recovery_hashes` SHA-256 in hex of codes shown once."""
    now = sa.func.now()
    create_shared_table(
        "registry.local_account",
        sa.Column("id", UUID(as_uuid=True), primary_key=True),
        sa.Column("login", sa.Text, nullable=False, unique=True),
        sa.Column(
            "organisation_id", UUID(as_uuid=True), sa.ForeignKey("registry.organisation.id"), nullable=False
        ),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary, nullable=False),
        sa.Column("totp_step", sa.BigInteger, nullable=False),
        sa.Column("recovery_hashes", ARRAY(sa.Text), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.CheckConstraint("login ~ '^[2-9A-HJKMNP-Z]{8}$'", name="login_made_here"),
        sa.CheckConstraint("password_hash LIKE '$argon2id$%'", name="password_hashed"),
        grants={"doorkeeper": "SELECT, INSERT, UPDATE", "backup": "SELECT"},
    )


def _functions() -> None:
    for signature, body in (
        (
            "local_invitation(hashed text) RETURNS TABLE (name text, organisation_id uuid, home text)",
            INVITATION,
        ),
        (
            "local_account(called text) RETURNS TABLE (id uuid, organisation_id uuid, display_name text, "
            "password_hash text, totp_sealed bytea)",
            ACCOUNT,
        ),
        (
            "local_add(account uuid, called text, at_organisation uuid, person_name text, hashed text, "
            "sealed bytea, step bigint, recovery text[]) RETURNS void",
            ADD,
        ),
        ("local_step(account uuid, step bigint) RETURNS boolean", STEP),
        (
            "local_renew(account uuid, used text, hashed text, sealed bytea, step bigint, recovery text[]) "
            "RETURNS boolean",
            RENEW,
        ),
        ("local_has_recovery(account uuid, used text) RETURNS boolean", HAS_RECOVERY),
    ):
        create_definer_function(f"registry.{signature}", body, owner="doorkeeper", callers=("auth",))
