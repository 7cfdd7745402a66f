"""The frame and its parts as HTML, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask, render_template_string
from markupsafe import Markup

from fyrklang.web.context import Menu, MenuItem, Person, Shell, TenantChoice
from fyrklang.web.shell import mark_synthetic
from fyrklang.web.tables import Column, Pager, Row, Table
from fyrklang.web.words import STATUSES, status_of
from tests.web.gallery import SHELL, make_app


@pytest.fixture(scope="module")
def app() -> Flask:
    return make_app()


@pytest.fixture
def render(app: Flask) -> Callable[..., str]:
    def rendered(source: str, **values: object) -> str:
        with app.test_request_context("/"):
            return render_template_string(source, **values)

    return rendered


def test_initials() -> None:
    assert [Person(name).initials for name in ("Ulla Förebild", "Åsa", "Mira von Exempelsson", "")] == [
        "UF", "Å", "ME", "",
    ]  # fmt: skip


def test_the_phone_keeps_four_places_and_the_rest_under_more() -> None:
    items = tuple(MenuItem(str(n), "/", "sun") for n in range(6))
    assert [item.label for item in Menu(items).first] == ["0", "1", "2", "3"]
    assert [item.label for item in Menu(items).rest] == ["4", "5"]
    marked = (*items[:4], replace(items[4], phone=True), items[5])
    assert [item.label for item in Menu(marked).first] == ["4"]
    assert len(Menu(marked).rest) == 5


def test_one_forbund_is_a_name_and_several_a_choice() -> None:
    one = make_app(replace(SHELL, tenants=(TenantChoice("Finsam Åsviken", "/", current=True),)))
    page = one.test_client().get("/").text
    assert "fy-switch--one" in page
    assert "Finsam Norrlunda" in make_app().test_client().get("/").text


def test_what_is_not_given_is_not_drawn() -> None:
    page = make_app(Shell()).test_client().get("/").text
    absent = (
        "fy-strip",
        "fy-menu",
        "fy-bottom",
        "fy-search",
        "fy-bar__count",
        "fy-me__initials",
        "data-synthetic",
    )
    assert [name for name in absent if name in page] == []
    assert "Tillgänglighet" not in page


def test_the_synthetic_mark_may_be_taken_off_one_page(app: Flask) -> None:
    with app.test_request_context("/"):
        mark_synthetic(False)
        assert "fy-syn" not in render_template_string("{{ ui.syn_tag() }}")
    with app.test_request_context("/"):
        mark_synthetic()
        assert "Påhittat" in render_template_string("{{ ui.syn_tag(short=True) }}")


def test_status_words_are_a_closed_list(render: Callable[..., str]) -> None:
    for key, status in STATUSES.items():
        assert str(status.word) in render("{{ ui.status(key) }}", key=key)
    with pytest.raises(KeyError):
        status_of("brand new word")


def test_everything_shown_is_escaped(render: Callable[..., str]) -> None:
    mean = "<script>x</script>"
    table = Table(
        mean, (Column("a", mean), Column("b", mean)), (Row({"a": mean, "b": mean}, url='"><script>'),)
    )
    sources = (
        "{{ ui.table(table) }}",
        "{{ ui.status('done', mean) }}{{ ui.party('fk', mean) }}{{ ui.key_figure(mean, mean, mean) }}",
        "{{ ui.page_head(mean, [(mean, mean)], mean, [(mean, mean)]) }}{{ ui.button(mean, url=mean) }}",
        "{{ ui.field_text(none, mean, mean, help=mean, value=mean, unit=mean) }}",
        "{{ ui.field_select(none, 'a', mean, [(mean, mean)]) }}{{ ui.field_radios(none, 'a', mean, [(mean, mean)]) }}",
        "{{ ui.message('info', caller=caller) if false }}{{ ui.verdict(mean) }}{{ ui.toast(mean) }}",
        "{{ ui.definition([(mean, mean)]) }}{{ ui.empty(mean, mean) }}{{ ui.progress(mean, 1, 2, mean, mean) }}",
    )
    for source in sources:
        assert "<script>" not in render(source, mean=mean, table=table), source


def test_markup_from_a_macro_passes_through_a_table(render: Callable[..., str]) -> None:
    table = Table("x", (Column("a", "A"), Column("b", "B")), (Row({"a": "n", "b": Markup("<b>fet</b>")}),))
    assert "<b>fet</b>" in render("{{ ui.table(table) }}", table=table)


def test_a_table_says_what_each_cell_is(render: Callable[..., str]) -> None:
    table = Table(
        "Deltagare", (Column("a", "Namn"), Column("b", "Antal", "number")), (Row({"a": "x", "b": 1234}),)
    )
    html = render("{{ ui.table(table) }}", table=table)
    assert "Deltagare</caption>" in html
    assert 'scope="row"' in html
    assert 'data-label="Antal"' in html
    assert "1\u00a0234" in html


def test_the_pager_says_where_one_is(render: Callable[..., str]) -> None:
    def line(*numbers: int, **links: str) -> str:
        return render("{{ ui.pager(page) }}", page=Pager(*numbers, noun="förbund", **links))

    assert "25–50 av 74 förbund" in line(25, 50, 74, previous_url="/")
    assert ">74 förbund" in line(1, 74, 74)
    assert "24 av 74 förbund" in line(1, 24, 74, all_url="/")


def test_a_field_at_fault_is_tied_to_its_sentence(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("anonymous", "1")
    page = client.post(
        "/", data={"count": "x", "name": "<b>"}, headers={"Sec-Fetch-Site": "same-origin"}
    ).text
    assert 'aria-describedby="f-count-fault" aria-invalid="true"' in page
    assert '<a href="#f-count">Ange ett heltal, till exempel 12.</a>' in page
    assert page.count("Ange ett heltal, till exempel 12.") == 2
    assert 'value="&lt;b&gt;"' in page
    assert "<title>Fel:" in page


def test_radmatt_stays_on_its_scale(render: Callable[..., str]) -> None:
    html = render("{{ ui.radmatt(1.4, -0.2, 2, goal=0.35, scale_high=0.8) }}")
    assert 'x1="0.00%" x2="100.00%"' in html
    assert 'x1="43.75%"' in html
    assert "style" not in html
