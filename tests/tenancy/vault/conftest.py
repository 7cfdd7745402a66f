"""Förbund with a vault each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from fyrklang.kernel.config import Config
from fyrklang.kernel.db import Database
from fyrklang.tenancy.session import tenant_session
from fyrklang.tenancy.vault import Vault
from tests.people import Forbund, make_forbund

OpenVault = Callable[[Forbund], AbstractContextManager[Vault]]


@pytest.fixture
def forbund(config: Config) -> Forbund:
    return make_forbund(config)


@pytest.fixture
def vault(database: Database) -> OpenVault:
    """A vault in a transaction of its own, committed when the block ends."""
    return vault_in(database)


def vault_in(database: Database) -> OpenVault:
    @contextmanager
    def opened(forbund: Forbund) -> Iterator[Vault]:
        with tenant_session(database, forbund.context) as session:
            yield Vault(session)

    return opened
