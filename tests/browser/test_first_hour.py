"""The first hour of work, from the login to the nation's figures, as those who do it."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Mapping
from math import sqrt
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser.stack import DISA, EMBLA, HILDING, MARTA, OTTO, STINA, Stack
from tests.chromium import axe, sideways

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TEAM = "Individsamverkansteamet"
FIELDS = ("started", "ongoing", "ended", "known_outcome", "ended_work_study")


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % score interval by its textbook formula, since the page must not be its own oracle."""
    z = 1.959963984540054
    share = part / whole
    middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    reach = z * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return middle - reach, middle + reach


def figure(part: int, whole: int) -> str:
    """Share, base and interval as the insats page says them."""
    low, high = (round(100 * limit) for limit in wilson(part, whole))
    return f"{round(100 * part / whole)} % {part} av {whole} avslut Osäkerhetsintervall 95 %: {low}–{high} %"


def said(page: Page, selector: str) -> str:
    """The text a reader sees, with plain spaces."""
    return re.sub(r"\s+", " ", page.locator(selector).first.inner_text()).strip()


def fill(page: Page, numbers: Mapping[str, tuple[int, ...]]) -> None:
    """Type one row of numbers per sex, in the order of `FIELDS`."""
    for sex, row in numbers.items():
        for name, number in zip(FIELDS, row, strict=True):
            page.locator(f"#f-{sex}_{name}").fill(str(number))


def test_a_new_count_changes_the_goal_figure(stack: Stack, enter, record_property) -> None:
    page = enter(None)
    stack.log_in(page, MARTA)
    expect(page.get_by_role("heading", name="Hej Märta")).to_be_visible()
    page.locator(".fy-menu").get_by_role("link", name="Insatser").click()
    page.get_by_role("link", name=TEAM).click()
    expect(page.get_by_text("Mål: minst 35 %")).to_be_visible()
    page.get_by_role("link", name="Registrera antal").first.click()
    year = page.get_by_label("År").input_value()
    for numbers, part, whole in (
        ({"K": (9, 12, 20, 19, 14), "M": (7, 11, 18, 16, 12)}, 26, 35),
        ({"K": (9, 12, 20, 19, 8), "M": (7, 11, 18, 16, 5), "U": (0, 0, 6, 5, 1)}, 14, 40),
    ):
        fill(page, numbers)
        page.get_by_role("button", name="Spara antalen").click()
        saved = time.monotonic()
        wanted = re.compile(re.escape(figure(part, whole)).replace(r"\ ", r"\s*"))
        # Nobody reloads: the page asks how far the recount has come and shows itself anew.
        expect(page.locator("#resultat .fy-columns").first).to_have_text(wanted)
        record_property(
            "Sekunder från sparat antal till ändrad målsiffra", round(time.monotonic() - saved, 1)
        )
        expect(page.get_by_text("siffrorna är omräknade")).to_be_visible()
        page.get_by_role("link", name="Registrera antal").first.click()
        page.get_by_label("År").select_option(year)
        expect(page.locator("#f-K_ended")).to_have_value("20")
    page.goto(stack.insats("halland", TEAM))
    low, high = wilson(14, 40)
    assert low < 0.35 < high
    assert "Det går inte att skilja från målet 35 %." in said(page, "#resultat")
    assert "Går inte att skilja" in said(page, "#resultat .fy-panel__head")
    assert "44 20 kvinnor, 18 män, 6 uppgift saknas" in said(page, "#antal")


def _faults(page: Page, told: Mapping[str, str]) -> None:
    """Each sentence stands at its field and leads there from the summary; what was typed is still there."""
    summary = page.locator(".fy-error-summary")
    expect(summary).to_be_focused()
    assert page.title().startswith("Fel: ")
    assert summary.get_by_role("link").all_inner_texts() == list(told.values())
    for name, sentence in told.items():
        box = page.locator(f"#f-{name}")
        assert box.get_attribute("aria-invalid") == "true"
        assert page.locator(f"#f-{name}-fault").inner_text().strip() == sentence
        assert f"f-{name}-fault" in (box.get_attribute("aria-describedby") or "")
    first = next(iter(told))
    summary.get_by_role("link").first.click()
    assert page.url.endswith(f"#f-{first}")
    assert axe(page) == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert axe(page) == []
    assert sideways(page) == 0
    page.set_viewport_size({"width": 1280, "height": 900})


def test_faulty_counts_are_told_at_the_field_and_nothing_is_saved(stack: Stack, enter) -> None:
    where = stack.insats("granstranden", _counted(stack, "granstranden"))
    counts = "SELECT sum(ended), max(updated_at) FROM office.intervention_count WHERE intervention_id = %s"
    before = stack.rows(counts, where.rpartition("/")[2])
    page = enter(EMBLA)
    _act_in(page, "Granstranden")
    page.goto(f"{where}/antal")
    typed = {"K_ended": "många", "M_started": "-3", "M_ended": "1 2 x"}
    for name, text in typed.items():
        page.locator(f"#f-{name}").fill(text)
    page.get_by_role("button", name="Spara antalen").click()
    _faults(
        page,
        {
            "K_ended": "Ange ett heltal, till exempel 12.",
            "M_started": "Ange ett tal mellan 0 och 100 000.",
            "M_ended": "Ange ett heltal, till exempel 12.",
        },
    )
    assert "Tre uppgifter behöver rättas" in said(page, ".fy-error-summary")
    for name, text in typed.items():
        assert page.locator(f"#f-{name}").input_value() == text
    fill(page, {"K": (1, 2, 4, 9, 3), "M": (1, 2, 8, 6, 7)})
    page.get_by_role("button", name="Spara antalen").click()
    _faults(
        page,
        {
            "K_known_outcome": "Kan inte vara fler än de avslutade (4).",
            "M_ended_work_study": "Kan inte vara fler än de med känt utfall (6).",
        },
    )
    assert page.locator("#f-K_known_outcome").input_value() == "9"
    assert stack.rows(counts, where.rpartition("/")[2]) == before


def _counted(stack: Stack, slug: str) -> str:
    """The name of the insats with most endings."""
    return stack.rows(
        "SELECT i.name FROM office.intervention i JOIN registry.tenant t ON t.id = i.tenant_id "
        "JOIN office.intervention_count c ON (c.tenant_id, c.intervention_id) = (i.tenant_id, i.id) "
        "WHERE t.slug = %s AND i.status = 'RUNNING' GROUP BY i.name ORDER BY sum(c.ended) DESC LIMIT 1",
        slug,
    )[0][0]


def test_the_administrator_makes_an_insats_and_sets_its_goal(stack: Stack, enter) -> None:
    page = enter(HILDING, "/f/granstranden/insatser")
    page.get_by_role("link", name="Ny insats").click()
    page.get_by_role("button", name="Spara insatsen").click()
    links = page.locator(".fy-error-summary").get_by_role("link").all_inner_texts()
    assert links == [
        "Skriv insatsens namn.",
        "Välj ett av alternativen.",
        "Välj ett av alternativen.",
        "Ange datum som åååå-mm-dd, till exempel 2026-11-21.",
    ]
    page.get_by_label("Namn").fill("Klivet vidare")
    page.get_by_label("Preciserad inriktning").select_option("Samverkansteam")
    page.get_by_label("Form").select_option("Team")
    page.get_by_label("Långtidssjukskrivna").check()
    page.get_by_label("Försäkringskassan").check()
    page.get_by_label("Kommun", exact=True).check()
    page.get_by_label("Platser").fill("1 200")
    page.get_by_label("Startdatum").fill("20250301")
    page.get_by_label("Slutdatum").fill("2025-01-01")
    page.get_by_role("button", name="Spara insatsen").click()
    _faults(page, {"ends_on": "Slutdatum kan inte vara före startdatum (2025-03-01)."})
    page.get_by_label("Slutdatum").fill("31/12 2027")
    page.get_by_role("button", name="Spara insatsen").click()
    expect(page.get_by_role("heading", name="Klivet vidare", level=1)).to_be_visible()
    assert "2025-03-01 till 2027-12-31" in said(page, ".fy-facts")
    assert "FK och Kommun" in said(page, ".fy-facts")
    page.get_by_role("link", name="Sätt mål").click()
    page.get_by_label("Mål, minst").fill("trettiofem")
    page.get_by_role("button", name="Spara målet").click()
    _faults(page, {"target_percent": "Ange ett tal."})
    page.get_by_label("Mål, minst").fill("37,5 %")
    page.get_by_label("Gäller från och med år").fill("2025")
    page.get_by_role("button", name="Spara målet").click()
    expect(page.get_by_text("Mål: minst 37,5 %")).to_be_visible()


def test_two_who_edit_at_once_see_what_differs(stack: Stack, enter) -> None:
    address = stack.insats("granstranden", _counted(stack, "granstranden")) + "/andra"
    first, second = enter(HILDING, address), enter(HILDING, address)
    first.get_by_label("Beskrivning").fill("Skrivet av den första.")
    places = first.get_by_label("Platser").input_value()
    first.get_by_label("Platser").fill("41")
    first.get_by_role("button", name="Spara insatsen").click()
    expect(first.get_by_text("Skrivet av den första.")).to_be_visible()
    second.get_by_label("Beskrivning").fill("Skrivet av den andra.")
    second.get_by_role("button", name="Spara insatsen").click()
    assert "Uppgiften har ändrats sedan du öppnade den." in said(second, ".fy-error-summary")
    rows = second.get_by_role("table", name="Skillnader").get_by_role("row").all_inner_texts()
    assert [re.split(r"\s*\t\s*", row.strip()) for row in rows[1:]] == [
        ["Platser", "41", places or "Inget"],
        ["Beskrivning", "Skrivet av den första.", "Skrivet av den andra."],
    ]
    assert axe(second) == []
    second.get_by_role("button", name="Spara insatsen").click()
    expect(second.get_by_text("Skrivet av den andra.")).to_be_visible()


def test_the_analyst_reads_the_nation_and_takes_it_home(enter, tmp_path: Path) -> None:
    page = enter(OTTO)
    expect(page.get_by_role("heading", name="Läget i landet", level=1)).to_be_visible()
    page.get_by_role("link", name="Öppna jämförelsen").click()
    expect(page.locator("#jamforelse svg:visible").first).to_be_visible()
    expect(page.locator(".fy-syn").first).to_be_visible()
    page.get_by_role("link", name="Punkter").click()
    expect(page.locator(".fy-dots").first).to_be_visible()
    page.get_by_label("Period").select_option("Helår 2024")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("2024")
    page.get_by_role("link", name="Tabell").click()
    shown = page.get_by_role("table").first.get_by_role("row").count() - 1
    with page.expect_download() as taken:
        page.get_by_role("link", name="Excel").click()
    book = tmp_path / taken.value.suggested_filename
    taken.value.save_as(book)
    assert book.suffix == ".xlsx"
    sheet = load_workbook(book).worksheets[0]
    assert "Påhittade uppgifter" in str(sheet["A1"].value)
    assert sum(1 for row in sheet.iter_rows(values_only=True) if row[0] in _names(page)) == shown
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    taken.value.save_as(tmp_path / "tabell.csv")
    raw = (tmp_path / "tabell.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    assert "Påhittade uppgifter" in rows[0][0]
    assert sum(1 for row in rows if row and row[0] in _names(page)) == shown


def _names(page: Page) -> set[str]:
    return {
        name.split(" osäkert")[0].strip()
        for name in page.get_by_role("table").first.get_by_role("rowheader").all_inner_texts()
    }


def _act_in(page: Page, place: str) -> None:
    page.goto("/valj")
    page.get_by_role("button", name=re.compile(place)).click()
    expect(page.locator(".fy-switch__name")).to_have_text(place)


def test_one_person_in_two_forbund_switches_between_them(stack: Stack, enter) -> None:
    page = enter(None)
    stack.log_in(page, EMBLA)
    if page.url.endswith("/valj"):
        page.get_by_role("button", name=re.compile("Åsviken")).click()
    page.goto("/f/asviken/insatser")
    expect(page.locator(".fy-switch__name")).to_have_text("Åsviken")
    here = page.get_by_role("rowheader").all_inner_texts()
    page.locator(".fy-switch > summary").click()
    page.get_by_role("link", name="Granstranden").click()
    expect(page.locator(".fy-switch__name")).to_have_text("Granstranden")
    page.locator(".fy-menu").get_by_role("link", name="Insatser").click()
    expect(page).to_have_url(re.compile("/f/granstranden/insatser$"))
    assert page.get_by_role("rowheader").all_inner_texts() != here
    page.locator(".fy-switch > summary").click()
    page.get_by_role("link", name="Åsviken").click()
    expect(page.locator(".fy-switch__name")).to_have_text("Åsviken")


def test_another_forbund_is_as_if_it_were_not_there(stack: Stack, enter) -> None:
    page = enter(DISA)
    foreign = page.goto(stack.insats("granstranden", _counted(stack, "granstranden")))
    told = page.locator("main").inner_text()
    missing = page.goto("/f/granstranden/insatser/00000000-0000-7000-8000-000000000000")
    assert (foreign.status, missing.status) == (404, 404)
    assert page.locator("main").inner_text() == told


def test_the_operator_sees_the_register_and_no_figures(stack: Stack, enter) -> None:
    page = enter(STINA)
    expect(page).to_have_url(re.compile("/plattform$"))
    real = stack.rows(
        "SELECT count(*) FROM registry.tenant WHERE kind = 'ASSOCIATION' AND status = 'ACTIVE' "
        "AND NOT synthetic"
    )[0][0]
    assert f"Verkliga förbund {real}" in said(page, ".fy-figures")
    assert page.goto("/nationellt/jamfor").status == 403
    assert page.goto("/f/halland/insatser").status == 404


def test_who_logs_out_is_out_also_by_the_back_button(stack: Stack, enter) -> None:
    page = enter(None)
    stack.log_in(page, MARTA)
    page.goto("/f/halland/insatser")
    expect(page.get_by_role("link", name=TEAM)).to_be_visible()
    page.locator(".fy-me > summary").click()
    page.get_by_role("button", name="Logga ut").click()
    expect(page.get_by_role("heading", name="Logga in", level=1)).to_be_visible()
    while page.go_back() is not None and "/insatser" not in page.url:
        if "/logga-in" in page.url and "nasta" in page.url:
            break
    expect(page.get_by_role("heading", name="Logga in", level=1)).to_be_visible()
    assert page.get_by_text(TEAM).count() == 0
    assert page.goto("/f/halland/insatser").url.endswith("/logga-in?nasta=/f/halland/insatser")
