"""Invented names and descriptions of insatser, as a förbund might have written them."""

from __future__ import annotations

INDIVIDUAL_NAMES = {
    "TEAM": (
        *("Team Hamnen", "Brobyggarna", "Samverkansteamet", "Vägvalet", "Team Vändpunkten", "Fyrklövern"),
        *("Team Tillsammans", "Gemensam väg", "Mitt i vägen", "Rehabteamet", "Team Bryggan", "Nästa kapitel"),
        *("Samsyn", "Resursteamet", "Vägen vidare", "Team Horisont"),
    ),
    "COACH": (
        *("Första spåret", "Eget spår", "Arbetscoacherna", "Språnget", "Stöd på vägen", "Min väg till jobb"),
        *(
            "Ung framåt",
            "Jobbcoach för unga",
            "Personligt stöd",
            "Klivet",
            "Mellanlandningen",
            "Studiecoachen",
        ),
        *("Stöd till arbete", "Ny riktning", "Framtidsvägen", "En väg in", "På väg", "Vidare"),
        *("Rätt stöd", "Case management", "Individuell lots", "Samordnaren", "Drivkraft", "Egen takt"),
        *("Motiverande samtal", "Arbetsprövning med stöd"),
    ),
    "GROUP": (
        *(
            "Hälsoskolan",
            "Må bra-gruppen",
            "Återhämtning",
            "Smärtskolan",
            "Grön rehabilitering",
            "Kraftkällan",
        ),
        *("Mod och mål", "Må bättre tillsammans", "Naturkraft", "Vardagsbalans", "Nya vanor"),
        *("Hälsoskola för nyanlända", "Stresshantering", "Självkänsla i grupp", "Trädgårdsgruppen"),
        *(
            "Arbetsträning i grupp",
            "Rörelse och ro",
            "Föräldrar på väg",
            "Kvinnor i rörelse",
            "Starka tillsammans",
        ),
    ),
    "OPEN": (
        *(
            "Mötesplatsen",
            "Öppna verkstaden",
            "Träffpunkten",
            "Studieverkstaden",
            "Jobbtorget",
            "Kafé Framsteg",
        ),
        *("Odlingen", "Ungdomslokalen", "Hälsocafé", "Rådgivningen", "Öppet hus", "Verkstan"),
    ),
}
STRUCTURAL_NAMES = {
    "TRAIN": (
        *("Utbildning i samsyn", "Grundutbildning i samverkan", "Utbildning i suicidprevention"),
        *(
            "Utbildning i motiverande samtal",
            "Frukostseminarier om psykisk ohälsa",
            "Kurs i lågaffektivt bemötande",
        ),
        *("Utbildning i sekretess och samtycke", "Introduktion för nya chefer"),
    ),
    "CONF": ("Samverkansdagen", "Finsamdagen lokalt", "Konferens om unga", "Rehabdagen", "Dialogdag"),
    "MAP": (
        *("Kartläggning av unga utanför", "Behovsanalys", "Kartläggning av glapp mellan parterna"),
        "Nulägesanalys av målgrupper",
    ),
    "METHOD": (
        "Metodutveckling i team",
        "Gemensamma rutiner",
        "Gemensam kartläggningsmodell",
        "Arbetssätt för övergångar",
    ),
    "FORUM": (
        "Chefsforum",
        "Handläggarnätverk",
        "Lokalt samverkansforum",
        "Beredningsforum",
        "Nätverk för coacher",
    ),
    "EVAL": (
        "Utvärdering av teamen",
        "Lärande utvärdering",
        "Uppföljning av samverkan",
        "Deltagarnas röster",
    ),
    "INFO": ("Kunskap ut", "Nyhetsbrev och webb", "Vägvisare till insatser", "Insatskatalogen"),
    "USER": ("Brukarrådet", "Erfarna råd", "Egenerfarna i utveckling"),
}
STRUCTURAL_WEIGHTS = {
    "TRAIN": 0.28,
    "FORUM": 0.18,
    "METHOD": 0.14,
    "CONF": 0.12,
    "MAP": 0.10,
    "EVAL": 0.08,
    "INFO": 0.06,
    "USER": 0.04,
}
STRUCTURAL_FORMATS = {"TRAIN": "GROUP", "CONF": "EVENT", "FORUM": "GROUP"}
"""Other structural insatser are occasions."""

DESCRIPTIONS = {
    "TEAM": "Ett team från flera parter i gemensamma lokaler. Deltagaren får en gemensam plan i stället för flera.",
    "COACH": "Enskilt stöd av en coach, med regelbundna möten och kontakt med arbetsgivare eller skola.",
    "GROUP": "Träffar i grupp en gång i veckan med två ledare, följt av uppföljande samtal.",
    "OPEN": "Öppen verksamhet utan remiss. Besökare får råd och hjälp vidare till rätt part.",
    "TRAIN": "Utbildning för personal hos parterna.",
    "CONF": "En dag för personal och chefer hos parterna.",
    "MAP": "Parterna kartlägger tillsammans vilka som behöver samordnat stöd och vad som saknas.",
    "METHOD": "Parterna utvecklar ett gemensamt arbetssätt och prövar det i mindre skala.",
    "FORUM": "Återkommande möten där parterna löser hinder som ingen rår på ensam.",
    "EVAL": "En oberoende genomgång av vad insatserna ger och vad som kan bli bättre.",
    "INFO": "Samlad information om insatserna till personal och invånare.",
    "USER": "Personer med egen erfarenhet ger råd om hur stödet bör se ut.",
}


def plain_names(kind: str) -> tuple[str, ...]:
    """Names for one format or structural focus, without a place."""
    return INDIVIDUAL_NAMES.get(kind) or STRUCTURAL_NAMES[kind]


def name_pool(kind: str, places: list[str]) -> list[str]:
    """Plain names first, then with a place after, then numbered."""
    plain = plain_names(kind)
    placed = [f"{name} {place}" for place in places for name in plain]
    # Enough for the largest förbund over many years, where places alone would not do.
    numbered = [f"{name} {number}" for number in range(2, 8) for name in (*plain, *placed)]
    return [*plain, *placed, *numbered]
