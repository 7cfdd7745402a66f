"""`fyrklang audit`: is the log whole? Seal it, take one förbund's out, and judge it here or anywhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy import select

from fyrklang.cli import Failure
from fyrklang.cli.settings import load_config
from fyrklang.kernel.audit.copies import Copies
from fyrklang.kernel.audit.export import Expected, Subject, verify_export, write_export
from fyrklang.kernel.audit.seals import Signer, WentBackError, key_id
from fyrklang.kernel.audit.verify import Report, verify
from fyrklang.kernel.config import Config, ConfigError
from fyrklang.kernel.db import Database
from fyrklang.modules.log.acts import TAKEN_OUT
from fyrklang.tenancy.audit import reading
from fyrklang.tenancy.audit.sealing import seal as make_seal
from fyrklang.tenancy.audit.trail import Entry, Origin, note, set_origin
from fyrklang.tenancy.context import TenantContext
from fyrklang.tenancy.registry.models import Tenant
from fyrklang.tenancy.session import tenant_session

OPERATOR = Origin(roles=("OPERATOR",))
_MOST_FAULTS = 20
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(short_help="Kontrollera, försegla och ta ut loggen")
def audit() -> None:
    """Loggen: en kedja per förbund som bara går att lägga till i."""


@audit.command("verify")
@click.option("--export", "file", type=_FILE, help="Uttagen fil.")
@click.option("--copies", "outside", type=_FILE, help="Egen kopia av förseglingarna.")
@click.option("--key", "keys", multiple=True, help="Publik nyckel (64 hextecken) att lita på.")
@click.option("--expect", "expected", help="Fingeravtryck ur ett protokoll: händelse:hextecken.")
def verify_log(file: Path | None, outside: Path | None, keys: tuple[str, ...], expected: str | None) -> None:
    """Kontrollera databasens logg, eller en uttagen fil utan databas. Slutar med 1 om något är fel."""
    config = _config_if_any()
    trusted = _trusted(config, keys)
    if file is not None:
        _verify_file(file, trusted, _copies(config, outside), expected)
        return
    if config is None:
        config = load_config()
    with _database(config) as database, reading.snapshot(database) as connection:
        try:
            report = verify(reading.whole_state(connection, _copies(config, outside)), trusted)
        except ValueError as error:
            raise Failure(
                f"Kopian av förseglingarna utanför databasen går inte att läsa: {error}."
            ) from error
    _tell(report, _slugs(config))


@audit.command("export")
@click.option("--tenant", "slug", required=True, help="Förbundets kortnamn i adressen.")
@click.option(
    "--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Fil att skriva till."
)
def export_log(slug: str, out: Path | None) -> None:
    """Ta ut ett förbunds logg som en underskriven fil. Uttaget står i loggen."""
    config = load_config()
    target = out or Path(f"logg-{slug}.jsonl")
    with _database(config) as database:
        _note_export(database, slug)
        with reading.snapshot(database) as connection:
            subject = reading.subject_of(connection, slug)
            if subject is None:
                raise Failure(f"Det finns inget förbund med kortnamnet {slug}.")
            events = reading.events_of(connection, subject.head.tenant_id)
            with target.open("wb") as file:
                count = write_export(file, subject, reading.seals(connection), events, Signer.of(config))
    click.echo(f"{_number(count)} händelser skrivna till {target}.")


@audit.command("seal")
def seal_log() -> None:
    """Försegla loggen nu, utöver varje timme."""
    with _database(load_config()) as database:
        try:
            made = make_seal(database)
        except (WentBackError, ValueError) as error:
            raise Failure(f"Förseglar inte: {error}. Kör fyrklang audit verify.") from error
    click.echo(f"Försegling {made.number}: {_number(made.events)} händelser i {made.tenants} loggar.")


@audit.command("key")
def show_key() -> None:
    """Visa den publika nyckel som förseglingar kontrolleras med."""
    click.echo(Signer.of(load_config()).public.hex())


def _verify_file(file: Path, trusted: Mapping[str, bytes], copies: Copies, expected: str | None) -> None:
    if not trusted:
        raise Failure("Ange vilken nyckel du litar på med --key. Den visas av fyrklang audit key.")
    with file.open("rb") as lines:
        report, subject = verify_export(lines, trusted, copies.read(), _expected(expected))
    names = {subject.head.tenant_id: subject.name} if isinstance(subject, Subject) else {}
    if subject is not None:
        click.echo(f"{subject.name}, till och med händelse {_number(subject.head.seq)}.")
    _tell(report, names)


def _tell(report: Report, names: Mapping[UUID, str]) -> None:
    click.echo(
        f"{_number(report.events)} händelser, {_number(report.seals)} förseglingar, "
        f"{_number(report.copies)} i kopian utanför databasen."
    )
    if report.unsealed:
        click.echo(f"{_number(report.unsealed)} händelser är nyare än den senaste förseglingen.")
    if report.redrawn:
        click.echo(f"{_number(report.redrawn)} påhittade förbund har tagits bort eller dragits om.")
    for fault in report.faults[:_MOST_FAULTS]:
        place = names.get(fault.tenant_id, str(fault.tenant_id)) + ": " if fault.tenant_id else ""
        click.echo(f"FEL  {place}{fault.sentence}.", err=True)
    if len(report.faults) > _MOST_FAULTS:
        click.echo(f"… och {len(report.faults) - _MOST_FAULTS} till.", err=True)
    click.echo("Loggen är hel." if report.whole else "Loggen är inte hel.", err=not report.whole)
    sys.exit(0 if report.whole else 1)


def _config_if_any() -> Config | None:
    """The installation's settings, or None on a machine that has none, where a file can still be judged."""
    with suppress(ConfigError):
        return load_config()
    return None


def _trusted(config: Config | None, keys: tuple[str, ...]) -> dict[str, bytes]:
    try:
        given = [bytes.fromhex(key) for key in keys]
    except ValueError as error:
        raise Failure("En nyckel är 64 hextecken.") from error
    own = [Signer.of(config).public] if config else []
    return {key_id(public): public for public in (*own, *given)}


def _copies(config: Config | None, outside: Path | None) -> Copies:
    if outside is not None:
        return Copies.at(outside)
    return Copies(config.data_dir) if config else Copies(Path("finns-inte"))


def _expected(text: str | None) -> Expected | None:
    if text is None:
        return None
    number, _colon, digits = text.partition(":")
    if not number.isdecimal() or len(digits) < 16:
        raise Failure("Ange fingeravtrycket som händelse:hextecken, med minst 16 tecken.")
    return Expected(int(number), digits)


def _note_export(database: Database, slug: str) -> None:
    with database.engine("app").connect() as connection:
        tenant = connection.execute(select(Tenant.id).where(Tenant.slug == slug)).scalar()
    if tenant is None:
        raise Failure(f"Det finns inget förbund med kortnamnet {slug}.")
    with tenant_session(database, TenantContext(tenant, slug)) as session:
        set_origin(session, OPERATOR)
        note(session, Entry(TAKEN_OUT.code))


def _slugs(config: Config) -> dict[UUID, str]:
    with _database(config) as database, database.engine("app").connect() as connection:
        return {row.id: row.slug for row in connection.execute(select(Tenant.id, Tenant.slug))}


@contextmanager
def _database(config: Config) -> Iterator[Database]:
    database = Database(config)
    try:
        yield database
    finally:
        database.dispose()


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u00a0")
