"""The joint plan over time: its versions and what changed between them, and the plan in plain words to take home."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fyrklang.modules.casework.plans import between
from tests.modules.casework.walk import TODAY, Ground, first, take_in

DUE = TODAY + timedelta(days=30)
ROWS = st.tuples(
    st.sampled_from(["PERSON", "AF", "REGION-demo-x"]),
    st.text(min_size=1, max_size=5),
    st.none() | st.just("2026-12-01"),
    st.sampled_from(["AGREED", "DONE"]),
).map(list)
PICTURES = st.fixed_dictionaries(
    {"goal": st.sampled_from("AB"), "commitments": st.dictionaries(st.sampled_from("abcdef"), ROWS)}
)


@given(PICTURES, PICTURES)
def test_a_difference_tells_each_thing_that_differs_once(before: dict, after: dict) -> None:
    told = between(before, after)
    then, now = before["commitments"], after["commitments"]
    kinds = {"new": set(now) - set(then), "gone": set(then) - set(now)}
    kinds["changed"] = {key for key in set(now) & set(then) if now[key] != then[key]}
    for kind, keys in kinds.items():
        assert sum(each.kind == kind and each.party is not None for each in told) == len(keys)
    assert sum(each.party is None for each in told) == (before["goal"] != after["goal"])
    back = between(after, before)
    assert sorted((each.before, each.after) for each in told) == sorted(
        (each.after, each.before) for each in back
    )


@pytest.fixture
def stay(ground: Ground) -> str:
    """A stay with a plan that was met about once and has changed since."""
    stay = take_in(ground)
    ground.af.post(f"{stay}/plan/mal", data={"goal": "Jag vill jobba", "version": "0"})
    for party, what, day in (("AF", "Ordna arbetsträning", str(DUE)), ("PERSON", "Gå till Verkstan", "")):
        ground.af.post(f"{stay}/plan/atagande", data={"party": party, "what": what, "due_on": day})
    assert "Ingen version än" in ground.af.get(f"{stay}/plan/versioner").text
    assert ground.af.post(f"{stay}/plan/mote", data={"met_on": str(TODAY)}).status_code == 303
    return stay


def changed(text: str) -> str:
    """The words of the panel of changes."""
    found = re.search(r'id="andrat".*?</section>', text, re.S)
    assert found is not None
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", found.group(0)))


def test_what_has_changed_since_a_meeting_and_between_two(ground: Ground, stay: str) -> None:
    page = f"{stay}/plan/versioner"
    assert "Inget skiljer dem åt." in ground.af.get(page).text
    ground.af.post(f"{stay}/plan/mal", data={"goal": "Jag vill laga mat", "version": "1"})
    row = first(ground.af, stay, r"atagande/([0-9a-f-]{36})\"")
    as_it_was = {"party": "PERSON", "what": "Gå till Verkstan", "version": "1"}
    done = ground.af.post(f"{stay}/plan/atagande/{row}", data={**as_it_was, "state": "DONE"})
    assert done.status_code == 303
    ground.region.post(f"{stay}/plan/atagande", data={"party": "REGION", "what": "Boka läkartid"})
    said = changed(ground.region.get(page).text)
    for words in (
        "”Jag vill jobba”",
        "”Jag vill laga mat”",
        "Gå till Verkstan, Klart",
        "Boka läkartid, Överens",
    ):
        assert words in said
    assert "Ordna arbetsträning" not in said
    assert ground.af.post(f"{stay}/plan/mote", data={"met_on": str(TODAY)}).status_code == 303
    assert "Inget skiljer dem åt." in ground.af.get(page).text
    assert changed(ground.af.get(f"{page}?fran=1&till=2").text).count("Nytt") == 1
    assert "Borttaget" in changed(ground.af.get(f"{page}?fran=2&till=1").text)
    assert "Inget skiljer dem åt." in ground.af.get(f"{page}?fran=77&till=x").text
    assert ground.chief.get(page).status_code == 403


def test_the_plan_in_plain_words_names_nobody(ground: Ground, stay: str) -> None:
    page = ground.af.get(f"{stay}/ta-hem").text
    letter, system = page.split('id="system"')
    assert "Det här gör du" in letter
    assert "Gå till Verkstan." in letter
    assert "Arbetsförmedlingen: Ordna arbetsträning, senast" in letter
    assert "Du kan ta tillbaka ditt samtycke när du vill." in letter
    assert "K-17" not in letter.split('id="brev"')[1]
    assert f"Arbetsförmedlingen: Ordna arbetsträning, till {DUE} (överens)" in system
    assert "K-17: Team Prov, start" in system
    assert ground.af.get(f"{stay}/ta-hem.pdf").data.startswith(b"%PDF")
    assert ground.chief.get(f"{stay}/ta-hem").status_code == 403
