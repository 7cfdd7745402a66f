"""The one way to make a table.

A tenant table gets, whatever its author remembers: `tenant_id` first in the primary key, unique keys
and indexes; composite foreign keys; row-level security enabled and forced; one predicate used in a
RESTRICTIVE and a permissive policy alike (two different predicates would be OR-ed on a Citus shard);
the owner that cannot log in; and grants to named roles only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.schema import SchemaItem

TENANT_PREDICATE = "tenant_id = context.tenant()"
CARE_PREDICATE = (
    "tenant_id = context.tenant() AND intervention_id = ANY (context.interventions()) "
    "AND (owner_party = context.party() OR context.party() = ANY (visible_to))"
)
READ_WRITE = "SELECT, INSERT, UPDATE, DELETE"
DEFAULT_GRANTS: Mapping[str, str] = {"app": READ_WRITE, "worker": READ_WRITE, "backup": "SELECT"}


@dataclass(frozen=True)
class Reference:
    """A foreign key to another table of the same förbund; `tenant_id` is added on both sides."""

    columns: tuple[str, ...]
    table: str
    remote: tuple[str, ...] = ("id",)
    on_delete: str = "RESTRICT"


def create_tenant_table(  # noqa: PLR0913 - a declarative form, read by name
    name: str,
    *items: SchemaItem,
    unique: Sequence[tuple[str, ...]] = (),
    indexes: Sequence[tuple[str, ...]] = (),
    references: Sequence[Reference] = (),
    predicate: str = TENANT_PREDICATE,
    grants: Mapping[str, str] = DEFAULT_GRANTS,
) -> None:
    """Make `schema.table` with columns `tenant_id, id, *items` behind the tenant wall.

    `unique` and `indexes` name columns without `tenant_id`; it is put first. For `care` tables pass
    `predicate=CARE_PREDICATE` and the columns it reads.
    """
    schema, table = name.split(".")
    constraints: list[SchemaItem] = [
        sa.PrimaryKeyConstraint("tenant_id", "id", name=f"{table}_pkey"),
        sa.ForeignKeyConstraint(["tenant_id"], ["registry.tenant.id"], name=f"{table}_tenant_fkey"),
    ]
    constraints += [
        sa.UniqueConstraint("tenant_id", *columns, name=f"{table}_{'_'.join(columns)}_key")
        for columns in unique
    ]
    constraints += [_composite_key(table, reference) for reference in references]
    op.create_table(
        table,
        sa.Column("tenant_id", UUID(as_uuid=True), nullable=False),
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        *items,
        *constraints,
        schema=schema,
    )
    for columns in indexes:
        op.create_index(f"{table}_{'_'.join(columns)}_idx", table, ["tenant_id", *columns], schema=schema)
    raise_wall(name, predicate)
    hand_over(name, grants)
    if schema == "care":
        keep_from_change_in_emergency(name)


def keep_from_change_in_emergency(name: str) -> None:
    """Let nothing in a `care` table be changed by who reads it in an emergency, once there is such a thing."""
    op.execute(
        "DO $$ BEGIN IF to_regprocedure('care.refuse_in_emergency()') IS NOT NULL THEN "
        f"CREATE TRIGGER refuse_in_emergency BEFORE INSERT OR UPDATE OR DELETE ON {name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION care.refuse_in_emergency(); END IF; END $$"
    )


SHARINGS = ("OWN", "SHARED", "HEALTH")
"""Who may read a `care` row beside its owner: nobody, the parties with consent, those with consent to health."""

OF_INTERVENTION = Reference(("intervention_id",), "office.intervention")
OF_PARTICIPANT = Reference(("participant_id",), "care.participant", on_delete="CASCADE")


def create_care_table(  # noqa: PLR0913 - a declarative form, read by name
    name: str,
    *items: SchemaItem,
    unique: Sequence[tuple[str, ...]] = (),
    indexes: Sequence[tuple[str, ...]] = (),
    references: Sequence[Reference] = (),
    predicate: str = CARE_PREDICATE,
    sharing: str = "SHARED",
) -> None:
    """Make `care.table` about a participant, behind the wall of tenant, insats and party.

    Adds `intervention_id`, `owner_party`, `visible_to`, `sharing` and `participant_id`. A trigger fills
    `visible_to` from the consents in force and `sharing`, whatever the writer says; a consent that is
    given or withdrawn refills every such table in its own transaction.
    """
    create_tenant_table(
        name,
        *_care_columns(sharing),
        sa.Column("participant_id", UUID(as_uuid=True), nullable=False),
        *items,
        unique=unique,
        indexes=(("participant_id",), *indexes),
        references=(OF_INTERVENTION, OF_PARTICIPANT, *references),
        predicate=predicate,
    )
    follow_consent(name)


def create_care_root(
    name: str,
    *items: SchemaItem,
    indexes: Sequence[tuple[str, ...]] = (),
    references: Sequence[Reference] = (),
) -> None:
    """Make a `care` table that needs no participant; `follow_consent` it, if it may have one."""
    create_tenant_table(
        name,
        *_care_columns("SHARED"),
        *items,
        indexes=indexes,
        references=(OF_INTERVENTION, *references),
        predicate=CARE_PREDICATE,
    )


def follow_consent(name: str) -> None:
    """Let the consents decide `visible_to` on a `care` table."""
    op.execute(
        f"CREATE TRIGGER follow_consent BEFORE INSERT OR UPDATE ON {name} "
        "FOR EACH ROW EXECUTE FUNCTION care.fill_audience()"
    )
    read = ["tenant_id", "intervention_id", "owner_party", "visible_to", "sharing"]
    if name != "care.participant":
        read.append("participant_id")
    op.execute(f"GRANT SELECT ({', '.join(read)}), UPDATE (visible_to) ON {name} TO fyrklang_doorkeeper")


def _care_columns(sharing: str) -> tuple[SchemaItem, ...]:
    return (
        sa.Column("intervention_id", UUID(as_uuid=True), nullable=False),
        sa.Column("owner_party", sa.Text, nullable=False),
        sa.Column("visible_to", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("sharing", sa.Text, nullable=False, server_default=sharing),
        one_of("sharing", SHARINGS),
        sa.CheckConstraint(
            "owner_party ~ '^(FK|AF|REGION|KOMMUN)(-[0-9A-Za-z_-]+)?$'", name="owner_is_party"
        ),
    )


def create_shared_table(name: str, *items: SchemaItem, grants: Mapping[str, str]) -> None:
    """Make a reference table without personal data and without a tenant, for every förbund to read."""
    schema, table = name.split(".")
    op.create_table(table, *items, schema=schema)
    hand_over(name, grants)


def raise_wall(name: str, predicate: str = TENANT_PREDICATE) -> None:
    """Enable and force row-level security with one predicate in two policies."""
    op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    for policy, kind in (("wall", "RESTRICTIVE"), ("door", "PERMISSIVE")):
        op.execute(
            f"CREATE POLICY {policy} ON {name} AS {kind} FOR ALL TO PUBLIC "
            f"USING ({predicate}) WITH CHECK ({predicate})"
        )


def hand_over(name: str, grants: Mapping[str, str]) -> None:
    """Give the table to the owner that cannot log in, and to each role only what it needs."""
    op.execute(f"ALTER TABLE {name} OWNER TO fyrklang_owner")
    for role, verbs in grants.items():
        op.execute(f"GRANT {verbs} ON {name} TO fyrklang_{role}")


def create_definer_function(signature: str, body: str, *, owner: str, callers: Sequence[str]) -> None:
    """Make a SECURITY DEFINER function with a fixed search path that only `callers` may execute.

    `signature` is everything between CREATE FUNCTION and the language clause, e.g.
    `registry.memberships_of(person uuid) RETURNS SETOF registry.membership`.
    """
    volatility = "STABLE " if body.lstrip().upper().startswith("/* STABLE */") else ""
    op.execute(
        f"CREATE FUNCTION {signature} LANGUAGE plpgsql {volatility}SECURITY DEFINER "
        f"SET search_path = pg_catalog, pg_temp AS $fyrklang$ {body} $fyrklang$"
    )
    name = _callable_name(signature)
    op.execute(f"ALTER FUNCTION {name} OWNER TO fyrklang_{owner}")
    op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    for role in callers:
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO fyrklang_{role}")


def one_of(column: str, codes: Sequence[str]) -> sa.CheckConstraint:
    """A CHECK that stands for an enum: text compares with an index under RLS, an enum does not."""
    listed = ", ".join(f"'{code}'" for code in codes)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def _composite_key(table: str, reference: Reference) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", *reference.columns],
        [f"{reference.table}.tenant_id", *(f"{reference.table}.{column}" for column in reference.remote)],
        name=f"{table}_{'_'.join(reference.columns)}_fkey",
        ondelete=reference.on_delete,
    )


def _callable_name(signature: str) -> str:
    head = signature.split(" RETURNS ", maxsplit=1)[0]
    name, arguments = head.split("(", 1)
    types = [part.strip().split(" ", 1)[1] for part in arguments.rstrip(") ").split(",") if part.strip()]
    return f"{name}({', '.join(types)})"
