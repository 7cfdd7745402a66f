"""What is alike: itself wholly, both ways the same, and less so with less in common."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from fyrklang.national.catalogue.likeness import likeness
from fyrklang.national.catalogue.words import METHODS
from fyrklang.sdk.codes import FORMATS, NEED_GROUPS, PARTY_KINDS


@dataclass(frozen=True)
class Plain:
    need_groups: frozenset[str]
    methods: frozenset[str]
    parties: frozenset[str]
    format: str
    hours: int | None
    lexemes: frozenset[str]


CARDS = st.builds(
    Plain,
    st.frozensets(st.sampled_from(sorted(NEED_GROUPS)), max_size=4),
    st.frozensets(st.sampled_from(sorted(METHODS)), max_size=4),
    st.frozensets(st.sampled_from(sorted(PARTY_KINDS)), max_size=4),
    st.sampled_from(sorted(FORMATS)),
    st.none() | st.integers(1, 500),
    st.frozensets(st.sampled_from(["arbet", "vård", "grupp", "stöd"])),
)


@given(CARDS, CARDS)
def test_symmetric_and_between_nought_and_one(one: Plain, other: Plain) -> None:
    points = likeness(one, other).points
    assert abs(points - likeness(other, one).points) < 1e-12
    assert -1e-12 <= points <= 1 + 1e-12


@given(CARDS)
def test_itself_is_one(card: Plain) -> None:
    assert abs(likeness(card, card).points - 1) < 1e-12


@given(CARDS, CARDS, st.sampled_from(sorted(METHODS)))
def test_a_shared_method_less_is_less_alike(one: Plain, other: Plain, method: str) -> None:
    both = [replace(card, methods=card.methods | {method}) for card in (one, other)]
    less = replace(both[1], methods=both[1].methods - {method})
    assert likeness(both[0], less).points < likeness(*both).points


def test_reasons_say_what_is_shared() -> None:
    card = Plain(frozenset({"MENTAL"}), frozenset({"MI"}), frozenset({"AF"}), "TEAM", 40, frozenset())
    found = likeness(card, replace(card, format="GROUP", hours=41))
    assert found.reasons == (
        "samma målgrupp: Psykisk ohälsa",
        "samma arbetssätt: Motiverande samtal (MI)",
        "båda har Arbetsförmedlingen",
        "ungefär lika många timmar",
    )
