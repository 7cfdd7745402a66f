"""What the invented participants of the demo people's own insatser have said, agreed and been through.

Nobody real has said any of it.
"""

from __future__ import annotations

GOALS = (
    "Jag vill börja arbeta två dagar i veckan till sommaren.",
    "Jag vill orka gå upp och komma hemifrån varje vardag.",
    "Jag vill läsa klart gymnasiet och söka till vuxenutbildningen.",
    "Jag vill prova att jobba med djur eller i trädgård.",
    "Jag vill ha ett arbete där jag får sitta ner ibland.",
    "Jag vill kunna betala mina räkningar själv.",
    "Jag vill våga åka buss och träffa folk igen.",
    "Jag vill tillbaka till köket, men i lugnare takt.",
    "Jag vill förstå vad min diagnos betyder för mig på jobbet.",
    "Jag vill få praktik i en butik nära hemma.",
    "Jag vill sova bättre så att jag orkar studera.",
    "Jag vill lära mig mer svenska på ett riktigt arbete.",
)

COMMITMENTS: dict[str, tuple[str, ...]] = {
    "PERSON": (
        "Gå till Verkstan tisdagar och torsdagar",
        "Prova att promenera en halvtimme varje dag",
        "Skriva ner frågor till läkarbesöket",
        "Skicka in ansökan till vuxenutbildningen",
        "Ringa hyresvärden om hyresskulden",
    ),
    "AF": (
        "Ordna plats för arbetsträning",
        "Ta kontakt med två arbetsgivare",
        "Utreda rätten till lönebidrag",
        "Boka möte med arbetspsykolog",
    ),
    "REGION": (
        "Boka tid hos rehabkoordinator",
        "Skriva medicinskt underlag",
        "Träffa arbetsterapeut om vardagens rutiner",
        "Följa upp medicinering",
    ),
    "KOMMUN": (
        "Hjälpa till med ansökan om boendestöd",
        "Gå igenom ekonomin med budgetrådgivare",
        "Följa med på studiebesök",
    ),
    "FK": (
        "Reda ut rätten till rehabiliteringspenning",
        "Förklara vad som händer med ersättningen vid arbete",
        "Kalla till avstämningsmöte",
    ),
}
HELPERS = {
    "PERSON": "",
    "KOMMUN": "Socialsekreterare",
    "FK": "Personlig handläggare",
}
PLANS_BEFORE = {
    "FK": ("Plan för återgång i arbete", "Åter i arbete på halvtid"),
    "AF": ("Handlingsplan", "Hitta en praktikplats"),
    "REGION": ("Vårdplan", "Må bättre och sova bättre"),
    "KOMMUN": ("Genomförandeplan", "Klara vardagen på egen hand"),
}
ACTIVITIES = (
    ("MOTIVATION", "OWNER"),
    ("WORK_TRAINING", "AF"),
    ("CARE_CONTACT", "REGION"),
    ("ECONOMY", "KOMMUN"),
    ("INSURANCE_MED_ADVICE", "FK"),
    ("STUDY_VISIT", "AF"),
    ("REVIEW", "OWNER"),
)
NOTES = (
    ("PHONE", "Ringde enligt överenskommelse. Veckan har gått bra, närvaro alla dagar. Ny tid bokad."),
    ("MEETING", "Gick igenom planen tillsammans. Målet känns rätt. Vill prova fler timmar från nästa månad."),
    ("CONTACT", "Fick besked om en plats för arbetsträning. Studiebesök bokat tillsammans med handledaren."),
    ("THREE_PARTY", "Trepartsmöte. Alla parter är överens om nästa steg. Ny version av planen."),
    ("OBSERVATION", "Tar egna initiativ på arbetsplatsen. Orkar mer på förmiddagarna än på eftermiddagarna."),
)
DRAFT = "Pratade om hur första veckan har varit. Vill helst"
OWN_WORDS = (
    "Jag har varit hemma länge och vill komma i gång med något som jag orkar.",
    "Jag vill ha hjälp att prata med vården och Försäkringskassan samtidigt.",
    "Jag vill jobba men vet inte med vad.",
)
QUESTION = "Vilka insatser har prövats det senaste året, och finns ett medicinskt underlag?"
HELPED = ("Att någon höll ihop allt", "Praktiken", "Att få prata med samma person", "Gruppen")
GROUPS = (
    ("ADULT10", "Må bra i vardagen", 10, 7),
    ("YOUTH5", "Unga vägar", 5, 7),
)
"""Template, name, meetings and days between."""
