"""The field's code lists with their Swedish words.

Codes for direction, focus, format, status and need groups follow the lists used in SUS and in
Uppföljning Finsam as far as they are published; the labels are what staff say.
"""

from __future__ import annotations

PARTY_KINDS = {
    "FK": "Försäkringskassan",
    "AF": "Arbetsförmedlingen",
    "REGION": "Region",
    "KOMMUN": "Kommun",
}
DIRECTIONS = {"INDIVIDUAL": "Individinriktad", "STRUCTURAL": "Strukturövergripande"}
FOLLOW_UP_METHODS = {"PERSON": "Uppföljning på deltagarnivå", "COUNT_ONLY": "Endast antal"}
MODES = {"A": "Endast antal", "B": "Kod", "C": "Parternas uppgifter"}
INDIVIDUAL_FOCUS = {
    "PREVENT": "Förebyggande",
    "TREAT": "Behandlande",
    "MOTIVATE": "Motiverande",
    "ACTIVATE": "Aktiverande",
    "WORK": "Arbetslivsinriktad",
    "ASSESS": "Kartläggande och bedömande",
    "TEAM": "Samverkansteam",
    "HEALTH": "Hälsofrämjande",
}
STRUCTURAL_FOCUS = {
    "TRAIN": "Utbildning",
    "CONF": "Konferens",
    "MAP": "Kartläggning och behovsanalys",
    "METHOD": "Metodutveckling",
    "FORUM": "Samverkansforum",
    "EVAL": "Utvärdering",
    "INFO": "Spridning av kunskap",
    "USER": "Brukarinflytande",
}
FOCUS = INDIVIDUAL_FOCUS | STRUCTURAL_FOCUS
FORMATS = {
    "TEAM": "Team",
    "COACH": "Individuellt stöd",
    "GROUP": "Grupp",
    "OPEN": "Öppen verksamhet",
    "EVENT": "Tillfälle",
}
INTERVENTION_STATUSES = {
    "IDEA": "Idé",
    "APPLIED": "Ansökt",
    "DECIDED": "Beslutad",
    "RUNNING": "Pågår",
    "PAUSED": "Vilande",
    "ENDED": "Avslutad",
    "IMPLEMENTED": "Övertagen av ordinarie verksamhet",
    "REJECTED": "Avslagen",
}
NEED_GROUPS = {
    "LONG_SICK": "Långtidssjukskrivna",
    "YOUNG_DISAB": "Unga med funktionsnedsättning",
    "YOUNG_AE": "Unga med aktivitetsersättning",
    "MENTAL": "Psykisk ohälsa",
    "LONG_UNEMP": "Långtidsarbetslösa",
    "YOUNG_NEET": "Unga som varken arbetar eller studerar",
    "NEW_ARR": "Nyanlända",
    "ECON_AID": "Långvarigt ekonomiskt bistånd",
    "EXHAUST": "Utmattning och smärta",
    "ADDICT": "Beroende",
    "NPF": "Neuropsykiatrisk funktionsnedsättning",
    "OTHER": "Annan",
}
SEXES = {"K": "Kvinnor", "M": "Män", "U": "Uppgift saknas"}
EVERYONE = "T"

OCCUPATIONS = {
    "WORK": "Arbete utan stöd",
    "WORK_SUB": "Subventionerat arbete",
    "SELF_EMP": "Eget företag",
    "STUDY": "Studier",
    "SEEK": "Aktivt arbetssökande",
    "TRAIN": "Arbetsträning eller praktik",
    "DAY": "Daglig verksamhet",
    "LEAVE": "Föräldraledig",
    "NONE": "Ingen sysselsättning",
    "UNK": "Okänd",
}
WORKING = frozenset({"WORK", "WORK_SUB", "SELF_EMP"})
SUBSIDIES = {
    "NSJ": "Nystartsjobb",
    "LB": "Lönebidrag",
    "INTRO": "Introduktionsjobb",
    "TRYGG": "Trygghetsanställning",
    "OSA": "Offentligt skyddat arbete",
    "ETJ": "Etableringsjobb",
    "ANN": "Annat stöd",
}
INCOME_SOURCES = {
    "SJP": "Sjukpenning",
    "RHP": "Rehabiliteringspenning",
    "SE": "Sjukersättning",
    "AE": "Aktivitetsersättning",
    "AST": "Aktivitetsstöd",
    "UTV": "Utvecklingsersättning",
    "AK": "Arbetslöshetsersättning",
    "EB": "Ekonomiskt bistånd",
    "ETE": "Etableringsersättning",
    "STU": "Studiestöd",
    "ANN": "Annan offentlig försörjning",
    "NONE": "Ingen offentlig försörjning",
    "UNK": "Okänd",
}
