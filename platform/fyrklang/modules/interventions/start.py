"""What insatser put on the start page: quarters that wait for counts, and the year's figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import url_for
from sqlalchemy import exists, func, or_, select

from fyrklang.access.actor import Actor
from fyrklang.access.permissions import Permission
from fyrklang.kernel import clock
from fyrklang.modules.interventions import service
from fyrklang.modules.interventions.models import Count, Goal, Intervention
from fyrklang.sdk.codes import EVERYONE
from fyrklang.sdk.facts import WHOLE_YEAR, Cell
from fyrklang.sdk.onboarding import Task, onboards
from fyrklang.sdk.results import NOTHING, Share
from fyrklang.sdk.start import Figure, Start, ToDo
from fyrklang.web.formats import interval, number, percent, share_of
from fyrklang.web.i18n import gettext as _

MOST_ROWS = 8


def start(actor: Actor) -> Start:
    """Waiting quarters for those who count, figures for those who read."""
    if not actor.may(Permission.INTERVENTIONS_READ):
        return Start()
    todo = _waiting(actor) if actor.may(Permission.COUNTS_WRITE) else ()
    return Start(todo=todo, figures=_figures(actor))


def _waiting(actor: Actor) -> tuple[ToDo, ...]:
    year, quarter = service.latest_open_quarter(clock.today())
    counted = exists().where(
        Count.intervention_id == Intervention.id, Count.year == year, Count.quarter == quarter
    )
    query = (
        select(Intervention.id, Intervention.name)
        .where(Intervention.status == "RUNNING", Intervention.direction == "INDIVIDUAL", ~counted)
        .where(
            or_(
                Intervention.person_level_from.is_(None),
                Intervention.person_level_from > year,
                Intervention.person_level_to < year,
            )
        )
        .order_by(func.registry.sv_sort(Intervention.name))
        .limit(MOST_ROWS)
    )
    return tuple(
        ToDo(
            reason=_("Antal saknas"),
            icon="clock-alert",
            title=row.name,
            detail=_("Kvartal %(quarter)s %(year)s. Tar ungefär två minuter.", quarter=quarter, year=year),
            url=url_for(
                "interventions.count",
                slug=actor.slug,
                intervention_id=row.id,
                year=year,
                quarter=quarter,
            ),
            deed=_("Registrera antal"),
        )
        for row in actor.session.execute(query)
    )


def _figures(actor: Actor) -> tuple[Figure, ...]:
    year = service.latest_year(actor)
    query = (
        select(Cell.measure, func.sum(Cell.numerator), func.sum(Cell.denominator))
        .where(Cell.year == year, Cell.quarter == WHOLE_YEAR, Cell.sex == EVERYONE)
        .group_by(Cell.measure)
    )
    found = {row[0]: Share(row[1], row[2]) for row in actor.session.execute(query)}
    figures = []
    if "M9" in found:
        label = _("Deltagare %(year)s", year=year)
        figures.append(Figure(label, number(found["M9"].numerator), _("i alla insatser")))
    share = found.get("M1", NOTHING)
    if share.value is not None and share.interval is not None and not share.protected:
        figures.append(
            Figure(
                _("Till arbete eller studier %(year)s", year=year),
                percent(share.value),
                f"{share_of(share.numerator, share.denominator)}, {interval(*share.interval)}",
            )
        )
    return tuple(figures)


@onboards
def first_things(actor: Actor) -> Iterator[Task]:
    """The first insats, its goal, and its first counts: from there on there is a result."""
    if not actor.may(Permission.INTERVENTIONS_WRITE):
        return
    own = actor.session.execute(
        select(Intervention.id)
        .where(Intervention.direction == "INDIVIDUAL")
        .order_by(Intervention.starts_on.desc())
        .limit(1)
    ).scalar()
    rest: dict[str, Any] = {"slug": actor.slug, **({"intervention_id": own} if own else {})}
    yield Task(
        30,
        _("Lägg till den första insatsen"),
        _("Skriv den själv, läs in alla ur en fil, eller anpassa en ur kunskapsbanken."),
        url_for("interventions.portfolio" if own else "interventions.new", slug=actor.slug),
        done=own is not None,
    )
    yield Task(
        40,
        _("Sätt ett mål"),
        _("Till exempel att minst 35 procent går till arbete eller studier."),
        url_for("interventions.goal" if own else "interventions.new", **rest),
        done=bool(actor.session.scalar(select(exists().where(Goal.measure.is_not(None))))),
        minutes=1,
    )
    if actor.may(Permission.COUNTS_WRITE):
        yield Task(
            70,
            _("Registrera ett kvartals antal"),
            _("Då syns det första resultatet bredvid målet, med osäkerhetsintervall."),
            url_for("interventions.count" if own else "interventions.new", **rest),
            done=bool(actor.session.scalar(select(exists().where(Cell.measure == "M9")))),
        )
