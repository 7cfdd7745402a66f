"""Releases: numbered, protected and frozen figures, and the functions that are the only way in.

No personal data and no förbund's own rows. `council` reads everything here but `national.leaf`, and
reads nothing anywhere else. Nobody writes but the publisher's functions, which `worker` may call:
`collect` inside one förbund's signed context, for that förbund alone; the others inside the platform's.

Revision ID: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.schema import SchemaItem

from migrations.helpers import create_definer_function, create_shared_table, one_of
from migrations.national_0007 import CHECKSUM, FUNCTIONS, IS_FROZEN, KEEP_RELEASE, MAY_GO, REFUSE_CHANGE

revision = "0007"
down_revision = "0006"

WORDS = ("HIDDEN", "UNDER_20", "NOT_REPORTED")
SEXES = ("T", "K", "M")
READABLE = {"council": "SELECT", "publisher": "SELECT, INSERT, UPDATE, DELETE", "backup": "SELECT"}
CLOSED = {"publisher": "SELECT, INSERT, DELETE", "backup": "SELECT"}
FROZEN = ("measure", "association", "cell", "total", "kommun_cover", "leaf")


def upgrade() -> None:
    _release()
    _frozen_around_it()
    _figures()
    _freeze()
    op.execute("GRANT SELECT ON facts.cell TO fyrklang_publisher")
    for signature, body in FUNCTIONS.items():
        create_definer_function(signature, body, owner="publisher", callers=("worker",))


def _release() -> None:
    create_shared_table(
        "national.release",
        sa.Column("id", UUID(as_uuid=True), primary_key=True),
        sa.Column("number", sa.Text, nullable=False, unique=True),
        sa.Column("first_year", sa.SmallInteger, nullable=False),
        sa.Column("last_year", sa.SmallInteger, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="DRAFT"),
        sa.Column("engine", sa.Text, nullable=False),
        sa.Column("engine_version", sa.Text, nullable=False),
        sa.Column("threshold", sa.SmallInteger, nullable=False),
        sa.Column("min_base", sa.SmallInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("checksum", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_reason", sa.Text),
        one_of("state", ("DRAFT", "PUBLISHED", "WITHDRAWN")),
        sa.CheckConstraint("number ~ '^[0-9]{4}-[0-9]{1,3}(-pahittat)?$'", name="number_form"),
        sa.CheckConstraint("synthetic = (number ~ '-pahittat$')", name="number_says_invented"),
        sa.CheckConstraint("first_year <= last_year", name="years_order"),
        sa.CheckConstraint("(state = 'DRAFT') = (checksum IS NULL)", name="sealed_when_out"),
        sa.CheckConstraint("threshold >= 5 AND min_base >= 20", name="floor"),
        grants=READABLE,
    )


def _frozen_around_it() -> None:
    """What stands beside the figures: definitions, who was expected, which kommuner are covered."""
    create_shared_table(
        "national.measure",
        _of_release(),
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("position", sa.SmallInteger, nullable=False),
        sa.Column("version", sa.SmallInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("short_name", sa.Text, nullable=False),
        sa.Column("is_share", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("counted", "base", "excluded", "caution")),
        sa.Column("valid_from", sa.SmallInteger, nullable=False),
        grants=READABLE,
    )
    create_shared_table(
        "national.association",
        _of_release(),
        sa.Column("slug", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("short_name", sa.Text, nullable=False),
        sa.Column("sort_key", sa.Text, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("regions", ARRAY(sa.Text), nullable=False),
        sa.Column("kommuner", sa.Integer, nullable=False),
        sa.Column("population", sa.Integer, nullable=False),
        grants=READABLE,
    )
    create_shared_table(
        "national.kommun_cover",
        _of_release(),
        sa.Column("kommun_code", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("sort_key", sa.Text, nullable=False),
        sa.Column("population", sa.Integer, nullable=False),
        sa.Column("slug", sa.Text, comment="the förbund, when it stands in the release"),
        sa.Column("covered", sa.Boolean, nullable=False),
        grants=READABLE,
    )


def _figures() -> None:
    create_shared_table(
        "national.cell",
        *_coordinates("cell", SEXES),
        sa.Column("slug", sa.Text, primary_key=True),
        *_value(),
        _of("cell", ("release_id", "slug"), "association"),
        grants=READABLE,
    )
    create_shared_table(
        "national.total",
        *_coordinates("total", SEXES),
        *_value(),
        sa.Column("associations", sa.Integer, nullable=False, comment="how many förbund the sum holds"),
        sa.Column("complete", sa.Boolean, nullable=False, comment="all that reported, hidden ones too"),
        grants=READABLE,
    )
    # Unprotected: the sealed figures of each förbund. Only the publisher's functions reach it.
    create_shared_table(
        "national.leaf",
        *_coordinates("leaf", (*SEXES, "U")),
        sa.Column("slug", sa.Text, primary_key=True),
        sa.Column("definition", sa.SmallInteger, nullable=False),
        sa.Column("numerator", sa.Integer, nullable=False),
        sa.Column("denominator", sa.Integer, nullable=False),
        _of("leaf", ("release_id", "slug"), "association"),
        grants=CLOSED,
    )
    op.create_index("leaf_slug_idx", "leaf", ["slug", "measure", "year", "sex"], schema="national")


def _freeze() -> None:
    for function, text in (
        ("is_frozen(uuid)", IS_FROZEN),
        ("may_go(uuid)", MAY_GO),
        ("refuse_change()", REFUSE_CHANGE),
        ("keep_release()", KEEP_RELEASE),
        ("checksum(uuid)", CHECKSUM),
    ):
        op.execute(text)
        op.execute(f"ALTER FUNCTION national.{function} OWNER TO fyrklang_owner")
        op.execute(f"REVOKE ALL ON FUNCTION national.{function} FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION national.checksum(uuid) TO fyrklang_publisher, fyrklang_council")
    op.execute(
        "CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON national.release "
        "FOR EACH ROW EXECUTE FUNCTION national.keep_release()"
    )
    for table in FROZEN:
        op.execute(
            f"CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON national.{table} "
            "FOR EACH ROW EXECUTE FUNCTION national.refuse_change()"
        )
    for table in (*FROZEN, "release"):
        op.execute(
            f"CREATE TRIGGER full_stop BEFORE TRUNCATE ON national.{table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION national.refuse_change()"
        )


def _of_release() -> sa.Column[object]:
    return sa.Column(
        "release_id",
        UUID(as_uuid=True),
        sa.ForeignKey("national.release.id", ondelete="CASCADE"),
        primary_key=True,
    )


def _coordinates(table: str, sexes: tuple[str, ...]) -> tuple[SchemaItem, ...]:
    return (
        _of_release(),
        sa.Column("measure", sa.Text, primary_key=True),
        sa.Column("year", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("sex", sa.Text, primary_key=True),
        one_of("sex", sexes),
        _of(table, ("release_id", "measure"), "measure", ("release_id", "code")),
    )


def _value() -> tuple[SchemaItem, ...]:
    """Two numbers, or the word that stands instead; never both, never neither."""
    return (
        sa.Column("numerator", sa.Integer),
        sa.Column("denominator", sa.Integer),
        sa.Column("word", sa.Text),
        one_of("word", WORDS),
        sa.CheckConstraint("(word IS NULL) = (numerator IS NOT NULL)", name="number_or_word"),
        sa.CheckConstraint("(numerator IS NULL) = (denominator IS NULL)", name="both_numbers"),
        sa.CheckConstraint("numerator >= 0 AND denominator >= 0", name="counts_positive"),
    )


def _of(
    table: str, columns: tuple[str, ...], target: str, remote: tuple[str, ...] = ()
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        columns,
        [f"national.{target}.{column}" for column in remote or columns],
        name=f"{table}_{target}_fkey",
        ondelete="CASCADE",
    )
