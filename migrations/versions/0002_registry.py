"""The public register: regions, kommuner, organisations, and what each förbund covers and was called.

Shared reference tables without personal data. Only `migrator` writes them (`fyrklang tenants apply`);
every other role reads. `office.member` is the one tenant table here, since the register fills it.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from migrations.helpers import create_shared_table, create_tenant_table, one_of

revision = "0002"
down_revision = "0001"

READERS = {
    "app": "SELECT",
    "auth": "SELECT",
    "worker": "SELECT",
    "publisher": "SELECT",
    "doorkeeper": "SELECT",
    "backup": "SELECT",
}
PARTY_KINDS = ("FK", "AF", "REGION", "KOMMUN")


def upgrade() -> None:
    _geography()
    _organisations()
    _tenant_history()
    _members()
    _applied()


def _geography() -> None:
    create_shared_table(
        "registry.region",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.CheckConstraint("code ~ '^[0-9]{2}$'", name="code_two_digits"),
        grants=READERS,
    )
    create_shared_table(
        "registry.kommun",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("official_name", sa.Text, nullable=False),
        sa.Column("region_code", sa.Text, sa.ForeignKey("registry.region.code"), nullable=False),
        sa.Column("population", sa.Integer, nullable=False),
        sa.Column("population_date", sa.Date, nullable=False),
        sa.CheckConstraint("code ~ '^[0-9]{4}$'", name="code_four_digits"),
        sa.CheckConstraint("population >= 0", name="population_not_negative"),
        grants=READERS,
    )
    op.create_index("kommun_region_code_idx", "kommun", ["region_code"], schema="registry")


def _organisations() -> None:
    create_shared_table(
        "registry.organisation",
        sa.Column("id", UUID(as_uuid=True), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.UniqueConstraint("kind", "code", name="organisation_kind_code_key"),
        one_of("kind", (*PARTY_KINDS, "ASSOCIATION", "COUNCIL", "PLATFORM")),
        grants=READERS,
    )


def _tenant_history() -> None:
    create_shared_table(
        "registry.tenant_name",
        sa.Column("id", UUID(as_uuid=True), primary_key=True),
        _tenant(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("is_current", sa.Boolean, nullable=False),
        *_span(),
        grants=READERS,
    )
    op.create_index("tenant_name_tenant_id_idx", "tenant_name", ["tenant_id"], schema="registry")
    create_shared_table(
        "registry.area",
        sa.Column("id", UUID(as_uuid=True), primary_key=True),
        _tenant(),
        sa.Column("kommun_code", sa.Text, sa.ForeignKey("registry.kommun.code"), nullable=False),
        *_span(),
        sa.UniqueConstraint(
            "tenant_id",
            "kommun_code",
            "valid_from",
            name="area_tenant_id_kommun_code_valid_from_key",
            postgresql_nulls_not_distinct=True,
        ),
        grants=READERS,
    )
    op.create_index("area_kommun_code_idx", "area", ["kommun_code"], schema="registry")
    create_shared_table(
        "registry.succession",
        _tenant(primary_key=True),
        sa.Column("successor_id", UUID(as_uuid=True), sa.ForeignKey("registry.tenant.id"), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("year", sa.Integer),
        one_of("kind", ("MERGED_INTO", "RENAMED", "SPLIT", "ENDED")),
        sa.CheckConstraint("tenant_id <> successor_id", name="successor_is_another"),
        grants=READERS,
    )
    op.create_index("succession_successor_id_idx", "succession", ["successor_id"], schema="registry")


def _members() -> None:
    """Which organisations are members of a förbund; rows marked REGISTER follow `registry.area`."""
    create_tenant_table(
        "office.member",
        sa.Column(
            "organisation_id",
            UUID(as_uuid=True),
            sa.ForeignKey("registry.organisation.id", name="member_organisation_id_fkey"),
            nullable=False,
        ),
        sa.Column("party_kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        *_span(),
        sa.Column("source", sa.Text, nullable=False, server_default="OWN"),
        # Not through `unique=`: two undated rows for one organisation must collide.
        sa.UniqueConstraint(
            "tenant_id",
            "organisation_id",
            "valid_from",
            name="member_organisation_id_valid_from_key",
            postgresql_nulls_not_distinct=True,
        ),
        one_of("party_kind", PARTY_KINDS),
        one_of("source", ("REGISTER", "OWN")),
    )


def _applied() -> None:
    """What was last laid in from files, so that an unchanged folder costs one look-up."""
    create_shared_table(
        "registry.applied",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        grants=READERS,
    )


def _tenant(*, primary_key: bool = False) -> sa.Column[object]:
    return sa.Column(
        "tenant_id",
        UUID(as_uuid=True),
        sa.ForeignKey("registry.tenant.id"),
        primary_key=primary_key,
        nullable=False,
    )


def _span() -> tuple[sa.Column[object] | sa.CheckConstraint, ...]:
    """First and last day, both included; empty means not known, or still so."""
    return (
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.CheckConstraint("valid_to >= valid_from", name="span_forward"),
    )
