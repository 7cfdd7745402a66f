"""The steps that make a new installation ready: register, published facts, people, the invented nation."""

from __future__ import annotations

from sqlalchemy import create_engine, text

from fyrklang import demo
from fyrklang.cli.progress import StepProgress
from fyrklang.demo.shapes import FIRST_YEAR
from fyrklang.identity import demo_people
from fyrklang.identity.issuers import Issuer, register, seal
from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.kernel.paths import project_root
from fyrklang.modules.interventions.published import apply_published
from fyrklang.national.store.publishing import Plan, publish
from fyrklang.tenancy import registry

GIVEN_ISSUER = "given"
FIRST_RELEASE = Plan(
    number="2026-1",
    first_year=FIRST_YEAR,
    last_year=2025,
    synthetic=True,
    note="Den första utgåvan av den påhittade nationen.",
)


def lay_in_register(config: Config, progress: StepProgress) -> None:
    """The förbund of `tenants/`, then what is published about their insatser."""
    folder = project_root() / "tenants"
    registry.apply(config, registry.load(folder))
    progress("publicerade uppgifter")
    apply_published(config, folder)


def draw_nation(config: Config, progress: StepProgress) -> None:
    """The invented nation and its first release; one look-up when both stand."""
    demo.ensure(config, progress)
    progress("nationell utgåva")
    database = Database(config)
    try:
        with database.engine("council").connect() as connection:
            stands = connection.execute(text("SELECT 1 FROM national.release WHERE synthetic LIMIT 1")).first()
        if stands is None:
            publish(database, FIRST_RELEASE, lambda done, total, words: progress(words, done, total))
    finally:
        database.dispose()


def let_people_in(config: Config, _progress: StepProgress) -> None:
    """The issuer people log in at: the one given by settings, or the local one with the invented people."""
    if config.oidc_issuer:
        _register_given(config)
    elif config.demo and config.demo_issuer:
        demo_people.ensure(config, demo_people.demo_issuer(config, config.demo_issuer))


def _register_given(config: Config) -> None:
    """Offer the given issuer to every organisation that has none of its own."""
    issuer = Issuer(
        id=GIVEN_ISSUER,
        name="Inloggning",
        hint="",
        issuer=config.oidc_issuer,
        client_id=config.oidc_client_id,
        algorithms=("RS256", "ES256", "PS256"),
        secret_sealed=seal(config, GIVEN_ISSUER, config.oidc_client_secret),
    )
    engine = create_engine(config.url_for("migrator"))
    with engine.begin() as connection:
        register(connection, issuer)
        connection.execute(
            text(
                "INSERT INTO registry.organisation_issuer (organisation_id, issuer_id) "
                "SELECT o.id, :issuer FROM registry.organisation o WHERE NOT EXISTS ("
                "SELECT 1 FROM registry.organisation_issuer i WHERE i.organisation_id = o.id)"
            ),
            {"issuer": GIVEN_ISSUER},
        )
    engine.dispose()
