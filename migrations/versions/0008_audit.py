"""The log: a hash chain per förbund that can only be added to, seals over all chains, and its review.

An event is written by one function, `audit.append`, in the förbund and by the person the signed context
names. No role that serves may insert, change or delete an event in any other way.

Revision ID: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

from migrations.helpers import (
    Reference,
    create_definer_function,
    create_shared_table,
    create_tenant_table,
    one_of,
)

revision = "0008"
down_revision = "0007"

READ = {"app": "SELECT", "worker": "SELECT", "backup": "SELECT"}
OUTCOMES = ("DONE", "REFUSED", "FAILED")
VERDICTS = ("REASONABLE", "QUESTION", "REPORT")
REVIEW_NEW = (
    "tenant_id, id, first_seq, last_seq, first_at, last_at, population, set_aside, seed, seal_number, hash"
)
ITEM_NEW = "tenant_id, id, review_id, event_id, place, rule"
PERSON_NUMBER = "(19|20)?[0-9]{6}[-+]?[0-9]{4}"

# What may stand in `detail`: ids, codes and numbers. Free text has one place, `reason`.
ONLY_CODES = (
    "jsonb_typeof(detail) = 'object' AND octet_length(detail::text) <= 4000 AND NOT jsonb_path_exists("
    'detail, \'$.** ? (@.type() == "string" && !(@ like_regex "^[A-Za-z0-9_.:/-]{0,80}$"))\') '
    "AND NOT jsonb_path_exists(detail, "
    f'\'$.** ? (@.type() == "string" && @ like_regex "^{PERSON_NUMBER}$")\')'
)

# The same bytes as `fyrklang.kernel.audit.chain.encode`: each part with its length before it.
ENCODE = """
CREATE FUNCTION audit.encode(VARIADIC parts text[]) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT convert_to(string_agg(coalesce(octet_length(part) || ':' || part, '-'), '' ORDER BY place), 'UTF8')
    FROM unnest(parts) WITH ORDINALITY AS p (part, place)
$$
"""
DIGEST = """
CREATE FUNCTION audit.digest(e audit.event) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(audit.encode('fyrklang-audit-1', e.tenant_id::text, e.id::text, e.seq::text,
        trunc(extract(epoch FROM e.at) * 1000000)::bigint::text, e.actor_id::text, e.session, e.role, e.party,
        e.loa, e.action, e.object_type, e.object_id::text, e.reason, e.request_id, e.outcome, e.detail::text,
        encode(e.previous_hash, 'hex')))
$$
"""

# Who acts and in which förbund comes from the signed context, never from the statement. The head's row
# is the lock: two writers wait for each other instead of making two events with one number.
APPEND = """
DECLARE
    own uuid := context.tenant();
    tip record;
    made audit.event;
BEGIN
    IF own IS NULL THEN
        RAISE EXCEPTION 'no context' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT h.seq, h.hash INTO tip FROM audit.head h WHERE h.tenant_id = own FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO audit.head AS h (tenant_id, id, seq, hash)
        VALUES (own, gen_random_uuid(), 0, decode(repeat('00', 32), 'hex'))
        ON CONFLICT (tenant_id) DO UPDATE SET seq = h.seq RETURNING h.seq, h.hash INTO tip;
    END IF;
    made.tenant_id := own;
    made.id := event;
    made.seq := tip.seq + 1;
    made.at := clock_timestamp();
    made.actor_id := context.actor();
    made.session := nullif(session_ref, '');
    made.role := nullif(roles, '');
    made.party := nullif(coalesce(context.party(), home), '');
    made.loa := nullif(assurance, '');
    made.action := act;
    made.object_type := nullif(thing_type, '');
    made.object_id := thing;
    made.reason := nullif(why, '');
    made.request_id := nullif(request, '');
    made.outcome := result;
    made.detail := facts;
    made.previous_hash := tip.hash;
    made.hash := audit.digest(made);
    INSERT INTO audit.event VALUES (made.*);
    UPDATE audit.head h SET seq = made.seq, hash = made.hash WHERE h.tenant_id = own;
    RETURN made.seq;
END
"""

# Rights keep everybody else away; this keeps away those who have every right. Only the log of an invented
# förbund may go, together with the förbund.
REFUSE_CHANGE = """
CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME <> 'anchor' THEN
        IF EXISTS (SELECT 1 FROM registry.tenant t WHERE t.id = OLD.tenant_id AND t.synthetic) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the log is only added to' USING ERRCODE = 'restrict_violation';
END $$
"""
REFUSE_SHORTENING = """
CREATE FUNCTION audit.refuse_shortening() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.seq < OLD.seq OR NEW.id <> OLD.id OR NEW.tenant_id <> OLD.tenant_id THEN
        RAISE EXCEPTION 'the log is only added to' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
REFUSE_GOING_BACK = """
CREATE FUNCTION audit.refuse_going_back() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last audit.anchor;
    behind text;
BEGIN
    SELECT * INTO last FROM audit.anchor a ORDER BY a.number DESC LIMIT 1;
    IF NEW.number <> coalesce(last.number, 0) + 1 OR NEW.at <= coalesce(last.at, '-infinity') THEN
        RAISE EXCEPTION 'a seal comes after the one before' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT was.key INTO behind FROM jsonb_each(coalesce(last.leaves, '{}')) was
    LEFT JOIN jsonb_each(NEW.leaves) is_now ON is_now.key = was.key
    WHERE (is_now.value IS NULL AND NOT (was.value ->> 3)::boolean)
       OR ((is_now.value ->> 0)::bigint < (was.value ->> 0)::bigint AND NOT (was.value ->> 3)::boolean)
    LIMIT 1;
    IF behind IS NOT NULL THEN
        RAISE EXCEPTION 'a chain has gone back' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""

HEADS = """/* STABLE */
BEGIN
    RETURN QUERY SELECT t.id, t.synthetic, h.id, coalesce(h.seq, 0), h.hash
    FROM registry.tenant t LEFT JOIN audit.head h ON h.tenant_id = t.id ORDER BY t.id;
END
"""
LAST_SEAL = """/* STABLE */
BEGIN
    RETURN QUERY SELECT a.number, a.at, (a.leaves -> context.tenant()::text ->> 0)::bigint,
        encode(a.root, 'hex'), a.key_id FROM audit.anchor a ORDER BY a.number DESC LIMIT 1;
END
"""

# Who reviews comes from the signed context; nobody judges what they did themselves; what is signed stands.
STAMP_REVIEW = """
CREATE FUNCTION audit.stamp_review() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.started_by := context.actor();
        NEW.started_at := clock_timestamp();
        RETURN NEW;
    END IF;
    IF OLD.state <> 'OPEN' OR NEW.state <> 'SIGNED' THEN
        RAISE EXCEPTION 'a signed review stands' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM audit.review_item i WHERE i.tenant_id = OLD.tenant_id AND i.review_id = OLD.id
               AND i.verdict IS NULL) THEN
        RAISE EXCEPTION 'not every event is judged' USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.signed_by := context.actor();
    NEW.signed_at := clock_timestamp();
    RETURN NEW;
END $$
"""
STAMP_ITEM = """
CREATE FUNCTION audit.stamp_item() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM audit.review r WHERE r.tenant_id = OLD.tenant_id AND r.id = OLD.review_id
                   AND r.state = 'OPEN') THEN
        RAISE EXCEPTION 'a signed review stands' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM audit.event e WHERE e.tenant_id = OLD.tenant_id AND e.id = OLD.event_id
               AND e.actor_id = context.actor()) THEN
        RAISE EXCEPTION 'nobody reviews their own events' USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.judged_by := context.actor();
    NEW.judged_at := clock_timestamp();
    RETURN NEW;
END $$
"""
TRIGGERS = {
    "refuse_change": (
        REFUSE_CHANGE,
        (
            "BEFORE UPDATE OR DELETE ON audit.event FOR EACH ROW",
            "BEFORE DELETE ON audit.head FOR EACH ROW",
            "BEFORE UPDATE OR DELETE ON audit.anchor FOR EACH ROW",
            "BEFORE TRUNCATE ON audit.event FOR EACH STATEMENT",
            "BEFORE TRUNCATE ON audit.head FOR EACH STATEMENT",
            "BEFORE TRUNCATE ON audit.anchor FOR EACH STATEMENT",
        ),
    ),
    "refuse_shortening": (REFUSE_SHORTENING, ("BEFORE UPDATE ON audit.head FOR EACH ROW",)),
    "refuse_going_back": (REFUSE_GOING_BACK, ("BEFORE INSERT ON audit.anchor FOR EACH ROW",)),
    "stamp_review": (STAMP_REVIEW, ("BEFORE INSERT OR UPDATE ON audit.review FOR EACH ROW",)),
    "stamp_item": (STAMP_ITEM, ("BEFORE UPDATE ON audit.review_item FOR EACH ROW",)),
}


def upgrade() -> None:
    op.execute("GRANT USAGE, CREATE ON SCHEMA audit TO fyrklang_doorkeeper")
    _event()
    _head()
    _anchor()
    _review()
    _review_item()
    for name, (body, places) in TRIGGERS.items():
        op.execute(body)
        op.execute(f"ALTER FUNCTION audit.{name}() OWNER TO fyrklang_owner")
        op.execute(f"REVOKE ALL ON FUNCTION audit.{name}() FROM PUBLIC")
        for number, place in enumerate(places, 1):
            op.execute(f"CREATE TRIGGER {name}_{number} {place} EXECUTE FUNCTION audit.{name}()")
    _functions()


def _event() -> None:
    create_tenant_table(
        "audit.event",
        sa.Column("seq", sa.BigInteger, nullable=False),
        _instant("at", nullable=False),
        sa.Column("actor_id", UUID(as_uuid=True), comment="null is the platform itself"),
        sa.Column("session", sa.Text, comment="the first 16 hex digits of the session's hash"),
        sa.Column("role", sa.Text),
        sa.Column("party", sa.Text),
        sa.Column("loa", sa.Text),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("object_type", sa.Text),
        sa.Column("object_id", UUID(as_uuid=True)),
        sa.Column("reason", sa.Text),
        sa.Column("request_id", sa.Text),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("detail", JSONB, nullable=False),
        sa.Column("previous_hash", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        one_of("outcome", OUTCOMES),
        sa.CheckConstraint("action ~ '^[a-z_]+([.][a-z_]+)+$' AND length(action) <= 60", name="action_code"),
        sa.CheckConstraint("object_type ~ '^[a-z_]{1,40}$'", name="object_type_code"),
        sa.CheckConstraint("length(reason) <= 500", name="reason_short"),
        sa.CheckConstraint(f"reason !~ '(^|[^0-9]){PERSON_NUMBER}([^0-9]|$)'", name="reason_names_nobody"),
        sa.CheckConstraint(
            "coalesce(length(session), 0) <= 64 AND coalesce(length(role), 0) <= 200 AND "
            "coalesce(length(party), 0) <= 40 AND coalesce(length(loa), 0) <= 40 AND "
            "coalesce(length(request_id), 0) <= 64",
            name="codes_short",
        ),
        sa.CheckConstraint(ONLY_CODES, name="detail_holds_codes"),
        sa.CheckConstraint(
            "octet_length(hash) = 32 AND octet_length(previous_hash) = 32 AND seq > 0", name="link"
        ),
        unique=[("seq",)],
        indexes=[("at",), ("actor_id", "at"), ("object_id", "at"), ("session",)],
        grants=READ,
    )


def _head() -> None:
    create_tenant_table(
        "audit.head",
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("tenant_id", name="head_tenant_key"),
        grants=READ,
    )
    op.execute("GRANT SELECT ON audit.head TO fyrklang_doorkeeper")
    # One row is rewritten for every event.
    op.execute("ALTER TABLE audit.head SET (fillfactor = 20, autovacuum_vacuum_scale_factor = 0.02)")


def _anchor() -> None:
    create_shared_table(
        "audit.anchor",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        _instant("at", nullable=False),
        sa.Column("previous", sa.LargeBinary, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("tenants", sa.Integer, nullable=False),
        sa.Column("events", sa.BigInteger, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("leaves", JSONB, nullable=False, comment="tenant: [seq, hash, chain, synthetic]"),
        grants={"audit_writer": "SELECT, INSERT", "backup": "SELECT"},
    )


def _review() -> None:
    create_tenant_table(
        "audit.review",
        sa.Column("first_seq", sa.BigInteger, nullable=False),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        _instant("first_at", nullable=False),
        _instant("last_at", nullable=False),
        sa.Column("population", sa.BigInteger, nullable=False),
        sa.Column("set_aside", sa.BigInteger, nullable=False, comment="events of whoever drew the sample"),
        sa.Column("seed", sa.Text, nullable=False),
        sa.Column("seal_number", sa.BigInteger),
        sa.Column("hash", sa.LargeBinary, nullable=False, comment="of the last event it covers"),
        sa.Column("state", sa.Text, nullable=False, server_default="OPEN"),
        _instant("started_at"),
        sa.Column("started_by", UUID(as_uuid=True)),
        _instant("signed_at"),
        sa.Column("signed_by", UUID(as_uuid=True)),
        one_of("state", ("OPEN", "SIGNED")),
        sa.CheckConstraint("first_seq > 0 AND last_seq >= first_seq", name="span"),
        sa.CheckConstraint("(state = 'SIGNED') = (signed_at IS NOT NULL)", name="signed_when"),
        unique=[("first_seq",)],
        grants={"app": f"SELECT, INSERT ({REVIEW_NEW}), UPDATE (state)", "backup": "SELECT"},
    )
    op.execute("CREATE UNIQUE INDEX review_open_key ON audit.review (tenant_id) WHERE state = 'OPEN'")


def _review_item() -> None:
    create_tenant_table(
        "audit.review_item",
        sa.Column("review_id", UUID(as_uuid=True), nullable=False),
        sa.Column("event_id", UUID(as_uuid=True), nullable=False),
        sa.Column("place", sa.SmallInteger, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        _instant("judged_at"),
        sa.Column("judged_by", UUID(as_uuid=True)),
        one_of("rule", ("RANDOM", "REFUSED", "EXPORT", "NIGHT", "VOLUME", "REASON")),
        one_of("verdict", VERDICTS),
        sa.CheckConstraint("length(note) <= 500", name="note_short"),
        sa.CheckConstraint(f"note !~ '(^|[^0-9]){PERSON_NUMBER}([^0-9]|$)'", name="note_names_nobody"),
        unique=[("review_id", "event_id"), ("review_id", "place")],
        references=[Reference(("review_id",), "audit.review"), Reference(("event_id",), "audit.event")],
        grants={"app": f"SELECT, INSERT ({ITEM_NEW}), UPDATE (verdict, note)", "backup": "SELECT"},
    )


def _functions() -> None:
    for statement, name in ((ENCODE, "encode(text[])"), (DIGEST, "digest(audit.event)")):
        op.execute(statement)
        op.execute(f"ALTER FUNCTION audit.{name} OWNER TO fyrklang_owner")
        op.execute(f"REVOKE ALL ON FUNCTION audit.{name} FROM PUBLIC")
    create_definer_function(
        "audit.append(event uuid, act text, thing_type text, thing uuid, why text, result text, facts jsonb, "
        "request text, session_ref text, roles text, home text, assurance text) RETURNS bigint",
        APPEND,
        owner="owner",
        callers=("app", "worker"),
    )
    create_definer_function(
        "audit.heads() RETURNS TABLE (tenant_id uuid, synthetic boolean, chain_id uuid, seq bigint, hash bytea)",
        HEADS,
        owner="doorkeeper",
        callers=("audit_writer",),
    )
    create_definer_function(
        "audit.last_seal() RETURNS TABLE (number bigint, sealed_at timestamptz, seq bigint, root text, "
        "key_id text)",
        LAST_SEAL,
        owner="owner",
        callers=("app",),
    )


def _instant(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
