"""Jobs: the table that is the truth, and the few functions the relay may call.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from migrations.helpers import create_definer_function, create_shared_table, create_tenant_table, one_of

revision = "0004"
down_revision = "0003"

TABLE = "jobs.job"
STATES = ("WAITING", "OFFERED", "RUNNING", "DONE", "FAILED", "PARKED", "CANCELLED")
QUEUES = ("interactive", "batch", "council")

# A service may ask for a job, cancel it or try it again; it may not play worker or say who asked.
ASK = "tenant_id, id, kind, key, args, queue, max_attempts, run_at"
CHANGE = "state, cancel_requested, run_at, attempt, error, fault, finished_at"
GRANTS = {
    "app": f"SELECT, INSERT ({ASK}), UPDATE ({CHANGE})",
    "worker": f"SELECT, UPDATE, INSERT ({ASK})",
    "doorkeeper": "SELECT, INSERT, UPDATE, DELETE",
    "backup": "SELECT",
}

# Who asked is taken from the signed context, never from the statement: SQL injected into a service
# must not be able to make a job that reaches further than the person did.
STAMP = """
CREATE FUNCTION jobs.stamp() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.created_by := context.actor();
    NEW.party := context.party();
    NEW.interventions := coalesce(context.interventions(), '{}');
    RETURN NEW;
END $$
"""

# For one key: one row that has not begun and one that has. The waiting one absorbs new requests; a
# request that comes while an older one runs must run again, since the older may have read before the
# change. A row with a cursor has begun, whether a worker holds it or it waits for its next chunk.
FRESH = "key IS NOT NULL AND cursor IS NULL AND state IN ('WAITING', 'OFFERED')"
BEGUN = "key IS NOT NULL AND (state = 'RUNNING' OR (cursor IS NOT NULL AND state IN ('WAITING', 'OFFERED')))"
PARTIAL_INDEXES = (
    "CREATE INDEX job_waiting_idx ON jobs.job (tenant_id, queue, run_at, id) WHERE state = 'WAITING'",
    "CREATE INDEX job_in_flight_idx ON jobs.job (tenant_id, queue, state) "
    "WHERE state IN ('OFFERED', 'RUNNING')",
    "CREATE INDEX job_finished_idx ON jobs.job (tenant_id, finished_at) WHERE finished_at IS NOT NULL",
    f"CREATE UNIQUE INDEX job_fresh_key ON jobs.job (tenant_id, kind, key) WHERE {FRESH}",
    f"CREATE UNIQUE INDEX job_begun_key ON jobs.job (tenant_id, kind, key) WHERE {BEGUN}",
)

# Walks the pairs (tenant, queue) by index, takes those with something due and room left, begins after
# the tenant served last, and hands out first everybody's oldest, then everybody's second.
OFFER_DUE = """
BEGIN
    -- One relay at a time, or two would each count the same room.
    IF NOT pg_try_advisory_xact_lock(4716002) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH RECURSIVE pair AS (
        (SELECT j.tenant_id, j.queue FROM jobs.job j WHERE j.state = 'WAITING'
         ORDER BY j.tenant_id, j.queue LIMIT 1)
        UNION ALL
        SELECT further.tenant_id, further.queue FROM pair CROSS JOIN LATERAL (
            SELECT j.tenant_id, j.queue FROM jobs.job j
            WHERE j.state = 'WAITING' AND (j.tenant_id, j.queue) > (pair.tenant_id, pair.queue)
            ORDER BY j.tenant_id, j.queue LIMIT 1
        ) further
    ), lane AS (
        SELECT asked.name, asked.last_served,
            greatest(2, asked.hands / (SELECT greatest(1, count(*)) FROM pair WHERE pair.queue = asked.name))
                AS cap,
            greatest(4, 4 * asked.hands) - (SELECT count(*) FROM jobs.job j
                WHERE j.state = 'OFFERED' AND j.queue = asked.name) AS room
        FROM unnest(names, workers, after) AS asked(name, hands, last_served)
    ), ready AS (
        SELECT pair.tenant_id, lane.name, lane.room, least(lane.room, lane.cap - taken.jobs) AS free,
            row_number() OVER (PARTITION BY lane.name
                ORDER BY pair.tenant_id <= lane.last_served, pair.tenant_id) AS turn
        FROM pair JOIN lane ON lane.name = pair.queue AND lane.room > 0
        CROSS JOIN LATERAL (SELECT count(*) AS jobs FROM jobs.job j WHERE j.tenant_id = pair.tenant_id
            AND j.queue = pair.queue AND j.state IN ('OFFERED', 'RUNNING')) taken
        WHERE taken.jobs < lane.cap AND EXISTS (SELECT 1 FROM jobs.job j
            WHERE j.tenant_id = pair.tenant_id AND j.queue = pair.queue
            AND j.state = 'WAITING' AND j.run_at <= now())
    ), picked AS MATERIALIZED (
        SELECT ready.name, ready.room, ready.turn, due.tenant_id, due.id, due.run_at
        FROM ready CROSS JOIN LATERAL (
            SELECT j.tenant_id, j.id, j.run_at FROM jobs.job j
            WHERE j.tenant_id = ready.tenant_id AND j.queue = ready.name
                AND j.state = 'WAITING' AND j.run_at <= now()
                AND (j.key IS NULL OR NOT EXISTS (SELECT 1 FROM jobs.job r WHERE r.tenant_id = j.tenant_id
                    AND r.kind = j.kind AND r.key = j.key AND r.id <> j.id AND (r.state = 'RUNNING'
                    OR (r.cursor IS NOT NULL AND r.state IN ('WAITING', 'OFFERED')))))
            ORDER BY j.run_at, j.id LIMIT ready.free FOR UPDATE OF j SKIP LOCKED
        ) due
        WHERE ready.turn <= ready.room
    ), ranked AS (
        SELECT picked.*, row_number() OVER (PARTITION BY picked.name, picked.tenant_id
            ORDER BY picked.run_at, picked.id) AS nth FROM picked
    ), ordered AS (
        SELECT ranked.*, row_number() OVER (PARTITION BY ranked.name ORDER BY ranked.nth, ranked.turn)
            AS place FROM ranked
    ), offered AS (
        UPDATE jobs.job j SET state = 'OFFERED', offered_at = now() FROM ordered
        WHERE j.tenant_id = ordered.tenant_id AND j.id = ordered.id AND ordered.place <= ordered.room
        RETURNING j.queue, j.tenant_id, j.id, ordered.place
    )
    SELECT offered.queue, offered.tenant_id, offered.id FROM offered ORDER BY offered.place;
END
"""

# A worker that died has not given its job back: its lease does.
RECLAIM_EXPIRED = """
DECLARE
    touched integer;
BEGIN
    WITH dead AS (
        SELECT j.tenant_id, j.id FROM jobs.job j WHERE j.state = 'RUNNING' AND j.lease_until < now()
        ORDER BY j.tenant_id, j.id LIMIT 500 FOR UPDATE SKIP LOCKED
    ), settled AS (
        SELECT dead.tenant_id, dead.id, CASE
            WHEN j.cancel_requested THEN 'CANCELLED'
            WHEN j.attempt >= j.max_attempts THEN 'PARKED'
            WHEN j.cursor IS NULL AND EXISTS (SELECT 1 FROM jobs.job twin WHERE twin.tenant_id = j.tenant_id
                AND twin.kind = j.kind AND twin.key = j.key AND twin.cursor IS NULL
                AND twin.state IN ('WAITING', 'OFFERED'))
            THEN 'CANCELLED' ELSE 'WAITING' END AS state
        FROM dead JOIN jobs.job j USING (tenant_id, id)
    )
    UPDATE jobs.job j SET state = settled.state, run_at = now(), lease_until = NULL, leased_by = NULL,
        fault = 'LeaseExpired', error = CASE settled.state WHEN 'PARKED' THEN words ELSE j.error END,
        finished_at = CASE settled.state WHEN 'WAITING' THEN NULL ELSE now() END
    FROM settled WHERE j.tenant_id = settled.tenant_id AND j.id = settled.id;
    GET DIAGNOSTICS touched = ROW_COUNT;
    RETURN touched;
END
"""

# Offered but not begun: the transport may have lost it. The relay looks before it sends again.
STALE_OFFERS = """
BEGIN
    RETURN QUERY
    WITH stale AS (
        SELECT j.tenant_id, j.id FROM jobs.job j WHERE j.state = 'OFFERED'
            AND j.offered_at <= now() - make_interval(secs => seconds)
        ORDER BY j.tenant_id, j.id LIMIT 1000 FOR UPDATE SKIP LOCKED
    )
    UPDATE jobs.job j SET offered_at = now() FROM stale
    WHERE j.tenant_id = stale.tenant_id AND j.id = stale.id
    RETURNING j.queue, j.tenant_id, j.id;
END
"""

# The schedule's row and its jobs stand or fall together: a due time can neither be lost nor doubled.
FIRE = """
DECLARE
    made integer;
BEGIN
    INSERT INTO jobs.schedule_run (schedule, due) VALUES (schedule_name, due_at) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO jobs.job (tenant_id, id, kind, key, queue, max_attempts)
    SELECT t.id, gen_random_uuid(), job_kind, 'schedule:' || schedule_name, job_queue, attempts
    FROM registry.tenant t
    WHERE CASE WHEN per_tenant THEN t.kind = 'ASSOCIATION' AND t.status = 'ACTIVE'
          ELSE t.kind = 'PLATFORM' END
    ON CONFLICT (tenant_id, kind, key)
        WHERE key IS NOT NULL AND cursor IS NULL AND state IN ('WAITING', 'OFFERED')
    DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    UPDATE jobs.schedule_run SET jobs = made WHERE schedule = schedule_name AND due = due_at;
    RETURN made;
END
"""

PRUNE = """
DECLARE
    gone integer;
BEGIN
    WITH old AS (
        SELECT j.tenant_id, j.id FROM jobs.job j
        WHERE j.state IN ('DONE', 'CANCELLED') AND j.finished_at < now() - make_interval(days => days)
        LIMIT 5000 FOR UPDATE SKIP LOCKED
    )
    DELETE FROM jobs.job j USING old WHERE j.tenant_id = old.tenant_id AND j.id = old.id;
    GET DIAGNOSTICS gone = ROW_COUNT;
    DELETE FROM jobs.schedule_run WHERE due < now() - make_interval(days => greatest(days, 400));
    RETURN gone;
END
"""

OVERVIEW = """/* STABLE */
BEGIN
    RETURN QUERY SELECT t.slug, j.queue, j.kind, j.state, count(*), min(j.run_at)
    FROM jobs.job j JOIN registry.tenant t ON t.id = j.tenant_id
    GROUP BY t.slug, j.queue, j.kind, j.state ORDER BY t.slug, j.queue, j.kind, j.state;
END
"""

FUNCTIONS = {
    "jobs.offer_due(names text[], workers integer[], after uuid[]) "
    "RETURNS TABLE (queue_name text, tenant uuid, job uuid)": OFFER_DUE,
    "jobs.reclaim_expired(words text) RETURNS integer": RECLAIM_EXPIRED,
    "jobs.stale_offers(seconds double precision) "
    "RETURNS TABLE (queue_name text, tenant uuid, job uuid)": STALE_OFFERS,
    "jobs.fire(schedule_name text, due_at timestamptz, job_kind text, job_queue text, attempts integer, "
    "per_tenant boolean) RETURNS integer": FIRE,
    "jobs.prune(days integer) RETURNS integer": PRUNE,
    "jobs.overview() RETURNS TABLE (slug text, queue_name text, job_kind text, job_state text, "
    "jobs bigint, oldest timestamptz)": OVERVIEW,
}


def upgrade() -> None:
    _job_table()
    create_shared_table(
        "jobs.schedule_run",
        sa.Column("schedule", sa.Text, primary_key=True),
        sa.Column("due", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("jobs", sa.Integer, nullable=False, server_default="0"),
        grants={"doorkeeper": "SELECT, INSERT, UPDATE, DELETE", "backup": "SELECT"},
    )
    for signature, body in FUNCTIONS.items():
        create_definer_function(signature, body, owner="doorkeeper", callers=("relay",))


def _job_table() -> None:
    create_tenant_table(
        TABLE,
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("args", JSONB, nullable=False, server_default="{}"),
        sa.Column("cursor", JSONB),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="WAITING"),
        sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
        sa.Column("max_attempts", sa.Integer, nullable=False, server_default="5"),
        _instant("run_at", default=True),
        _instant("offered_at"),
        _instant("lease_until"),
        sa.Column("leased_by", UUID(as_uuid=True)),
        sa.Column("progress_done", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("progress_total", sa.BigInteger),
        sa.Column("progress_text", sa.Text, nullable=False, server_default=""),
        sa.Column("cancel_requested", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("error", sa.Text),
        sa.Column("fault", sa.Text),
        sa.Column("result_ref", sa.Text),
        sa.Column("created_by", UUID(as_uuid=True)),
        sa.Column("party", sa.Text),
        sa.Column("interventions", ARRAY(UUID(as_uuid=True)), nullable=False, server_default="{}"),
        _instant("created_at", default=True),
        _instant("started_at"),
        _instant("finished_at"),
        one_of("queue", QUEUES),
        one_of("state", STATES),
        sa.CheckConstraint("(state = 'RUNNING') = (lease_until IS NOT NULL)", name="lease_while_running"),
        sa.CheckConstraint(
            "(state IN ('DONE', 'FAILED', 'PARKED', 'CANCELLED')) = (finished_at IS NOT NULL)",
            name="finished_once_settled",
        ),
        sa.CheckConstraint(
            "jsonb_typeof(args) = 'object' AND length(args::text) <= 4000", name="args_are_ids"
        ),
        indexes=(("created_at",),),
        grants=GRANTS,
    )
    for statement in PARTIAL_INDEXES:
        op.execute(statement)
    op.execute(STAMP)
    op.execute("ALTER FUNCTION jobs.stamp() OWNER TO fyrklang_owner")
    op.execute("REVOKE ALL ON FUNCTION jobs.stamp() FROM PUBLIC")
    op.execute("CREATE TRIGGER stamp BEFORE INSERT ON jobs.job FOR EACH ROW EXECUTE FUNCTION jobs.stamp()")
    # Rows here change state several times in their first second and then never again.
    op.execute("ALTER TABLE jobs.job SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02)")


def _instant(name: str, *, default: bool = False) -> sa.Column[object]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        nullable=not default,
        server_default=sa.func.now() if default else None,
    )
