"""`fyrklang terms`: what everybody on the platform must accept, beside what their förbund asks."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import create_engine, text

from fyrklang.access.terms import PLATFORM
from fyrklang.cli.settings import load_config
from fyrklang.kernel.config import ConfigError
from fyrklang.kernel.ids import new_id

_LATEST = text(
    "SELECT version, body FROM registry.terms WHERE tenant_id = :tenant ORDER BY version DESC LIMIT 1"
)
_PUBLISH = text(
    "INSERT INTO registry.terms (tenant_id, id, version, body) VALUES (:tenant, :id, :version, :body)"
)
FEWEST, MOST = 20, 20_000


@click.group(name="terms", short_help="Plattformens villkor")
def terms() -> None:
    """Plattformens villkor, som alla godkänner innan de kommer in och på nytt vid varje ny version."""


@terms.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def publish(file: Path) -> None:
    """Publicera texten i FILE som ny version. Stycken skiljs åt av en tom rad."""
    body = file.read_text("utf-8").strip()
    if not FEWEST <= len(body) <= MOST:
        raise ConfigError(f"Villkoren ska ha minst {FEWEST} och högst {MOST} tecken.")
    engine = create_engine(load_config().url_for("migrator"))
    with engine.begin() as connection:
        latest = connection.execute(_LATEST, {"tenant": PLATFORM.tenant_id}).first()
        if latest is not None and latest.body == body:
            raise ConfigError("Texten är den som redan gäller.")
        version = latest.version + 1 if latest else 1
        connection.execute(
            _PUBLISH, {"tenant": PLATFORM.tenant_id, "id": new_id(), "version": version, "body": body}
        )
    click.echo(
        f"Publicerade version {version}. Alla godkänner den vid sitt nästa klick, senast inom en minut."
    )
