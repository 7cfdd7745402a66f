"""What `make bench` measures on answers as it should; a fast refusal would be no figure."""

from __future__ import annotations

import pytest

from fyrklang.app import create_app
from fyrklang.bench.ground import INSATSER, lay
from fyrklang.bench.statements import statements
from fyrklang.kernel.config import Config


@pytest.fixture
def served(own_config: Config):
    return lay(own_config, 8, counted=True), create_app(own_config)


def test_everyone_who_asks_gets_their_list(served) -> None:
    ground, app = served
    for each in ground.people:
        path = f"/api/v1/f/{each.slug}/interventions"
        answer = app.test_client(use_cookies=False).get(path, headers={"Cookie": each.cookie})
        assert answer.status_code == 200
        assert answer.json["total"] == len(answer.json["items"]) == INSATSER


def test_a_list_takes_as_many_statements_for_one_row_as_for_fifty(served) -> None:
    ground, app = served
    each = ground.people[0]
    path = f"/api/v1/f/{each.slug}/interventions"
    assert statements(app, f"{path}?page_size=1", each.cookie) == statements(app, path, each.cookie)
