"""`fyrklang facts`: count every förbund's cells anew and say whether anything differed."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click
from rich.progress import Progress
from sqlalchemy import select

import fyrklang.parts  # noqa: F401 - features say what they count when imported
from fyrklang.cli.settings import load_config
from fyrklang.kernel.db import Database
from fyrklang.sdk.facts import Touched, recompute, stored
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.registry.models import Tenant
from fyrklang.tenancy.session import tenant_session


@click.group(short_help="Räkna om siffrorna")
def facts() -> None:
    """Fakta: räknade celler per förbund."""


@facts.command()
@click.option("--check", is_flag=True, help="Ändra inget, säg bara om något skiljer.")
def rebuild(check: bool) -> None:
    """Räkna om alla förbunds celler från grunden. Skillnader mot det som stod skrivs ut."""
    database = Database(load_config())
    differing: list[str] = []
    with Progress() as progress:
        contexts = list(_contexts(database))
        bar = progress.add_task("Räknar", total=len(contexts))
        for context in contexts:
            if _rebuilt_differs(database, context, keep=not check):
                differing.append(context.slug)
            progress.advance(bar)
    click.echo(f"{len(contexts)} förbund räknade, {len(differing)} skilde sig.")
    for slug in differing:
        click.echo(f"  {slug}")
    sys.exit(1 if check and differing else 0)


def _contexts(database: Database) -> Iterator[TenantContext]:
    with database.engine("worker").connect() as connection:
        query = select(Tenant.id, Tenant.slug).where(Tenant.kind == "ASSOCIATION").order_by(Tenant.slug)
        for row in connection.execute(query).all():
            yield TenantContext(row.id, row.slug)


def _rebuilt_differs(database: Database, context: TenantContext, *, keep: bool) -> bool:
    with tenant_session(database, context, role="worker") as session:
        before = stored(session)
        recompute(session, Touched())
        differs = stored(session) != before
        if not keep:
            session.rollback()
    return differs
