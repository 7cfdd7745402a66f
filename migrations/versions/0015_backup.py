"""Let the backup role read every table, so that pg_dump can.

Revision ID: 0015
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0045"


def upgrade() -> None:
    op.execute("GRANT SELECT ON context.key, context.alembic_version TO fyrklang_backup")
