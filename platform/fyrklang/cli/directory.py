"""`fyrklang directory`: keys with which employers' directories say who works there."""

from __future__ import annotations

from uuid import UUID

import click
from sqlalchemy import create_engine, text

from fyrklang.cli.settings import load_config
from fyrklang.identity.directory import Directory, new_key, revoke_keys
from fyrklang.kernel.config import ConfigError

_ORGANISATION = text("SELECT id FROM registry.organisation WHERE kind = :kind AND code = :code")
_LINKED = text(
    "SELECT issuer_id FROM registry.organisation_issuer WHERE organisation_id = :id ORDER BY issuer_id LIMIT 1"
)


@click.group(name="directory", short_help="Nycklar för arbetsgivares kataloger (SCIM)")
def directory() -> None:
    """Nycklar med vilka en arbetsgivares katalog säger vilka som arbetar där (SCIM 2.0)."""


@directory.command()
@click.argument("kind")
@click.argument("code")
@click.option(
    "--days", default=365, show_default=True, type=click.IntRange(1, 730), help="Hur länge den gäller."
)
def key(kind: str, code: str, days: int) -> None:
    """Gör en nyckel för organisationen KIND CODE, t.ex. KOMMUN 1380. Den visas en gång."""
    engine = create_engine(load_config().url_for("migrator"))
    with engine.begin() as connection:
        organisation = connection.execute(_ORGANISATION, {"kind": kind, "code": code}).scalar()
        if organisation is None:
            raise ConfigError(f"Organisationen {kind} {code} finns inte.")
        issuer = connection.execute(_LINKED, {"id": organisation}).scalar()
        if issuer is None:
            raise ConfigError(f"Organisationen {kind} {code} har ingen inloggning.")
        made = new_key(connection, Directory(UUID(str(organisation)), str(issuer)), days)
    click.echo(made)


@directory.command()
@click.argument("kind")
@click.argument("code")
def revoke(kind: str, code: str) -> None:
    """Återkalla alla nycklar för organisationen KIND CODE."""
    engine = create_engine(load_config().url_for("migrator"))
    with engine.begin() as connection:
        organisation = connection.execute(_ORGANISATION, {"kind": kind, "code": code}).scalar()
        if organisation is None:
            raise ConfigError(f"Organisationen {kind} {code} finns inte.")
        count = revoke_keys(connection, UUID(str(organisation)))
    click.echo(f"Återkallade nycklar: {count}.")
