"""Insatser and their counts out of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate
from sqlalchemy import delete, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.kernel.errors import Conflict, Invalid
from fyrklang.modules.interventions import schemas, service
from fyrklang.modules.interventions.checks import check_counts
from fyrklang.modules.interventions.models import COUNT_FIELDS, Count, Intervention
from fyrklang.sdk import codes
from fyrklang.sdk.facts import ask_for_recompute
from fyrklang.sdk.imports import Faults, Importer, Values, imports_rows
from fyrklang.sdk.portfolio import known_of
from fyrklang.web.forms import SwedishInteger
from fyrklang.web.i18n import gettext as _
from fyrklang.web.i18n import lazy_gettext

QUARTERS = {str(number): f"Kvartal {number}" for number in range(1, 5)}
NOUGHT = dict.fromkeys(COUNT_FIELDS, 0)
_TWICE = "Samma uppgift står på en tidigare rad i filen."


class CountRow(Schema):
    """One legal sex in one quarter of one insats, named as in the portfolio."""

    insats = fields.String(required=True, error_messages={"required": "Skriv insatsens namn."})
    year = SwedishInteger(
        required=True,
        validate=validate.Range(2000, 2100, error=schemas.YEAR),
        error_messages={"required": schemas.YEAR, "invalid": schemas.YEAR},
    )
    quarter = SwedishInteger(
        required=True,
        validate=validate.Range(1, 4, error="Ange kvartal 1, 2, 3 eller 4."),
        error_messages=dict.fromkeys(("required", "invalid"), "Ange kvartal 1, 2, 3 eller 4."),
    )
    sex = fields.String(
        required=True,
        validate=validate.OneOf(list(codes.SEXES), error="Ange kvinnor, män eller uppgift saknas."),
        error_messages={"required": "Ange kvinnor, män eller uppgift saknas."},
    )
    started = schemas.count_field(load_default=0)
    ongoing = schemas.count_field(load_default=0)
    ended = schemas.count_field(load_default=0)
    known_outcome = schemas.count_field(load_default=0)
    ended_work_study = schemas.count_field(load_default=0)


def judge_counts(actor: Actor, rows: Sequence[Values]) -> list[Faults]:
    """The insats is known, nothing stands twice, and the numbers of each row fit one another."""
    known = _by_name(actor)
    seen: set[tuple[Any, ...]] = set()
    found = []
    for row in rows:
        insats = known.get(_key(row["insats"]))
        key = (_key(row["insats"]), row["year"], row["quarter"], row["sex"])
        if insats is None or insats.direction != "INDIVIDUAL":
            found.append({"insats": "Det finns ingen individinriktad insats med det namnet."})
        elif key in seen:
            found.append({"insats": _TWICE})
        else:
            found.append(_number_faults(insats, row))
        seen.add(key)
    return found


def _number_faults(insats: Intervention, row: Values) -> Faults:
    numbers = {name: row[name] for name in COUNT_FIELDS}
    try:
        check_counts(insats, row["year"], row["quarter"], {row["sex"]: numbers})
    except Invalid as fault:
        return {name.removeprefix(f"{row['sex']}_"): words for name, words in fault.fields.items()}
    return {}


def lay_counts(actor: Actor, rows: Sequence[Values]) -> list[Any]:
    """Register each quarter; legal sexes the file does not name keep what they had."""
    known = _by_name(actor)
    quarters: dict[tuple[UUID, int, int], dict[str, dict[str, int]]] = {}
    made: list[Any] = []
    for row in rows:
        key = (known[_key(row["insats"])].id, row["year"], row["quarter"])
        made.append({} if key in quarters else {"insats": str(key[0]), "year": key[1], "quarter": key[2]})
        quarters.setdefault(key, {})[row["sex"]] = {name: row[name] for name in COUNT_FIELDS}
    firsts = (each for each in made if each)
    for first, ((own, year, quarter), counts) in zip(firsts, quarters.items(), strict=True):
        before = service.counts_of(actor, own, year, quarter)
        after = {sex: counts.get(sex, before.get(sex, NOUGHT)) for sex in codes.SEXES}
        service.register_counts(actor, own, (year, quarter), after)
        first.update({"before": before, "after": after})
    return made


def undo_counts(actor: Actor, made: Sequence[Any]) -> None:
    """Give each quarter what it had before the file.

    Raises:
        Conflict: somebody has registered a quarter since.
    """
    for each in (each for each in made if each):
        own, year, quarter = UUID(each["insats"]), each["year"], each["quarter"]
        if service.counts_of(actor, own, year, quarter) != each["after"]:
            text = _(
                "Kvartal %(quarter)s %(year)s är ändrat sedan filen lästes in.", quarter=quarter, year=year
            )
            raise Conflict(text)
        if each["before"]:
            service.register_counts(actor, own, (year, quarter), each["before"])
            continue
        actor.session.execute(
            delete(Count).where(Count.intervention_id == own, Count.year == year, Count.quarter == quarter)
        )
        ask_for_recompute(actor.session, own, year)


def judge_insatser(actor: Actor, rows: Sequence[Values]) -> list[Faults]:
    """As the form judges one, and no name twice."""
    taken = set(_by_name(actor))
    found = []
    for row in rows:
        faults: Faults = {}
        fitting = codes.INDIVIDUAL_FOCUS if row["direction"] == "INDIVIDUAL" else codes.STRUCTURAL_FOCUS
        if row["focus"] not in fitting:
            faults["focus"] = "Välj en preciserad inriktning som hör till insatsens inriktning."
        if row["ends_on"] is not None and row["ends_on"] < row["starts_on"]:
            faults["ends_on"] = f"Slutdatum kan inte vara före startdatum ({row['starts_on']})."
        if _key(row["name"]) in taken:
            faults["name"] = "Det finns redan en insats med det namnet, här eller på en tidigare rad."
        taken.add(_key(row["name"]))
        found.append(faults)
    return found


def lay_insatser(actor: Actor, rows: Sequence[Values]) -> list[Any]:
    """Make each insats."""
    return [{"insats": str(service.create_intervention(actor, row))} for row in rows]


def undo_insatser(actor: Actor, made: Sequence[Any]) -> None:
    """Take each insats away again.

    Raises:
        Conflict: something has been registered on one since.
    """
    ids = [UUID(each["insats"]) for each in made]
    rows = actor.session.scalars(select(Intervention).where(Intervention.id.in_(ids))).all()
    counted = set(
        actor.session.scalars(select(Count.intervention_id).where(Count.intervention_id.in_(ids)).distinct())
    )
    this_year = clock.today().year
    told = {
        own for year in (this_year - 1, this_year, this_year + 1) for own in known_of(actor.session, year)
    }
    for row in rows:
        if row.version > 1 or row.id in counted | told:
            raise Conflict(_("Insatsen %(name)s har använts sedan filen lästes in.", name=row.name))
        actor.session.delete(row)
    actor.session.flush()


def _by_name(actor: Actor) -> Mapping[str, Intervention]:
    return {_key(row.name): row for row in actor.session.scalars(select(Intervention))}


def _key(name: str) -> str:
    return name.strip().casefold()


COUNTS = imports_rows(
    Importer(
        code="antal",
        label=lazy_gettext("Antal deltagare per kvartal"),
        help=lazy_gettext("En rad per insats, kvartal och kön. Bara antal, inget om enskilda personer."),
        permission=Permission.COUNTS_WRITE,
        schema=CountRow,
        labels={
            "insats": lazy_gettext("Insats"),
            "year": lazy_gettext("År"),
            "quarter": lazy_gettext("Kvartal"),
            "sex": lazy_gettext("Kön"),
            "started": lazy_gettext("Startade"),
            "ongoing": lazy_gettext("Pågick vid kvartalets slut"),
            "ended": lazy_gettext("Avslutade"),
            "known_outcome": lazy_gettext("Avslutade med känt utfall"),
            "ended_work_study": lazy_gettext("Till arbete eller studier"),
        },
        judge=judge_counts,
        lay=lay_counts,
        undo=undo_counts,
        words={
            "insats": ("insatsens namn", "aktivitet", "namn"),
            "ongoing": ("pågående", "pågick"),
            "known_outcome": ("känt utfall",),
            "ended_work_study": ("arbete eller studier", "till arbete/studier"),
        },
        codes={"quarter": QUARTERS, "sex": codes.SEXES},
    )
)

INSATSER = imports_rows(
    Importer(
        code="insatser",
        label=lazy_gettext("Insatser"),
        help=lazy_gettext("En rad per insats. Flera målgrupper eller parter skiljs åt med kommatecken."),
        permission=Permission.INTERVENTIONS_WRITE,
        schema=schemas.InterventionIn,
        labels={
            "name": lazy_gettext("Namn"),
            "direction": lazy_gettext("Inriktning"),
            "focus": lazy_gettext("Preciserad inriktning"),
            "format": lazy_gettext("Form"),
            "status": lazy_gettext("Status"),
            "starts_on": lazy_gettext("Startdatum"),
            "ends_on": lazy_gettext("Slutdatum"),
            "target_groups": lazy_gettext("Målgrupper"),
            "parties": lazy_gettext("Parter som deltar"),
            "places": lazy_gettext("Platser"),
            "esf_funded": lazy_gettext("Finansieras delvis av ESF"),
            "description": lazy_gettext("Beskrivning"),
        },
        judge=judge_insatser,
        lay=lay_insatser,
        undo=undo_insatser,
        words={
            "name": ("insats", "insatsens namn"),
            "starts_on": ("start", "från och med"),
            "ends_on": ("slut", "till och med"),
            "parties": ("parter",),
            "esf_funded": ("esf", "esf-medel"),
        },
        codes={
            "direction": codes.DIRECTIONS,
            "focus": codes.FOCUS,
            "format": codes.FORMATS,
            "status": codes.INTERVENTION_STATUSES,
            "target_groups": codes.NEED_GROUPS,
            "parties": codes.PARTY_KINDS,
        },
    )
)
