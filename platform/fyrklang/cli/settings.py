"""Settings for commands that work on an installation: the environment first, then what `fyrklang up` runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from fyrklang.kernel.config import Config, ConfigError
from fyrklang.kernel.embedded.folder import DataFolder

_NEEDED = ("FYRKLANG_SECRET_KEY", "FYRKLANG_DATABASE_URL", "FYRKLANG_REDIS_URL")


def load_config(environ: Mapping[str, str] | None = None) -> Config:
    """The settings of the installation this command is about.

    Raises:
        ConfigError: nothing runs and the environment does not say where to look.
    """
    given = os.environ if environ is None else environ
    if all(given.get(name) for name in _NEEDED):
        return Config.from_env(given)
    folder = data_folder(given)
    running = folder.running()
    if running is None:
        raise ConfigError(
            f"Fyrklang körs inte från mappen {folder.path}. Starta med make up, eller ange "
            f"{', '.join(_NEEDED)}."
        )
    return Config.from_env({**running, **given})


def data_folder(environ: Mapping[str, str]) -> DataFolder:
    """The data folder that `FYRKLANG_DATA_DIR` names."""
    return DataFolder(Path(environ.get("FYRKLANG_DATA_DIR") or ".fyrklang"))
