"""Each hook is answered by the example, through the process, in the promised shape."""

from __future__ import annotations

from typing import Any

import pytest

from fyrklang.access.actor import Actor
from fyrklang.sdk import plugins
from fyrklang.sdk.plugin import HOOKS, Check, Page
from fyrklang.sdk.plugins.calls import Asker, attempt
from fyrklang.sdk.plugins.shelf import SHELF, Found
from tests.sdk.plugins.conftest import switch_on

ASKED: dict[str, dict[str, Any]] = {
    "page": {"page": "start", "values": {}},
    "api": {"name": "antal", "body": {}},
    "participant_panel": {"stay": {"week": 3}},
    "plan_checklist": {"plan": {}},
    "closing_step": {"ending": {}},
    "intake_criteria": {"intervention": {}},
    "survey_instrument": {},
    "measures": {},
    "export": {"name": "insatser"},
    "import_rows": {"columns": ("a",), "rows": (("x",), ("",))},
    "job": {"name": "rakna"},
    "notices": {},
}


@pytest.fixture
def example() -> Found:
    found = SHELF.get("example")
    assert found is not None
    return found


def test_there_are_a_dozen_hooks_and_each_is_asked_here() -> None:
    assert set(ASKED) == set(HOOKS)
    assert len(HOOKS) == 12


@pytest.mark.parametrize("hook", HOOKS)
def test_the_example_answers_every_hook(chief: Actor, example: Found, hook: str) -> None:
    answer = attempt(Asker.of(chief), example, hook, ASKED[hook], 5)
    assert answer is not None
    if hook == "page":
        assert isinstance(answer, Page)
        assert ("Hemteamet", "2024-01-01") in answer.blocks[1].rows
    if hook == "import_rows":
        assert (answer.accepted, answer.refused[0].row) == (1, 2)
    if hook == "job":
        assert answer == "1 insatser."


def test_features_meet_only_plugins_that_are_on(chief: Actor) -> None:
    helpers = (
        lambda: plugins.panels(chief, {"week": 2}),
        lambda: plugins.plan_checks(chief, {}),
        lambda: plugins.closing_fields(chief, {}),
        lambda: plugins.intake_criteria(chief, {}),
        lambda: plugins.instruments(chief),
        lambda: plugins.measures(chief),
        lambda: plugins.catalogue_fields(chief),
    )
    assert [helper() for helper in helpers] == [[]] * len(helpers)
    switch_on(chief, "example")
    assert all(helper()[0].plugin == "example" for helper in helpers)
    assert plugins.plan_checks(chief, {})[0].value == (
        Check("mal", "Har deltagaren själv satt ord på målet?"),
    )
    assert plugins.notices(chief)[0].value == ()


def test_a_page_keeps_what_its_form_sends_and_a_fault_keeps_nothing(chief: Actor, example: Found) -> None:
    def send(title: str) -> Page:
        values = {"rubrik": title, "ord": "Något."}
        answer = attempt(Asker.of(chief), example, "page", {"page": "anteckna", "values": values}, 5)
        assert isinstance(answer, Page)
        return answer

    assert send("x").errors == (("rubrik", "Skriv minst tre tecken."),)
    assert send("Rubriken").done == "Anteckningen är sparad."
    shown = attempt(Asker.of(chief), example, "page", {"page": "anteckna", "values": {}}, 5)
    assert [block.title for block in shown.blocks] == ["Rubriken"]
