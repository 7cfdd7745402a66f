"""Invented names of places and förbund. None is a Swedish kommun, region or förbund; a test checks it.

Names do not depend on the seed, so that an invented förbund keeps its address when figures are drawn anew.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import product

ASSOCIATIONS = (
    *("Åsviken", "Granstranden", "Norrlunda", "Fjällkusten", "Almbro", "Dammbygden", "Bergmarken"),
    *("Hyttmarken", "Fiskelandet", "Kalkåsen", "Höglunda", "Aspnäs", "Björkfjärden", "Brunnsbygden"),
    *("Bäckslätten", "Dalmarken", "Ekhult", "Enåsen", "Fagerheden", "Flodlandet", "Gränsbygden"),
    *("Havsmarken", "Hedmyra", "Insjöarna", "Klippkusten", "Kvarnbygden", "Lergårda", "Ljungstranden"),
    *("Lärkmarken", "Malmviken", "Mossbygden", "Myrlandet", "Månåsen", "Nävermarken", "Näckfjärden"),
    *("Ormdalarna", "Ottermarken", "Palmhult", "Rosenfjärden", "Rävåsen", "Rönnbygden", "Sandarna"),
    *("Silverdalen", "Skogsstranden", "Slättmarken", "Smedheden", "Solfjärden", "Stenlandet"),
    *("Stjärnåsen", "Storängarna", "Strömbygden", "Sävmarken", "Talludden", "Tegelbygden"),
    *("Tjärnlandet", "Torpmarken", "Tranfjärden", "Uddlandet", "Ugglebygden", "Vallstranden"),
    *("Vargåsen", "Videholmarna", "Vindmarken", "Vitforsen", "Vråkbygden", "Yttermarken"),
    *("Åkerstranden", "Åslunda", "Älvmarken", "Ängsfjärden", "Örnlandet", "Östanåsen", "Hjortbygden"),
    "Korpstranden",
)

REGIONS = (
    *("Solanda", "Norrmo", "Älvanda", "Sjömarken", "Västanfjäll", "Östanvind", "Granbygd", "Silveråsen"),
    *("Mellanlanda", "Havsbygd", "Furuland", "Björklanda", "Kvarnåsen", "Lommanda", "Stenanda"),
    *("Myrbygd", "Vindanda", "Ängslanda", "Nordanfors", "Söderlanda", "Klintbygd"),
)

_TRIPLE = re.compile(r"(.)\1\1")
_FIRST = (
    *("Alme", "Ask", "Björk", "Bok", "Dal", "Ek", "Enhör", "Falk", "Furu", "Gran", "Gås", "Hassel", "Hjort"),
    *("Humle", "Isak", "Kimm", "Klöver", "Korp", "Kvarn", "Lind", "Ljung", "Lom", "Lär", "Malm", "Mård"),
    *("Nypon", "Otter", "Pil", "Raps", "Rönn", "Rås", "Salje", "Silver", "Skat", "Slån", "Sten", "Stjärn"),
    *("Säv", "Tall", "Tegel", "Tran", "Ugg", "Varg", "Vide", "Vråk", "Yster", "Åker", "Älg", "Örn"),
)
_LAST = ("arp", "bro", "fallet", "hult", "lösa", "mo", "rud", "sele", "tuna", "ås")


def kommun_names(count: int, taken: Collection[str] = ()) -> list[str]:
    """The first `count` invented kommun names, none of them in `taken`."""
    avoided = {name.lower() for name in (*taken, *ASSOCIATIONS, *REGIONS)}
    names = []
    for turn, (place, first) in product(range(len(_LAST)), enumerate(_FIRST)):
        # Neighbours in the list then differ both in beginning and in end.
        name = first + _LAST[(3 * place + turn) % len(_LAST)]
        if name.lower() not in avoided and not _TRIPLE.search(name):
            names.append(name)
    if len(names) < count:
        raise ValueError("not enough invented names")
    return names[:count]


def genitive(name: str) -> str:
    """Swedish genitive, as in a kommun's name: no second s after s, x or z."""
    return name if name.endswith(("s", "x", "z")) else f"{name}s"


def slug_of(name: str) -> str:
    """The name as it stands in addresses."""
    return name.lower().translate(str.maketrans("åäöé", "aaoe")).replace(" ", "-")
