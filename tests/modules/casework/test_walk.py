"""From remiss to avslut through the pages, by three parties: what each sees, and what is counted."""

from __future__ import annotations

import re
from datetime import timedelta

from fyrklang.kernel.db import Database
from fyrklang.sdk.one_year import months_after
from tests.modules.casework.walk import (
    REFERRAL,
    START,
    TODAY,
    Ground,
    figures,
    finish,
    first,
    refer,
    take_in,
)


def test_the_main_line(ground: Ground, database: Database) -> None:
    stay = take_in(ground)
    assert ground.region.get(stay).status_code == 200
    assert ground.chief.get(stay).status_code == 403
    assert ground.af.post(f"{stay}/kartlaggning", data={**START, "WORK_START": "2"}).status_code == 303
    assert (
        ground.af.post(f"{stay}/plan/mal", data={"goal": "Jag vill jobba", "version": "0"}).status_code == 303
    )
    for client, party, what in (
        (ground.af, "AF", "Ordna arbetsträning"),
        (ground.region, "REGION", "Boka läkartid"),
        (ground.af, "PERSON", "Gå till Verkstan"),
    ):
        assert client.post(f"{stay}/plan/atagande", data={"party": party, "what": what}).status_code == 303
    page = ground.region.get(stay).text
    assert all(words in page for words in ("Jag vill jobba", "Ordna arbetsträning", "Gå till Verkstan"))
    assert ground.af.post(f"{stay}/plan/mote", data={"met_on": str(TODAY)}).status_code == 303
    ground.af.post(f"{stay}/plan/atagande", data={"party": "AF", "what": "Nytt efter mötet"})
    assert "Nytt sedan mötet" in ground.af.get(stay).text
    pdf = ground.af.get(f"{stay}/plan.pdf")
    assert pdf.data.startswith(b"%PDF")
    preview, ended = finish(ground, stay)
    assert "Räknas som: i arbete eller studier." in preview.text
    assert "Räknas som: börjat eller ökat." in preview.text
    assert ended.status_code == 303
    counted = figures(ground, database)
    assert counted["M1"] == counted["M2"] == counted["M20"] == counted["M5"] == (1, 1)
    assert counted["M9"] == (1, 0)
    assert counted["M4:EB>NONE"] == (1, 0)
    assert counted["M12:KOMMUN"] == (1, 0)
    assert "samtycke till kontakt saknas" in ground.af.get(stay).text
    once = {"purpose": "CONTACT_1Y", "parties": ["AF"], "given_on": str(TODAY), "form": "WRITTEN"}
    assert ground.af.post(f"{stay}/samtycke", data=once).status_code == 303
    assert f"{months_after(TODAY, 11)} till {months_after(TODAY, 13)}" in ground.af.get(stay).text
    assert ground.af.post(f"{stay}/angra-avslut").status_code == 303
    counted = figures(ground, database)
    assert "M1" not in counted
    assert counted["M9"] == (1, 0)


def test_coming_back_is_a_new_stay_and_a_misregistration_is_none(ground: Ground, database: Database) -> None:
    stay = take_in(ground)
    assert finish(ground, stay)[1].status_code == 303
    again = take_in(ground)
    assert again != stay
    assert "nr 2" in ground.af.get(again).text
    assert figures(ground, database)["M9"] == (2, 0)
    preview, ended = finish(ground, again, reason="MISREG")
    assert "Räknas inte alls" in preview.text
    assert ended.status_code == 303
    counted = figures(ground, database)
    assert counted["M9"] == (1, 0)
    assert counted["M1"] == (1, 1)


def test_a_withdrawn_consent_refuses_the_other_partys_next_request(ground: Ground) -> None:
    stay = take_in(ground)
    ground.af.post(
        f"{stay}/anteckning", data={"body": "Delad text", "happened_on": str(TODAY), "sharing": "SHARED"}
    )
    assert "Delad text" in ground.region.get(stay).text
    ledger = ground.af.get(f"{stay}/samtycke").text
    row = re.search(r"Regionen</td>.*?samtycke/([0-9a-f-]{36})/aterkalla", ledger, re.S)
    assert row is not None
    preview = ground.af.get(f"{stay}/samtycke/{row.group(1)}/aterkalla").text
    assert "1 anteckning" in preview
    assert ground.af.post(f"{stay}/samtycke/{row.group(1)}/aterkalla").status_code == 303
    assert ground.region.get(stay).status_code == 404
    assert "K-17" not in ground.region.get(ground.url("/deltagare")).text
    assert "Delad text" in ground.af.get(stay).text


def test_drafts_survive_and_conflicts_are_shown(ground: Ground) -> None:
    stay = take_in(ground)
    assert ground.af.post(f"{stay}/utkast", data={"body": "Halva tanken"}).status_code == 200
    assert "Halva tanken" in ground.af.get(f"{stay}/anteckning").text
    assert "Halva tanken" not in ground.region.get(f"{stay}/anteckning").text
    note = {"body": "Hela tanken", "happened_on": str(TODAY), "sharing": "OWN"}
    assert ground.af.post(f"{stay}/anteckning", data=note).status_code == 303
    assert "Hela tanken" not in ground.region.get(stay).text
    own = first(ground.af, stay, r"anteckning/([0-9a-f-]{36})\"")
    change = {**note, "body": "Mitt", "version": "1"}
    assert ground.af.post(f"{stay}/anteckning/{own}", data=change).status_code == 303
    clash = ground.af.post(f"{stay}/anteckning/{own}", data={**change, "body": "Ditt"})
    assert clash.status_code == 409
    assert "Mitt" in clash.text
    assert "Ditt" in clash.text


def test_a_referral_is_asked_answered_and_declined_with_a_reason(ground: Ground) -> None:
    receipt = refer(ground).split("?")[0]
    referral = receipt.rsplit("/", 1)[1]
    show = ground.url(f"/remisser/{referral}")
    assert "K-17" in ground.region.get(show).text
    assert ground.af.post(f"{show}/komplettera", data={"question": "Vad har prövats?"}).status_code == 303
    assert "Vad har prövats?" in ground.referrer.get(receipt).text
    assert ground.referrer.post(f"{receipt}/svar", data={"answer": "Praktik"}).status_code == 303
    assert "Praktik" in ground.af.get(show).text
    missing = ground.af.post(f"{show}/tacka-nej", data={})
    assert missing.status_code == 422
    assert ground.af.post(f"{show}/tacka-nej", data={"reason": "FULL"}).status_code == 303
    assert "Insatsen är full" in ground.referrer.get(receipt).text
    assert ground.af.post(f"{show}/ta-emot", data={"started_on": str(TODAY)}).status_code == 409


def test_without_consent_there_is_no_referral_but_a_count(ground: Ground, database: Database) -> None:
    refused = ground.referrer.post(
        ground.url(f"/remisser/ny/{ground.insats}"),
        data={**REFERRAL, "consented": "", "step": "5", "way": "send"},
    )
    assert refused.status_code == 422
    assert "räknas personen utan personuppgifter" in refused.text
    number = ground.referrer.post(
        ground.url(f"/remisser/ny/{ground.insats}"),
        data={**REFERRAL, "code": "191212121212", "step": "2", "way": "next"},
    )
    assert number.status_code == 422
    count = {"intervention_id": str(ground.insats), "sex": "M", "reason": "PROTECTED"}
    assert ground.af.post(ground.url("/remisser/rakna"), data=count).status_code == 303
    assert figures(ground, database)["M9"] == (1, 0)


def test_an_ending_cannot_be_where_it_cannot(ground: Ground) -> None:
    stay = take_in(ground)
    for day, words in (
        (TODAY - timedelta(days=1), "Slutdatum kan inte vara före starten"),
        (TODAY + timedelta(days=1), "Slutdatum kan inte ligga efter i dag"),
    ):
        data = {"ended_on": str(day), "end_reason": "WORK", "step": "1", "way": "next"}
        answer = ground.af.post(f"{stay}/avsluta", data=data)
        assert answer.status_code == 422
        assert words in answer.text
    shown, ended = finish(ground, stay, work_extent="0")
    assert shown.status_code == ended.status_code == 422
