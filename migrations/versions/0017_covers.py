"""Who covers for whom ("Täck för"): a colleague sees exactly another's own cases for some days.

The wall stays as it is. A row about a participant carries in `visible_to` the tag of each cover that opens
it, `D-` and the cover's id, put there by the trigger that fills it from the consents; a request that looks
through a cover names the tag as its party, as a referrer's does.

Revision ID: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from migrations.helpers import Reference, create_definer_function, create_tenant_table

revision = "0017"
down_revision = "0023"

TODAY = "(now() AT TIME ZONE 'Europe/Stockholm')::date"
OFFICE = "ARRAY['TENANT_ADMIN', 'DIRECTOR', 'BOARD', 'PROCESS_LEAD']::text[]"
CASE = "ARRAY['COORDINATOR', 'CASE_WORKER', 'REFERRER']::text[]"
COVERING = "ARRAY['COORDINATOR', 'CASE_WORKER']::text[]"
APART = f"(held && {OFFICE} AND held && {CASE}) OR ('LOG_REVIEWER' = ANY (held) AND cardinality(held) > 1)"
REFUSED = "USING ERRCODE = 'check_violation', CONSTRAINT = 'cover_right'"

KEEP_RIGHT = f"""
DECLARE
    giver registry.membership;
    taker registry.membership;
    held text[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR NEW.ended_by IS DISTINCT FROM context.actor()
           OR (NEW.tenant_id, NEW.id, NEW.giver_id, NEW.taker_id, NEW.party, NEW.reason, NEW.first_day,
               NEW.last_day, NEW.arranged_by, NEW.arranged_at)
           IS DISTINCT FROM (OLD.tenant_id, OLD.id, OLD.giver_id, OLD.taker_id, OLD.party, OLD.reason,
               OLD.first_day, OLD.last_day, OLD.arranged_by, OLD.arranged_at) THEN
            RAISE EXCEPTION 'a cover can only be ended, once' {REFUSED};
        END IF;
        RETURN NEW;
    END IF;
    SELECT m.* INTO giver FROM registry.membership m WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.giver_id;
    SELECT m.* INTO taker FROM registry.membership m WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.taker_id;
    SELECT CASE WHEN a.kind IN ('FK', 'AF') THEN a.kind ELSE a.kind || '-' || a.code END INTO NEW.party
      FROM registry.organisation a, registry.organisation b
     WHERE a.id = giver.organisation_id AND b.id = taker.organisation_id AND a.kind = b.kind
       AND a.kind IN ('FK', 'AF', 'REGION', 'KOMMUN') AND (a.kind IN ('FK', 'AF') OR a.code = b.code);
    IF NEW.party IS NULL OR giver.person_id = taker.person_id THEN
        RAISE EXCEPTION 'a cover is between two people of one party' {REFUSED};
    END IF;
    IF giver.ended_at IS NOT NULL OR taker.ended_at IS NOT NULL OR giver.valid_to < NEW.first_day
       OR taker.valid_to < NEW.first_day OR NOT giver.roles && {COVERING} OR NOT taker.roles && {COVERING} THEN
        RAISE EXCEPTION 'both must have a place with a case role' {REFUSED};
    END IF;
    SELECT array_agg(DISTINCT role) INTO held FROM registry.membership m, unnest(m.roles) role
     WHERE m.tenant_id = NEW.tenant_id AND m.ended_at IS NULL
       AND (m.id = NEW.giver_id OR m.person_id = taker.person_id)
       AND (m.valid_to IS NULL OR m.valid_to >= NEW.first_day);
    IF {APART} THEN
        RAISE EXCEPTION 'what is lent must not meet the roles of the one who covers' {REFUSED};
    END IF;
    -- Nobody arranges for themselves to see more; without an actor it is the platform that lays rows.
    IF context.actor() IS NOT NULL AND (NEW.arranged_by IS DISTINCT FROM context.actor()
       OR NEW.arranged_by = taker.person_id OR NEW.ended_at IS NOT NULL
       OR NEW.arranged_by <> giver.person_id AND NOT EXISTS (
           SELECT FROM registry.membership m WHERE m.tenant_id = NEW.tenant_id AND m.person_id = NEW.arranged_by
              AND 'TENANT_ADMIN' = ANY (m.roles) AND m.ended_at IS NULL
              AND m.valid_from <= {TODAY} AND (m.valid_to IS NULL OR m.valid_to >= {TODAY}))) THEN
        RAISE EXCEPTION 'a cover is arranged by the one covered for or by an administrator' {REFUSED};
    END IF;
    RETURN NEW;
END
"""
COVER_CHANGED = """
BEGIN
    PERFORM care.refill(NEW.tenant_id, ARRAY(
        SELECT DISTINCT s.participant_id FROM care.stay s
          JOIN registry.membership g ON g.tenant_id = NEW.tenant_id AND g.id = NEW.giver_id
         WHERE s.tenant_id = NEW.tenant_id AND s.assigned_to = g.person_id));
    RETURN NULL;
END
"""
ASSIGNMENT_CHANGED = """
DECLARE
    before uuid;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := OLD.assigned_to;
    END IF;
    IF EXISTS (
        SELECT FROM registry.delegation d
          JOIN registry.membership g ON g.tenant_id = d.tenant_id AND g.id = d.giver_id
         WHERE d.tenant_id = NEW.tenant_id AND d.ended_at IS NULL
           AND g.person_id IN (before, NEW.assigned_to)
    ) THEN
        PERFORM care.refill(NEW.tenant_id, ARRAY[NEW.participant_id]);
    END IF;
    RETURN NULL;
END
"""
FILL_AUDIENCE = f"""
DECLARE
    person uuid;
    controller text;
    insats uuid;
    parties text[];
    tags text[] := '{{}}';
BEGIN
    IF TG_TABLE_NAME = 'participant' THEN
        person := NEW.id;
        controller := NEW.owner_party;
    ELSE
        person := NEW.participant_id;
        IF TG_TABLE_NAME = 'referral' THEN
            tags := ARRAY(SELECT tag FROM unnest(NEW.visible_to) tag WHERE tag LIKE 'R-%');
            IF person IS NULL THEN
                NEW.visible_to := ARRAY(SELECT tag FROM unnest(NEW.visible_to) tag WHERE tag NOT LIKE 'D-%');
                RETURN NEW;
            END IF;
        END IF;
        SELECT p.owner_party, p.intervention_id INTO controller, insats FROM care.participant p
         WHERE p.tenant_id = NEW.tenant_id AND p.id = person;
        IF insats <> NEW.intervention_id THEN
            RAISE EXCEPTION 'a row about a participant belongs to the same insats'
              USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    SELECT array_agg(DISTINCT c.party ORDER BY c.party) INTO parties FROM care.consent c
     WHERE c.tenant_id = NEW.tenant_id AND c.participant_id = person
       AND c.purpose = CASE NEW.sharing WHEN 'HEALTH' THEN 'HEALTH_INFO' ELSE 'INFO_EXCHANGE' END
       AND c.given_on <= {TODAY} AND (c.valid_to IS NULL OR c.valid_to >= {TODAY})
       AND (c.withdrawn_on IS NULL OR c.withdrawn_on > {TODAY});
    parties := array_append(array_remove(coalesce(parties, '{{}}'), controller), controller);
    IF NEW.sharing = 'OWN' OR NOT NEW.owner_party = ANY (parties) THEN
        parties := '{{}}';
    END IF;
    -- Whoever covers sees what the one covered for sees, and of that one's own cases alone.
    tags := tags || ARRAY(
        SELECT DISTINCT 'D-' || replace(d.id::text, '-', '') FROM registry.delegation d
          JOIN registry.membership g ON g.tenant_id = d.tenant_id AND g.id = d.giver_id
          JOIN care.stay s ON s.tenant_id = d.tenant_id AND s.participant_id = person
                          AND s.assigned_to = g.person_id AND s.status IN ('ACTIVE', 'PAUSED')
         WHERE d.tenant_id = NEW.tenant_id AND d.ended_at IS NULL AND d.last_day >= {TODAY}
           AND (d.party = NEW.owner_party OR d.party = ANY (parties)) ORDER BY 1);
    NEW.visible_to := array_remove(parties, NEW.owner_party) || tags;
    RETURN NEW;
END
"""


def upgrade() -> None:
    """Nothing has a cover yet, so no row needs to be filled anew."""
    create_tenant_table(
        "registry.delegation",
        sa.Column("giver_id", UUID(as_uuid=True), nullable=False, comment="the place that is covered for"),
        sa.Column("taker_id", UUID(as_uuid=True), nullable=False, comment="the place that covers"),
        sa.Column("party", sa.Text, nullable=False, server_default="", comment="filled from the two places"),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("arranged_by", UUID(as_uuid=True)),
        sa.Column("arranged_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_by", UUID(as_uuid=True)),
        sa.CheckConstraint("giver_id <> taker_id", name="two_places"),
        sa.CheckConstraint("last_day >= first_day AND last_day - first_day < 30", name="thirty_days"),
        sa.CheckConstraint("length(btrim(reason)) BETWEEN 1 AND 200", name="reason_given"),
        indexes=[("giver_id", "last_day"), ("taker_id", "last_day")],
        references=[
            Reference(("giver_id",), "registry.membership", on_delete="CASCADE"),
            Reference(("taker_id",), "registry.membership", on_delete="CASCADE"),
        ],
        grants={"app": "SELECT, INSERT, UPDATE", "worker": "SELECT, UPDATE", "backup": "SELECT"},
    )
    op.execute("GRANT SELECT ON registry.delegation TO fyrklang_doorkeeper")
    op.execute("GRANT SELECT (id, assigned_to, status) ON care.stay TO fyrklang_doorkeeper")
    for name, body, place in (
        ("registry.keep_cover_right", KEEP_RIGHT, "BEFORE INSERT OR UPDATE ON registry.delegation"),
        ("care.cover_changed", COVER_CHANGED, "AFTER INSERT OR UPDATE ON registry.delegation"),
        (
            "care.assignment_changed",
            ASSIGNMENT_CHANGED,
            "AFTER INSERT OR UPDATE OF assigned_to, status ON care.stay",
        ),
    ):
        create_definer_function(f"{name}() RETURNS trigger", body, owner="doorkeeper", callers=())
        op.execute(f"CREATE TRIGGER {name.split('.')[1]} {place} FOR EACH ROW EXECUTE FUNCTION {name}()")
    op.execute(
        "CREATE OR REPLACE FUNCTION care.fill_audience() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path = pg_catalog, pg_temp AS $fyrklang$ {FILL_AUDIENCE} $fyrklang$"
    )
