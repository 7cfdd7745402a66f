"""Access in an emergency: asked for with a reason, let through by a second person, an hour long, read-only.

Two people are needed and the database counts them: who asks, who answers and who reviews is taken from the
signed context, and each is held to their place. What it opens are the rows that carry its tag, as for covers.

Revision ID: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from migrations.helpers import (
    OF_INTERVENTION,
    Reference,
    create_definer_function,
    create_tenant_table,
    keep_from_change_in_emergency,
    one_of,
)

revision = "0018"
down_revision = "0017"

TODAY = "(now() AT TIME ZONE 'Europe/Stockholm')::date"
COVERING = "ARRAY['COORDINATOR', 'CASE_WORKER']::text[]"
REFUSED = "USING ERRCODE = 'check_violation', CONSTRAINT = 'emergency_right'"
RULES = ("RANDOM", "REFUSED", "EXPORT", "NIGHT", "VOLUME", "REASON", "EMERGENCY")
IN_FORCE = f"m.ended_at IS NULL AND m.valid_from <= {TODAY} AND (m.valid_to IS NULL OR m.valid_to >= {TODAY})"

STANDS = f"""/* STABLE */
BEGIN
    -- Whether the one acting has a place with cases today; with an insats, also in its team and from the party.
    RETURN (
        SELECT CASE WHEN o.kind IN ('FK', 'AF') THEN o.kind ELSE o.kind || '-' || o.code END
          FROM registry.membership m JOIN registry.organisation o ON o.id = m.organisation_id
         WHERE m.tenant_id = context.tenant() AND m.id = place AND m.person_id = context.actor() AND {IN_FORCE}
           AND m.roles && {COVERING} AND o.kind IN ('FK', 'AF', 'REGION', 'KOMMUN')
           AND (insats IS NULL OR EXISTS (
               SELECT FROM office.team_member t
                WHERE t.tenant_id = m.tenant_id AND t.membership_id = m.id AND t.intervention_id = insats
                  AND t.valid_from <= {TODAY} AND (t.valid_to IS NULL OR t.valid_to >= {TODAY})))
    );
END
"""
KEEP_RIGHT = f"""
DECLARE
    own text[] := ARRAY(SELECT DISTINCT role FROM registry.membership m, unnest(m.roles) role
                         WHERE m.tenant_id = context.tenant() AND m.person_id = context.actor() AND {IN_FORCE});
    asker uuid := (SELECT m.person_id FROM registry.membership m
                    WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.asker_id);
    before jsonb;
    changed text[];
BEGIN
    IF context.actor() IS NULL AND session_user <> 'fyrklang_app' THEN
        -- The platform lays rows, and ends what time has ended.
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        NEW.party := registry.stands_with_cases(NEW.asker_id, NULL);
        NEW.asked_at := now();
        IF NEW.party IS NULL OR num_nonnulls(NEW.answer, NEW.answered_at, NEW.approver_id, NEW.participant_id,
           NEW.expires_at, NEW.ended_at, NEW.ended_by, NEW.verdict, NEW.reviewed_at, NEW.reviewed_by) > 0 THEN
            RAISE EXCEPTION 'one asks for oneself, and somebody else answers' {REFUSED};
        END IF;
        RETURN NEW;
    END IF;
    before := to_jsonb(OLD);
    changed := ARRAY(SELECT key FROM jsonb_each(to_jsonb(NEW)) WHERE value IS DISTINCT FROM before -> key);
    IF OLD.answer IS NULL AND NEW.answer IS NOT NULL THEN
        IF NOT changed <@ ARRAY['answer', 'approver_id', 'participant_id', 'answered_at', 'expires_at']
           OR OLD.ended_at IS NOT NULL OR OLD.asked_at < now() - interval '24 hours' OR asker = context.actor()
           OR NEW.party IS DISTINCT FROM registry.stands_with_cases(NEW.approver_id, NEW.intervention_id) THEN
            RAISE EXCEPTION 'a second person of the party in the team answers, within a day' {REFUSED};
        END IF;
        IF (NEW.answer = 'APPROVED') <> EXISTS (
            SELECT FROM care.participant p
             WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.participant_id
               AND p.intervention_id = NEW.intervention_id
               AND (p.owner_party = NEW.party OR NEW.party = ANY (p.visible_to))) THEN
            RAISE EXCEPTION 'what is let through is one case that the party may read' {REFUSED};
        END IF;
        NEW.answered_at := now();
        NEW.expires_at := CASE NEW.answer WHEN 'APPROVED' THEN now() + interval '60 minutes' END;
        RETURN NEW;
    END IF;
    IF OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL THEN
        IF NOT changed <@ ARRAY['ended_at', 'ended_by'] OR NEW.ended_by IS DISTINCT FROM context.actor()
           OR context.actor() <> asker AND NOT EXISTS (
               SELECT FROM registry.membership m
                WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.approver_id AND m.person_id = context.actor()) THEN
            RAISE EXCEPTION 'either of the two ends it' {REFUSED};
        END IF;
        NEW.ended_at := now();
        RETURN NEW;
    END IF;
    IF OLD.verdict IS NULL AND NEW.verdict IS NOT NULL THEN
        IF NOT changed <@ ARRAY['verdict', 'review_note', 'reviewed_at', 'reviewed_by']
           OR OLD.answer IS DISTINCT FROM 'APPROVED' OR NOT 'LOG_REVIEWER' = ANY (own)
           OR OLD.ended_at IS NULL AND OLD.expires_at > now() OR asker = context.actor() OR EXISTS (
               SELECT FROM registry.membership m
                WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.approver_id AND m.person_id = context.actor()) THEN
            RAISE EXCEPTION 'a third person reviews it, when it is over' {REFUSED};
        END IF;
        NEW.reviewed_at := now();
        NEW.reviewed_by := context.actor();
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what has happened stands' {REFUSED};
END
"""
CHANGED = """
BEGIN
    IF NEW.participant_id IS NOT NULL THEN
        PERFORM care.refill(NEW.tenant_id, ARRAY[NEW.participant_id]);
    END IF;
    RETURN NULL;
END
"""
REFUSE = """
BEGIN
    IF context.party() LIKE 'G-%' THEN
        RAISE EXCEPTION 'an emergency lets read, not change' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
"""
TAGS = """
    tags := tags || ARRAY(
        SELECT 'G-' || replace(e.id::text, '-', '') FROM office.emergency_access e
         WHERE e.tenant_id = NEW.tenant_id AND e.participant_id = person
           AND e.intervention_id = NEW.intervention_id AND e.ended_at IS NULL AND e.expires_at > now()
           AND (e.party = NEW.owner_party OR e.party = ANY (parties)) ORDER BY 1);
    NEW.visible_to := array_remove(parties, NEW.owner_party) || tags;"""
FILLED = "NEW.visible_to := array_remove(parties, NEW.owner_party) || tags;"
UNTAGGED = "tag NOT LIKE 'D-%'"


def upgrade() -> None:
    """Widens the trigger that fills `visible_to` as it stands, so that what others added is kept."""
    _table()
    op.execute("GRANT SELECT ON office.emergency_access, office.team_member TO fyrklang_doorkeeper")
    create_definer_function(
        "registry.stands_with_cases(place uuid, insats uuid) RETURNS text",
        STANDS,
        owner="doorkeeper",
        callers=(),
    )
    for name, body, place in (
        ("office.keep_emergency_right", KEEP_RIGHT, "BEFORE INSERT OR UPDATE ON office.emergency_access"),
        ("care.emergency_changed", CHANGED, "AFTER INSERT OR UPDATE ON office.emergency_access"),
        ("care.refuse_in_emergency", REFUSE, ""),
    ):
        if name.startswith("office."):
            op.execute("GRANT CREATE ON SCHEMA office TO fyrklang_doorkeeper")
        create_definer_function(f"{name}() RETURNS trigger", body, owner="doorkeeper", callers=())
        if place:
            trigger = name.split(".")[1]
            op.execute(f"CREATE TRIGGER {trigger} {place} FOR EACH ROW EXECUTE FUNCTION {name}()")
    found = op.get_bind().execute(
        sa.text(
            "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind = 'r' "
            "AND c.relnamespace = 'care'::regnamespace ORDER BY 1"
        )
    )
    for (table,) in found.fetchall():
        keep_from_change_in_emergency(table)
    _fill()
    op.execute("ALTER TABLE audit.review_item DROP CONSTRAINT rule_known")
    op.create_check_constraint("rule_known", "review_item", one_of("rule", RULES).sqltext, schema="audit")


def _table() -> None:
    create_tenant_table(
        "office.emergency_access",
        sa.Column("intervention_id", UUID(as_uuid=True), nullable=False),
        sa.Column("party", sa.Text, nullable=False, server_default="", comment="the asker's, filled in"),
        sa.Column("case_index", sa.LargeBinary, nullable=False, comment="keyed hash of the code asked for"),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("asker_id", UUID(as_uuid=True), nullable=False, comment="the place that asks"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("answer", sa.Text),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("approver_id", UUID(as_uuid=True), comment="the place that answers"),
        sa.Column("participant_id", UUID(as_uuid=True)),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_by", UUID(as_uuid=True)),
        sa.Column("verdict", sa.Text),
        sa.Column("review_note", sa.Text, nullable=False, server_default=""),
        sa.Column("reviewed_at", sa.DateTime(timezone=True)),
        sa.Column("reviewed_by", UUID(as_uuid=True)),
        one_of("answer", ("APPROVED", "REFUSED")),
        one_of("verdict", ("REASONABLE", "QUESTION", "REPORT")),
        sa.CheckConstraint("approver_id <> asker_id", name="two_people"),
        sa.CheckConstraint("length(btrim(reason)) BETWEEN 10 AND 300", name="reason_given"),
        sa.CheckConstraint("length(review_note) <= 500 AND octet_length(case_index) = 32", name="sizes"),
        sa.CheckConstraint(
            "(answer IS NULL) = (approver_id IS NULL) AND (expires_at IS NULL OR answer = 'APPROVED') "
            "AND (verdict IS NULL OR answer = 'APPROVED')",
            name="steps_in_order",
        ),
        sa.CheckConstraint("expires_at <= answered_at + interval '60 minutes'", name="an_hour"),
        indexes=[("asker_id", "asked_at"), ("intervention_id", "asked_at"), ("participant_id",)],
        references=[
            OF_INTERVENTION,
            Reference(("asker_id",), "registry.membership"),
            Reference(("approver_id",), "registry.membership"),
            Reference(("participant_id",), "care.participant", on_delete="SET NULL (participant_id)"),
        ],
        grants={"app": "SELECT, INSERT, UPDATE", "worker": "SELECT, UPDATE", "backup": "SELECT"},
    )


def _fill() -> None:
    body = op.get_bind().scalar(
        sa.text("SELECT prosrc FROM pg_proc WHERE oid = 'care.fill_audience()'::regprocedure")
    )
    if body is None or body.count(FILLED) != 1 or body.count(UNTAGGED) != 1:
        raise RuntimeError("care.fill_audience is not as this revision knows it")
    body = body.replace(FILLED, TAGS.strip()).replace(UNTAGGED, f"{UNTAGGED} AND tag NOT LIKE 'G-%'")
    op.execute(
        "CREATE OR REPLACE FUNCTION care.fill_audience() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path = pg_catalog, pg_temp AS $fyrklang${body}$fyrklang$"
    )
