"""What casework puts on the start page: tasks, new referrals, steps that have lapsed, consents that soon do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy import ColumnElement, Select, or_, select

from fyrklang.access.actor import Actor
from fyrklang.access.teams import team_of
from fyrklang.kernel import clock
from fyrklang.modules.casework.codes import OPEN_COMMITMENTS
from fyrklang.modules.casework.models import Commitment, Consent, Participant, Referral, Stay, Task
from fyrklang.sdk.care import OPEN, PROTECTED
from fyrklang.sdk.start import Start, ToDo, Whose
from fyrklang.web.formats import date_long
from fyrklang.web.i18n import gettext as _

MOST_ROWS = 30
"""Of each sort; what is hidden by it comes when the first are done."""

AHEAD = timedelta(days=7)
CONSENT_AHEAD = timedelta(days=30)
ABSENCE = "ABSENCE"


def start(actor: Actor, whose: Whose) -> Start:
    """Everything about one's participants that waits. Nobody with protected identity is in it."""
    wanted = Wanted(actor, whose)
    sorts = [sort(actor, wanted) for sort in (_tasks, _asked, _referrals, _lapsed_steps, _lapsing_consents)]
    return Start(
        todo=tuple(row for rows in sorts for row in rows[:MOST_ROWS]),
        cut=any(len(rows) > MOST_ROWS for rows in sorts),
    )


class Wanted:
    """Whose rows to show, as a condition on the column that says who is responsible."""

    def __init__(self, actor: Actor, whose: Whose) -> None:
        self._people = whose.people
        self._team: frozenset[UUID] = frozenset()
        if whose.people is not None:
            self._team = frozenset(
                each.person_id
                for insats in actor.context.interventions
                for each in team_of(actor.session, insats)
            )

    def by(self, column: Any) -> list[ColumnElement[bool]]:
        """Theirs, nobody's, and those of somebody who has left the team: nobody else would see to them."""
        if self._people is None:
            return []
        return [or_(column.is_(None), column.in_(self._people), column.not_in(self._team))]


def _tasks(actor: Actor, wanted: Wanted) -> list[ToDo]:
    query = _visible(
        select(Task.id, Task.kind, Task.what, Task.due_on, Task.stay_id, Participant.code)
        .join(Participant, Participant.id == Task.participant_id)
        .where(
            Task.done_at.is_(None),
            Task.due_on <= clock.today() + AHEAD,
            Task.stay_id.is_not(None),
            *wanted.by(Task.assigned_to),
        )
        .order_by(Task.due_on, Task.id)
    )
    return [
        ToDo(
            reason=_("Uteblev två gånger") if row.kind == ABSENCE else _("Uppgift"),
            icon="user-round-x" if row.kind == ABSENCE else "clipboard-list",
            title=row.code,
            detail=row.what or _("Senast %(day)s.", day=date_long(row.due_on)),
            url=url_for("cases.show", slug=actor.slug, stay_id=row.stay_id),
            deed=_("Öppna"),
            late=row.due_on < clock.today(),
            key=f"task:{row.id}",
            about=row.stay_id,
            due=row.due_on,
        )
        for row in actor.session.execute(query)
    ]


def _asked(actor: Actor, wanted: Wanted) -> list[ToDo]:
    """Remisser whose referrer has not answered what was asked within the days the answer was promised in."""
    return [
        ToDo(
            reason=_("Väntar på svar från remittenten"),
            icon="hourglass",
            title=row.reference,
            detail=_("Svar lovat %(day)s.", day=date_long(row.answer_by)),
            url=url_for("referrals.show", slug=actor.slug, referral_id=row.id),
            deed=_("Följ upp"),
            late=True,
            key=f"referral:{row.id}",
            about=row.id,
            due=row.answer_by,
        )
        for row in actor.session.execute(
            _open_referrals(wanted, "COMPLETION").where(Referral.answer_by < clock.today())
        )
    ]


def _referrals(actor: Actor, wanted: Wanted) -> list[ToDo]:
    return [
        ToDo(
            reason=_("Ny remiss"),
            icon="inbox",
            title=row.reference,
            detail=_("Kom %(day)s.", day=date_long(row.received_on)),
            url=url_for("referrals.show", slug=actor.slug, referral_id=row.id),
            deed=_("Läs och besluta"),
            late=row.answer_by is not None and row.answer_by < clock.today(),
            key=f"referral:{row.id}",
            about=row.id,
            due=row.answer_by or row.received_on,
        )
        for row in actor.session.execute(_open_referrals(wanted, "SENT"))
    ]


def _open_referrals(wanted: Wanted, status: str) -> Select[*tuple[Any, ...]]:
    return (
        select(Referral.id, Referral.reference, Referral.received_on, Referral.answer_by)
        .where(Referral.status == status, *wanted.by(Referral.assigned_to))
        .order_by(Referral.answer_by, Referral.id)
        .limit(MOST_ROWS + 1)
    )


def _lapsed_steps(actor: Actor, wanted: Wanted) -> list[ToDo]:
    query = _visible(
        select(Commitment.id, Commitment.what, Commitment.due_on, Commitment.stay_id, Participant.code)
        .join(Stay, Stay.id == Commitment.stay_id)
        .join(Participant, Participant.id == Commitment.participant_id)
        .where(
            Commitment.state.in_(OPEN_COMMITMENTS),
            Commitment.due_on < clock.today(),
            Stay.status.in_(OPEN),
            *wanted.by(Stay.assigned_to),
        )
        .order_by(Commitment.due_on, Commitment.id)
    )
    return [
        ToDo(
            reason=_("Steg har gått ut"),
            icon="clock-alert",
            title=row.code,
            detail=row.what,
            url=url_for("plans.plan", slug=actor.slug, stay_id=row.stay_id),
            deed=_("Följ upp"),
            late=True,
            key=f"commitment:{row.id}",
            about=row.stay_id,
            due=row.due_on,
        )
        for row in actor.session.execute(query)
    ]


def _lapsing_consents(actor: Actor, wanted: Wanted) -> list[ToDo]:
    today = clock.today()
    query = _visible(
        select(Consent.id, Consent.valid_to, Stay.id.label("stay_id"), Participant.code)
        .join(Stay, Stay.participant_id == Consent.participant_id)
        .join(Participant, Participant.id == Consent.participant_id)
        .where(
            Consent.withdrawn_on.is_(None),
            Consent.valid_to.between(today, today + CONSENT_AHEAD),
            Stay.status.in_(OPEN),
            *wanted.by(Stay.assigned_to),
        )
        .order_by(Consent.valid_to, Consent.id)
    )
    return [
        ToDo(
            reason=_("Samtycke löper ut"),
            icon="stamp",
            title=row.code,
            detail=_("Gäller till %(day)s.", day=date_long(row.valid_to)),
            url=url_for("cases.consent", slug=actor.slug, stay_id=row.stay_id),
            deed=_("Förnya"),
            key=f"consent:{row.id}",
            about=row.stay_id,
            due=row.valid_to,
        )
        for row in actor.session.execute(query)
    ]


def _visible(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return query.where(Participant.identity_mode != PROTECTED).limit(MOST_ROWS + 1)
