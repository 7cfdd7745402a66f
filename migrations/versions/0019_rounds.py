"""The periodic review of roles, terms to accept, and webhooks.

Revision ID: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from migrations.helpers import Reference, create_definer_function, create_tenant_table, one_of

revision = "0019"
down_revision = "0034"

REFUSED = "USING ERRCODE = 'check_violation', CONSTRAINT = 'access_review_right'"
ADDED_ONLY = {"app": "SELECT, INSERT", "worker": "SELECT", "backup": "SELECT"}
OF_REVIEW = Reference(("review_id",), "registry.access_review", on_delete="CASCADE")

# Who decides comes from the signed context; nobody decides over their own place; what is signed stands.
STAMP_ITEM = f"""
BEGIN
    IF (NEW.tenant_id, NEW.id, NEW.review_id, NEW.membership_id, NEW.role)
       IS DISTINCT FROM (OLD.tenant_id, OLD.id, OLD.review_id, OLD.membership_id, OLD.role)
       OR OLD.decision IS NOT NULL OR NEW.decision IS NULL
       OR NOT EXISTS (SELECT FROM registry.access_review r WHERE r.tenant_id = OLD.tenant_id
                       AND r.id = OLD.review_id AND r.state = 'OPEN') THEN
        RAISE EXCEPTION 'a decision is made once, in an open review' {REFUSED};
    END IF;
    IF context.actor() IS NOT NULL AND EXISTS (
        SELECT FROM registry.membership m WHERE m.tenant_id = OLD.tenant_id AND m.id = OLD.membership_id
           AND m.person_id = context.actor()) THEN
        RAISE EXCEPTION 'nobody decides over their own roles' {REFUSED};
    END IF;
    NEW.decided_by := context.actor();
    NEW.decided_at := now();
    RETURN NEW;
END
"""
STAMP_REVIEW = f"""
BEGIN
    IF OLD.state <> 'OPEN' OR NEW.state <> 'SIGNED' OR (NEW.tenant_id, NEW.id, NEW.opened_on, NEW.due_on)
       IS DISTINCT FROM (OLD.tenant_id, OLD.id, OLD.opened_on, OLD.due_on) THEN
        RAISE EXCEPTION 'a signed review stands' {REFUSED};
    END IF;
    -- The signer's own roles are for another administrator; a role that is gone needs no decision.
    IF EXISTS (
        SELECT FROM registry.access_review_item i
          JOIN registry.membership m ON m.tenant_id = i.tenant_id AND m.id = i.membership_id
         WHERE i.tenant_id = OLD.tenant_id AND i.review_id = OLD.id AND i.decision IS NULL
           AND m.ended_at IS NULL AND i.role = ANY (m.roles)
           AND m.person_id IS DISTINCT FROM context.actor()) THEN
        RAISE EXCEPTION 'not every role is decided' {REFUSED};
    END IF;
    NEW.signed_by := context.actor();
    NEW.signed_at := now();
    RETURN NEW;
END
"""
STAMP_ACCEPTANCE = """
BEGIN
    -- Nobody accepts for somebody else.
    NEW.person_id := coalesce(context.actor(), NEW.person_id);
    NEW.accepted_at := now();
    RETURN NEW;
END
"""


def upgrade() -> None:
    _access_review()
    _terms()
    _webhook()


def _access_review() -> None:
    create_tenant_table(
        "registry.access_review",
        sa.Column("opened_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="OPEN"),
        sa.Column("signed_by", UUID(as_uuid=True)),
        _instant("signed_at"),
        one_of("state", ("OPEN", "SIGNED")),
        sa.CheckConstraint("due_on >= opened_on", name="days_order"),
        indexes=[("opened_on",)],
        grants={"app": "SELECT, INSERT, UPDATE", "worker": "SELECT, INSERT", "backup": "SELECT"},
    )
    op.execute(
        "CREATE UNIQUE INDEX access_review_open_key ON registry.access_review (tenant_id) WHERE state = 'OPEN'"
    )
    create_tenant_table(
        "registry.access_review_item",
        sa.Column("review_id", UUID(as_uuid=True), nullable=False),
        sa.Column("membership_id", UUID(as_uuid=True), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("decision", sa.Text),
        sa.Column("decided_by", UUID(as_uuid=True)),
        _instant("decided_at"),
        one_of("decision", ("KEEP", "TAKE")),
        unique=[("review_id", "membership_id", "role")],
        indexes=[("membership_id",)],
        references=[OF_REVIEW, Reference(("membership_id",), "registry.membership", on_delete="CASCADE")],
        grants={"app": "SELECT, INSERT, UPDATE", "worker": "SELECT, INSERT", "backup": "SELECT"},
    )
    op.execute("GRANT SELECT ON registry.access_review, registry.access_review_item TO fyrklang_doorkeeper")
    for table, name, body in (
        ("access_review", "stamp_access_review", STAMP_REVIEW),
        ("access_review_item", "stamp_access_review_item", STAMP_ITEM),
    ):
        create_definer_function(f"registry.{name}() RETURNS trigger", body, owner="doorkeeper", callers=())
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON registry.{table} FOR EACH ROW "
            f"EXECUTE FUNCTION registry.{name}()"
        )


def _terms() -> None:
    """What everybody must accept: the platform's under its own tenant, and each förbund's. Never changed."""
    create_tenant_table(
        "registry.terms",
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("published_by", UUID(as_uuid=True)),
        _instant("published_at", nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("version > 0", name="version_counts"),
        sa.CheckConstraint("length(btrim(body)) BETWEEN 20 AND 20000", name="body_written"),
        unique=[("version",)],
        grants=ADDED_ONLY,
    )
    create_tenant_table(
        "registry.terms_acceptance",
        sa.Column("terms_id", UUID(as_uuid=True), nullable=False),
        sa.Column("person_id", UUID(as_uuid=True), nullable=False),
        _instant("accepted_at", nullable=False, server_default=sa.func.now()),
        unique=[("person_id", "terms_id")],
        indexes=[("terms_id",)],
        references=[Reference(("terms_id",), "registry.terms")],
        grants=ADDED_ONLY,
    )
    create_definer_function(
        "registry.stamp_acceptance() RETURNS trigger", STAMP_ACCEPTANCE, owner="doorkeeper", callers=()
    )
    op.execute(
        "CREATE TRIGGER stamp_acceptance BEFORE INSERT ON registry.terms_acceptance FOR EACH ROW "
        "EXECUTE FUNCTION registry.stamp_acceptance()"
    )


def _webhook() -> None:
    """Where to tell other systems that something happened, and what became of each telling."""
    create_tenant_table(
        "office.webhook",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("events", ARRAY(sa.Text), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.Text, nullable=False, server_default="ON"),
        _instant("failing_since"),
        sa.Column("fault", sa.Text, nullable=False, server_default=""),
        sa.Column("created_by", UUID(as_uuid=True)),
        _instant("created_at", nullable=False, server_default=sa.func.now()),
        one_of("status", ("ON", "OFF", "STOPPED")),
        sa.CheckConstraint(
            "length(btrim(name)) BETWEEN 1 AND 80 AND length(url) <= 500", name="words_length"
        ),
        sa.CheckConstraint("url ~ '^https?://'", name="url_web"),
        sa.CheckConstraint("cardinality(events) > 0", name="events_some"),
    )
    create_tenant_table(
        "office.webhook_delivery",
        sa.Column("webhook_id", UUID(as_uuid=True), nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("payload", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="WAITING"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("answer", sa.Integer, comment="the receiver's status code"),
        sa.Column("fault", sa.Text, nullable=False, server_default=""),
        _instant("created_at", nullable=False, server_default=sa.func.now()),
        _instant("next_at", nullable=False, server_default=sa.func.now()),
        _instant("delivered_at"),
        one_of("state", ("WAITING", "DELIVERED", "FAILED")),
        sa.CheckConstraint("octet_length(payload::text) <= 4000", name="payload_small"),
        indexes=[("webhook_id", "created_at"), ("state", "next_at")],
        references=[Reference(("webhook_id",), "office.webhook", on_delete="CASCADE")],
    )


def _instant(name: str, **options: object) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), **options)  # type: ignore[arg-type]
