"""What must cross the party wall: counting, lapsed consents, the effect of a withdrawal, a status link.

Revision ID: 0022
"""

from __future__ import annotations

from alembic import op

from migrations.helpers import create_definer_function

revision = "0022"
down_revision = "0021"

TODAY = "(now() AT TIME ZONE 'Europe/Stockholm')::date"
LAPSED = f"""
DECLARE
    people uuid[];
BEGIN
    SELECT array_agg(DISTINCT c.participant_id) INTO people FROM care.consent c
     WHERE c.tenant_id = context.tenant() AND c.withdrawn_on IS NULL
       AND c.purpose IN ('INFO_EXCHANGE', 'HEALTH_INFO')
       AND c.valid_to < {TODAY} AND c.valid_to >= {TODAY} - 31;
    IF people IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM care.refill(context.tenant(), people);
    RETURN cardinality(people);
END
"""
WOULD_LOSE = """/* STABLE */
DECLARE
    place record;
    found bigint;
BEGIN
    IF NOT EXISTS (
        SELECT FROM care.participant p WHERE p.tenant_id = context.tenant() AND p.id = person
           AND p.intervention_id = ANY (context.interventions())
           AND (p.owner_party = context.party() OR context.party() = ANY (p.visible_to))
    ) THEN
        RETURN;
    END IF;
    FOR place IN
        SELECT c.relname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
         WHERE g.tgname = 'follow_consent' AND c.relnamespace = 'care'::regnamespace
           AND c.relname <> 'participant' ORDER BY c.relname
    LOOP
        EXECUTE format('SELECT count(*) FROM care.%I WHERE tenant_id = $1 AND participant_id = $2 '
                       'AND $3 = ANY (visible_to)', place.relname) INTO found
          USING context.tenant(), person, of_party;
        IF found > 0 THEN
            kind := place.relname;
            rows := found;
            RETURN NEXT;
        END IF;
    END LOOP;
END
"""
STAYS_TO_COUNT = """/* STABLE */
BEGIN
    -- No id of anybody leaves: a stay here is what happened and when.
    RETURN QUERY
    SELECT s.intervention_id, s.sex, s.started_on, s.ended_on, s.end_reason, s.referring_party, s.referred_on,
           b.occupations, b.work_extent, b.study_extent, b.income_sources,
           e.occupations, e.work_extent, e.study_extent, e.income_sources,
           y.occupations, y.work_extent, y.study_extent, y.income_sources, y.taken_on
      FROM care.stay s
      LEFT JOIN care.situation b ON b.tenant_id = s.tenant_id AND b.stay_id = s.id AND b.moment = 'START'
      LEFT JOIN care.situation e ON e.tenant_id = s.tenant_id AND e.stay_id = s.id AND e.moment = 'END'
      LEFT JOIN care.situation y ON y.tenant_id = s.tenant_id AND y.stay_id = s.id AND y.moment = 'YEAR'
     WHERE s.tenant_id = context.tenant() AND s.status <> 'MISREG'
       AND (of_intervention IS NULL OR s.intervention_id = of_intervention);
END
"""
ANONYMOUS_TO_COUNT = """/* STABLE */
BEGIN
    RETURN QUERY
    SELECT a.intervention_id, a.year, a.quarter, a.sex, count(*) FROM care.anonymous_entry a
     WHERE a.tenant_id = context.tenant()
       AND (of_intervention IS NULL OR a.intervention_id = of_intervention)
     GROUP BY a.intervention_id, a.year, a.quarter, a.sex;
END
"""
COUNTED = {
    "stay": "tenant_id, id, intervention_id, status, sex, started_on, ended_on, end_reason, referring_party, "
    "referred_on",
    "situation": "tenant_id, stay_id, moment, taken_on, occupations, work_extent, study_extent, income_sources",
    "anonymous_entry": "tenant_id, intervention_id, year, quarter, sex",
}
STATUS = "reference, status, status_hash, received_on, answer_by"
"""What the bridges read, and no column more."""
REFERRAL_STATUS = """/* STABLE */
BEGIN
    RETURN QUERY
    SELECT r.reference, r.status, r.received_on, r.answer_by, i.name, t.short_name
      FROM care.referral r
      JOIN office.intervention i ON i.tenant_id = r.tenant_id AND i.id = r.intervention_id
      JOIN registry.tenant t ON t.id = r.tenant_id
     WHERE t.slug = of_slug AND r.status_hash = hashed;
END
"""


def upgrade() -> None:
    for table, columns in COUNTED.items():
        op.execute(f"GRANT SELECT ({columns}) ON care.{table} TO fyrklang_publisher")
    op.execute(f"GRANT SELECT ({STATUS}) ON care.referral TO fyrklang_doorkeeper")
    create_definer_function(
        "care.stays_to_count(of_intervention uuid) RETURNS TABLE (intervention_id uuid, sex text, "
        "started_on date, ended_on date, end_reason text, referring_party text, referred_on date, "
        "occupations_before text[], work_before smallint, study_before smallint, income_before text[], "
        "occupations_after text[], work_after smallint, study_after smallint, income_after text[], "
        "occupations_later text[], work_later smallint, study_later smallint, income_later text[], "
        "later_on date)",
        STAYS_TO_COUNT,
        owner="publisher",
        callers=("worker",),
    )
    create_definer_function(
        "care.anonymous_to_count(of_intervention uuid) RETURNS TABLE (intervention_id uuid, year smallint, "
        "quarter smallint, sex text, entries bigint)",
        ANONYMOUS_TO_COUNT,
        owner="publisher",
        callers=("worker",),
    )
    create_definer_function(
        "care.refill_lapsed() RETURNS integer", LAPSED, owner="doorkeeper", callers=("worker",)
    )
    create_definer_function(
        "care.would_lose(person uuid, of_party text) RETURNS TABLE (kind text, rows bigint)",
        WOULD_LOSE,
        owner="doorkeeper",
        callers=("app",),
    )
    create_definer_function(
        "care.referral_status(of_slug text, hashed text) RETURNS TABLE (reference text, status text, "
        "received_on date, answer_by date, intervention text, forbund text)",
        REFERRAL_STATUS,
        owner="doorkeeper",
        callers=("app",),
    )
