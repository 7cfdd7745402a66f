"""Casework as its pages show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import url_for

from fyrklang.access.actor import Actor
from fyrklang.access.lens import SPECIAL_TAGS
from fyrklang.kernel import clock
from fyrklang.modules.casework import codes, counting
from fyrklang.modules.casework.attachments.models import Attachment
from fyrklang.modules.casework.consents import in_force
from fyrklang.modules.casework.models import Commitment, Note, PlanVersion, Referral, Situation
from fyrklang.modules.casework.referrals import Wait
from fyrklang.modules.casework.stays import Case
from fyrklang.sdk.codes import NEED_GROUPS
from fyrklang.sdk.insatser import Insats
from fyrklang.sdk.one_year import window_of
from fyrklang.web.formats import date_iso
from fyrklang.web.forms import Form
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import lazy_gettext
from fyrklang.web.tables import Cell, Column, Row, Table

DONE = {
    "sent": lazy_gettext("Remissen är skickad."),
    "answered": lazy_gettext("Svaret är skickat. Remissen står i kön igen."),
    "withdrawn": lazy_gettext("Remissen är återtagen."),
    "accepted": lazy_gettext("Remissen är mottagen. Deltagandet har börjat."),
    "asked": lazy_gettext("Frågan är skickad till remittenten."),
    "taken_down": lazy_gettext("Svaret är nedskrivet. Remissen står i kön igen."),
    "queued": lazy_gettext("Personen står i kö. Remittenten ser platsen."),
    "uninvited": lazy_gettext("Inbjudan är återkallad. Länken öppnar inget längre."),
    "declined": lazy_gettext("Beslutet är sparat och syns för remittenten."),
    "counted": lazy_gettext("Personen är räknad. Inget annat än kön och kvartal är sparat."),
    "consent": lazy_gettext("Samtycket är registrerat."),
    "revoked": lazy_gettext("Samtycket är återkallat. Parten kan inte läsa längre."),
    "plan": lazy_gettext("Planen är sparad."),
    "met": lazy_gettext("Mötet är sparat som en ny version av planen."),
    "mapped": lazy_gettext("Kartläggningen är sparad."),
    "noted": lazy_gettext("Anteckningen är sparad."),
    "attached": lazy_gettext("Bilagan är sparad."),
    "detached": lazy_gettext("Bilagan är borttagen."),
    "task": lazy_gettext("Uppgiften är sparad."),
    "settled": lazy_gettext("Uppgiften är klar."),
    "unassigned": lazy_gettext("Fördelningen är ångrad. Alla har den ansvariga de hade."),
    "unassigned_some": lazy_gettext(
        "Fördelningen är ångrad. De som har fördelats på nytt sedan dess ligger kvar."
    ),
    "list_saved": lazy_gettext("Listan är sparad."),
    "list_gone": lazy_gettext("Listan är borttagen."),
    "identified": lazy_gettext("Sparat. Det är dolt för alla tills någon ber att få se det."),
    "protected": lazy_gettext("Personen är skyddad. Det som talade om vem det är finns inte längre."),
    "asked_unprotect": lazy_gettext("En annan i teamet måste bekräfta att skyddet upphör."),
    "unprotected": lazy_gettext("Skyddet har upphört. Personen syns i listorna igen."),
    "ended": lazy_gettext("Deltagandet är avslutat. Siffrorna räknas om."),
    "undone": lazy_gettext("Avslutet är ångrat. Deltagandet fortsätter."),
}
LEAST_STARTS = 5
NOW = 0
"""Stands for the plan as it is where versions have numbers."""
REASON_WORDS = {"PROTECTED": "Skyddade personuppgifter", "NO_CONSENT": "Samtycker inte"}
SHARING_WORDS = {
    "OWN": "Bara min part",
    "SHARED": "Parter med samtycke",
    "HEALTH": "Parter med samtycke till hälsouppgifter",
}
KIND_WORDS = {
    "note": ("anteckning", "anteckningar"),
    "attachment": ("bilaga", "bilagor"),
    "commitment": ("åtagande", "åtaganden"),
    "plan": ("plan", "planer"),
    "plan_version": ("tidigare version av planen", "tidigare versioner av planen"),
    "activity": ("händelse på tidslinjen", "händelser på tidslinjen"),
    "assessment": ("skattning", "skattningar"),
    "existing_plan": ("egen plan hos part", "egna planer hos part"),
    "situation": ("uppgift om sysselsättning", "uppgifter om sysselsättning"),
    "stay": ("deltagande", "deltaganden"),
    "referral": ("remiss", "remisser"),
    "consent": ("samtycke", "samtycken"),
    "task": ("uppgift att göra", "uppgifter att göra"),
}


def party(code: str) -> str:
    """A party in a sentence."""
    return codes.party_word(code)


def options(among: Mapping[str, str], *, but: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Codes to choose among."""
    return [(code, words) for code, words in among.items() if code not in but]


def named(insatser: Sequence[Insats]) -> list[tuple[str, str]]:
    """Insatser to choose among."""
    return [(str(each.id), each.name) for each in insatser]


def party_options(parties: Sequence[str]) -> list[tuple[str, str]]:
    """Parties to choose among."""
    return [(code, party(code)) for code in parties]


def own_table(actor: Actor, rows: Sequence[Referral]) -> Table:
    """What the referrer has sent."""
    columns = (
        Column("reference", _("Referens")),
        Column("code", _("Kod")),
        Column("received_on", _("Skickad"), kind="nowrap"),
        Column("state", _("Läge"), card="value"),
    )
    return Table(
        _("Skickade remisser"),
        columns,
        [
            Row(
                {
                    "reference": row.reference,
                    "code": row.code,
                    "received_on": date_iso(row.received_on),
                    "state": codes.REFERRAL_STATES[row.status],
                },
                url=url_for("referrals.own", slug=actor.slug, referral_id=row.id),
            )
            for row in rows
        ],
    )


def queue_table(actor: Actor, rows: Sequence[Referral], known: Mapping[UUID, Insats]) -> Table:
    """Remisser as the team meets them."""
    columns = (
        Column("code", _("Kod")),
        Column("insats", _("Insats")),
        Column("party", _("Från")),
        Column("fit", _("Målgrupp")),
        Column("days", _("Dagar"), kind="number"),
        Column("state", _("Läge"), card="value"),
    )
    return Table(
        _("Remisser"),
        columns,
        [
            Row(
                {
                    "code": Cell(row.code, note=row.reference),
                    "insats": known[row.intervention_id].name if row.intervention_id in known else "",
                    "party": party(row.owner_party),
                    "fit": fit(row.need_groups, known.get(row.intervention_id)),
                    "days": (clock.today() - row.received_on).days,
                    "state": codes.REFERRAL_STATES[row.status],
                },
                url=url_for("referrals.show", slug=actor.slug, referral_id=row.id),
            )
            for row in rows
        ],
    )


def fit(need_groups: Sequence[str], insats: Insats | None) -> str:
    """Whether some need groups are among those the insats is for."""
    if insats is None or not insats.target_groups:
        return _("Alla")
    return _("Passar") if set(need_groups) & set(insats.target_groups) else _("Utanför målgruppen")


def wait_words(wait: Wait | None) -> str:
    """How long one waits for a start, with what it rests on."""
    if wait is None or wait.stays < LEAST_STARTS:
        return _("För få starter för att säga")
    return _(
        "%(days)s dagar, median för %(stays)s starter %(year)s",
        days=wait.days,
        stays=wait.stays,
        year=wait.year,
    )


def by_party(rows: Sequence[Referral]) -> list[tuple[str, int]]:
    """How many remisser each party has sent."""
    return [(party(code), count) for code, count in Counter(row.owner_party for row in rows).most_common()]


def earlier(rows: Sequence[Any], known: Mapping[UUID, Insats]) -> list[str]:
    """Earlier and present stays of the same code, in sentences."""
    said = []
    for row in rows:
        name = known[row.intervention_id].name
        if row.ended_on is None:
            said.append(_("Deltar i %(name)s sedan %(day)s.", name=name, day=date_iso(row.started_on)))
        else:
            said.append(_("Deltog i %(name)s till %(day)s.", name=name, day=date_iso(row.ended_on)))
    return said


def summary(form: Form, insats: Insats) -> list[tuple[str, str]]:
    """What a remiss will say, to check before it is sent."""

    def listed(name: str, words: Mapping[str, str]) -> str:
        return ", ".join(words.get(code, code) for code in form.raw.get(name, ()) if code)

    return [
        (_("Kod"), form.value("code")),
        (_("Juridiskt kön"), codes.LEGAL_SEX.get(form.value("sex"), "")),
        (_("Födelseår"), form.value("birth_year")),
        (_("Behovsgrupper"), listed("need_groups", NEED_GROUPS)),
        (_("Målgrupp"), fit(form.raw.get("need_groups", ()), insats)),
        (_("Problemområden"), listed("problem_areas", codes.PROBLEM_AREAS)),
        (_("Prövat"), listed("tried", codes.TRIED)),
        (_("Med egna ord"), form.value("own_words")),
        (_("Samtycke till"), ", ".join(party(code) for code in form.raw.get("consent_parties", ()))),
        (_("Samtycke gavs"), form.value("consent_given_on")),
        (_("Kontakt"), form.value("referrer_contact")),
    ]


def parties_here(case: Case) -> list[str]:
    """The parties around a stay: those in the team, those with a consent, and the controller."""
    found = (
        {each.party for each in case.team} | {row.party for row in case.consents} | {case.person.owner_party}
    )
    order = {kind: place for place, kind in enumerate(codes.PARTY_WORDS)}
    return sorted(found, key=lambda each: (order[codes.party_kind(each)], each))


def activity_options() -> list[tuple[str, str]]:
    """What can stand on the timeline."""
    return [(code, words) for code, (words, _lane) in codes.ACTIVITIES.items()]


def who(code: str) -> str:
    """A party, or the participant, as what they have said is headed."""
    return _("Deltagaren") if code == codes.PERSON else party(code)


def who_options(parties: Sequence[str]) -> list[tuple[str, str]]:
    """The participant and the parties to choose among."""
    return [(code, who(code)) for code in (codes.PERSON, *(each for each in parties if each != codes.PERSON))]


def head_facts(case: Case) -> list[tuple[str, str]]:
    """The participant in a line: no more than the insats' mode and protection let through."""
    found = [(_("Insats"), case.insats.name)]
    if case.person.identity_mode != "PROTECTED":
        found.append((_("Juridiskt kön"), codes.LEGAL_SEX[case.stay.sex]))
        if case.stay.birth_year:
            found.append((_("Ålder"), _("%(years)s år", years=clock.today().year - case.stay.birth_year)))
    found.append((_("Vecka i insatsen"), str(case.week)))
    if case.stay.number > 1:
        found.append((_("Deltagande"), _("nr %(number)s", number=case.stay.number)))
    return found


def situation_words(row: Situation | None) -> tuple[str, str]:
    """Occupation and support in words; empty when nothing is written."""
    if row is None:
        return "", ""
    said = []
    for code in row.occupations:
        extent = ""
        if code in ("WORK", "WORK_SUB", "SELF_EMP"):
            extent = f" {row.work_extent} %"
        elif code == "STUDY":
            extent = f" {row.study_extent} %"
        said.append(codes.OCCUPATIONS[code] + extent)
    return ", ".join(said), ", ".join(codes.INCOMES[code] for code in row.income_sources)


def commitment_state(row: Commitment) -> tuple[str, str]:
    """Key and word of a commitment's state; one whose day has passed has gone out."""
    late = row.due_on is not None and row.due_on < clock.today()
    if late and row.state in codes.OPEN_COMMITMENTS:
        return "expired", _("Gått ut")
    return codes.STATE_MARKS[row.state], codes.COMMITMENT_STATES[row.state]


def effect_words(found: Sequence[tuple[str, int]]) -> str:
    """`14 anteckningar, 3 åtaganden`."""
    return ", ".join(f"{count} {KIND_WORDS.get(kind, (kind, kind))[count != 1]}" for kind, count in found)


def missing_before_end(case: Case, measured: Mapping[str, Any], goal: bool) -> list[tuple[str, bool]]:
    """What there should be before an ending, and whether it is there."""
    return [
        (_("Sysselsättning vid start"), "START" in case.situations),
        (_("Kartläggning vid start"), any("START" in moments for moments in measured.values())),
        (_("Kartläggning nu"), any("NOW" in moments for moments in measured.values())),
        (_("Mål med egna ord"), goal),
        (_("Samtycke till kontakt efter ett år"), any(row.purpose == "CONTACT_1Y" for row in case.consents)),
    ]


def asked_again(case: Case) -> str:
    """When somebody whose stay has ended is asked how it went, or why nobody asks."""
    stay = case.stay
    if stay.ended_on is None or stay.end_reason in counting.OUTSIDE:
        return ""
    if not any(row.purpose == "CONTACT_1Y" and in_force(row, clock.today()) for row in case.consents):
        return _("Ingen frågar efter ett år: samtycke till kontakt saknas.")
    window = window_of(stay.ended_on)
    return _(
        "Frågas efter ett år, %(first)s till %(last)s.",
        first=date_iso(window.first),
        last=date_iso(window.last),
    )


def version_options(kept: Sequence[PlanVersion]) -> list[tuple[str, str]]:
    """Versions of a plan to choose among, and the plan as it stands."""
    named = [
        (str(row.number), _("Version %(number)s, %(day)s", number=row.number, day=date_iso(row.met_on)))
        for row in kept
    ]
    return [(str(NOW), _("Så som planen är nu")), *named]


def said_words(said: Sequence[str]) -> str:
    """`Boka läkartid, till 2026-12-01, Pågår` of a commitment in a version; the goal's words alone of a goal."""
    if len(said) < len(("what", "day", "state")):
        return f"”{said[0]}”" if said else ""
    what, day, state = said
    parts = (what, _("till %(day)s", day=day) if day else "", codes.COMMITMENT_STATES.get(state, state))
    return ", ".join(part for part in parts if part)


def shared_with(row: Note | Attachment) -> str:
    """Who besides its owner reads a note or a file."""
    readers = [party(code) for code in row.visible_to if not code.startswith(SPECIAL_TAGS)]
    if not readers:
        return _("Bara %(party)s", party=party(row.owner_party))
    return _("Delad med %(parties)s", parties=", ".join(readers))
