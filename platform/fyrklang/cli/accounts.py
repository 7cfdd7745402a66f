"""`fyrklang accounts`: which organisations' staff may have accounts of ours, for want of a login of their own."""

from __future__ import annotations

from uuid import UUID

import click
from sqlalchemy import create_engine, text

from fyrklang.cli.settings import load_config
from fyrklang.identity.issuers import LOCAL_ID
from fyrklang.identity.local_accounts import allow as allow_accounts
from fyrklang.kernel.config import ConfigError

_ORGANISATION = text("SELECT id FROM registry.organisation WHERE kind = :kind AND code = :code")
_FORBID = text(
    "DELETE FROM registry.organisation_issuer WHERE organisation_id = :organisation AND issuer_id = :issuer"
)
_CLOSE = text("UPDATE registry.issuer SET enabled = false WHERE id = :issuer")


@click.group(name="accounts", short_help="Konton för den som saknar egen inloggning")
def accounts() -> None:
    """Konton med lösenord och kodapp, för dem vars organisation inte har någon egen inloggning."""


@accounts.command()
@click.argument("kind")
@click.argument("code")
def allow(kind: str, code: str) -> None:
    """Låt administratörer bjuda in konton från organisationen KIND CODE, t.ex. ASSOCIATION halland."""
    engine = create_engine(load_config().url_for("migrator"))
    with engine.begin() as connection:
        organisation = connection.execute(_ORGANISATION, {"kind": kind, "code": code}).scalar()
        if organisation is None:
            raise ConfigError(f"Organisationen {kind} {code} finns inte.")
        allow_accounts(connection, [UUID(str(organisation))])
    click.echo(f"Konton får nu göras för {kind} {code}.")


@accounts.command()
@click.argument("kind")
@click.argument("code")
def forbid(kind: str, code: str) -> None:
    """Tillåt inga nya konton från organisationen KIND CODE. De som finns är kvar."""
    engine = create_engine(load_config().url_for("migrator"))
    with engine.begin() as connection:
        organisation = connection.execute(_ORGANISATION, {"kind": kind, "code": code}).scalar()
        if organisation is None:
            raise ConfigError(f"Organisationen {kind} {code} finns inte.")
        connection.execute(_FORBID, {"organisation": organisation, "issuer": LOCAL_ID})
    click.echo(f"Inga nya konton görs för {kind} {code}.")


@accounts.command()
def close() -> None:
    """Stäng alla konton nu: ingen kommer in, och öppna sessioner är slut inom en halv minut."""
    engine = create_engine(load_config().url_for("migrator"))
    with engine.begin() as connection:
        connection.execute(_CLOSE, {"issuer": LOCAL_ID})
    click.echo("Alla konton är stängda. `fyrklang accounts allow` öppnar dem igen.")
