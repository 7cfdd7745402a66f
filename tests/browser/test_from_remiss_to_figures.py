"""One person's way, as those who do the work: from a kommun's remiss to the call one year after.

Every click, choice and filled field is counted against what a practised user may need at the most; the table
is printed with the test's properties.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Locator, Page, expect

from fyrklang.kernel import clock
from tests.browser.stack import Stack, Who
from tests.chromium import axe, settle, sideways

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SLUG = "asviken"
ULLA = Who("Finsam Åsviken", "Ulla Förebild")
SVEA = Who("Almearps kommun", "Svea Skisslund")
MIRA = Who("Finsam Åsviken", "Mira Exempelsson")
TYRA = Who("Region Sjömarken", "Tyra Låtsasdotter")
MELKER = Who("Arbetsförmedlingen", "Melker Provström")

TEAM = "Team Vattenvägen"
CODE = "AL-0001"
OTHERS = tuple(f"AL-{number:04}" for number in range(2, 13))

MOST = {
    "remittenten fyller i remissen": 18 + 5,
    "ta emot en hel remiss": 4,
    "anteckning om en kontakt från Min dag": 5,
    "närvaro för 12, två borta": 6,
    "avsluta med utfall": 12,
    "samtalet efter ett år": 8,
}
"""Task to most interactions: clicks, choices and filled fields. The referrer has 18 fields and five steps."""


@dataclass
class Hand:
    """A user's hand on a page: everything it does is counted."""

    page: Page
    done: dict[str, int] = field(default_factory=dict)
    task: str = ""

    def begin(self, task: str) -> None:
        """What follows is counted to this task."""
        self.task = task
        self.done[task] = 0

    def click(self, target: Locator) -> None:
        """One click."""
        target.click()
        self._count()

    def press(self, name: str) -> None:
        """A click on the button or link of that name."""
        button = self.page.get_by_role("button", name=name, exact=True)
        self.click(button.or_(self.page.get_by_role("link", name=name, exact=True)).first)
        settle(self.page)

    def fill(self, label: str | re.Pattern[str], text: str) -> None:
        """One field written in."""
        self.page.get_by_role("textbox", name=label).first.fill(text)
        self._count()

    def tick(self, label: str, *, exact: bool = True) -> None:
        """One choice made."""
        box = self.page.get_by_role("checkbox", name=label, exact=exact)
        box.or_(self.page.get_by_role("radio", name=label, exact=exact)).first.check()
        self._count()

    def choose(self, label: str, option: str) -> None:
        """One choice in a list."""
        self.page.get_by_role("combobox", name=label).first.select_option(option)
        self._count()

    def key(self, *keys: str) -> None:
        """One press of a key, or of one together with another."""
        for each in keys:
            self.page.keyboard.press(each)
            self._count()

    def _count(self) -> None:
        if self.task:
            self.done[self.task] += 1


def _insats(ulla: Page) -> str:
    """The administrator makes an insats with a goal, lets it follow people, and opens it; returns its address."""
    hand = Hand(ulla)
    year = str(clock.today().year)
    hand.press("Ny insats")
    for label, text in (("Namn", TEAM), ("Startdatum", f"{year}-01-01")):
        hand.fill(label, text)
    hand.choose("Preciserad inriktning", "Samverkansteam")
    hand.choose("Form", "Team")
    hand.press("Spara insatsen")
    expect(ulla.get_by_role("heading", name=TEAM, level=1)).to_be_visible()
    address = ulla.url.partition("?")[0]
    hand.press("Sätt mål")
    hand.fill("Mål, minst", "35")
    hand.fill("Gäller från och med år", year)
    hand.press("Spara målet")
    ulla.goto(address)
    hand.press("Team och remisser")
    hand.press("Byt läge")
    hand.tick("Kod", exact=False)
    hand.fill("följer det nya läget", year)
    for label, text in (
        ("Dataskyddsombud", "Prov Ombudsson"),
        ("Underlag", "2026/1"),
        ("Beslutsdatum", f"{year}-01-02"),
    ):
        hand.fill(label, text)
    hand.press("Byt läge nu")
    for name in (TYRA.name, MELKER.name):
        hand.press("Lägg till i teamet")
        option = ulla.locator("option", has_text=name).first
        ulla.get_by_label("Person").select_option(option.get_attribute("value"))
        hand.fill("Från och med", f"{year}-01-01")
        hand.press("Lägg till i teamet")
    hand.press("Ändra vägen in")
    hand.tick("Tar emot remisser", exact=False)
    hand.press("Spara vägen in")
    expect(ulla.get_by_text("Tar emot remisser.")).to_be_visible()
    return address


def _refer(svea: Page, hand: Hand) -> None:
    """The kommun's case worker sends a remiss in five steps."""
    svea.goto(f"/f/{SLUG}/remisser/ny")
    hand.begin("remittenten fyller i remissen")
    hand.press(f"Remittera till {TEAM}")
    hand.fill("Er kod för personen", CODE)
    hand.tick("Kvinna")
    hand.fill("Födelseår", "1988")
    hand.press("Fortsätt")
    hand.tick("Långtidssjukskrivna", exact=False)
    hand.click(svea.locator("fieldset", has_text="Vad behöver personen hjälp med").locator("label").first)
    hand.press("Fortsätt")
    hand.tick("Personen har samtyckt", exact=False)
    hand.fill("När gavs samtycket", str(clock.today()))
    hand.fill("Din telefon eller e-post", "0100-00 00 00")
    hand.press("Fortsätt")
    hand.press("Skicka remissen")
    expect(svea.get_by_text("skickad", exact=False).first).to_be_visible()


def _take_in(tyra: Page, hand: Hand) -> str:
    """The coordinator takes the remiss in from Min dag; returns the address of the stay."""
    tyra.goto(f"/f/{SLUG}/remisser")
    hand.begin("ta emot en hel remiss")
    hand.press(CODE)
    hand.press("Ta emot")
    hand.task = ""
    expect(tyra.get_by_role("heading", name=CODE, level=1)).to_be_visible()
    return tyra.url.partition("?")[0]


def _consent(tyra: Page, hand: Hand, stay: str) -> None:
    """Consent to the call one year after."""
    tyra.goto(f"{stay}/samtycke")
    hand.choose("Ändamål", "Kontakt efter ett år")
    for party in tyra.locator("fieldset", has_text="Parter").get_by_role("checkbox").all():
        party.check()
    hand.press("Registrera samtycke")
    expect(tyra.get_by_text("Samtycket är registrerat.")).to_be_visible()


def _map_out(tyra: Page, hand: Hand, stay: str) -> None:
    tyra.goto(f"{stay}/kartlaggning")
    hand.tick("Ingen sysselsättning")
    hand.tick("Sjukpenning")
    for box in tyra.get_by_role("textbox", name=re.compile("start", re.I)).all():
        box.fill("3")
    hand.press("Spara kartläggningen")


def _plan(tyra: Page, hand: Hand, stay: str) -> None:
    """A goal in the person's own words, and what three parties and the person will do."""
    tyra.goto(f"{stay}/plan")
    hand.fill("Mål med personens egna ord", "Jag vill jobba med händerna igen.")
    hand.press("Spara målet")
    who = tyra.get_by_role("combobox", name="Vem åtar sig?").get_by_role("option")
    parties = [one.get_attribute("value") or "" for one in who.all()]
    assert len(parties) == 4, parties
    for party in parties:
        tyra.get_by_role("combobox", name="Vem åtar sig?").select_option(party)
        hand.fill("Vad ska göras?", f"Steg ett för {party}")
        hand.press("Lägg till")
    hand.press("Spara mötet")
    for party in parties[1:]:
        tyra.get_by_role("link", name=f"Steg ett för {party}").first.click()
        tyra.get_by_role("combobox", name="Läge").select_option("DONE")
        tyra.get_by_role("button", name="Spara").first.click()
        tyra.goto(f"{stay}/plan")
    expect(tyra.get_by_text("Ändrat sedan mötet").first).to_be_visible()


def _note(tyra: Page, hand: Hand) -> None:
    tyra.goto(f"/f/{SLUG}/min-dag")
    hand.begin("anteckning om en kontakt från Min dag")
    hand.click(tyra.locator(".fy-menu").get_by_role("link", name="Deltagare"))
    hand.press(CODE)
    hand.press("Skriv anteckning")
    hand.fill("Anteckning", "Orkade hela passet. Handledaren vill visa mer på torsdag.")
    hand.press("Spara anteckningen")
    hand.task = ""
    expect(tyra.get_by_text("Orkade hela passet").first).to_be_visible()


SEND = """async ([method, address, values]) => {
    const token = document.querySelector('meta[name=csrf-token]').content;
    const answer = await fetch(address, {method, body: JSON.stringify(values),
        headers: {'Content-Type': 'application/json', 'X-CSRF-Token': token}});
    if (!answer.ok) throw new Error(answer.status + ' ' + await answer.text());
    return answer.status === 204 ? null : await answer.json();
}"""


def _others(stack: Stack, svea: Page, tyra: Page, insats: str) -> None:
    """Eleven more come in, through the JSON door, as from a system of the kommun's own."""
    [(readers,)] = stack.rows("SELECT consent_parties FROM care.referral WHERE intervention_id = %s", insats)
    door = f"/api/v1/f/{SLUG}/casework/referrals"
    today = str(clock.today())
    for number, code in enumerate(OTHERS):
        values = {
            "code": code, "sex": "KM"[number % 2], "birth_year": 1970 + number, "problem_areas": ["WORK"],
            "consented": True, "consent_parties": readers, "consent_given_on": today,
            "referrer_contact": "0100-00 00 00",
        }  # fmt: skip
        sent = svea.evaluate(SEND, ["POST", f"{door}/to/{insats}", values])
        tyra.evaluate(SEND, ["POST", f"{door}/{sent['id']}/accept", {"started_on": today}])


def _ten_endings(stack: Stack, tyra: Page, insats: str) -> None:
    """Ten of the others end, five of them to work, so that there is a figure the office may read."""
    found = stack.rows(
        "SELECT s.id FROM care.stay s JOIN care.participant p ON (p.tenant_id, p.id) = (s.tenant_id, s.participant_id) "
        "WHERE s.intervention_id = %s AND p.code <> %s ORDER BY p.code LIMIT 10",
        insats,
        CODE,
    )
    for number, (stay,) in enumerate(found):
        works = number % 2
        after = {
            "occupations": ["WORK" if works else "NONE"], "work_extent": 50 * works, "income_sources": ["NONE"],
        }  # fmt: skip
        ending = {"ended_on": str(clock.today()), "end_reason": "WORK" if works else "DONE", "after": after}
        tyra.evaluate(SEND, ["PUT", f"/api/v1/f/{SLUG}/casework/stays/{stay}/ending", ending])


def _group(tyra: Page, hand: Hand) -> None:
    """A group with everybody on its list, and its first meeting: ten came, two did not."""
    tyra.goto(f"/f/{SLUG}/grupper/ny")
    hand.choose("Insats", TEAM)
    hand.fill("Gruppens namn", "Vardagskraft")
    hand.fill("Teman", "Sömn\nMat\nRörelse")
    hand.fill("Första träffen", str(clock.today()))
    hand.fill("Dagar mellan", "7")
    hand.press("Skapa gruppen")
    for box in tyra.locator("#deltagarlista, form").get_by_role("checkbox").all():
        box.check()
    hand.press("Spara listan")
    tyra.goto(f"/f/{SLUG}/min-dag")
    hand.begin("närvaro för 12, två borta")
    row = tyra.locator("li, tr").filter(has_text="Vardagskraft").last
    hand.click(row.get_by_role("link").last)
    hand.press("Alla här")
    rows = tyra.locator("[data-fy-row]")
    expect(rows).to_have_count(12)
    for absent in (3, 7):
        hand.click(rows.nth(absent).get_by_text("Uteblev"))
    hand.press("Spara närvaro")
    hand.task = ""
    expect(tyra.get_by_text("Närvaron är sparad.")).to_be_visible()


def _end(tyra: Page, hand: Hand, stay: str) -> None:
    tyra.goto(stay)
    hand.begin("avsluta med utfall")
    hand.press("Avsluta")
    hand.choose("Avslutsorsak", "Till arbete")
    hand.press("Fortsätt")
    hand.tick("Arbete", exact=False)
    hand.fill(re.compile("arbet.*(procent|%|mycket)", re.I), "75")
    hand.press("Fortsätt")
    hand.tick("Ingen offentlig försörjning", exact=False)
    hand.press("Fortsätt")
    hand.tick("Klart")
    hand.press("Fortsätt")
    expect(tyra.get_by_text("Räknas som: i arbete eller studier.")).to_be_visible()
    hand.press("Avsluta deltagandet")
    hand.task = ""


def _shown(mira: Page, address: str, share: str) -> float:
    """Seconds until the goal figure and the sheet for Uppföljning Finsam both say it."""
    began = time.monotonic()
    for where, place in ((address, "#resultat"), (f"/f/{SLUG}/rapporter/uppfoljning", "main")):
        while share not in re.sub(r"\s+", " ", mira.goto(where) and mira.locator(place).inner_text()):
            assert time.monotonic() - began < 60, f"{share} is not on {where}"
            mira.wait_for_timeout(300)
    return time.monotonic() - began


def _a_year_passes(stack: Stack, stay: str) -> None:
    """The calendar cannot be waited for, so the stay is moved back."""
    stack.rows(
        "UPDATE care.stay SET started_on = started_on - 365, ended_on = ended_on - 365, "
        "ended_at = ended_at - interval '365 days', referred_on = referred_on - 365 WHERE id = %s RETURNING id",
        stay.rpartition("/")[2],
    )


def _call(tyra: Page, hand: Hand) -> None:
    tyra.goto(f"/f/{SLUG}/uppfoljning")
    hand.begin("samtalet efter ett år")
    row = tyra.get_by_role("row").filter(has_text=CODE).first
    hand.click(row.get_by_role("link").first)
    hand.tick("Arbete utan stöd", exact=False)
    hand.fill("Hur mycket arbetar du?", "100")
    hand.tick("Ingen offentlig försörjning", exact=False)
    for sentence in ("bemött", "påverka"):
        hand.click(tyra.locator("fieldset", has_text=sentence).locator("label").last)
    hand.press("Spara svaren")
    hand.task = ""
    expect(tyra.locator(".fy-message--pos")).to_be_visible()


def _fit(page: Page, address: str = "") -> None:
    """The page holds on a screen and on a phone."""
    if address:
        page.goto(address)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert sideways(page) == 0, page.url
        assert axe(page) == [], page.url


def walk(stack: Stack, enter) -> tuple[dict[str, int], float]:
    """The whole way; returns interactions per task, and seconds from the ending to the changed figures."""
    ulla, svea, tyra, mira = enter(ULLA, f"/f/{SLUG}/insatser"), enter(SVEA), enter(TYRA), enter(MIRA)
    address = _insats(ulla)
    insats = address.rpartition("/")[2]
    hand = Hand(svea)
    _refer(svea, hand)
    hand = Hand(tyra, hand.done)
    stay = _take_in(tyra, hand)
    _consent(tyra, hand, stay)
    _fit(tyra, f"{stay}/samtycke")
    _map_out(tyra, hand, stay)
    _plan(tyra, hand, stay)
    _fit(tyra, f"{stay}/plan")
    _note(tyra, hand)
    _others(stack, svea, tyra, insats)
    _group(tyra, hand)
    _fit(tyra)
    _ten_endings(stack, tyra, insats)
    _shown(mira, address, "5 av 10")
    _fit(tyra, stay)
    _end(tyra, hand, stay)
    seconds = _shown(mira, address, "6 av 11")
    _a_year_passes(stack, stay)
    _call(tyra, hand)
    _fit(tyra)
    return hand.done, seconds


def test_from_remiss_to_one_year_after(stack: Stack, enter, record_property) -> None:
    done, seconds = walk(stack, enter)
    record_property("Sekunder från avslut till ändrade siffror", round(seconds, 1))
    for task, most in MOST.items():
        record_property(f"Handgrepp, {task}", f"{done[task]} av högst {most}")
    assert {task: number for task, number in done.items() if number > MOST[task]} == {}
    assert set(done) == set(MOST)
