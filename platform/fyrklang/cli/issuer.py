"""`fyrklang issuer`: lay in the login service that the settings name."""

from __future__ import annotations

import click

from fyrklang.cli.settings import load_config
from fyrklang.identity.outcomes import LoginRefused
from fyrklang.identity.setup import OwnIssuer, lay_in
from fyrklang.kernel.config import ConfigError


@click.command(short_help="Lägg in organisationens inloggning")
def issuer() -> None:
    """Lägg in den inloggning som FYRKLANG_OIDC_ISSUER anger. Kan köras om."""
    config = load_config()
    if not config.oidc_issuer or not config.oidc_client_id:
        raise ConfigError("Ange FYRKLANG_OIDC_ISSUER och FYRKLANG_OIDC_CLIENT_ID.")
    try:
        lay_in(config, own=OwnIssuer(config.oidc_issuer, config.oidc_client_id, config.oidc_client_secret))
    except LoginRefused as refused:
        raise ConfigError("FYRKLANG_OIDC_ISSUER måste börja med https://.") from refused
    click.echo(f"Inloggningen hos {config.oidc_issuer} är inlagd.")
