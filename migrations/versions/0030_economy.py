"""Economy: the year's money, the kommuner's key, what is called and paid, budget, bookkeeping, own capital.

Revision ID: 0030
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from migrations.helpers import Reference, create_shared_table, create_tenant_table, one_of

revision = "0030"
down_revision = "0026"

POSTS = ("INSATS", "STAFF", "PREMISES", "BOARD", "AUDIT", "INFO", "OTHER")
FUNDS = ("FINSAM", "ESF")
GUIDELINE_SOURCE = "Nationella rådets rekommendation om sparade medel, återgiven i andra hand"
GUIDELINES = (
    (0, 200_000_000, 600, None),
    (200_000_000, 700_000_000, 300, None),
    (700_000_000, None, 200, 300_000_000),
)


def upgrade() -> None:
    _years()
    _budget()
    _bookkeeping()
    _capital()


def _organisation() -> sa.Column[object]:
    return sa.Column(
        "organisation_id", UUID(as_uuid=True), sa.ForeignKey("registry.organisation.id"), nullable=False
    )


def _year() -> tuple[sa.Column[int], sa.CheckConstraint]:
    return sa.Column("year", sa.SmallInteger, nullable=False), sa.CheckConstraint(
        "year BETWEEN 2000 AND 2100", name="year_sane"
    )


def _years() -> None:
    create_tenant_table(
        "office.economy_year",
        *_year(),
        sa.Column("total_ore", sa.BigInteger, nullable=False),
        sa.Column("decided_on", sa.Date),
        sa.Column("decision", sa.Text, nullable=False, server_default=""),
        sa.CheckConstraint("total_ore BETWEEN 0 AND 100000000000000", name="total_sane"),
        unique=[("year",)],
    )
    create_tenant_table(
        "office.contribution_weight",
        _organisation(),
        sa.Column("weight", sa.Integer, nullable=False),
        sa.Column("first_year", sa.SmallInteger, nullable=False),
        sa.CheckConstraint("weight BETWEEN 0 AND 100000000", name="weight_sane"),
        unique=[("organisation_id", "first_year")],
    )
    create_tenant_table(
        "office.contribution_entry",
        _organisation(),
        *_year(),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("quarter", sa.SmallInteger),
        sa.Column("amount_ore", sa.BigInteger, nullable=False),
        sa.Column("on_date", sa.Date, nullable=False),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        one_of("kind", ("CALLED", "PAID")),
        sa.CheckConstraint("quarter BETWEEN 1 AND 4", name="quarter_known"),
        indexes=[("year", "organisation_id")],
    )


def _budget() -> None:
    create_tenant_table(
        "office.budget_line",
        *_year(),
        sa.Column("intervention_id", UUID(as_uuid=True)),
        sa.Column("post", sa.Text, nullable=False),
        sa.Column("fund", sa.Text, nullable=False),
        sa.Column(
            "target",
            sa.Text,
            sa.Computed("coalesce(intervention_id::text, post)", persisted=True),
            nullable=False,
        ),
        sa.Column("budget_ore", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("forecast_ore", sa.BigInteger),
        sa.Column("comment", sa.Text, nullable=False, server_default=""),
        one_of("post", POSTS),
        one_of("fund", FUNDS),
        sa.CheckConstraint("(post = 'INSATS') = (intervention_id IS NOT NULL)", name="insats_has_id"),
        unique=[("year", "target", "fund")],
        references=[Reference(("intervention_id",), "office.intervention", on_delete="CASCADE")],
    )


def _bookkeeping() -> None:
    create_tenant_table(
        "office.ledger_import",
        *_year(),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("program", sa.Text, nullable=False, server_default=""),
        sa.Column("company", sa.Text, nullable=False, server_default=""),
        sa.Column("state", sa.Text, nullable=False, server_default="DRAFT"),
        sa.Column("created_by", UUID(as_uuid=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        one_of("state", ("DRAFT", "DONE", "UNDONE")),
        indexes=[("year", "state")],
    )
    create_tenant_table(
        "office.ledger_row",
        *_year(),
        sa.Column("import_id", UUID(as_uuid=True)),
        sa.Column("on_date", sa.Date, nullable=False),
        sa.Column("account", sa.Text, nullable=False, server_default=""),
        sa.Column("account_name", sa.Text, nullable=False, server_default=""),
        sa.Column("object", sa.Text, nullable=False, server_default=""),
        sa.Column("voucher", sa.Text, nullable=False, server_default=""),
        sa.Column("amount_ore", sa.BigInteger, nullable=False),
        sa.Column("target", sa.Text, nullable=False, server_default=""),
        sa.Column("fund", sa.Text, nullable=False, server_default="FINSAM"),
        sa.Column("refused", sa.Text, nullable=False, server_default=""),
        one_of("fund", FUNDS),
        indexes=[("year", "target"), ("import_id",)],
        references=[Reference(("import_id",), "office.ledger_import", on_delete="CASCADE")],
    )
    create_tenant_table(
        "office.account_mapping",
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("object", sa.Text, nullable=False, server_default=""),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("fund", sa.Text, nullable=False, server_default="FINSAM"),
        one_of("fund", FUNDS),
        unique=[("account", "object")],
    )


def _capital() -> None:
    create_tenant_table(
        "office.equity_balance",
        *_year(),
        sa.Column("closing_ore", sa.BigInteger, nullable=False),
        unique=[("year",)],
    )
    create_shared_table(
        "registry.equity_guideline",
        sa.Column("valid_from", sa.SmallInteger, primary_key=True),
        sa.Column("from_ore", sa.BigInteger, primary_key=True),
        sa.Column("to_ore", sa.BigInteger),
        sa.Column("max_permille", sa.Integer, nullable=False),
        sa.Column("max_ore", sa.BigInteger),
        sa.Column("source", sa.Text, nullable=False),
        grants={
            "app": "SELECT",
            "worker": "SELECT",
            "migrator": "SELECT, INSERT, UPDATE, DELETE",
            "backup": "SELECT",
        },
    )
    _guidelines()


def _guidelines() -> None:
    table = sa.table(
        "equity_guideline",
        *(
            sa.column(name)
            for name in ("valid_from", "from_ore", "to_ore", "max_permille", "max_ore", "source")
        ),
        schema="registry",
    )
    rows = [
        {
            "valid_from": 2012,
            "from_ore": low,
            "to_ore": high,
            "max_permille": share,
            "max_ore": most,
            "source": GUIDELINE_SOURCE,
        }
        for low, high, share, most in GUIDELINES
    ]
    op.bulk_insert(table, rows)
