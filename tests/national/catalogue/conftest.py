"""A nation with the invented cards, of förbund that bear their owners' names."""

from __future__ import annotations

from pathlib import Path

import pytest

import fyrklang.demo
from fyrklang.kernel.db import Database
from fyrklang.national.catalogue.cards import lay_in, load_cards
from fyrklang.national.store.publishing import Plan, publish
from tests.national.nation import Nation, connect
from tests.people import Forbund

CARDS = Path(fyrklang.demo.__file__).with_name("cards.toml")
FIGURES = {(2025, "K"): (30, 30, 10, 20), (2025, "M"): (30, 30, 10, 20)}


@pytest.fixture(scope="module")
def library(empty_nation: Nation, nation_database: Database) -> Nation:
    for slug in sorted({card["slug"] for card in load_cards(CARDS)}):
        made = empty_nation.add(slug, [FIGURES])
        with connect(empty_nation.config) as conn:
            conn.execute("UPDATE registry.tenant SET slug = %s WHERE slug = %s", (slug, made))
            conn.commit()
        empty_nation.forbund[slug] = Forbund(empty_nation.forbund.pop(made).id, slug)
    publish(nation_database, Plan("2026-1", 2024, 2025, synthetic=True))
    assert lay_in(nation_database, load_cards(CARDS), synthetic=True) == 20
    return empty_nation
