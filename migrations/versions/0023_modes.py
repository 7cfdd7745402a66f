"""The year up to which an insats is counted on people, and whether anything still goes on in it.

Revision ID: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.helpers import create_definer_function

revision = "0023"
down_revision = "0032"

GOES_ON = """/* STABLE */
BEGIN
    -- A yes or a no is all that the office may know of it.
    RETURN EXISTS (
        SELECT FROM care.stay s WHERE s.tenant_id = context.tenant()
           AND s.intervention_id = of_intervention AND s.status IN ('ACTIVE', 'PAUSED')
    ) OR EXISTS (
        SELECT FROM care.referral r WHERE r.tenant_id = context.tenant()
           AND r.intervention_id = of_intervention AND r.status IN ('SENT', 'COMPLETION', 'QUEUED')
    );
END
"""


def upgrade() -> None:
    op.add_column("intervention", sa.Column("person_level_to", sa.SmallInteger), schema="office")
    op.create_check_constraint(
        "person_years_in_order",
        "intervention",
        "person_level_to IS NULL OR (mode = 'A' AND person_level_to >= person_level_from - 1)",
        schema="office",
    )
    op.execute("GRANT SELECT (status) ON care.stay TO fyrklang_doorkeeper")
    create_definer_function(
        "care.goes_on(of_intervention uuid) RETURNS boolean", GOES_ON, owner="doorkeeper", callers=("app",)
    )
