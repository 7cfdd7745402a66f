"""Code lists of casework with their Swedish words; sdk.codes has those that others share."""

from __future__ import annotations

from fyrklang.sdk import codes as shared
from fyrklang.sdk.codes import PARTY_KINDS

LEGAL_SEX = {"K": "Kvinna", "M": "Man", "U": "Uppgift saknas"}
"""Of one person; figures have `sdk.codes.SEXES`."""

PROBLEM_AREAS = {
    "MEDICAL": "Medicinska",
    "MENTAL": "Psykiska",
    "SOCIAL": "Sociala",
    "WORK": "Arbetsmarknad",
}
TRIED = {
    "TREATMENT": "Vård eller behandling",
    "TRAINING": "Arbetsträning eller praktik",
    "SUBSIDY": "Subventionerad anställning",
    "STUDIES": "Studier",
    "SOCIAL": "Stöd från socialtjänsten",
    "OTHER_INSATS": "En annan insats",
}
PURPOSES = {
    "INFO_EXCHANGE": "Dela plan och uppgifter i insatsen",
    "HEALTH_INFO": "Dela uppgifter om hälsa",
    "FOLLOW_UP_REG": "Registreras för uppföljning",
    "CONTACT_1Y": "Kontakt efter ett år",
}
CONSENT_FORMS = {"WRITTEN": "Skriftligt", "PAPER": "Papper hos part, med referens", "DIGITAL": "Digitalt"}
CONSENT_MONTHS = 12
TEXT_VERSION = "2026-1"
LANGUAGES = {
    "sv": "svenska",
    "en": "engelska",
    "ar": "arabiska",
    "so": "somaliska",
    "ti": "tigrinja",
    "fa": "persiska",
    "prs": "dari",
    "uk": "ukrainska",
    "es": "spanska",
    "pl": "polska",
    "fi": "finska",
}
REFERRAL_STATES = {
    "SENT": "Skickad",
    "COMPLETION": "Behöver kompletteras",
    "QUEUED": "I kö",
    "ACCEPTED": "Mottagen",
    "DECLINED": "Avböjd",
    "REDIRECTED": "Annan insats föreslagen",
    "WITHDRAWN": "Återtagen",
    "COUNTED": "Räknad utan personuppgifter",
}
MISSING = {
    "CONSENT": "Samtycke",
    "NEEDS": "Vad personen behöver",
    "TRIED": "Vad som har prövats",
    "CONTACT": "Hur ni nås",
}
OPEN_STATES = ("SENT", "COMPLETION", "QUEUED")
UNMASK_REASONS = {
    "CONTACT": "Kontakta personen",
    "MEETING": "Inför eller under ett möte",
    "RIGHT_PERSON": "Kontrollera att det är rätt person",
    "REQUEST": "Personen har bett om det",
}
CAME_BY = {"SELF": "Personen sökte själv", "OTHER": "Genom någon annan än de fyra parterna"}
INVITATION_STATES = {
    "OPEN": "Väntar",
    "USED": "Använd",
    "REVOKED": "Återkallad",
    "EXPIRED": "Gick ut",
}
REASONS = {
    "WRONG_GROUP": "Personen hör inte till målgruppen",
    "FULL": "Insatsen är full",
    "OWN_CHOICE": "Personen vill inte delta",
    "OTHER_SUPPORT": "Får redan det stöd som behövs",
    "NO_CONTACT": "Gick inte att få kontakt",
    "NOT_ABLE": "Personen kan inte delta nu",
}
AREAS = {
    "HEALTH": "Ork och hälsa",
    "EVERYDAY": "Vardagen",
    "SOCIAL": "Kontakt med andra",
    "ECONOMY": "Ekonomi",
    "WORK": "Arbete och studier",
    "CONFIDENCE": "Tro på egen förmåga",
}
MOMENTS = {"START": "Start", "NOW": "Nu", "GOAL": "Eget mål"}
LANES = {
    "WORK": "Arbete",
    "STUDY": "Studier",
    "HEALTH": "Hälsa",
    "SUPPORT": "Stöd",
    "ECONOMY": "Ekonomi",
    "MEETING": "Möten",
}
ACTIVITIES = {
    "WORK_TRAINING": ("Arbetsträning", "WORK"),
    "WORK_TRIAL": ("Arbetsprövning", "WORK"),
    "WAGE_SUBSIDY": ("Samtal om lönestöd", "WORK"),
    "STUDY_VISIT": ("Studiebesök", "WORK"),
    "STUDIES": ("Studier", "STUDY"),
    "CARE_CONTACT": ("Vårdkontakt", "HEALTH"),
    "MED_STATEMENT": ("Medicinskt underlag", "HEALTH"),
    "INSURANCE_MED_ADVICE": ("Försäkringsmedicinsk rådgivning", "HEALTH"),
    "MOTIVATION": ("Motiverande samtal", "SUPPORT"),
    "GROUP": ("Grupp", "SUPPORT"),
    "ECONOMY": ("Ekonomi och skulder", "ECONOMY"),
    "CARE_MEETING": ("Vårdmöte", "MEETING"),
    "REVIEW": ("Trepartsmöte", "MEETING"),
}
COMMITMENT_STATES = {
    "AGREED": "Överens",
    "ONGOING": "Pågår",
    "DONE": "Klart",
    "CHANGED": "Ändrat",
    "HANDED_OVER": "Lämnat över",
    "CLOSED": "Stängt",
}
OPEN_COMMITMENTS = ("AGREED", "ONGOING", "CHANGED")
STATE_MARKS = {
    "AGREED": "agreed",
    "ONGOING": "ongoing",
    "DONE": "done",
    "CHANGED": "changed",
    "HANDED_OVER": "done",
    "CLOSED": "ended",
}
PERSON = "PERSON"
NOTE_KINDS = {
    "CONTACT": "Kontakt",
    "PHONE": "Telefonsamtal",
    "MEETING": "Möte",
    "THREE_PARTY": "Trepartsmöte",
    "OBSERVATION": "Iakttagelse",
}
NOTE_TEMPLATES = {
    "PHONE": "Vem jag talade med:\nVad samtalet gällde:\nVad vi kom överens om:\nNästa kontakt:",
    "MEETING": "Närvarande:\nHur det är nu:\nVad vi talade om:\nVad personen själv vill:\nNästa steg:",
    "THREE_PARTY": "Närvarande och från vilken part:\nVad som har hänt sedan sist:\nVad var och en åtar sig:\n"
    "Vad personen själv säger:\nNästa möte:",
    "OBSERVATION": "Situation:\nVad jag såg:\nVad personen själv säger om det:",
}
"""Kind of note to headings to write under."""
ATTACHMENT_KINDS = {
    "CONSENT": "Samtycke på papper",
    "MEDICAL": "Medicinskt underlag",
    "PLAN": "Plan från en part",
    "CV": "Cv eller intyg",
    "OTHER": "Annat",
}
OCCUPATIONS = shared.OCCUPATIONS
INCOMES = shared.INCOME_SOURCES
SUBSIDIES = shared.SUBSIDIES
END_REASONS = {
    "WORK": "Till arbete",
    "STUDY": "Till studier",
    "CONT_REHAB": "Till ordinarie insats hos part",
    "SEEKING": "Aktivt arbetssökande",
    "DONE": "Slutfört enligt plan",
    "ILLNESS": "Sjukdom",
    "OWN_CHOICE": "Eget val",
    "NO_SHOW": "Uteblivit",
    "WRONG_GROUP": "Fel målgrupp eller insats",
    "MOVED": "Flytt",
    "CLOSED": "Insatsen upphör",
    "DECEASED": "Avliden",
    "MISREG": "Felregistrering",
    "OTHER": "Annat",
}
UNDO_DAYS = 7
PARTY_WORDS = {
    "FK": "Försäkringskassan",
    "AF": "Arbetsförmedlingen",
    "REGION": "Regionen",
    "KOMMUN": "Kommunen",
}

PARTY = r"(FK|AF|REGION|KOMMUN)(-[0-9A-Za-z_-]+)?\Z"
"""A party as rows name it: its kind, and the organisation's code where there are several. The tables ask the same."""


def party_kind(party: str) -> str:
    """FK, AF, REGION or KOMMUN of a party as rows name it."""
    return party.split("-", 1)[0]


def glyph(party: str) -> str:
    """The party as the string glyph names it."""
    return party_kind(party).lower()


def party_word(party: str) -> str:
    """What a party is called in a sentence."""
    return PARTY_WORDS.get(party_kind(party), PARTY_KINDS.get(party_kind(party), party))
