"""Sessions at close range: age, exchange, ending, grants and the number of questions asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import redis

from fyrklang.identity.grants import Grants
from fyrklang.identity.outcomes import Accepted
from fyrklang.identity.session_store import Session, Sessions
from fyrklang.identity.sessions import connect
from fyrklang.identity.visitor import Membership
from fyrklang.kernel.config import Config
from fyrklang.kernel.errors import NotFound, NotSignedIn, Unavailable
from tests.identity.support import Clock, free_port


def _place(slug: str, *roles: str, tenant: UUID | None = None) -> Membership:
    return Membership(
        tenant_id=tenant or uuid4(),
        slug=slug,
        tenant_name=f"Förbundet {slug}",
        synthetic=True,
        roles=frozenset(roles),
        organisation_kind="AF",
        organisation_name="Arbetsförmedlingen",
        percent=75,
        id=uuid4(),
        tenant_short_name=slug,
        organisation_id=uuid4(),
        version=3,
    )


class Book:
    """What the database would say, and how often it is asked."""

    def __init__(self) -> None:
        self.people: dict[UUID, tuple[tuple[Membership, ...], frozenset[str]]] = {}
        self.asked = 0

    def __call__(self, person_id: UUID, at: float) -> Grants | None:
        self.asked += 1
        if person_id not in self.people:
            return None
        places, national = self.people[person_id]
        return Grants("Prova Person", places, national, at)


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def sessions(config: Config, valkey: redis.Redis, book: Book, clock: Clock) -> Sessions:
    return Sessions(config, valkey, book, clock)


def _accepted() -> Accepted:
    return Accepted("demo", "anna", "Anna", None, None, uuid4(), "/", {}, "an.id.token")


def _begin(sessions: Sessions, book: Book, *places: Membership, national: str = "") -> tuple[str, Session]:
    person = uuid4()
    book.people[person] = (places, frozenset({national} if national else ()))
    made = sessions.create(_accepted(), person, "Prov/1.0")
    assert made is not None
    return made


def test_what_is_stored_comes_back_whole(sessions: Sessions, book: Book) -> None:
    cookie, session = _begin(sessions, book, _place("a", "BOARD"))
    found = sessions.find(cookie)
    assert found == session
    assert len(cookie) == 43
    assert len(session.csrf_key) == 32
    assert session.acting == str(session.grants.memberships[0].id)


def test_one_round_trip_per_request_while_grants_are_fresh(
    sessions: Sessions, book: Book, valkey: redis.Redis
) -> None:
    cookie, _ = _begin(sessions, book, _place("a", "BOARD"))
    asked = book.asked
    before = valkey.info("stats")["total_commands_processed"]
    assert sessions.find(cookie) is not None
    spent = valkey.info("stats")["total_commands_processed"] - before
    assert spent == 3  # GETEX and GET in one pipeline, and the INFO that counts
    assert book.asked == asked


def test_idle_for_half_an_hour_ends_it(sessions: Sessions, book: Book, valkey: redis.Redis) -> None:
    cookie, session = _begin(sessions, book, _place("a", "BOARD"))
    key = f"session:{session.handle}"
    assert 1790 < valkey.ttl(key) <= 1800
    valkey.expire(key, 5)
    assert sessions.find(cookie) is not None
    assert 1790 < valkey.ttl(key) <= 1800
    valkey.delete(key)  # what the store does itself when the half hour has passed
    assert sessions.find(cookie) is None


def test_ten_hours_end_it_however_busy(sessions: Sessions, book: Book, clock: Clock) -> None:
    cookie, session = _begin(sessions, book, _place("a", "BOARD"))
    clock.ahead = timedelta(hours=9, minutes=59).total_seconds()
    assert sessions.find(cookie) is not None
    exchanged, _ = sessions.act(session, str(session.acting))
    clock.ahead = timedelta(hours=10, seconds=1).total_seconds()
    assert sessions.find(exchanged) is None
    assert sessions.all_of(session.person_id) == ()


def test_a_change_of_roles_bites_within_a_minute(sessions: Sessions, book: Book, clock: Clock) -> None:
    place = _place("a", "BOARD")
    cookie, session = _begin(sessions, book, place)
    book.people[session.person_id] = ((replace(place, roles=frozenset({"AUDITOR"})),), frozenset())
    clock.ahead = 59
    found = sessions.find(cookie)
    assert found is not None
    assert found.visitor().memberships[0].roles == {"BOARD"}
    clock.ahead = 60
    found = sessions.find(cookie)
    assert found is not None
    assert found.visitor().memberships[0].roles == {"AUDITOR"}


def test_a_change_that_is_told_bites_at_once(sessions: Sessions, book: Book) -> None:
    place = _place("a", "BOARD")
    cookie, session = _begin(sessions, book, place)
    book.people[session.person_id] = ((), frozenset())
    sessions.refresh(session.person_id)
    found = sessions.find(cookie)
    assert found is not None
    assert found.visitor().memberships == ()
    assert found.membership is None


def test_an_ended_person_loses_every_session(sessions: Sessions, book: Book, clock: Clock) -> None:
    cookie, session = _begin(sessions, book, _place("a", "BOARD"))
    other = sessions.create(_accepted(), session.person_id, "Prov/2.0")
    assert other is not None
    del book.people[session.person_id]
    clock.ahead = 61
    assert sessions.find(cookie) is None
    clock.ahead = 0
    assert sessions.find(other[0]) is None
    assert sessions.create(_accepted(), session.person_id, "") is None


def test_exchange_kills_the_old_cookie_and_keeps_the_start(sessions: Sessions, book: Book) -> None:
    first, second = _place("a", "BOARD"), _place("b", "DIRECTOR")
    cookie, session = _begin(sessions, book, first, second)
    assert session.acting is None
    assert session.visitor().memberships == ()
    new, exchanged = sessions.act(session, str(second.id))
    assert new != cookie
    assert sessions.find(cookie) is None
    found = sessions.find(new)
    assert found is not None
    assert found.created_at == session.created_at
    assert found.csrf_key == session.csrf_key
    assert [place.slug for place in found.visitor().memberships] == ["b", "a"]
    with pytest.raises(NotSignedIn):
        sessions.act(session, str(first.id))
    with pytest.raises(NotFound):
        sessions.act(exchanged, str(uuid4()))


def test_national_and_local_never_meet_in_one_session(sessions: Sessions, book: Book) -> None:
    place = _place("a", "CASE_WORKER")
    _, session = _begin(sessions, book, place, national="NAT_COUNCIL")
    _, national = sessions.act(session, "NAT_COUNCIL")
    assert national.visitor().national_roles == {"NAT_COUNCIL"}
    assert national.visitor().memberships == ()
    _, local = sessions.act(national, str(place.id))
    assert local.visitor().national_roles == frozenset()
    assert local.visitor().memberships == (place,)


def test_two_places_in_one_forbund_are_never_joined(sessions: Sessions, book: Book) -> None:
    tenant = uuid4()
    office, case = _place("a", "TENANT_ADMIN", tenant=tenant), _place("a", "CASE_WORKER", tenant=tenant)
    elsewhere = _place("b", "BOARD")
    _, session = _begin(sessions, book, office, case, elsewhere)
    _, acting = sessions.act(session, str(case.id))
    assert acting.visitor().memberships == (case, elsewhere)
    _, away = sessions.act(acting, str(elsewhere.id))
    assert away.visitor().memberships == (elsewhere,)


def test_sessions_are_listed_and_ended_by_their_person_only(sessions: Sessions, book: Book) -> None:
    cookie, session = _begin(sessions, book, _place("a", "BOARD"))
    sessions.create(_accepted(), session.person_id, "Prov/2.0")
    _, stranger = _begin(sessions, book, _place("a", "BOARD"))
    assert {listed.agent for listed in sessions.all_of(session.person_id)} == {"Prov/1.0", "Prov/2.0"}
    assert not sessions.end(stranger.person_id, session.handle)
    assert sessions.find(cookie) is not None
    assert sessions.end(session.person_id, session.handle)
    assert not sessions.end(session.person_id, session.handle)
    assert sessions.find(cookie) is None
    assert sessions.end_all(session.person_id) == 1
    assert sessions.all_of(session.person_id) == ()


@pytest.mark.parametrize("cookie", [None, "", "a", "A" * 43, "A" * 44, "session:*", "\0" * 43])
def test_other_cookies_find_nothing(sessions: Sessions, cookie: str | None) -> None:
    assert sessions.find(cookie) is None


def test_nobody_is_let_in_while_the_store_is_away(config: Config, book: Book) -> None:
    away = Sessions(config, connect(f"redis://127.0.0.1:{free_port()}"), book)
    with pytest.raises(Unavailable):
        away.find("A" * 43)


def test_the_cookie_is_held_to_its_host_on_https(config: Config, valkey: redis.Redis, book: Book) -> None:
    secure = Sessions(replace(config, secure_cookies=True), valkey, book)
    assert secure.cookie_name == "__Host-sid"
