"""`fyrklang keys`: change the keys that seal what names participants, without touching the sealed texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.progress import Progress
from sqlalchemy import select

from fyrklang.cli import Failure
from fyrklang.cli.settings import load_config
from fyrklang.kernel.crypto import UnreadableError
from fyrklang.kernel.db import Database
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.registry.models import Tenant
from fyrklang.tenancy.session import tenant_session
from fyrklang.tenancy.vault import Vault


@click.group(short_help="Byt nycklarna som skyddar deltagares uppgifter")
def keys() -> None:
    """Nycklar: plattformens slår in förbundens, förbundets slår in deltagarnas."""


@keys.command()
def rewrap() -> None:
    """Slå in förbundens nycklar med den första nyckeln i FYRKLANG_FIELD_KEYS.

    När det är gjort kan den gamla nyckeln tas bort ur inställningen.
    """
    changed = _everywhere(Vault.rewrap, "Slår in")
    click.echo(f"{changed} nycklar inslagna på nytt. Den gamla nyckeln behövs inte längre.")


@keys.command()
@click.option("--tenant", "slug", help="Bara det förbundet, med dess kortnamn i adressen.")
def rotate(slug: str | None) -> None:
    """Ge varje förbund en ny nyckel och slå in deltagarnas nycklar med den."""
    changed = _everywhere(Vault.rotate, "Byter nyckel", slug)
    click.echo(f"{changed} deltagares nycklar inslagna med nya nycklar.")


def _everywhere(deed: Callable[[Vault], int], words: str, slug: str | None = None) -> int:
    """Do it förbund by förbund, each in a transaction of its own; returns the sum of what was changed."""
    changed = 0
    with _database() as database, Progress() as progress:
        contexts = list(_contexts(database, slug))
        if not contexts:
            raise Failure(f"Det finns inget förbund med kortnamnet {slug}.")
        bar = progress.add_task(words, total=len(contexts))
        for context in contexts:
            try:
                with tenant_session(database, context, role="worker") as session:
                    changed += deed(Vault(session))
            except UnreadableError as error:
                raise Failure(
                    f"{context.slug}: nycklarna går inte att öppna. Finns den gamla nyckeln kvar i "
                    "FYRKLANG_FIELD_KEYS? Förbund före i ordningen är klara, det här är orört."
                ) from error
            progress.advance(bar)
    return changed


@contextmanager
def _database() -> Iterator[Database]:
    database = Database(load_config())
    try:
        yield database
    finally:
        database.dispose()


def _contexts(database: Database, slug: str | None) -> Iterator[TenantContext]:
    query = select(Tenant.id, Tenant.slug).order_by(Tenant.slug)
    if slug is not None:
        query = query.where(Tenant.slug == slug)
    with database.engine("worker").connect() as connection:
        for row in connection.execute(query).all():
            yield TenantContext(row.id, row.slug)
