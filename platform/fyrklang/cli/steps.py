"""Set-up steps that need more than settings and a progress bar. Imported only when one of them runs."""

from __future__ import annotations

from fyrklang import demo
from fyrklang.cli.progress import StepProgress
from fyrklang.identity.setup import OwnIssuer, lay_in
from fyrklang.kernel.config import Config
from fyrklang.kernel.paths import project_root
from fyrklang.modules.interventions.published import apply_published
from fyrklang.national.catalogue.cards import apply_real
from fyrklang.tenancy.registry import apply, is_applied, load


def tenants(config: Config, progress: StepProgress) -> None:
    """Lay the register of förbund in, then what is published about their insatser."""
    folder = project_root() / "tenants"
    registry = load(folder)
    if not is_applied(config, registry):
        apply(config, registry, lambda done, total: progress("", done, total))
    progress("publicerade uppgifter")
    apply_published(config, folder)
    apply_real(config, folder)


def nation(config: Config, progress: StepProgress) -> None:
    """The invented nation and its first release; one look-up each when they stand."""
    demo.ensure(config, progress)


def people(config: Config, _progress: StepProgress) -> None:
    """The issuer people log in at: the one given by settings, or the local one with the invented people."""
    own = OwnIssuer(config.oidc_issuer, config.oidc_client_id, config.oidc_client_secret)
    lay_in(config, own=own if config.oidc_issuer else None, demo_address=config.demo_issuer)
    if config.demo:
        demo.seat_people(config)
