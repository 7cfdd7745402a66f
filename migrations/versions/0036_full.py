"""Which insatser have no place free: told to whoever may refer to them, who sees none of those who take part.

Revision ID: 0036
"""

from __future__ import annotations

from alembic import op

from migrations.helpers import create_definer_function

revision = "0036"
down_revision = "0042"

FULL = """/* STABLE */
BEGIN
    -- Whether, and not how many: the caller may see nobody who takes part.
    RETURN QUERY
    SELECT i.id FROM office.intervention i
     WHERE i.tenant_id = context.tenant() AND i.places <= (
         SELECT count(*) FROM care.stay s
          WHERE s.tenant_id = context.tenant() AND s.intervention_id = i.id
            AND s.status IN ('ACTIVE', 'PAUSED'));
END
"""


def upgrade() -> None:
    op.execute("GRANT SELECT (places) ON office.intervention TO fyrklang_doorkeeper")
    op.execute("GRANT SELECT (status) ON care.stay TO fyrklang_doorkeeper")
    create_definer_function(
        "care.full_interventions() RETURNS SETOF uuid", FULL, owner="doorkeeper", callers=("app",)
    )
