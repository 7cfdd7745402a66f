"""The catalogue's code lists with their Swedish words, and the words that mean the same when searched for."""

from __future__ import annotations

METHODS = {
    "ACT": "Acceptans och engagemang (ACT)",
    "ASSESSMENT": "Gemensam bedömning",
    "CASE_MANAGEMENT": "Case management",
    "CBT": "Kognitiv beteendeterapi (KBT)",
    "COACHING": "Coachning",
    "DIGITAL": "På distans",
    "EDUCATION": "Utbildning i grupp",
    "EMPLOYER": "Arbetsgivarnätverk",
    "ESL": "Ett självständigt liv (ESL)",
    "GREEN": "Natur och trädgård",
    "IPS_SE": "Supported Employment (IPS)",
    "LANGUAGE": "Språkstöd",
    "MI": "Motiverande samtal (MI)",
    "OUTREACH": "Uppsökande arbete",
    "PEER": "Stöd av person med egen erfarenhet",
    "PHYSICAL": "Fysisk aktivitet",
    "SOLUTION": "Lösningsfokuserat arbetssätt",
    "WORK_TRAINING": "Arbetsträning",
}

RATINGS = {
    "EVIDENCE": "Evidensnivå",
    "EFFECT": "Effekt",
    "COST": "Kostnad",
    "FEASIBILITY": "Genomförbarhet",
    "TRANSFER": "Överförbarhet",
}
"""Five separate questions. They are never weighed together."""

EVIDENCE = {
    "0": "Beskriven",
    "1": "Har en förändringsteori",
    "2": "Följs upp före och efter",
    "3": "Jämförd med andra",
    "4": "Prövad mot en kontrollgrupp",
    "5": "Upprepad i flera studier",
    "NE": "Studerad utan effekt",
}
COSTS = {
    "1": "Klass 1 av 5, lägst",
    "2": "Klass 2 av 5",
    "3": "Klass 3 av 5",
    "4": "Klass 4 av 5",
    "5": "Klass 5 av 5, högst",
}

SYNONYMS: tuple[frozenset[str], ...] = tuple(
    frozenset(words.split())
    for words in (
        "arbetsträning praktik praktikplats arbetsprövning",
        "ips se supported employment jobbcoach arbetscoach arbetsspecialist",
        "missbruk beroende alkohol droger narkotika nykter",
        "utmattning utbrändhet utmattningssyndrom stress utbränd",
        "smärta värk smärtrehabilitering",
        "psykisk ohälsa psykiatri nedstämdhet depression ångest",
        "schizofreni psykos psykossjukdom",
        "npf autism adhd asperger neuropsykiatrisk",
        "ungdom ungdomar unga unge uvas hemmasittare",
        "invandrare nyanlända utrikes flykting flyktingar migrant",
        "sfi svenska språk språkstöd språkträning yrkessvenska",
        "socialbidrag försörjningsstöd ekonomiskt bistånd skulder budgetrådgivning",
        "distans digital digitalt video videomöten webb online",
        "natur trädgård odling grön gröna naturvård skog",
        "arbetslös arbetslösa arbetssökande",
        "sjukskriven sjukskrivna sjukpenning långtidssjukskriven långtidssjukskrivna",
        "arbetsgivare företag näringsliv chef",
        "brukare brukarinflytande peer egenerfarenhet",
        "utredning bedömning kartläggning arbetsförmåga",
        "träning motion idrott rörelse",
        "läkare vårdcentral primärvård",
        "mamma mammor förälder föräldrar barnomsorg",
    )
)
