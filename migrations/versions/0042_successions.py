"""Which förbund went into which, frozen beside a release's figures, so that years can be read in today's borders.

Revision ID: 0042
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from migrations.helpers import create_definer_function, create_shared_table, one_of
from migrations.national_0007 import CHECKSUM, NEEDS_DRAFT, NEEDS_PLATFORM

revision = "0042"
down_revision = "0035"

GRANTS = {"council": "SELECT", "publisher": "SELECT, INSERT, DELETE", "backup": "SELECT"}
LINES = """
        UNION ALL
        SELECT 'succession' || (to_jsonb(s) - 'release_id')::text FROM national.succession s
        WHERE release_id = release
    ) AS lines (line)"""

# A release made before this migration holds none, so its seal is what it was.
KEEP = f"""
DECLARE
    target "national".release;
    kept integer;
BEGIN
    {NEEDS_PLATFORM} {NEEDS_DRAFT}
    INSERT INTO national.succession (release_id, slug, successor, kind, year)
    SELECT target.id, t.slug, n.slug, s.kind, s.year
    FROM registry.succession s JOIN registry.tenant t ON t.id = s.tenant_id
    JOIN registry.tenant n ON n.id = s.successor_id
    WHERE t.synthetic = target.synthetic AND n.synthetic = target.synthetic
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END
"""


def upgrade() -> None:
    create_shared_table(
        "national.succession",
        sa.Column(
            "release_id",
            UUID(as_uuid=True),
            sa.ForeignKey("national.release.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("slug", sa.Text, primary_key=True),
        sa.Column("successor", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("year", sa.SmallInteger),
        one_of("kind", ("MERGED_INTO", "RENAMED", "SPLIT", "ENDED")),
        grants=GRANTS,
    )
    op.execute(
        "CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON national.succession "
        "FOR EACH ROW EXECUTE FUNCTION national.refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER full_stop BEFORE TRUNCATE ON national.succession "
        "FOR EACH STATEMENT EXECUTE FUNCTION national.refuse_change()"
    )
    create_definer_function(
        "national.keep_successions(wanted text) RETURNS integer", KEEP, owner="publisher", callers=("worker",)
    )
    op.execute("DROP FUNCTION national.checksum(uuid)")
    op.execute(CHECKSUM.replace("\n    ) AS lines (line)", LINES))
    op.execute("ALTER FUNCTION national.checksum(uuid) OWNER TO fyrklang_owner")
    op.execute("REVOKE ALL ON FUNCTION national.checksum(uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION national.checksum(uuid) TO fyrklang_publisher, fyrklang_council")
