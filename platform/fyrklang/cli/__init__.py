"""The command `fyrklang`. Each sub-command lives in a file of its own and is loaded when it is used."""

from __future__ import annotations

import importlib
from typing import IO, Any

import click

from fyrklang.kernel.config import ConfigError
from fyrklang.kernel.embedded.errors import EmbeddedError

COMMANDS: dict[str, str] = {
    "accounts": "fyrklang.cli.accounts:accounts",
    "audit": "fyrklang.cli.audit:audit",
    "bench": "fyrklang.cli.bench:bench",
    "demo": "fyrklang.cli.demo:demo",
    "directory": "fyrklang.cli.directory:directory",
    "doctor": "fyrklang.cli.doctor:doctor",
    "facts": "fyrklang.cli.facts:facts",
    "issuer": "fyrklang.cli.issuer:issuer",
    "jobs": "fyrklang.cli.jobs:jobs",
    "keys": "fyrklang.cli.keys:keys",
    "migrate": "fyrklang.cli.migrate:migrate",
    "national": "fyrklang.cli.national:national",
    "release": "fyrklang.cli.release:release",
    "tenants": "fyrklang.cli.tenants:tenants",
    "terms": "fyrklang.cli.terms:terms",
    "up": "fyrklang.cli.up:up",
}
"""Name of each sub-command → module and click command."""


class Failure(click.ClickException):
    """A sentence for the person at the terminal, and exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence."""
        click.echo(self.message, err=True, file=file)


class LazyGroup(click.Group):
    """A group that imports a sub-command only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name in the table."""
        return sorted({*COMMANDS, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The named command, imported."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, attribute = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run, and turn what the user can mend into a sentence instead of a traceback."""
        try:
            return super().invoke(ctx)
        except (ConfigError, EmbeddedError) as error:
            raise Failure(str(error)) from error


@click.group(cls=LazyGroup)
def main() -> None:
    """Fyrklang: samordningsförbundens gemensamma plattform."""
