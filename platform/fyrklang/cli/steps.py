"""Set-up steps that need more than settings and a progress bar. Imported only when one of them runs."""

from __future__ import annotations

from fyrklang.cli.progress import StepProgress
from fyrklang.kernel.config import Config
from fyrklang.kernel.paths import project_root
from fyrklang.tenancy.registry import apply, load


def tenants(config: Config, progress: StepProgress) -> None:
    """Lay the register of förbund in."""
    apply(config, load(project_root() / "tenants"), lambda done, total: progress("", done, total))
