"""Set-up steps that need more than settings and a progress bar. Imported only when one of them runs."""

from __future__ import annotations

from sqlalchemy import text

from fyrklang import demo
from fyrklang.cli.progress import StepProgress
from fyrklang.demo.shapes import FIRST_YEAR
from fyrklang.identity.setup import OwnIssuer, lay_in
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.kernel.paths import project_root
from fyrklang.modules.interventions.published import apply_published
from fyrklang.national.store.publishing import Plan, publish
from fyrklang.tenancy.registry import apply, load

FIRST_RELEASE = Plan(
    number="2026-1",
    first_year=FIRST_YEAR,
    last_year=2025,
    synthetic=True,
    note="Den första utgåvan av den påhittade nationen.",
)


def tenants(config: Config, progress: StepProgress) -> None:
    """Lay the register of förbund in, then what is published about their insatser."""
    folder = project_root() / "tenants"
    apply(config, load(folder), lambda done, total: progress("", done, total))
    progress("publicerade uppgifter")
    apply_published(config, folder)


def nation(config: Config, progress: StepProgress) -> None:
    """The invented nation and its first release; one look-up each when they stand."""
    demo.ensure(config, progress)
    database = Database(config)
    try:
        with database.engine("council").connect() as connection:
            stands = connection.execute(
                text("SELECT 1 FROM national.release WHERE synthetic LIMIT 1")
            ).first()
        if stands is None:
            publish(database, FIRST_RELEASE, lambda done, total, words: progress(words, done, total))
    finally:
        database.dispose()


def people(config: Config, _progress: StepProgress) -> None:
    """The issuer people log in at: the one given by settings, or the local one with the invented people."""
    own = OwnIssuer(config.oidc_issuer, config.oidc_client_id, config.oidc_client_secret)
    lay_in(config, own=own if config.oidc_issuer else None, demo_address=config.demo_issuer)
