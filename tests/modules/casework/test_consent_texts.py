"""What a participant agrees to: shown in Swedish and in their own language, and on paper to sign."""

from __future__ import annotations

import pytest

from fyrklang.modules.casework import codes
from fyrklang.modules.casework.consents import text_of
from tests.modules.casework.walk import Ground, take_in


@pytest.mark.parametrize("purpose", codes.PURPOSES)
def test_every_purpose_has_a_text_and_says_how_to_take_it_back(purpose: str) -> None:
    swedish, english = text_of(purpose, "sv"), text_of(purpose, "en")
    assert swedish is not None
    assert english is not None
    assert len(swedish) == len(english)
    assert "ta tillbaka" in " ".join(swedish)
    assert "withdraw" in " ".join(english)
    assert text_of(purpose, "xx") is None


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("sv", "Jag samtycker till att de parter"),
        ("en", "I agree that the parties"),
        ("ar", "Texten finns inte på arabiska. Läs den svenska tillsammans med en tolk."),
    ],
)
def test_the_text_is_shown_in_swedish_and_in_the_participants_language(
    ground: Ground, language: str, told: str
) -> None:
    stay = take_in(ground, consent_language=language)
    page = ground.af.get(f"{stay}/samtycke").text
    assert "Jag samtycker till att de parter" in page
    assert told in page
    assert ("I agree" in page) == (language == "en")
    for purpose in codes.PURPOSES:
        form = ground.af.get(f"{stay}/samtycke/blankett.pdf?andamal={purpose}")
        assert form.data.startswith(b"%PDF")
    assert ground.af.get(f"{stay}/samtycke/blankett.pdf?andamal=X").status_code == 404
    assert ground.chief.get(f"{stay}/samtycke/blankett.pdf").status_code == 403
